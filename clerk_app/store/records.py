"""What this window knows, as the desk and the window's end of the line use it: journal, cases, catalogue, small facts.

Opened with ``Records.open(folder, vault_key, window=...)``. Everything a write method did is durable when it returns;
several of them inside one ``with records.transaction():`` are one act: durable together, or undone together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any, Self

import msgspec

from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import JointService, ServiceItem
from clerk_app.domain.deadlines import Calendar
from clerk_app.domain.journal import GENESIS, Entry, Record, Verdict
from clerk_app.domain.summary import CaseSummary
from clerk_app.store.book import Book
from clerk_app.store.casebook import Casebook
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.ledger import Ledger
from clerk_app.store.published import KINDS, Published, PublishedRow
from clerk_app.store.search import Hit
from clerk_app.store.vault import Vault

__all__ = ["PublishedRow", "Records"]

_META = "meta"
_SERIAL = "serial"


class _Fact(msgspec.Struct):
    value: bytes


_fact = msgspec.json.Decoder(_Fact).decode


class Records:
    """A window's records over the ledger; thread-safe, one writer, every write method durable on return.

    Lists (``summaries``, ``find_cases``, ``summary``) and ``search_items`` answer from memory and never wait for a write
    under way in another thread; they tell what is durable.
    """

    def __init__(self, ledger: Ledger, *, window: str = "") -> None:
        self.ledger = ledger
        self.vault = ledger.vault
        self._book = Book(ledger, window)
        self._cases = Casebook(ledger, self._book)
        self._published = Published(ledger)
        if not self.vault.read_only and any(finding.reason == "mark" for finding in self.vault.findings):
            self._book.mend()
        self._cases.load()

    @classmethod
    def open(cls, folder: Path, key: bytes, *, window: str = "", read_only: bool = False) -> Self:
        """Open the records kept in ``folder``; raises the exceptions of ``store.errors``.

        ``window`` is this window's id: by it own entries are told from others'. ``read_only`` needs no lock: it sees
        what was durable when it looked, beside a running client.
        """
        vault = Vault(folder, key, kinds=KINDS, read_only=read_only)
        try:
            return cls(Ledger(vault), window=window)
        except BaseException:
            vault.close()
            raise

    def close(self) -> None:
        """Close the store and give up its lock."""
        self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        self.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Return a context in which all writes are one act; nested ones join the outermost."""
        return self.vault.transaction()

    def damages(self) -> list[StoreDamaged]:
        """Return what was found damaged since the store was opened; everything else is in use."""
        return [*self.vault.findings, *self.vault.damages.values()]

    # the journal

    def append(self, entries: Sequence[Entry], cases: Sequence[Case]) -> None:
        """Record own entries, the cases they fold to and that they are unsent, in one transaction.

        Raises ``ValueError`` when an entry is not the next one of this window's chain.
        """
        with self.transaction():
            places: dict[str, list[int]] = {}
            for entry in entries:
                places.setdefault(entry.subject, []).append(self._book.add_own(entry))
            for case in cases:
                self._cases.keep(case, places.pop(case.number, []))
            for subject, added in places.items():
                self._cases.touch(subject, added)

    def head(self) -> tuple[int, str]:
        """Return ``n`` and digest of this window's last entry; ``(0, GENESIS)`` when there is none."""
        with self.transaction():
            return self._book.head()

    def own_digest(self, n: int) -> str | None:
        """Return the digest of this window's entry ``n``, ``GENESIS`` for 0, ``None`` when it has no such entry."""
        head, digest = self.head()
        if n in {0, head}:
            return digest if n else GENESIS
        if n > head:
            return None
        own = (record.entry for _, record in self._book.own_backwards())
        return next((entry.digest() for entry in own if entry.n == n), None)

    def journal(self, after: int = 0, limit: int | None = None) -> list[Record]:
        """Return own and others' records in the order they arrived here, past the place ``after``."""
        found: list[Record] = []
        for _, record in self._book.walk(after):
            if limit is not None and len(found) >= limit:
                break
            found.append(record)
        return found

    def records_of(self, subject: str) -> list[Record]:
        """Return one subject's records as they are folded."""
        with self.transaction():
            return self._cases.records_of(subject)

    def record(self, entry_id: str) -> Record | None:
        """Return one entry's record; raises ``StoreDamaged``."""
        return self._book.get(entry_id)

    def unsent(self, limit: int, max_bytes: int) -> list[Entry]:
        """Return own entries central has said nothing of, in journal order; at least one if there is any."""
        entries: list[Entry] = []
        size = 0
        with self.transaction():
            for place in self._book.unsent():
                record = self._book.at(place)
                if record is None:
                    break  # nothing behind a damaged entry may be sent before it
                size += len(msgspec.json.encode(record.entry)) + 1
                if entries and (size > max_bytes or len(entries) >= limit):
                    break
                entries.append(record.entry)
        return entries

    def unsent_count(self) -> int:
        """Return how many own entries central has said nothing of."""
        return len(self._book.unsent())

    def refused(self) -> list[Record]:
        """Return own entries that central refused or quarantined, the latest first."""
        found = (self._book.at(place) for place in reversed(list(self._book.refused())))
        return [record for record in found if record is not None]

    def entry_count(self) -> int:
        """Return how many entries the journal holds, own and others'."""
        return self._book.count()

    def settle(self, verdicts: Sequence[tuple[str, Verdict, int | None, dict[str, Any] | None]]) -> set[str]:
        """Keep central's verdicts (entry id, verdict, position, problem), refold and return the touched subjects."""
        touched: set[str] = set()
        with self.transaction():
            for entry_id, verdict, position, problem in verdicts:
                held = self._book.get(entry_id)
                if held is not None and self._book.settle(held, verdict, position, problem):
                    touched.add(held.entry.subject)
            for subject in touched:
                self._cases.refold(subject, ())
        return touched

    def take_feed(self, records: Sequence[Record], next_position: int) -> set[str]:
        """Take in a page of the feed and its cursor in one transaction; return the touched subjects.

        Own entries get their outcome, others are added; an entry that is known already is not added twice.
        """
        touched: dict[str, list[int]] = {}
        with self.transaction():
            for record in records:
                entry = record.entry
                held = self._book.get(entry.id)
                if held is None:
                    touched.setdefault(entry.subject, []).append(self._book.add_heard(record))
                elif record.verdict and self._book.hear(held, record):
                    touched.setdefault(entry.subject, [])
            for subject, added in touched.items():
                self._cases.refold(subject, added)
            self._book.set_cursor(next_position)
        return set(touched)

    def feed_cursor(self) -> int:
        """Return the position in the point's feed up to which everything is here."""
        return self._book.cursor()

    def say_again(self, after: int) -> int:
        """Make this window's entries past ``n = after`` unsent again, because central lost them; return how many."""
        lost: set[str] = set()
        count = 0
        with self.transaction():
            for place, record in self._book.own_backwards():
                if record.entry.n <= after:
                    break
                if record.verdict is not None:
                    self._book.unsettle(place, record)
                    lost.add(record.entry.subject)
                    count += 1
            for subject in lost:
                self._cases.refold(subject, ())
        return count

    def rewind_feed(self, last_n: int) -> None:
        """Have the feed heard again from the last place sure to be as it was: that of an own entry up to ``last_n``.

        For a central that was restored: what it holds of this window it held before, and so everything before that.
        Others' entries from there on count again once they are heard again.
        """
        with self.transaction():
            known = (
                r.position for _, r in self._book.own_backwards() if r.entry.n <= last_n and r.position is not None
            )
            sure = min(self._book.cursor(), next(known, 0))
            unsure = [r for _, r in self._book.walk() if (r.position or 0) > sure and not self._book.is_own(r)]
            for record in unsure:
                self._book.lose(record)
            for subject in {record.entry.subject for record in unsure}:
                self._cases.refold(subject, ())
            self._book.set_cursor(sure)

    # cases

    def case(self, number: str) -> Case | None:
        """Return a case as its entries fold."""
        return self._cases.case(number)

    def summaries(self) -> list[CaseSummary]:
        """Return every case's summary, the latest change first."""
        return self._cases.summaries()

    def summary(self, number: str) -> CaseSummary | None:
        """Return one case's summary."""
        return self._cases.summary(number)

    def find_cases(self, words: str) -> list[CaseSummary]:
        """Return the cases in which every word is found: number, official number, name, identity number, phone, item."""
        return self._cases.find(words)

    def cases_of_applicant(self, id_number: str) -> list[Case]:
        """Return all cases of the applicant with exactly this identity number, the latest change first."""
        return self._cases.of_applicant(id_number)

    def rebuild(self) -> list[str]:
        """Fold every case anew from the journal; return the numbers whose kept state differs (none: all is well)."""
        return self._cases.differing()

    # the catalogue

    def put_catalogue(self, rows: Sequence[PublishedRow], next_revision: int, *, more: bool = False) -> None:
        """Take in changed and withdrawn documents and the revision they lead to, in one transaction.

        ``more``: further pages follow at once; the search is made anew with the last.
        """
        self._published.put(rows, next_revision, more=more)

    def catalogue_revision(self) -> int:
        """Return the revision up to which the catalogue is here."""
        return self._published.revision()

    def item(self, code: str) -> ServiceItem | None:
        """Return an item; raises ``StoreDamaged`` when its row does not open."""
        return self._published.item(code)

    def joint(self, code: str) -> JointService | None:
        """Return a joint service."""
        return self._published.joint(code)

    def items(self) -> Iterator[ServiceItem]:
        """Yield every item of the catalogue, read one by one."""
        return self._published.items()

    def search_items(self, words: str, limit: int = 50) -> list[Hit]:
        """Return items and joint services in which every word is found, best first."""
        return self._published.search(words, limit)

    def calendar(self) -> Calendar:
        """Return the working days as central published them."""
        return self._published.calendar()

    def point_name(self, code: str) -> str:
        """Return the service point's name, or its code where it is not known."""
        return self._published.point_name(code)

    # small things

    def get_meta(self, key: str) -> bytes | None:
        """Return a small fact, kept sealed."""
        fact = self.ledger.table(_META).fetch(key, _fact)
        return fact.value if fact else None

    def put_meta(self, key: str, value: bytes) -> None:
        """Keep a small fact, sealed."""
        self.ledger.table(_META).put(key, _Fact(value))

    def next_serial(self, day: date) -> int:
        """Take the next serial of this day; call it inside the transaction that appends the case."""
        with self.transaction():
            today, last = self.vault.note(_SERIAL) or ("", 0)
            if today != day.isoformat():
                if today:
                    self.put_meta(f"{_SERIAL}/{today}", b"%d" % last)
                today = day.isoformat()
                last = int(self.get_meta(f"{_SERIAL}/{today}") or 0)
            self.vault.set_note(_SERIAL, [today, last + 1])
            return int(last) + 1
