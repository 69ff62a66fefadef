"""Writes to the terminal only what it does not show yet.

Textual says whole lines again where one character changed, each piece with its colours in full: some thousand bytes for a key,
which on a line of 64 kbit/s is a quarter of a second. Here what Textual writes is drawn on a grid in memory, and what is sent is the
difference between that grid and the one the terminal has, with the shortest words that bring it about. What is shown is the
same, cell by cell (``tests/screens/test_painting.py`` holds both to a terminal emulator).

Whatever is not understood ends this: from then on everything is handed on as it comes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from screens.painting.grid import BLANK, REST, UNKNOWN, Row, agreed, stale
from screens.painting.styles import PLAIN, NotUnderstood, change, erasable, on_blank, told

ESC = "\x1b"
_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f\x9b]+)"
    r"|\x1b\[(?P<sgr>[0-9;]*)m"
    r"|\x1b\[(?:(?P<y>\d*);(?P<x>\d*))?H"
    r"|(?P<line>\n)"
    r"|(?P<sync>\x1b\[\?2026[hl])"
    r"|(?P<screen>\x1b\[\?(?:47|1047|1049)[hl])"
    r"|(?P<beside>\x07|\x1b\[\?[0-9;]*(?:[hl]|\$p)|\x1b\[[<>=][0-9;]*u|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[6n)"
)
"""What Textual says to a terminal; ``beside``: what does not change what is shown."""
_BEGUN = re.compile(r"\x1b(?:\[[<>=?]?[0-9;]*\$?|\][^\x07\x1b]*\x1b?)?$")
"""A word that is not said to its end."""
LONG = 512
"""Characters from which on a change is shown all at once, where the terminal can do that."""
WORTH_ERASING = 10
"""Blanks that take more to be written than to be erased."""
WORTH_MOVING = 5
"""Cells that may as well be written again as passed over."""


class Delta:
    """What the terminal shows, and what it should."""

    def __init__(self, write: Callable[[str], object], width: int, height: int, *, erases: bool = False) -> None:
        """``write`` hands a text to the terminal; ``erases``: what it erases takes the ground of the moment."""
        self._write = write
        self._erases = erases
        self._begun = ""
        self._understood = True
        self._syncs = False
        self._style = PLAIN
        self._at = (0, 0)
        self._pen_style: int | None = None
        self._pen: tuple[int, int] | None = None
        self._resized(width, height)

    def _resized(self, width: int, height: int) -> None:
        self.size = (width, height)
        self._wanted = [Row(width) for _ in range(height)]
        self._shown = [Row(width, UNKNOWN) for _ in range(height)]
        self._drawn: set[int] = set()
        self._touched: set[int] = set()
        self._pen = self._pen_style = None

    def resize(self, width: int, height: int) -> None:
        """Take note of the terminal's size: where that is another one, what it shows is not known any more."""
        if (width, height) == self.size:
            return
        before, drawn, touched = self._wanted, self._drawn, self._touched
        self._resized(width, height)
        self._drawn, self._touched = ({y for y in rows if y < height} for rows in (drawn, touched))
        for row, old in zip(self._wanted, before, strict=False):
            row.keep(old)

    def forget(self) -> None:
        """Nobody knows what the terminal shows: everything is written again with the next ``flush``."""
        self._shown = [Row(self.size[0], UNKNOWN) for _ in self._wanted]
        self._touched |= self._drawn
        self._pen = self._pen_style = None

    def feed(self, text: str) -> None:
        """Take what Textual writes; it is shown with the next ``flush``."""
        if not self._understood:
            self._write(text)
            return
        text, self._begun = self._begun + text, ""
        place = 0
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                self._strange(text[place:])
                return
            try:
                self._take(found)
            except NotUnderstood:
                self._give_up(text[place:])
                return
            place = found.end()

    def _strange(self, rest: str) -> None:
        if _BEGUN.match(rest):
            self._begun = rest
        else:
            self._give_up(rest)

    def _give_up(self, rest: str) -> None:
        """Hand everything on from here, from where Textual believes to be."""
        self.flush()
        self._understood = False
        self._write(change(PLAIN if self._pen_style is None else self._pen_style, self._style) + rest)

    def _take(self, found: re.Match[str]) -> None:
        match found.lastgroup:
            case "text":
                self._draw(found["text"])
            case "sgr":
                self._style = told(self._style, found["sgr"])
            case "x":
                self._at = (int(found["x"] or 1) - 1, int(found["y"] or 1) - 1)
            case None:
                self._at = (0, 0)
            case "line":
                self._at = (0, self._at[1] + 1)
            case "sync":
                self._syncs = True
            case "screen":
                self.flush()
                self._write((change(self._pen_style, PLAIN) if self._pen_style else "") + found[0])
                self._resized(*self.size)
            case _:
                self.flush()
                self._write(found[0])

    def _draw(self, text: str) -> None:
        x, y = self._at
        if y < len(self._wanted):
            self._touched.add(y)
            self._drawn.add(y)
            self._at = (self._wanted[y].put(x, text, self._style), y)

    def flush(self) -> None:
        """Write what is wanted and not shown yet."""
        if not self._understood:
            return
        out: list[str] = []
        for y in sorted(self._touched):
            wanted, shown = self._wanted[y], self._shown[y]
            if wanted.chars != shown.chars or wanted.styles != shown.styles:
                self._write_row(y, out)
                shown.take(wanted)
        self._touched.clear()
        x, y = self._at
        self._go(min(x, self.size[0] - 1), y, out)
        if text := "".join(out):
            long = self._syncs and len(text) > LONG
            self._write(f"{ESC}[?2026h{text}{ESC}[?2026l" if long else text)

    def _write_row(self, y: int, out: list[str]) -> None:
        row = self._wanted[y]
        cells = stale(self._shown[y], row)
        x, end = 0, len(cells)
        while x < end:
            if not cells[x]:
                x += 1
                continue
            x = self._write_span(x, y, cells, out)

    def _write_span(self, x: int, y: int, cells: list[bool], out: list[str]) -> int:
        """Write from a stale cell to the last one near it, and return the cell behind."""
        row, end = self._wanted[y], len(cells)
        sure = True
        while x < end and (cells[x] or (sure and self._near(x, cells, row))):
            if sure:
                self._go(x, y, out)
            if row.chars[x] == BLANK:
                behind = self._blanks(x, cells, row)
                self._write_blanks(behind - x, row.styles[x], out, to_end=behind == end, erase=self._erases and sure)
                sure = sure or behind - x > 1
                x = behind
                continue
            out.append(self._styled(row.styles[x]))
            out.append(row.chars[x])
            sure = sure and agreed(row.chars[x])
            x += 2 if x + 1 < end and row.chars[x + 1] == REST else 1
            self._pen = (x, y) if x < end and sure else None
        return x

    def _near(self, x: int, cells: list[bool], row: Row) -> bool:
        """Whether the next stale cell is near enough, in the look of the moment, to write what lies between."""
        if self._pen_style is None:
            return False
        blank = on_blank(self._pen_style)
        for at in range(x, min(x + WORTH_MOVING, len(cells))):
            if cells[at]:
                return True
            character = row.chars[at]
            style = blank if character == BLANK else self._pen_style
            if row.styles[at] != style or not (character and character.isascii()):
                return False
        return False

    @staticmethod
    def _blanks(x: int, cells: list[bool], row: Row) -> int:
        """Return the cell behind the stale blanks of one look from here on."""
        style, end = row.styles[x], x + 1
        while end < len(cells) and cells[end] and row.chars[end] == BLANK and row.styles[end] == style:
            end += 1
        return end

    def _write_blanks(self, size: int, style: int, out: list[str], *, to_end: bool, erase: bool) -> None:
        if self._pen_style is None or on_blank(self._pen_style) != style:
            out.append(self._styled(style))
        if erase and size >= WORTH_ERASING and erasable(style):
            out.append(f"{ESC}[K" if to_end else f"{ESC}[{size}X")
            return
        out.append(BLANK * size)
        self._pen = None if to_end or self._pen is None else (self._pen[0] + size, self._pen[1])

    def _styled(self, style: int) -> str:
        before, self._pen_style = self._pen_style, style
        return f"{ESC}[m{change(PLAIN, style)}" if before is None else change(before, style)

    def _go(self, x: int, y: int, out: list[str]) -> None:
        """Move the terminal's cursor by the shortest word."""
        if self._pen == (x, y):
            return
        ways = [f"{ESC}[{y + 1};{x + 1}H" if x else f"{ESC}[{y + 1}H" if y else f"{ESC}[H"]
        if self._pen is not None:
            before, line = self._pen
            if line == y:
                if x == 0:
                    ways.append("\r")
                elif x > before:
                    ways.append(f"{ESC}[{x - before if x - before > 1 else ''}C")
                else:
                    ways += ["\b" * (before - x), f"{ESC}[{before - x}D"]
            elif y == line + 1 and x == 0:
                ways.append("\r\n")
        out.append(min(ways, key=len))
        self._pen = (x, y)
