"""The book of entries: the journal in the order it arrived here, and what central said of each entry.

Which entries are unsent, which were refused, the head of this window's chain and the feed's cursor stand in the mark of
the vault (``Vault.note``): they are as durable as the entry they came with, and cost no row of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from clerk_app.domain.journal import GENESIS, Entry, Record, Verdict
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.ledger import Ledger
from clerk_app.store.spans import Spans

TABLE = "journal"
HEAD, UNSENT, REFUSED, CURSOR = "head", "unsent", "refused", "feed"
_UNHEARD = (Verdict.REFUSED, Verdict.QUARANTINED)
_LOST = {
    "type": "urn:clerk:problem:lost",
    "title": "Central was restored from a backup without this entry",
    "status": 410,
    "detail": "市中心从备份恢复后没有这一条，等登记它的窗口再报。",
}

_record = msgspec.json.Decoder(Record).decode


class Book:
    """All records; a record's place is its number in the order of arrival."""

    def __init__(self, ledger: Ledger, window: str) -> None:
        self._vault = ledger.vault
        self._table = ledger.table(TABLE)
        self._window = window

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
        try:
            return self._table.fetch_at(place, _record)
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

    def own_backwards(self) -> Iterator[tuple[int, Record]]:
        """Yield this window's records, the last first."""
        place = self._vault.last(TABLE)
        while place > 0:
            record = self.at(place)
            if record is not None and self.is_own(record):
                yield place, record
            place -= 1

    def cursor(self) -> int:
        return int(self._vault.note(CURSOR) or 0)

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

    def add_heard(self, record: Record) -> int:
        """Add an entry that came through the feed; return its place."""
        place = self._table.put(record.entry.id, record, new=True)
        n, digest = self.head()
        if self.is_own(record) and record.entry.n == n + 1 and record.entry.previous == digest:
            self._vault.set_note(HEAD, [record.entry.n, record.entry.digest()])
        return place

    def settle(self, held: Record, verdict: Verdict, position: int | None, problem: dict[str, Any] | None) -> bool:
        """Keep what central said of an entry; return whether that is news. What was said once is not unsaid."""
        if held.verdict is not None and (held.position is not None or position is None):
            return False
        said = held.verdict or verdict
        told = problem if held.problem is None else held.problem
        place = self._table.put(held.entry.id, replace(held, verdict=said, position=position, problem=told))
        self._move(UNSENT, place, there=False)
        self._move(REFUSED, place, there=said in _UNHEARD)
        return True

    def hear(self, held: Record, told: Record) -> bool:
        """Take the feed's word for an entry's verdict and place, which a restored central may have given anew.

        Return whether that is news.
        """
        if (held.verdict, held.position) == (told.verdict, told.position):
            return False
        place = self._table.put(
            held.entry.id, replace(held, verdict=told.verdict, position=told.position, problem=None)
        )
        self._move(UNSENT, place, there=False)
        self._move(REFUSED, place, there=False)
        return True

    def lose(self, held: Record) -> None:
        """Set another window's entry aside, because central lost it; it counts again once it is heard again."""
        self._table.put(held.entry.id, replace(held, verdict=Verdict.QUARANTINED, position=None, problem=_LOST))

    def unsettle(self, place: int, held: Record) -> None:
        """Make an entry unsent again, because central lost it."""
        self._table.put(held.entry.id, Record(entry=held.entry))
        self._move(UNSENT, place, there=True)
        self._move(REFUSED, place, there=False)

    def set_cursor(self, position: int) -> None:
        self._vault.set_note(CURSOR, position)

    def _move(self, note: str, place: int, *, there: bool) -> None:
        places = Spans(self._vault.note(note))
        changed = places.adding(place) if there else places.removing(place)
        if changed is not places:
            self._vault.set_note(note, changed.plain())

    def is_own(self, record: Record) -> bool:
        """Whether this window wrote an entry."""
        return record.entry.window == self._window if self._window else record.position is None
