"""The terminal's cursor and look, and how cells are brought to the terminal with few words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from screens.painting.grid import BLANK, REST, Row, agreed
from screens.painting.styles import PLAIN, change, erasable, for_blank, on_blank

ESC = "\x1b"
WORTH_ERASING = 10
"""Blanks that take more to be written than to be erased."""
WORTH_MOVING = 5
"""Cells that may as well be written again as passed over."""


@dataclass(slots=True)
class Run:
    """Cells of one line that are written in one go; of one look, unless their width is disputed."""

    y: int
    x: int
    parts: list[tuple[int, str]] = field(default_factory=list)
    """Looks and texts; of blanks alone the look of a blank."""
    end: int = 0
    sure: bool = True
    """Whether everybody agrees on the width of what is written."""


def runs(y: int, row: Row, cells: list[bool]) -> list[Run]:
    """Return what has to be written of a line, the stale cells of which are given."""
    found: list[Run] = []
    x, end = 0, len(cells)
    while x < end:
        if not cells[x]:
            x += 1
            continue
        sure = all(agreed(row.chars[at]) for at in range(x, end))
        run = _run(y, x, row, cells) if sure else _unsure(y, x, row)
        found.append(run)
        x = run.end
    return found


def _run(y: int, x: int, row: Row, cells: list[bool]) -> Run:
    """Return the cells from here on that one look does for, with what lies between two of them."""
    style, begin, end = None, x, len(cells)
    ground = on_blank(row.styles[x])
    kept = x
    text: list[str] = []
    between: list[str] = []
    while x < end and (cells[x] or x - kept < WORTH_MOVING):
        character, look = row.chars[x], row.styles[x]
        if character == REST and cells[x]:
            x = kept = x + 1
            continue
        fits = look == (ground if character == BLANK else style)
        fits = fits or (character != BLANK and style is None and on_blank(look) == ground)
        if not fits or (not cells[x] and not (character and character.isascii())):
            break
        between.append(character)
        if character != BLANK:
            style = look
        x += 1
        if cells[x - 1]:
            text += between
            between.clear()
            kept = x
    while kept < end and row.chars[kept] == REST:
        kept += 1
    return Run(y, begin, [(ground if style is None else style, "".join(text))], kept)


def _unsure(y: int, x: int, row: Row) -> Run:
    """Return the cells from here on, up to a gap behind which the column can be found again."""
    run, end = Run(y, x, sure=False), len(row.chars)
    disputed = False
    while x < end:
        character, style = row.chars[x], row.styles[x]
        if run.parts and run.parts[-1][0] == style:
            run.parts[-1] = (style, run.parts[-1][1] + character)
        else:
            run.parts.append((style, character))
        disputed = disputed or not agreed(character)
        gap = disputed and character == BLANK and row.chars[x - 1] == BLANK
        x += 1
        if gap and x < end and row.chars[x] != BLANK:
            break
    run.end = x
    return run


@dataclass(slots=True)
class Pen:
    """Where the terminal writes next, and how; ``None``: not known."""

    width: int
    erases: bool
    at: tuple[int, int] | None = None
    style: int | None = None

    def written(self, found: Iterable[Run], to: tuple[int, int]) -> str:
        """Return the words that write these runs in this order, and leave the cursor there."""
        out: list[str] = []
        for run in found:
            out.append(self._moved(run.x, run.y))
            self.at = (run.end, run.y) if run.sure else None
            for style, text in run.parts:
                out.append(self._coloured(style, text))
                out += self._erasing(run, style, text) if run.sure and self.erases else (text,)
        out.append(self._moved(*to))
        return "".join(out)

    def _coloured(self, style: int, text: str) -> str:
        if self.style is None or text.strip(BLANK):
            return self._styled(style)
        return self._styled(for_blank(self.style, style))

    def _erasing(self, run: Run, style: int, text: str) -> Iterator[str]:
        """Yield a text whose long gaps are erased; the cursor stays before a gap at the end."""
        long = BLANK * WORTH_ERASING
        while erasable(on_blank(style)) and (at := text.find(long)) >= 0:
            rest = text[at:].lstrip(BLANK)
            size = len(text) - at - len(rest)
            yield text[:at]
            yield f"{ESC}[K" if not rest and run.end == self.width else f"{ESC}[{size}X"
            if rest:
                yield f"{ESC}[{size}C"
            else:
                self.at = (run.end - size, run.y)
            text = rest
        yield text

    def _styled(self, style: int) -> str:
        before, self.style = self.style, style
        return f"{ESC}[m{change(PLAIN, style)}" if before is None else change(before, style)

    def _moved(self, x: int, y: int) -> str:
        """Return the shortest word that moves the cursor there."""
        if self.at == (x, y):
            return ""
        ways = [f"{ESC}[{y + 1};{x + 1}H" if x else f"{ESC}[{y + 1}H" if y else f"{ESC}[H"]
        if self.at is not None:
            before, line = self.at
            if (
                before == self.width
            ):  # behind the last cell: it stands on it, and terminals differ in what lies left of it
                if x == before - 1 and y > line:
                    ways.append(f"{ESC}[{_more(y - line)}B")
            elif line == y and x > before:
                ways.append(f"{ESC}[{_more(x - before)}C")
            elif line == y:
                ways += ["\b" * (before - x), f"{ESC}[{before - x}D"]
            elif x == before and y > line:
                ways.append(f"{ESC}[{_more(y - line)}B")
            if x == 0 and y in {line, line + 1}:
                ways.append("\r" if y == line else "\r\n")
        self.at = (x, y)
        return min(ways, key=len)


def _more(steps: int) -> str:
    return str(steps) if steps > 1 else ""
