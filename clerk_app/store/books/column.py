"""One field of very many rows as one string, searched with ``str.find`` and by the order of its values."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

_PUNCTUATION = re.compile(r"[\W_]+")
END = "\n"
"""Ends every row's value; no value that is searched in holds it."""


class Column:
    """One field of all rows as one string, with where each row begins in it.

    ``order`` has where each value (each variant of it) begins, in the values' order, and ``owner`` the row it is of.
    """

    __slots__ = ("order", "owner", "starts", "text")

    def __init__(self, text: str, starts: array[int], order: array[int], owner: array[int]) -> None:
        self.text = text
        self.starts = starts
        self.order = order
        self.owner = owner

    @classmethod
    def of(cls, values: Iterable[str], *, ordered: bool = True) -> Column:
        """Join the values (variants parted by spaces); the starts end with where the next row would begin."""
        pieces = [value + END for value in values]
        starts = array("I", accumulate(map(len, pieces), initial=0))
        heads: list[tuple[str, int, int]] = []
        for row, piece in enumerate(pieces if ordered else ()):
            at = starts[row]
            for variant in piece.split(" "):
                heads.append((variant, at, row))
                at += len(variant) + 1
        heads.sort()
        order, owner = array("I", (at for _, at, _ in heads)), array("I", (row for _, _, row in heads))
        return cls("".join(pieces), starts, order, owner)

    def value(self, row: int) -> str:
        return self.text[self.starts[row] : self.starts[row + 1] - 1]

    def begins(self, row: int, head: str) -> bool:
        """Whether a variant of this row begins with these characters."""
        start, end = self.starts[row], self.starts[row + 1]
        return self.text.startswith(head, start, end) or self.text.find(" " + head, start, end) >= 0

    def beginning(self, head: str) -> list[int]:
        """Return the rows of which a variant begins with these characters, in order."""
        text, length = self.text, len(head)
        low = bisect_left(self.order, head, key=lambda at: text[at : at + length])
        high = bisect_right(self.order, head, low, key=lambda at: text[at : at + length])
        return sorted(set(self.owner[low:high]))

    def containing(self, needle: str) -> Iterator[int]:
        """Yield the rows that contain the needle, in order, each once."""
        text, starts = self.text, self.starts
        at = text.find(needle)
        while at >= 0:
            row = bisect_right(starts, at) - 1
            yield row
            at = text.find(needle, starts[row + 1])


def folded(text: str) -> str:
    """Return the text without width variants, capitals and spaces."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def bare_of(text: str) -> str:
    """Return the letters, digits and characters only: nobody types a name's brackets and commas."""
    return _PUNCTUATION.sub("", text)
