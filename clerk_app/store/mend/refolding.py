"""Bringing cases and subjects back to what the journal tells, where some of the store was lost.

The journal is the truth, but of a case some of whose entries are missing the kept state knows more: it stays until they are back, or
until it is sure that they never will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from clerk_app.domain.standing import Standing, fold_any, summary_of_any
from clerk_app.domain.summary import CaseSummary
from clerk_app.store.books.book import Book
from clerk_app.store.books.casebook import TABLE
from clerk_app.store.books.counted import NOTE as COUNTED
from clerk_app.store.books.gaps import TABLE as GAPS
from clerk_app.store.books.subjects import SUBJECTS, Subject, decode_subject, decoder_of, feeds_of, row_of
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.ledger import Ledger

NOTE = "incomplete"
_ROW = "incomplete"
T = TypeVar("T")
_SOMEWHERE = 0
"""Stands for the place of an entry that is missing, where the place is not known."""


class _Names(msgspec.Struct):
    names: list[str]


_names = msgspec.json.Decoder(_Names).decode


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a lost entry from elsewhere."""

    subject: str
    applicant: str = ""


class Refolding:
    """Works on the rows alone; whoever has them in memory reads them again afterwards."""

    def __init__(self, ledger: Ledger, book: Book) -> None:
        self._vault = ledger.vault
        self._rows = ledger.table(SUBJECTS)
        self._cases = ledger.table(TABLE)
        self._notes = ledger.table(GAPS)
        self._book = book

    def mend(self, held: Mapping[str, list[int]], *, sure: bool) -> dict[int, About]:
        """Bring every subject to its places in the journal; return what is known of places that are missing.

        ``sure``: the journal itself is whole, so that what it tells of a case is all there is.
        """
        here = {place for places in held.values() for place in places}
        old = {name: row for _, name, row in self._rows.walk(decode_subject)}
        lost: dict[int, About] = {}
        incomplete: list[str] = []
        for name in held.keys() | old.keys() | set(self._vault.ids(TABLE)):
            row = old.get(name)
            gone = [] if sure or row is None else [place for place in row.entries if place not in here]
            applicant = row.told.applicant if row is not None and isinstance(row.told, CaseSummary) else ""
            lost.update((place, About(name, applicant)) for place in gone)
            if self._bring(name, held.get(name, []), gone, row, sure=sure):
                incomplete.append(name)
        self._note(incomplete)
        return lost

    def _bring(self, name: str, places: list[int], gone: list[int], row: Subject | None, *, sure: bool) -> bool:
        """Bring one subject's rows in order; return whether some of its entries are missing."""
        kept, told = self._kept(name), self._told(name, places)
        if not sure and not gone and _entries(told) < _entries(kept):
            gone = [_SOMEWHERE]
        case = kept if gone and _entries(kept) >= _entries(told) else told
        if not gone and case is None and not places:
            self._rows.discard(name)
            self._cases.discard(name)
            return False
        self._write(name, [*gone, *places], case, kept, row)
        return bool(gone)

    def finish(self, *, sure: bool) -> bool:
        """Give up on what is still missing: ``sure``, or where the entries that are here tell as much as the kept case.

        Return whether anything was written.
        """
        if not self._vault.note(NOTE):
            return False
        self._vault.set_note(COUNTED, None)
        kept_names = self._read()
        if kept_names is None:
            kept_names = self._vault.ids(SUBJECTS)
        left: list[str] = []
        for name in kept_names:
            row = self._row(name)
            places = [place for place in (row.entries if row else []) if self._book.at(place) is not None]
            kept, told = self._kept(name), self._told(name, places)
            if sure or _entries(told) >= _entries(kept):
                self._write(name, places, told, kept, row)
            else:
                left.append(name)
        self._note(left)
        return len(left) < len(kept_names)

    def incomplete(self) -> list[str]:
        """Return the subjects some of whose entries are missing."""
        return (self._read() or self._vault.ids(SUBJECTS)) if self._vault.note(NOTE) else []

    def _write(
        self, name: str, places: list[int], case: Standing | None, kept: Standing | None, row: Subject | None
    ) -> None:
        if case is None:
            self._cases.discard(name)
        elif case != kept:
            self._cases.put(name, case)
        unsent = self._book.unsent()
        count = sum(place in unsent for place in places)
        feeds = feeds_of(record for record in map(self._book.at, places) if record is not None)
        subject = row_of(places, summary_of_any(case, count) if case is not None else None, feeds)
        if subject != row:
            self._rows.put(name, subject)

    def _told(self, name: str, places: Iterable[int]) -> Standing | None:
        return fold_any(name, (record for record in map(self._book.at, places) if record is not None))

    def _kept(self, name: str) -> Standing | None:
        try:
            return self._cases.fetch(name, decoder_of(name))
        except StoreDamaged:
            return None

    def _row(self, name: str) -> Subject | None:
        return _opened(lambda: self._rows.fetch(name, decode_subject))

    def _read(self) -> list[str] | None:
        found = _opened(lambda: self._notes.fetch(_ROW, _names))
        return found.names if found else None

    def _note(self, names: list[str]) -> None:
        if names:
            self._notes.put(_ROW, _Names(names))
        else:
            self._notes.discard(_ROW)
        self._vault.set_note(NOTE, len(names) or None)


def _opened(fetch: Callable[[], T | None]) -> T | None:
    try:
        return fetch()
    except StoreDamaged:
        return None


def _entries(case: Standing | None) -> int:
    return case.entries if case is not None else 0
