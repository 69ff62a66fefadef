"""Tables on a terminal and in files: columns as wide as their characters are shown, and cells no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With one of these a cell begins that a spreadsheet would reckon."""
MORE = "…"


def shown_width(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    return sum(_columns(character) for character in text)


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Return a text cut and filled to so many columns; what no terminal should be told is left out."""
    text = "".join(character for character in text if character.isprintable())
    if shown_width(text) > width:
        kept, room = "", width - 1
        for character in text:
            room -= _columns(character)
            if room < 0:
                break
            kept += character
        text = kept + MORE
    filling = " " * (width - shown_width(text))
    return filling + text if right else text + filling


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as CSV that a spreadsheet opens with its characters right, and in which nothing is reckoned."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(head)
    for row in rows:
        write([guarded(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def guarded(cell: object) -> str:
    """Return a cell's text; one that a spreadsheet would take for a formula is marked as text, a number is none."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return "'" + cell
    return str(cell)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
