"""Setting a paper: its blocks one after the other onto pages, then the head and the foot of every page."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_app.paper.bars import bar_marks
from clerk_app.paper.blocks import Align, Bars, Block, Fields, Paper, Signatures, Signer, Table, Text
from clerk_app.paper.fonts import POINT, demand_glyphs, width_of
from clerk_app.paper.lines import break_lines, printable
from clerk_app.paper.qr import qr_marks
from clerk_app.paper.sheet import (
    LEFT,
    PADDING,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RIGHT,
    TOP,
    WIDTH,
    Cell,
    Mark,
    Rule,
    Sheet,
    line_height,
    row_height,
    split_row,
)
from clerk_app.paper.words import minute

GRID_SIZE = 9.5
"""Size, in points, of the text in grids and tables."""
LABEL_WIDTH = 27.0
SHADE = 0.93
QR_WIDTH = 21.0
QR_TOP = 11.0
BLOCK_GAP = 2.6
BARS_HEIGHT = 11.0
SIGNING_LINE = 7.6
SIGNING_SIZE = 10.5
SEAL_GREY = 0.55
SMALL = 8.0
LEAST_SPLIT = 24.0
"""Less room than this at the foot of a page is left empty rather than used for the first lines of a split row."""
TALLEST_WHOLE = 90.0
"""A row taller than this is split rather than moved whole to the next page."""


def pages_of(paper: Paper) -> list[list[Mark]]:
    """Return the pages of a paper; raises ``MissingGlyph`` before anything is set."""
    demand_glyphs(printable(t) for t in paper.texts())
    sheet = Sheet()
    _first_head(sheet, paper)
    for position, block in enumerate(paper.blocks):
        if _keeps(paper.blocks, position):
            sheet.need(_height_together(paper.blocks, position))
        _set(sheet, block)
    return [page for copy in paper.copies or ("",) for page in _copy(sheet.pages, paper, copy)]


def _copy(pages: Sequence[Sequence[Mark]], paper: Paper, copy: str) -> list[list[Mark]]:
    """Return the set pages as one copy of the paper: its boxes above the title, the foot of every page."""
    boxes = tuple(text for text in (copy, *paper.labels, paper.standing) if text)
    own = [list(page) for page in pages]
    _labels(Sheet(pages=own[:1]), boxes)
    for number, page in enumerate(own, start=1):
        _foot(page, paper, boxes, number, len(own))
    return own


def _set(sheet: Sheet, block: Block) -> None:
    match block:
        case Text():
            sheet.paragraph(block.text, block.size, indent=block.indent, align=block.align, bold=block.bold)
            sheet.y += block.gap
        case Fields():
            for pairs in block.rows:
                _flow_row(sheet, _field_cells(pairs), 0.0, None)
            sheet.y += BLOCK_GAP
        case Table():
            _table(sheet, block)
            sheet.y += BLOCK_GAP
        case Signatures():
            _signatures(sheet, block)
            sheet.y += BLOCK_GAP
        case Bars():
            sheet.need(_bars_height())
            sheet.put(*bar_marks(block.number, LEFT, sheet.y, WIDTH, BARS_HEIGHT))
            sheet.line(block.number, LEFT, WIDTH, sheet.y + BARS_HEIGHT, GRID_SIZE, align="center")
            sheet.y += _bars_height()


def _bars_height() -> float:
    return BARS_HEIGHT + line_height(GRID_SIZE) + BLOCK_GAP


def _field_cells(pairs: Sequence[tuple[str, str]]) -> list[Cell]:
    value_width = WIDTH / len(pairs) - LABEL_WIDTH
    cells = []
    for label, value in pairs:
        cells.append(Cell(text=label, width=LABEL_WIDTH, align="center", grey=SHADE))
        cells.append(Cell(text=value or "—", width=value_width))
    return cells


def _table(sheet: Sheet, table: Table) -> None:
    unit = WIDTH / sum(c.share for c in table.columns)
    widths = [c.share * unit for c in table.columns]
    head = [
        Cell(text=c.title, width=w, align="center", bold=True, grey=SHADE)
        for c, w in zip(table.columns, widths, strict=True)
    ]
    aligns: list[Align] = [c.align for c in table.columns]
    rows = [[Cell(text=t, width=w, align=a) for t, w, a in zip(r, widths, aligns, strict=True)] for r in table.rows]
    if not rows:
        rows = [[Cell(text=table.empty, width=WIDTH, align="center")]]
    first = min(max(row_height(rows[0], GRID_SIZE), table.height), LEAST_SPLIT)
    sheet.need(row_height(head, GRID_SIZE) + first)
    sheet.row(head, GRID_SIZE)
    for row in rows:
        _flow_row(sheet, row, table.height, head)


def _flow_row(sheet: Sheet, row: list[Cell], least: float, head: list[Cell] | None) -> None:
    """Set a row, on the next page if it does not fit, over several pages if it is very tall."""
    height = max(least, row_height(row, GRID_SIZE))
    while height > sheet.room:
        if height > TALLEST_WHOLE and sheet.room >= LEAST_SPLIT:
            part, row = split_row(row, GRID_SIZE, sheet.room)
            sheet.row(part, GRID_SIZE)
            height = row_height(row, GRID_SIZE)
        _next_page(sheet, head)
    sheet.row(row, GRID_SIZE, least)


def _next_page(sheet: Sheet, head: list[Cell] | None) -> None:
    sheet.turn()
    if head is not None:
        sheet.row(head, GRID_SIZE)


def _signatures(sheet: Sheet, block: Signatures) -> None:
    width = WIDTH / len(block.signers)
    height = max(_signer_height(s, width) for s in block.signers)
    sheet.need(height)
    for index, signer in enumerate(block.signers):
        _signer(sheet, signer, LEFT + index * width, width, height)
    sheet.y += height


def _broken(texts: Sequence[str], width: float) -> list[str]:
    """Return the lines of a signature cell's texts."""
    inner = width - 4 * PADDING
    return [line for text in texts for line in break_lines(text, inner, lambda s: width_of(s, SIGNING_SIZE))]


