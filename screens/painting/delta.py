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
from dataclasses import replace

from screens.painting.grid import UNKNOWN, Row, stale
from screens.painting.pen import ESC, Pen, Run, runs
from screens.painting.styles import PLAIN, NotUnderstood, change, told

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
        self._resized(width, height)

    def _resized(self, width: int, height: int) -> None:
        self.size = (width, height)
        self._wanted = [Row(width) for _ in range(height)]
        self._shown = [Row(width, UNKNOWN) for _ in range(height)]
        self._drawn: set[int] = set()
        self._touched: set[int] = set()
        self._pen = Pen(width, self._erases)

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
        self._pen = Pen(self.size[0], self._erases)

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
        self._write(change(PLAIN if self._pen.style is None else self._pen.style, self._style) + rest)

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
                self._write((change(self._pen.style, PLAIN) if self._pen.style else "") + found[0])
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
        found: list[Run] = []
        for y in sorted(self._touched):
            wanted, shown = self._wanted[y], self._shown[y]
            if wanted.chars != shown.chars or wanted.styles != shown.styles:
                found += runs(y, wanted, stale(shown, wanted))
                shown.take(wanted)
        self._touched.clear()
        text = self._shortest(found)
        if text:
            long = self._syncs and len(text) > LONG
            self._write(f"{ESC}[?2026h{text}{ESC}[?2026l" if long else text)

    def _shortest(self, found: list[Run]) -> str:
        """Return what writes these runs: from above to below, or one look after the other, which is often shorter."""
        width, height = self.size
        to = (min(self._at[0], width - 1), min(self._at[1], height - 1))
        pen, other = self._pen, replace(self._pen)
        text = pen.written(found, to)
        looks = {run.parts[0][0]: n for n, run in reversed(list(enumerate(found)))}
        if len(looks) > 1:
            by_look = sorted(found, key=lambda run: (run.sure, looks[run.parts[0][0]] if run.sure else 0))
            shorter = other.written(by_look, to)
            if len(shorter) < len(text):
                self._pen, text = other, shorter
        return text
