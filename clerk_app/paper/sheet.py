"""Pages and what stands on them: marks at positions in millimetres from the upper left corner, and the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from clerk_app.paper.blocks import Align
from clerk_app.paper.fonts import POINT, width_of
from clerk_app.paper.lines import break_lines, printable

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
LEFT, RIGHT, TOP, BOTTOM = 22.0, 20.0, 22.0, 18.0
WIDTH = PAGE_WIDTH - LEFT - RIGHT
FLOOR = PAGE_HEIGHT - BOTTOM
LEADING = 1.45
"""Height of a line, in sizes."""
BODY_ABOVE_BASELINE = 0.88
"""The share of a Chinese character's square that stands above the baseline."""
PADDING = 1.3
"""Left and right of a cell's text."""
PADDING_ABOVE = 0.9
"""Above and below it."""
WIDEST_SPREAD = 0.08
"""How far characters may be drawn apart to fill a line, in sizes; more would be read as spaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text; ``y`` is its baseline, ``spread`` what is added after every character, in points."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    grey: float = 0.0
    spread: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A filled rectangle; ``grey`` is 0 for black and 1 for white."""

    x: float
    y: float
    width: float
    height: float
    grey: float


Mark = Words | Rule | Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a row that is being set."""

    text: str
    width: float
    align: Align = "left"
    bold: bool = False
    grey: float = 1.0


@dataclass
class Sheet:
    """The pages of a paper while it is being set; ``y`` is where the next block begins."""

    pages: list[list[Mark]] = field(default_factory=lambda: [[]])
    y: float = TOP

    @property
    def room(self) -> float:
        """Millimetres left on the page."""
        return FLOOR - self.y

    def turn(self) -> None:
        """Begin a new page."""
        self.pages.append([])
        self.y = TOP

    def need(self, height: float) -> None:
        """Begin a new page unless so much is left on this one, or the page is empty."""
        if height > self.room and self.y > TOP:
            self.turn()

    def put(self, *marks: Mark) -> None:
        """Set marks on the page at hand."""
        self.pages[-1].extend(marks)

    def line(
        self,
        text: str,
        x: float,
        width: float,
        top: float,
        size: float,
        *,
        align: Align = "left",
        bold: bool = False,
        grey: float = 0.0,
        spread: float = 0.0,
    ) -> None:
        """Set one line of text whose box begins at ``top`` and is ``LEADING`` sizes high."""
        if not text:
            return
        free = width - width_of(text, size) - spread * POINT * (len(text) - 1)
        offset = {"left": 0.0, "center": free / 2, "right": free}[align]
        baseline = top + line_height(size) / 2 + size * POINT * (BODY_ABOVE_BASELINE - 0.5)
        self.put(Words(x=x + offset, y=baseline, text=text, size=size, bold=bold, grey=grey, spread=spread))

    def paragraph(self, text: str, size: float, *, indent: int, align: Align, bold: bool) -> None:
        """Set a paragraph over as many pages as it takes, its full lines drawn out to the margin."""
        inset = indent * size * POINT
        for part in printable(text).split("\n"):
            lines = break_lines(part, WIDTH, lambda s: width_of(s, size), inset)
            for number, line in enumerate(lines):
                self.need(line_height(size))
                left = inset if number == 0 else 0.0
                last = number == len(lines) - 1
                spread = 0.0 if last or align != "left" else _spread(line, size, WIDTH - left)
                self.line(line, LEFT + left, WIDTH - left, self.y, size, align=align, bold=bold, spread=spread)
                self.y += line_height(size)

    def row(self, cells: Sequence[Cell], size: float, least: float = 0.0) -> None:
        """Set a row side by side, framed, however much room is left."""
        height = max(least, row_height(cells, size))
        x = LEFT
        for cell in cells:
            self._cell(cell, x, height, size)
            x += cell.width
        self.y += height

    def _cell(self, cell: Cell, x: float, height: float, size: float) -> None:
        if cell.grey < 1:
            self.put(Box(x=x, y=self.y, width=cell.width, height=height, grey=cell.grey))
        self.frame(x, self.y, cell.width, height)
        lines = cell_lines(cell, size)
        top = self.y + (height - len(lines) * line_height(size)) / 2
        for line in lines:
            inner = cell.width - 2 * PADDING
            self.line(line, x + PADDING, inner, top, size, align=cell.align, bold=cell.bold)
            top += line_height(size)

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """Draw the four sides of a rectangle."""
        right, floor = x + width, y + height
        self.put(
            Rule(x1=x, y1=y, x2=right, y2=y),
            Rule(x1=x, y1=floor, x2=right, y2=floor),
            Rule(x1=x, y1=y, x2=x, y2=floor),
            Rule(x1=right, y1=y, x2=right, y2=floor),
        )


def line_height(size: float) -> float:
    """Return the height of one line in millimetres."""
    return size * LEADING * POINT


def cell_lines(cell: Cell, size: float) -> list[str]:
    """Return the lines of a cell's text."""
    return break_lines(cell.text, cell.width - 2 * PADDING, lambda s: width_of(s, size))


def row_height(cells: Sequence[Cell], size: float) -> float:
    """Return how high a row is, in millimetres."""
    return max(len(cell_lines(c, size)) for c in cells) * line_height(size) + 2 * PADDING_ABOVE


def split_row(cells: Sequence[Cell], size: float, height: float) -> tuple[list[Cell], list[Cell]]:
    """Return the row cut into what fits ``height`` and what is left, both as rows of the same cells."""
    fitting = max(1, int((height - 2 * PADDING_ABOVE) / line_height(size)))
    heads, tails = [], []
    for cell in cells:
        lines = cell_lines(cell, size)
        heads.append(_with_lines(cell, lines[:fitting]))
        tails.append(_with_lines(cell, lines[fitting:]))
    return heads, tails


def _with_lines(cell: Cell, lines: Sequence[str]) -> Cell:
    return Cell(text="\n".join(lines), width=cell.width, align=cell.align, bold=cell.bold, grey=cell.grey)


def _spread(line: str, size: float, width: float) -> float:
    """Return the points to add after every character so that a full line ends at the margin."""
    gaps = len(line) - 1
    if gaps < 1:
        return 0.0
    spread = (width - width_of(line, size)) / POINT / gaps
    return spread if 0 < spread <= WIDEST_SPREAD * size else 0.0
