"""What can still be read of a damaged store: its pages one by one, whatever SQLite makes of the file as a whole.

A row proves itself: its body opens for (table, id, place, revision) with the window's key, or it is none. Of several
revisions the highest counts. What the file lets go of (freed pages, frames of the log that were passed over) is used only for
tables that are not whole without it, because it also holds what was taken away on purpose. The layout is that of
SQLite's file format (https://www.sqlite.org/fileformat2.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from clerk_app.store.file.rows import MARK_PLACE, NONE, Mark, Sums
from clerk_app.store.file.seal import SealBroken, Sealer, place_of
from clerk_app.store.mend.pages import INDEX_LEAF, TABLE_LEAF, Bytes, Image, Place, Value, cells

USUAL_SIZE = 4096
OTHER_SIZES = (1024, 2048, 8192, 16384, 32768, 65536, 512)
"""Bytes of a page."""


class Saved(NamedTuple):
    """A row as it stood in the file."""

    seq: int
    rev: int
    sealed: bytes


Tables = dict[str, dict[str, Saved]]


@dataclass(slots=True)
class Salvage:
    """What was found."""

    rows: Tables = field(default_factory=dict)
    """By table and id."""
    mark: Mark | None = None
    """The newest that opens; it may be older than some of the rows."""
    store: str = ""
    """The store's id; empty: lost."""

    def count(self) -> int:
        """Return how many rows there are."""
        return sum(map(len, self.rows.values()))

    def sums(self) -> dict[str, Sums]:
        """Return what a mark has to tell of these rows."""
        told = self.mark.sums if self.mark is not None else {}
        names = self.rows.keys() | told.keys()
        return {name: _sums(self.rows.get(name, {}), told.get(name, NONE).last) for name in names}

    def wanting(self) -> list[str]:
        """Return the tables that are not as the mark tells; all that are known where there is none, or only an old one."""
        mark = self.mark
        if mark is None or any(row.rev > mark.revision for rows in self.rows.values() for row in rows.values()):
            return sorted(self.rows.keys() | (mark.sums.keys() if mark else set()))
        found = self.sums()
        return sorted(name for name, told in mark.sums.items() if not _same(told, found[name]))


def salvage(database: Bytes, log: Bytes, sealer: Sealer, names: Sequence[str]) -> Salvage:
    """Return all rows that open, of the tables with these names; never raises for what the files hold."""
    best = Salvage()
    likely = (*Image.told_sizes(database, log), USUAL_SIZE)
    for size in dict.fromkeys((*likely, *OTHER_SIZES)):
        if best.rows and size not in likely:
            break
        found = _Sieve(Image(database, log, size), sealer, names).run()
        if (found.count(), found.mark is not None) > (best.count(), best.mark is not None):
            best = found
        if best.mark is not None and not best.wanting():
            break  # whole: no other size finds more
    return best


class _Sieve:
    """Looks through one image, living pages first."""

    def __init__(self, image: Image, sealer: Sealer, names: Sequence[str]) -> None:
        self._image = image
        self._sealer = sealer
        self._names = list(names)
        self._found = Salvage()

    def run(self) -> Salvage:
        found = self._found
        self._read(self._image.living(), found.rows)
        left: Tables = {}
        self._read(self._image.left_over(), left)
        told = found.mark.sums if found.mark is not None else {}
        for name, rows in left.items():
            kept = found.rows.get(name, {})
            if name in told and _same(told[name], _sums(kept, 0)):
                continue
            for row, saved in rows.items():
                if row not in kept or kept[row].rev < saved.rev:
                    found.rows.setdefault(name, kept)[row] = saved
        for name, rows in found.rows.items():
            found.rows[name] = _placed(rows)
        return found

    def _read(self, places: Iterable[Place], into: Tables) -> None:
        for place in places:
            kind = self._image.kind(place)
            if kind == TABLE_LEAF:
                for rowid, values in cells(self._image, place, with_rowid=True):
                    self._take(rowid, values, into)
            elif kind == INDEX_LEAF:
                for _, values in cells(self._image, place, with_rowid=False):
                    self._take_about(values)

    def _take(self, rowid: int, values: Iterator[list[Value]], into: Tables) -> None:
        """Take a cell in the first of its readings that opens; they differ in the pages its body goes on to."""
        for columns in values:
            match columns:
                case [None, str(row), int(rev), bytes(sealed)]:
                    if self._take_row(Saved(rowid, rev, sealed), row, into):
                        return
                case [None, bytes(sealed)]:
                    if self._take_mark(sealed):
                        return
                case _:
                    return

    def _take_row(self, saved: Saved, row: str, into: Tables) -> bool:
        for at, name in enumerate(self._names):
            known = into.get(name, {}).get(row)
            if known == saved:
                return True
            try:
                self._sealer.open(place_of(name, row, saved.seq, saved.rev), saved.sealed)
            except (SealBroken, UnicodeEncodeError):
                continue
            if known is None or known.rev < saved.rev:
                into.setdefault(name, {})[row] = saved
            if at:  # its neighbours are most likely of the same table
                self._names.insert(0, self._names.pop(at))
            return True
        return False

    def _take_mark(self, sealed: bytes) -> bool:
        try:
            mark = msgspec.json.decode(self._sealer.open(MARK_PLACE, sealed), type=Mark)
        except (SealBroken, msgspec.DecodeError, UnicodeDecodeError):
            return False
        if self._found.mark is None or self._found.mark.generation < mark.generation:
            self._found.mark = mark
        return True

    def _take_about(self, values: Iterator[list[Value]]) -> None:
        for columns in values:
            match columns:
                case ["store", bytes(told)] if len(told) == 36 and told.isascii() and not self._found.store:
                    self._found.store = told.decode()


def _placed(rows: dict[str, Saved]) -> dict[str, Saved]:
    """Return the rows in their order, each place once: of two that claim it the younger is the one that was there."""
    by_place: dict[int, tuple[str, Saved]] = {}
    for row, saved in rows.items():
        held = by_place.get(saved.seq)
        if held is None or held[1].rev < saved.rev:
            by_place[saved.seq] = (row, saved)
    return {row: saved for _, (row, saved) in sorted(by_place.items())}


def _sums(rows: dict[str, Saved], last: int) -> Sums:
    top = max((row.seq for row in rows.values()), default=0)
    return Sums(len(rows), sum(row.rev for row in rows.values()), max(top, last))


def _same(told: Sums, found: Sums) -> bool:
    return (told.rows, told.revisions) == (found.rows, found.revisions)