def _signer_height(signer: Signer, width: float) -> float:
    title = len(_broken([signer.title], width)) * line_height(SIGNING_SIZE)
    seal = line_height(SIGNING_SIZE) + 10 if signer.seal else 0
    return title + len(_broken(signer.lines, width)) * SIGNING_LINE + seal + 3 * PADDING


def _signer(sheet: Sheet, signer: Signer, x: float, width: float, height: float) -> None:
    """Set one cell: its title above, the seal's place in the middle, the lines to fill in below."""
    sheet.frame(x, sheet.y, width, height)
    inner, left, top = width - 4 * PADDING, x + 2 * PADDING, sheet.y + PADDING
    step = line_height(SIGNING_SIZE)
    for line in _broken([signer.title], width):
        sheet.line(line, left, inner, top, SIGNING_SIZE, bold=True)
        top += step
    lines = _broken(signer.lines, width)
    below = sheet.y + height - PADDING - len(lines) * SIGNING_LINE
    if signer.seal:
        sheet.line(signer.seal, left, inner, (top + below - step) / 2, SIGNING_SIZE, align="center", grey=SEAL_GREY)
    for number, line in enumerate(lines):
        offset = (SIGNING_LINE - step) / 2
        top = below + number * SIGNING_LINE + offset
        sheet.line(line, left, inner, top, SIGNING_SIZE)
        if line.endswith("："):
            start, floor = left + width_of(line, SIGNING_SIZE), top + step
            sheet.put(Rule(x1=start, y1=floor, x2=left + inner, y2=floor, weight=0.15))


