"""From grids to rows: the header row is found, columns are understood, merged and left-out cells are filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.central.importing.columns import Column, column_of
from sync.central.importing.grid import Area, Grid
from sync.central.importing.model import Findings, ImportRefused, Source, SourceRow

_HEADER_WITHIN = 40
"""Rows with anything in them among which the header must be."""


@dataclass(frozen=True, slots=True)
class _Header:
    """The header of one sheet."""

    last_row: int
    columns: dict[int, Column]
    """Column number → what it is; only those that are understood, each field once."""
    labels: tuple[str, ...]
    unread: tuple[str, ...]


def read_tables(grids: Sequence[Grid], findings: Findings) -> Source:
    """Return the rows of all sheets that have a header row which is understood."""
    rows: list[SourceRow] = []
    fields: set[str] = set()
    unread: list[str] = []
    for grid in grids:
        header = _header(grid)
        if header is None:
            if grid.rows:
                unread.append(grid.name)
            continue
        for label in header.unread:
            findings.add(header.last_row, "unread-column", f"不认识“{label[:30]}”这一列，没有读取")
        fields |= {column.field for column in header.columns.values()}
        rows.extend(_rows(grid, header, findings))
    if not fields:
        raise ImportRefused("没有找到表头：要有一行写着“事项名称”以及“受理部门”“材料”等列名")
    for name in unread:
        findings.add(1, "unread-sheet", f"工作表“{name}”没有认得出的表头，没有读取")
    return Source(tuple(rows), frozenset(fields))


def _header(grid: Grid) -> _Header | None:
    for at, (row, cells) in enumerate(grid.rows[:_HEADER_WITHIN]):
        labels = {n: text for n in range(1, len(cells) + 1) if (text := grid.cell(row, n))}
        known = {n: column for n, text in labels.items() if (column := column_of(text))}
        fields = {column.field for column in known.values()}
        if len(fields) < 2 or not fields & {"item_name", "item_code"}:
            continue
        below = grid.rows[at + 1][0] if at + 1 < len(grid.rows) else 0
        lower = _second_row(grid, row, below, labels)
        if lower is not None:
            return _understood(below, lower)
        return _understood(row, {n: (text, known.get(n)) for n, text in labels.items()})
    return None


Labels = dict[int, tuple[str, Column | None]]


def _second_row(grid: Grid, upper: int, lower: int, labels: dict[int, str]) -> Labels | None:
    """Return the labels of a header of two rows, where 名称, 原件, 复印件 lie below 材料; ``None`` when it has one."""
    found: Labels = {}
    told = False
    for number in range(1, max(len(grid.by_number.get(lower, ())), *labels, 1) + 1):
        above, below = labels.get(number, ""), grid.cell(lower, number)
        area = grid.merges.area_of(upper, number)
        names = [above]
        if area is not None and area.right > area.left and below != above:
            names = [above + below, below, above]
        known = next((name for name in names if column_of(name)), "")
        told = told or (known != above and bool(known))
        if above or below:
            found[number] = (below or above, column_of(known))
    return found if told else None


def _understood(last_row: int, labels: Labels) -> _Header:
    columns: dict[int, Column] = {}
    unread = []
    for number, (text, column) in labels.items():
        if column is None or column.field in {known.field for known in columns.values()}:
            unread.append(text)
        else:
            columns[number] = column
    return _Header(last_row, columns, tuple(text for text, _ in labels.values()), tuple(dict.fromkeys(unread)))


def _rows(grid: Grid, header: _Header, findings: Findings) -> list[SourceRow]:
    schemes = {column.field: column.scheme for column in header.columns.values() if column.scheme}
    units = {f"{column.field}_unit": column.unit for column in header.columns.values() if column.unit}
    anchors = {number for number, column in header.columns.items() if column.field in {"item_name", "material"}}
    rows = []
    for row, cells in grid.rows:
        if row <= header.last_row or _repeats(cells, header):
            continue
        across = _across(grid, row, anchors)
        if across is not None:
            if across.top == row:
                findings.add(row, "note-row", f"横贯全表的一行没有读取：{grid.own(across.top, across.left)[:60]}")
            continue
        values = {
            column.field: grid.cell(row, n) for n, column in header.columns.items() if _belongs(grid, row, n, column)
        }
        values = {field: text for field, text in values.items() if text}
        if not values:
            continue
        if row in grid.hidden:
            findings.add(row, "hidden-row", "这一行在工作表里是隐藏的，照样读取")
        rows.append(SourceRow(row, units | values, schemes))
    return rows


def _belongs(grid: Grid, row: int, number: int, column: Column) -> bool:
    """A material merged over several rows is one material: only its first row says it."""
    area = grid.merges.area_of(row, number)
    return area is None or area.top == row or column.field != "material"


def _repeats(cells: Sequence[str], header: _Header) -> bool:
    """Whether a row is the header again, as on the next printed page."""
    return tuple(cell for cell in cells if cell) == header.labels


def _across(grid: Grid, row: int, anchors: set[int]) -> Area | None:
    """Return the merged range that lies across both the item's and the material's column, if there is one."""
    areas = [grid.merges.area_of(row, number) for number in anchors]
    if len(areas) < 2 or areas[0] is None:
        return None
    return areas[0] if all(area == areas[0] for area in areas) else None
