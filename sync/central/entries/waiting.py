"""Entries without a place: which of them hold up others, and what they wait for. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from clerk_app.domain.journal import Record, Verdict
from clerk_app.domain.kinds import KINDS
from sync.central.entries.ground import Row, number_of
from sync.central.entries.judging import UNHEARD, Held

AWAITING = frozenset({"waits", "case-awaited", "not-your-point"})
"""Problems of a quarantined entry that pass by themselves; the rest a person has to look at."""
HOLDING_NOBODY = frozenset({"entry.mended", "entry.lost"})
"""Kinds on which nothing is founded: refused, they hold up nothing."""


class Waiting:
    """The entries without a place about the subjects of one batch, of every point concerned."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: defaultdict[str, dict[tuple[str, int, str], Row]] = defaultdict(dict)
        self._stirred: dict[str, None] = {}
        for row in rows:
            if row.verdict in UNHEARD:  # the others were said from afar and lack a place only where they were said
                self.put(row)

    def put(self, row: Row) -> None:
        """Keep an entry without a place, or what has become of it."""
        self._rows[row.subject][row.key] = row

    def drop(self, row: Row) -> None:
        """Forget an entry that has its place now; what waits for its subject may go on."""
        rows = self._rows.get(row.subject)
        if rows:
            rows.pop(row.key, None)
            self._stirred[row.subject] = None

    def stirred(self) -> str | None:
        """Return a subject about which something may go on, once for each time it was stirred."""
        return self._stirred.popitem()[0] if self._stirred else None

    def of(self, subject: str) -> list[Row]:
        """Return what waits for something to pass, in the order it was said."""
        rows = self._rows.get(subject, {}).values()
        return sorted((r for r in rows if waits(r)), key=lambda r: (r.received_at, r.window, r.n))

    def find(self, point: str, id: str) -> Row | None:
        """Return the refused or quarantined entry of a point that has this id."""
        rows = (row for rows in self._rows.values() for row in rows.values())
        return next((row for row in rows if row.id == id and row.point == point), None) if id else None

    def own(self, row: Row) -> list[Record]:
        """Return what else its window said about the subject that has no place."""
        return [other.record for other in self._about(row)]

    def held_up(self, row: Row) -> bool:
        """Whether an entry of the same window about the same subject that is not mended comes before it."""
        kind = KINDS.get(row.kind)
        if kind is not None and kind.stands_alone:
            return False
        others = self._about(row)
        place = _place(row, others)
        return any(_holds(other) and _place(other, others) < place for other in others)

    def mend(self, row: Row, by: str) -> list[Row]:
        """Note that an entry holds nobody up any more once ``by`` has its place (empty: at once); return what changed."""
        changed = row.but(mended=by)
        self.put(changed)
        self._stirred[row.subject] = None
        return [changed] if by else [changed, *self.fulfilled(row.id)]

    def fulfilled(self, id: str) -> list[Row]:
        """Note that an entry holds up nobody: what it says anew does neither; return what changed."""
        rows = [row for rows in self._rows.values() for row in rows.values() if row.mended == id]
        return [changed for row in rows for changed in self.mend(row, "")]

    def _about(self, row: Row) -> list[Row]:
        rows = self._rows.get(row.subject, {}).values()
        return [other for other in rows if other.window == row.window and other.n != row.n]


def waits(row: Row) -> bool:
    """Whether this goes on by itself once what it waits for has come."""
    return row.verdict is Verdict.QUARANTINED and row.mended is None and row.code in AWAITING


def awaited(row: Row, held: Held, windows: Mapping[str, str]) -> bool:
    """Whether the first entry of the subject is still to come: another enrolled window gave the case its number.

    That window speaks in order: once it has said anything else about the subject, a first entry does not come any more.
    """
    number = number_of(row.subject)
    if number is None or number.window == row.window or windows.get(number.window) != number.point:
        return False
    return all(record.entry.window != number.window for record in held.records)


def _holds(row: Row) -> bool:
    foreign = row.verdict is Verdict.REFUSED and row.code == "not-your-point"
    return row.mended != "" and not foreign and row.kind not in HOLDING_NOBODY


def _place(row: Row, others: Iterable[Row]) -> int:
    """Where an entry stands in its window's journal: what says another anew stands where that one stood."""
    anew = {other.mended: other for other in others if other.mended}
    passed = {row.id}
    while (before := anew.get(row.id)) is not None and before.id not in passed:
        passed.add(before.id)
        row = before
    return row.n
