"""A sheet as a grid of texts: what spreadsheets and delimited files have in common."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sync.central.importing.model import ImportRefused

MAX_ROWS = 300_000
MAX_COLUMNS = 256
MAX_TEXT = 200_000_000
"""Characters a file may hold altogether."""
_MAX_SPANS = 2_000_000


@dataclass(frozen=True, slots=True)
class Area:
    """A merged range, both corners included."""

    top: int
    left: int
    bottom: int
    right: int


class Merges:
    """Which merged range a cell lies in, found without laying the ranges out cell by cell."""

    def __init__(self, areas: Iterable[Area] = ()) -> None:
        self.areas = tuple(areas)
        by_column: defaultdict[int, list[tuple[int, Area]]] = defaultdict(list)
        spans = 0
        for area in self.areas:
            right = min(area.right, MAX_COLUMNS)
            spans += max(0, right - area.left + 1)
            if spans > _MAX_SPANS:
                raise ImportRefused("合并单元格太多，不是正常的工作表")
            for column in range(area.left, right + 1):
                by_column[column].append((area.top, area))
        self._by_column = {column: sorted(found, key=lambda pair: pair[0]) for column, found in by_column.items()}

    def area_of(self, row: int, column: int) -> Area | None:
        """Return the merged range a cell lies in."""
        found = self._by_column.get(column)
        if not found:
            return None
        at = bisect_right(found, row, key=lambda pair: pair[0]) - 1
        area = found[at][1] if at >= 0 else None
        return area if area is not None and row <= area.bottom else None


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of one sheet that hold anything, with their numbers; columns count from 1."""

    name: str
    rows: Sequence[tuple[int, Sequence[str]]]
    merges: Merges = field(default_factory=Merges)
    hidden: frozenset[int] = frozenset()
    by_number: dict[int, Sequence[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.by_number.update(self.rows)

    def own(self, row: int, column: int) -> str:
        """Return what is written in this very cell."""
        cells = self.by_number.get(row, ())
        return cells[column - 1] if column <= len(cells) else ""

    def cell(self, row: int, column: int) -> str:
        """Return what a reader sees in a cell: a merged range says everywhere what its first cell says."""
        area = self.merges.area_of(row, column)
        return self.own(area.top, area.left) if area is not None else self.own(row, column)
