"""Setting a label on A6: the codes keep their size, and what is between them shrinks until all of it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clerk_app.paper.bars import bar_marks
from clerk_app.paper.context import PaperNotReady
from clerk_app.paper.fonts import demand_glyphs, width_of
from clerk_app.paper.label import TITLE, Label
from clerk_app.paper.lines import break_lines, printable
from clerk_app.paper.qr import qr_marks
from clerk_app.paper.sheet import Box, Mark, Sheet, line_height

A6 = (105.0, 148.0)
MARGIN = 5.0
WIDTH = A6[0] - 2 * MARGIN
QR_WIDTH = 30.0
HEAD = WIDTH - QR_WIDTH - 2
"""Width of what stands beside the QR code."""
BARS, WAYBILL_BARS = 14.0, 11.0
NUMBER_SIZE, SMALL = 10.0, 6.5
SCALES = tuple(n / 20 for n in range(20, 8, -1))
"""How far the text between the codes may shrink: the smallest is still read at arm's length."""
BOLD_FROM = 12.0
TITLE_SIZE = 9.0
SIDE = 11.0
"""Width of a cell's title."""
PADDING = 1.3
SHADE = 0.9


@dataclass(frozen=True, slots=True)
class _Part:
    """A cell: what it is called, its texts with their sizes in points, and its width."""

    title: str
    texts: tuple[tuple[str, float], ...]
    width: float = WIDTH


def label_marks(label: Label) -> list[Mark]:
    """Return the marks of a label's one page; raises ``MissingGlyph``, and ``PaperNotReady`` where it does not fit."""
    demand_glyphs(printable(text) for text in (TITLE, *label.texts(), *_TITLES))
    sheet = Sheet()
    _head(sheet, label)
    floor = _codes(sheet, label)
    rows = _rows(label)
    top = MARGIN + QR_WIDTH + 1.5
    scale = next((s for s in SCALES if top + sum(_height(row, s) for row in rows) <= floor), None)
    if scale is None:
        raise PaperNotReady("收件方的名称、地址太长，标签放不下，请改短后再打印。")
    sheet.y = top
    for row in rows:
        _row(sheet, row, scale)
    return sheet.pages[0]


def _head(sheet: Sheet, label: Label) -> None:
    sheet.put(*qr_marks(label.number, MARGIN + WIDTH - QR_WIDTH, MARGIN, QR_WIDTH))
    x = MARGIN
    for box in label.boxes:
        width = width_of(box, SMALL) + 2
        sheet.frame(x, MARGIN, width, line_height(SMALL) + 0.8)
        sheet.line(box, x, width, MARGIN + 0.4, SMALL, align="center", bold=True)
        x += width + 1.5
    sheet.line(TITLE, MARGIN, HEAD, MARGIN + 4.8, 10)
    if label.again:
        width = width_of(label.again, SMALL) + 2
        x = MARGIN + HEAD - width - 1
        sheet.frame(x, MARGIN + 5.2, width, line_height(SMALL) + 0.8)
        sheet.line(label.again, x, width, MARGIN + 5.6, SMALL, align="center", bold=True)
    sheet.line(label.direction, MARGIN, HEAD, MARGIN + 9.5, 26, bold=True)
    size, lines = _shrunk(label.issuer, HEAD, (9.0, 7.5, 6.0, 5.0, 4.0), QR_WIDTH - 23.0)
    top = MARGIN + 23.0
    for line in lines:
        sheet.line(line, MARGIN, HEAD, top, size)
        top += line_height(size)


def _shrunk(text: str, width: float, sizes: Sequence[float], height: float) -> tuple[float, list[str]]:
    """Return a text's lines in the largest size in which they fit."""
    for size in sizes:
        lines = _broken(text, width, size)
        if len(lines) * line_height(size) <= height:
            return size, lines
    raise PaperNotReady("服务点名称太长，标签放不下。")


def _codes(sheet: Sheet, label: Label) -> float:
    """Set the foot, the bag's number and the waybill's above it; return where they begin."""
    y = A6[1] - MARGIN - line_height(SMALL)
    sheet.line(label.foot, MARGIN, WIDTH, y, SMALL, align="center")
    y = _code(sheet, "袋号", label.number, y - 0.8, BARS)
    if label.waybill:
        y = _code(sheet, f"运单号（{label.carrier}）", label.waybill, y - 1.2, WAYBILL_BARS)
    return y - 1.2


def _code(sheet: Sheet, title: str, number: str, floor: float, height: float) -> float:
    """Set a number with its bars so that it ends at ``floor``; return where it begins."""
    words = f"{title} {number}"
    size, lines = _shrunk(words, WIDTH, (NUMBER_SIZE, 8.0, 6.5), line_height(NUMBER_SIZE))
    top = floor - line_height(NUMBER_SIZE)
    sheet.line(lines[0], MARGIN, WIDTH, top, size, align="center", bold=True)
    bars = bar_marks(number, MARGIN, top - height, WIDTH, height)
    sheet.put(*bars)
    return top - height if bars else top


_TITLES = ("送往", "寄自", "内装", "封签", "封袋")


def _rows(label: Label) -> list[list[_Part]]:
    to, sender, inside, seal, on = _TITLES
    first, *rest = label.to
    half, third = WIDTH / 2, (WIDTH - SIDE) / 3
    counts = [_Part("" if n else inside, ((c, 12.0),), third + (0 if n else SIDE)) for n, c in enumerate(label.counts)]
    return [
        [_Part(to, ((first, 17.0), *((text, 11.0) for text in rest)))],
        [_Part(sender, tuple((text, 10.0) for text in label.sender))],
        counts,
        [_Part(seal, ((label.seal, 10.0),), half), _Part(on, ((label.sealed_on, 10.0),), half)],
    ]


def _inner(part: _Part) -> float:
    return part.width - (SIDE if part.title else 0) - 2 * PADDING


def _lines(part: _Part, scale: float) -> list[tuple[str, float, bool]]:
    """Return the lines of a cell with their sizes; what is large is bold."""
    lines = []
    for text, full in part.texts:
        size = full * scale
        lines += [(line, size, full >= BOLD_FROM) for line in _broken(text, _inner(part), size)]
    return lines


def _broken(text: str, width: float, size: float) -> list[str]:
    return break_lines(text, width, lambda s: width_of(s, size))


def _height(row: Sequence[_Part], scale: float) -> float:
    return max(sum(line_height(size) for _, size, _ in _lines(part, scale)) for part in row) + 2 * PADDING


def _row(sheet: Sheet, row: Sequence[_Part], scale: float) -> None:
    height, x = _height(row, scale), MARGIN
    for part in row:
        lines, side = _lines(part, scale), SIDE if part.title else 0.0
        if side:
            sheet.put(Box(x=x, y=sheet.y, width=side, height=height, grey=SHADE))
            middle = sheet.y + (height - line_height(TITLE_SIZE)) / 2
            sheet.line(part.title, x, side, middle, TITLE_SIZE, align="center")
        sheet.frame(x, sheet.y, part.width, height)
        top = sheet.y + (height - sum(line_height(size) for _, size, _ in lines)) / 2
        for line, size, bold in lines:
            sheet.line(line, x + side + PADDING, _inner(part), top, size, bold=bold)
            top += line_height(size)
        x += part.width
    sheet.y += height