def _first_head(sheet: Sheet, paper: Paper) -> None:
    qr_left = PAGE_WIDTH - RIGHT - QR_WIDTH
    sheet.put(*qr_marks(paper.subject, qr_left, QR_TOP, QR_WIDTH))
    beside = qr_left - LEFT - 4
    inner = WIDTH - 2 * (WIDTH - beside)
    sheet.y = 18.0
    for line in break_lines(paper.issuer, inner, lambda s: width_of(s, 12)):
        sheet.line(line, LEFT, WIDTH, sheet.y, 12, align="center", spread=0.5)
        sheet.y += line_height(12)
    sheet.y = max(sheet.y, 25.0)
    sheet.line(paper.title, LEFT, WIDTH, sheet.y, 20, align="center", bold=True, spread=1.5)
    sheet.y = max(sheet.y + line_height(20), QR_TOP + QR_WIDTH) + 0.5
    sheet.line(f"编号：{paper.number}", LEFT, WIDTH, sheet.y, 10, align="right")
    sheet.y += line_height(10) + 1.6


def _labels(sheet: Sheet, boxes: Sequence[str]) -> None:
    x = LEFT
    for label in boxes:
        width = width_of(label, SMALL) + 3
        sheet.frame(x, QR_TOP, width, line_height(SMALL) + 1)
        sheet.line(label, x, width, QR_TOP + 0.5, SMALL, align="center", bold=True)
        x += width + 2


def _foot(page: list[Mark], paper: Paper, boxes: Sequence[str], number: int, total: int) -> None:
    """Put the foot on a page, and on all but the first a running head."""
    margin = Sheet(pages=[page])
    if number > 1:
        top = TOP - 8
        margin.line(f"{paper.title}（续页）", LEFT, WIDTH, top, SMALL)
        margin.line(f"编号：{paper.number}", LEFT, WIDTH, top, SMALL, align="right")
        margin.put(Rule(x1=LEFT, y1=TOP - 3, x2=LEFT + WIDTH, y2=TOP - 3, weight=0.15))
    top = PAGE_HEIGHT - 15
    margin.put(Rule(x1=LEFT, y1=top, x2=LEFT + WIDTH, y2=top, weight=0.15))
    margin.line(f"{paper.subject_word}：{paper.subject}", LEFT, WIDTH, top + 1, SMALL)
    margin.line(f"第 {number} 页  共 {total} 页", LEFT, WIDTH, top + 1, SMALL, align="center")
    margin.line(f"打印时间：{minute(paper.printed_at)}", LEFT, WIDTH, top + 1, SMALL, align="right")
    margin.line("　".join(boxes), LEFT, WIDTH, top + 1 + line_height(SMALL), SMALL, align="center")


def _keeps(blocks: Sequence[Block], position: int) -> bool:
    """Whether a block stays on one page with the one after it: headings, what is signed for, and who keeps what."""
    if position + 1 >= len(blocks):
        return False
    block = blocks[position]
    signed = isinstance(blocks[position + 1], Signatures)
    return (
        isinstance(block, Signatures)
        or (isinstance(block, Text) and block.keep)
        or (isinstance(block, Fields) and signed)
    )


def _height_together(blocks: Sequence[Block], position: int) -> float:
    """Return the height of a block with those it keeps to, of the last of which only the beginning counts."""
    block = blocks[position]
    if _keeps(blocks, position):
        return _height(block) + _height_together(blocks, position + 1)
    return _height(block)


def _height(block: Block) -> float:
    match block:
        case Text():
            lines = break_lines(block.text, WIDTH, lambda s: width_of(s, block.size), block.indent * block.size * POINT)
            return len(lines) * line_height(block.size) + block.gap
        case Fields():
            return sum(row_height(_field_cells(pairs), GRID_SIZE) for pairs in block.rows) + BLOCK_GAP
        case Signatures():
            width = WIDTH / len(block.signers)
            return max(_signer_height(s, width) for s in block.signers) + BLOCK_GAP
        case Bars():
            return _bars_height()
        case Table():
            return 2 * LEAST_SPLIT
