"""The book of counts: the sums of what every subject adds to the measures (``domain.measures``), kept as the folds change.

The sums stand in one table, a document for each point and day. What changes in a transaction is noted once, as its last, in the mark of
the vault, which is written with every commit anyway; when the note has grown, it goes into the documents. What a subject that was pruned had
added stays in the sums, and is kept beside them by its number: should the subject come again through a
feed heard anew, it counts once, and it counts as it stood until all of it is back.

Where something was found damaged the sums are not believed (``doubt``) and are reckoned anew from the folds that are kept: at the next
opening, or when somebody asks for them. The journal is never read for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from clerk_app.domain.measures import Counts, contribution, difference, home_of
from clerk_app.domain.standing import Standing
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.ledger import Ledger

TABLE = "counts"
GONE = "counts-gone"
NOTE = "counted"
COUNTED = 1
"""Raised whenever a subject adds something else than before: the sums are reckoned anew at the next opening."""
RECENT = "counts"
"""Note: what is not in the documents yet, by document."""
MOST_RECENT = 96
"""Keys of that note: more go into the documents."""
_REMEMBERED = 256


class _Sums(msgspec.Struct):
    counts: dict[str, int] = {}


class _Gone(msgspec.Struct):
    """What a subject that was pruned had added."""

    home: str
    entries: int
    """How many it was folded from."""
    counts: dict[str, int] = {}


class Added(NamedTuple):
    """What a subject adds, and to which document."""

    home: str
    counts: Counts


NOTHING = Added("", {})
_sums = msgspec.json.Decoder(_Sums).decode
_gone = msgspec.json.Decoder(_Gone).decode
Walk = Callable[[], Iterator[Standing]]


class Counted:
    """The sums; every change happens inside the caller's transaction."""

    def __init__(self, ledger: Ledger) -> None:
        self._vault = ledger.vault
        self._table = ledger.table(TABLE)
        self._aside = ledger.table(GONE)
        self._pending: dict[str, Counts] = {}
        self._last: dict[str, Added] = {}
        """What some subjects added when they changed last: who is served acts on one case several times."""

    @property
    def sound(self) -> bool:
        """Whether the sums are what the folds add up to."""
        return bool(self._vault.note(NOTE) == COUNTED)

    def forget(self) -> None:
        """Believe nothing that was read before."""
        self._pending.clear()
        self._last.clear()

    def doubt(self) -> None:
        """Have the sums reckoned anew before anybody sees them."""
        self.forget()
        if self._vault.note(NOTE) is not None:
            self._vault.set_note(NOTE, None)

    # writing

    def added(self, subject: str, fetch: Callable[[], Standing | None]) -> Added:
        """Return what a subject that is about to change adds now; ``fetch`` returns how it stands, or raises ``StoreDamaged``."""
        held = self._last.get(subject, NOTHING) if self.sound else NOTHING
        if held is not NOTHING or not self.sound:
            return held
        try:
            return _added(fetch())
        except StoreDamaged:
            self.doubt()
            return NOTHING

    def change(self, subject: str, before: Added, after: Standing | None) -> None:
        """A subject that added ``before`` stands otherwise now; ``None``: it makes nothing."""
        if not self.sound:
            return
        now = _added(after)
        try:
            gone = self._aside.fetch(subject, _gone) if self._vault.count(GONE) else None
        except StoreDamaged:
            self.doubt()
            return
        if gone is None:
            self._add(now.home or before.home, difference(before.counts, now.counts))
        elif after is not None and after.entries >= gone.entries:
            self._aside.discard(subject)
            self._add(gone.home, {key: -n for key, n in gone.counts.items()})
            self._add(now.home, now.counts)
        if len(self._last) >= _REMEMBERED:
            self._last.clear()
        self._last[subject] = now

    def lay_aside(self, stood: Standing) -> None:
        """A subject is pruned: what it added stays."""
        self._last.pop(stood.number, None)
        if not (self._vault.count(GONE) and self._vault.has(GONE, stood.number)):
            self._aside.put(stood.number, _Gone(_document(stood), stood.entries, contribution(stood)), new=True)

    def recount(self, walk: Walk) -> None:
        """Reckon the sums anew from every subject as it is kept."""
        with self._vault.transaction():
            self.forget()
            self._vault.clear(TABLE)
            self._vault.set_note(RECENT, None)
            self._vault.on_done(self._forget_damage)
            for document, counts in self._from_scratch(walk).items():
                self._table.put(document, _Sums(counts), new=True)
            self._vault.set_note(NOTE, COUNTED)

    def _add(self, document: str, counts: Counts) -> None:
        if not counts:
            return
        if not self._pending:
            self._vault.on_end(self._write)
            self._vault.on_undo(self.forget)
        _merge(self._pending.setdefault(document, {}), counts)

    def _write(self) -> None:
        """Note what changed, or write it where the note has grown."""
        recent = {document: dict(counts) for document, counts in (self._vault.note(RECENT) or {}).items()}
        for document, counts in self._pending.items():
            _merge(recent.setdefault(document, {}), counts)
        self._pending.clear()
        if sum(map(len, recent.values())) > MOST_RECENT:
            try:
                self._put(recent)
            except StoreDamaged:
                self.doubt()
            recent = {}
        self._vault.set_note(RECENT, {name: counts for name, counts in recent.items() if counts} or None)

    def _put(self, recent: dict[str, Counts]) -> None:
        for document, counts in recent.items():
            if counts:
                found = self._table.fetch(document, _sums)
                _merge(counts, found.counts if found is not None else {})
                self._table.put(document, _Sums(counts), new=found is None)

    # reading

    def sums(self, walk: Walk) -> Counts:
        """Return every count; where the sums are not believed, as the folds tell them."""
        counts = self._kept() if self.sound else None
        if counts is None and not self._vault.read_only:
            self.recount(walk)
            counts = self._kept()
        return self.from_scratch(walk) if counts is None else counts

    def from_scratch(self, walk: Walk) -> Counts:
        """Return every count as the folds tell it."""
        counts: Counts = {}
        for document in self._from_scratch(walk).values():
            _merge(counts, document)
        return counts

    def _kept(self) -> Counts | None:
        """Return what the documents tell, or ``None`` where one of them does not open."""
        counts: Counts = {}
        for _, _, found in self._table.walk(_sums):
            _merge(counts, found.counts)
        for recent in (self._vault.note(RECENT) or {}).values():
            _merge(counts, recent)
        return None if self._damaged() else counts

    def _damaged(self) -> list[tuple[str, str]]:
        return [place for place in self._vault.damages if place[0] == TABLE]

    def _forget_damage(self) -> None:
        for place in self._damaged():
            del self._vault.damages[place]

    def _from_scratch(self, walk: Walk) -> dict[str, Counts]:
        found: dict[str, Counts] = {}
        aside = {name for _, name, _ in self._aside.walk(_gone)}
        for stood in walk():
            if stood.number not in aside:
                _merge(found.setdefault(_document(stood), {}), contribution(stood))
        for _, _, gone in self._aside.walk(_gone):
            _merge(found.setdefault(gone.home, {}), gone.counts)
        return {document: counts for document, counts in found.items() if counts}


def _added(stood: Standing | None) -> Added:
    return NOTHING if stood is None else Added(_document(stood), contribution(stood))


def _document(stood: Standing) -> str:
    return "/".join(home_of(stood))


def _merge(into: Counts, counts: Counts) -> None:
    for key, n in counts.items():
        total = into.get(key, 0) + n
        if total:
            into[key] = total
        else:
            into.pop(key, None)
