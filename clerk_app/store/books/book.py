"""The book of entries: the journal in the order it arrived here, and what central said of each entry.

Which entries are unsent, which were refused, the head of this window's chain and the feed's cursor stand in the mark of
the vault (``Vault.note``): they are as durable as the entry they came with, and cost no row of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from clerk_app.domain.journal import GENESIS, Entry, Record, Verdict
from clerk_app.store.books.cursor import Cursor
from clerk_app.store.books.gaps import ChainForked, Gap, Gaps
from clerk_app.store.books.spans import Spans
from clerk_app.store.books.waiting import LOST, Brief, Waiting, brief_of, waiting_of
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.ledger import Ledger

T = TypeVar("T")
TABLE = "journal"
HEAD, UNSENT, REFUSED = "head", "unsent", "refused"
MOVED = "moved"
"""Places of own entries that came back behind younger ones."""
_UNHEARD = (Verdict.REFUSED, Verdict.QUARANTINED)

_record = msgspec.json.Decoder(Record).decode


class Book:
    """All records; a record's place is its number in the order of arrival."""

    def __init__(self, ledger: Ledger, window: str) -> None:
        self._vault = ledger.vault
        self._table = ledger.table(TABLE)
        self._window = window
        self.gaps = Gaps(ledger)
        self.cursor = Cursor(ledger)
        self.was_pruned: Callable[[int], bool] = lambda _: False
        """Whether an own entry was taken out on purpose: it may come again, and is no gap (``store.books.pruning``)."""

    def mend(self) -> None:
        """Reckon the notes anew from the records, where the mark they stood in was lost."""
        unsent, refused, head = Spans(), Spans(), (0, GENESIS)
        for place, _, record in self._table.walk(_record):
            if record.verdict is None:
                unsent = unsent.adding(place)
            elif record.verdict in _UNHEARD:
                refused = refused.adding(place)
            if self.is_own(record) and record.entry.n > head[0]:
                head = (record.entry.n, record.entry.digest())
        seen = self._vault.seen
        if seen is not None and seen.head is not None and seen.head[0] > head[0]:
            head = seen.head
        with self._vault.transaction():
            self._vault.set_note(UNSENT, unsent.plain())
            self._vault.set_note(REFUSED, refused.plain())
            self._vault.set_note(HEAD, list(head) if head[0] else None)

    # reading

    def head(self) -> tuple[int, str]:
        """Return number and digest of this window's last entry."""
        n, digest = self._vault.note(HEAD) or (0, GENESIS)
        return int(n), str(digest)

    def count(self) -> int:
        return len(self._table)

    def get(self, entry_id: str) -> Record | None:
        """Return one entry's record; raises ``StoreDamaged``."""
        return self._table.fetch(entry_id, _record)

    def at(self, place: int) -> Record | None:
        """Return the record at a place, or ``None`` where there is none that opens."""
        return self._opened_at(place, _record)

    def _opened_at(self, place: int, decode: Callable[[bytes], T]) -> T | None:
        try:
            return self._table.fetch_at(place, decode)
        except StoreDamaged:
            return None

    def walk(self, after: int = 0) -> Iterator[tuple[int, Record]]:
        """Yield place and record past a place."""
        for place, _, record in self._table.walk(_record, after):
            yield place, record

    def unsent(self) -> Spans:
        """Return the places of the entries central has said nothing of."""
        return Spans(self._vault.note(UNSENT))

    def refused(self) -> Spans:
        """Return the places of the entries central refused or quarantined."""
        return Spans(self._vault.note(REFUSED))

    def unsent_in_order(self) -> Iterator[Waiting | None]:
        """Yield what central has said nothing of, in the order of the chain; ``None``: a record that does not open."""
        unsent, moved = self.unsent(), self._moved()
        back = (self._opened_at(place, waiting_of) for place in moved if place in unsent)
        late = sorted((waiting.n, waiting) for waiting in back if waiting is not None)
        for place in unsent:
            if place in moved:
                continue
            waiting = self._opened_at(place, waiting_of)
            while late and (waiting is None or late[0][0] < waiting.n):
                yield late.pop(0)[1]
            yield waiting
        for _, waiting in late:
            yield waiting

    def own_backwards(self, before: int | None = None) -> Iterator[tuple[int, Record]]:
        """Yield this window's records, the last of the chain first; ``before``: leave out those from that place on."""
        moved = self._moved()
        late = sorted((r.entry.n, place, r) for place in moved if (r := self.at(place)) is not None and self.is_own(r))
        place = self._vault.last(TABLE) if before is None else before - 1
        while place > 0:
            record = None if place in moved else self.at(place)
            if record is not None and self.is_own(record):
                while late and late[-1][0] > record.entry.n:
                    yield late.pop()[1:]
                yield place, record
            place -= 1
        for _, there, record in reversed(late):
            yield there, record

    def digest_of(self, n: int) -> str | None:
        """Return the digest of the own entry ``n``, or ``None`` where it is not found."""
        moved = self._moved()
        first = next((place for place in self.unsent() if place not in moved), None)
        for waiting in self.unsent_in_order():
            if waiting is None or waiting.n > n:  # it was settled, so it lies before what is unsent
                break
            first = None
            if waiting.n == n:
                return waiting.entry().digest()
        own = (record.entry for _, record in self.own_backwards(first))
        return next((entry.digest() for entry in own if entry.n == n), None)

    def has_moved(self) -> bool:
        """Whether some own entries do not stand in the order of the chain."""
        return bool(self._vault.note(MOVED))

    def _moved(self) -> Spans:
        return Spans(self._vault.note(MOVED))

    # writing, always inside the caller's transaction

    def add_own(self, entry: Entry) -> int:
        """Add the next entry of this window, unsent; return its place. Raises ``ValueError`` when it is not the next.

        That it is the next one also tells that it is not there yet.
        """
        n, digest = self.head()
        if entry.n != n + 1 or entry.previous != digest:
            raise ValueError(f"entry {entry.n} does not follow entry {n} of this window")
        place = self._table.put(entry.id, Record(entry=entry), new=True)
        self._vault.set_note(HEAD, [entry.n, entry.digest()])
        self._move(UNSENT, place, there=True)
        return place

    def add_heard(self, record: Record, *, damaged: bool = False) -> int:
        """Add an entry that came through the feed; return its place. Raises ``ChainForked``.

        ``damaged``: there is a row of its id that does not open; the entry takes its place.
        """
        if self.is_own(record) and record.entry.n not in self.gaps and self.was_pruned(record.entry.n):
            place = self._put(record, new=not damaged)
            self._move(MOVED, place, there=True)
            return place
        if not self.is_own(record) or (damaged and record.entry.n not in self.gaps):
            return self._put(record, new=not damaged)
        [place] = self.admit([record], damaged=damaged) or [0]
        if not place:
            raise ChainForked(record.entry.n)
        return place

    def admit(self, told: Sequence[Record], *, damaged: bool = False) -> list[int]:
        """Add own entries that come back, with central's word or unsent: those that fill gaps or go on from the head.

        Return their places, in the chain's order; others are left out. Raises ``ChainForked``.
        """
        by_n = {record.entry.n: record for record in sorted(told, key=lambda r: r.entry.n)}
        top = self._top()
        places: list[int] = []
        for entry in self.gaps.take([record.entry for record in by_n.values()]):
            places.append(self._put(by_n[entry.n], new=not damaged))
            if entry.n < top:
                self._move(MOVED, places[-1], there=True)
            if entry.n == self.head()[0]:
                self._vault.set_note(HEAD, [entry.n, entry.digest()])
        for record in by_n.values():
            if record.entry.n > self.head()[0]:
                self._go_on(record.entry)
                places.append(self._put(record, new=not damaged))
        return places

    def _go_on(self, entry: Entry) -> None:
        """Make an entry past the head the head; what it leaves out is a gap."""
        n, digest = self.head()
        if entry.n == n + 1 and entry.previous != digest:
            raise ChainForked(entry.n)
        if entry.n > n + 1:
            self.gaps.add(Gap(n + 1, entry.n - 1, (digest,), entry.previous))
        self._vault.set_note(HEAD, [entry.n, entry.digest()])

    def _top(self) -> int:
        """Return the greatest own number that is here."""
        n, _ = self.head()
        return next((gap.first - 1 for gap in self.gaps if gap.first <= n <= gap.last), n)

    def _put(self, record: Record, *, new: bool) -> int:
        place = self._table.put(record.entry.id, record, new=new)
        self._vault.damages.pop((TABLE, record.entry.id), None)
        self._move(UNSENT, place, there=record.verdict is None)
        self._move(REFUSED, place, there=record.verdict in _UNHEARD)
        return place

    def brief(self, entry_id: str) -> Brief | None:
        """Return what central said of an entry, without looking into it; raises ``StoreDamaged``."""
        return self._table.fetch(entry_id, brief_of)

    def brief_at(self, place: int) -> Brief | None:
        """Return the same of the entry at a place, or ``None`` where there is none that opens."""
        return self._opened_at(place, brief_of)

    def settle(self, held: Brief, verdict: Verdict, position: int | None, problem: dict[str, Any] | None) -> int | None:
        """Keep what central said of an entry; return its place, or ``None`` where that is no news.

        What was said once is not unsaid; only what was held back may be judged anew.
        """
        if held.verdict not in {None, Verdict.QUARANTINED} and (held.position is not None or position is None):
            return None
        if held.verdict is not None and held.verdict is not Verdict.QUARANTINED:
            verdict, problem = held.verdict, held.problem
        if (held.verdict, held.position, held.problem) == (verdict, position, problem):
            return None
        place = self._table.put(held.head.id, Brief(held.entry, verdict, position, problem, held.further))
        self._move(UNSENT, place, there=False)
        self._move(REFUSED, place, there=verdict in _UNHEARD)
        return place

    def hear(self, held: Brief, told: Record) -> bool:
        """Take a feed's word for verdict and place, which a restored central may give anew; return whether it is news.

        What is told is the own feed's place, or that in a further one: the others stay as they are.
        """
        position = held.position if told.position is None else told.position
        further = held.further | dict(told.further)
        if (held.verdict, held.position, held.further) == (told.verdict, position, further):
            return False
        place = self._table.put(held.head.id, Brief(held.entry, told.verdict, position, None, further))
        self._move(UNSENT, place, there=False)
        self._move(REFUSED, place, there=False)
        return True

    def lose(self, held: Record, feed: str = "") -> None:
        """Forget another window's entry's place in a feed, because central lost it; ``feed``: a further point, empty: the own one.

        Where no feed tells it any more it is set aside; it counts again once it is heard again.
        """
        left = without(held, feed)
        self._table.put(
            held.entry.id, left if left.placed else replace(left, verdict=Verdict.QUARANTINED, problem=LOST)
        )

    def leave(self, held: Record, feed: str) -> None:
        """Forget an entry's place in the feed of a further point, and nothing else of it."""
        self._table.put(held.entry.id, without(held, feed))

    def unsettle(self, place: int, held: Record) -> None:
        """Make an entry unsent again, because central lost it; what the feeds of further points tell, each proves by itself."""
        self._table.put(held.entry.id, Record(entry=held.entry, further=held.further))
        self._move(UNSENT, place, there=True)
        self._move(REFUSED, place, there=False)

    def drop(self, held: Record) -> None:
        """Take a record that central has confirmed out of the book (``store.books.pruning``); its place stays empty."""
        for place in self._moved():
            found = self.at(place)
            if found is not None and found.entry.id == held.entry.id:
                self._move(MOVED, place, there=False)
        self._table.discard(held.entry.id)

    def _move(self, note: str, place: int, *, there: bool) -> None:
        places = Spans(self._vault.note(note))
        changed = places.adding(place) if there else places.removing(place)
        if changed is not places:
            self._vault.set_note(note, changed.plain())

    def is_unheard(self, record: Record) -> bool:
        """Whether central refused or quarantined an entry."""
        return record.verdict in _UNHEARD

    @property
    def window(self) -> str:
        """This window's id; empty where it is not known."""
        return self._window

    def is_own(self, record: Record) -> bool:
        """Whether this window wrote an entry."""
        return record.entry.window == self._window if self._window else not record.placed


def without(record: Record, feed: str) -> Record:
    """Return a record without its place in one feed; empty: the own point's."""
    if not feed:
        return replace(record, position=None)
    return replace(record, further={point: at for point, at in record.further.items() if point != feed})
