"""The cells of a screen as they should be, and as the terminal shows them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len

from screens.painting.styles import PLAIN, on_blank

BLANK = " "
REST = ""
"""Stands in the second cell of a wide character."""
UNKNOWN = "\0"
"""Stands where nobody knows what the terminal shows."""


@lru_cache(maxsize=65536)
def width(character: str) -> int:
    """Return the cells a character takes as the screens count them."""
    return cell_len(character)


@lru_cache(maxsize=65536)
def agreed(text: str) -> bool:
    """Whether all terminals give what stands in a cell as many cells as the screens do: ASCII, and what is wide everywhere."""
    if len(text) > 1:
        return False  # with a mark that combines, which some draw beside it
    if text.isascii():
        return True
    return unicodedata.east_asian_width(text) in "WF" and unicodedata.category(text) != "So"


class Row:
    """One line of cells."""

    __slots__ = ("chars", "styles")

    def __init__(self, width: int, character: str = BLANK) -> None:
        self.chars = [character] * width
        self.styles = [PLAIN] * width

    def take(self, other: Row) -> None:
        """Be as another row is."""
        self.chars[:] = other.chars
        self.styles[:] = other.styles

    def keep(self, old: Row) -> None:
        """Keep of a row of another width what fits into this one."""
        size = min(len(self.chars), len(old.chars))
        self.chars[:size], self.styles[:size] = old.chars[:size], old.styles[:size]
        if old.chars[size : size + 1] == [REST]:
            self._blank(size - 1)

    def put(self, x: int, text: str, style: int) -> int:
        """Write a text from this cell on, and return the cell behind it; what does not fit is not written."""
        if text.isascii():
            return self._put_narrow(x, text, style)
        end = len(self.chars)
        for character in text:
            if (size := width(character)) == 0:
                self._join(x, character)
                continue
            if x + size > end:
                break
            self._clear(x, size)
            self.chars[x] = character
            self.styles[x] = on_blank(style) if character == BLANK else style
            if size == 2:
                self.chars[x + 1] = REST
                self.styles[x + 1] = style
            x += size
        return x

    def _put_narrow(self, x: int, text: str, style: int) -> int:
        size = min(len(text), len(self.chars) - x)
        if size <= 0:
            return x
        self._clear(x, size)
        self.chars[x : x + size] = text[:size]
        blank = on_blank(style)
        if blank == style or BLANK not in text:
            self.styles[x : x + size] = [style] * size
        else:
            self.styles[x : x + size] = [blank if one == BLANK else style for one in text[:size]]
        return x + size

    def _join(self, x: int, mark: str) -> None:
        """Put a mark that takes no cell onto the character before."""
        at = x - 1 if x and self.chars[x - 1] != REST else x - 2
        if at >= 0:
            self.chars[at] += mark

    def _clear(self, x: int, size: int) -> None:
        """Blank the other halves of wide characters that are about to be cut in two."""
        if self.chars[x] == REST and x:
            self._blank(x - 1)
        behind = x + size
        if behind < len(self.chars) and self.chars[behind] == REST:
            self._blank(behind)

    def _blank(self, x: int) -> None:
        self.chars[x], self.styles[x] = BLANK, on_blank(self.styles[x])


def stale(shown: Row, wanted: Row) -> list[bool]:
    """Return which cells of a row have to be written, so that the terminal shows what is wanted.

    A wide character is written whole, and whatever it replaces a half of is written, too. Behind a character whose width
    is disputed nobody knows what stands where: from there on everything is.
    """
    size = len(wanted.chars)
    cells = [wanted.chars[x] != shown.chars[x] or wanted.styles[x] != shown.styles[x] for x in range(size)]
    changed = True
    while changed:
        changed = False
        for x in range(1, size):
            if (wanted.chars[x] == REST or shown.chars[x] == REST) and cells[x] != cells[x - 1]:
                cells[x] = cells[x - 1] = changed = True
    last = next((x for x in range(size - 1, -1, -1) if cells[x]), -1)
    for x in range(last + 1):
        if not (agreed(wanted.chars[x]) and agreed(shown.chars[x])):
            cells[x:] = [True] * (size - x)
            if x and wanted.chars[x] == REST:
                cells[x - 1] = True
            break
    return cells
