"""Chinese line breaking: where a line may end, and where it may not (避头尾)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

Measure = Callable[[str], float]
"""Width of a string, in the unit of the line's width."""

NOT_AT_START = frozenset("，。、；：！？）》】〕」』〉〗”’…—％‰℃·～,.;:!?)]}>%々〻ー︰﹐﹑﹒﹔﹕﹖﹗﹚﹜﹞")
"""What may not begin a line: closing marks, and marks that belong to what is before them."""
NOT_AT_END = frozenset("（《【〔「『〈〖“‘([{<￥¥＄$№#﹙﹛﹝")
"""What may not end a line: opening marks, and marks that belong to what is after them."""

_JOINERS = frozenset("-_/.:@%+&=*~'#,")
"""Marks inside a Latin word or a number, which stay with it."""


def printable(text: str) -> str:
    """Return a text without what has no shape: control and format characters; any other white space is a plain space.

    Line feeds stay. The ideographic space stays, for names are set with it.
    """
    return "".join(_printable(c) for c in text.replace("\r\n", "\n"))


def _printable(character: str) -> str:
    if character in "\n\u2028\u2029\r\x0b\x0c\x85":
        return "\n"
    if character == "\u3000":
        return character
    category = unicodedata.category(character)
    if character == "\t" or category == "Zs":
        return " "
    return "" if category in {"Cc", "Cf"} else character


def units(text: str) -> Iterator[str]:
    """Yield the pieces of one paragraph between which a line may be broken; together they are the text.

    Spaces stay at the end of the piece before them.
    """
    piece = ""
    for character in text:
        if piece and _may_break(piece, character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _may_break(piece: str, following: str) -> bool:
    last = piece[-1]
    if following == " ":
        return False
    ink = piece.rstrip(" ")
    if following in NOT_AT_START or (ink and ink[-1] in NOT_AT_END):
        return False
    if last == " ":
        return True
    return not (_sticks(last) and _sticks(following))


def _sticks(character: str) -> bool:
    """Whether the character is part of a Latin word, a number or a code, which is not broken while it fits a line."""
    if character in _JOINERS:
        return True
    return character.isalnum() and unicodedata.east_asian_width(character) not in {"W", "F"}


def break_lines(text: str, width: float, measure: Measure, indent: float = 0.0) -> list[str]:
    """Return the lines of a text, none wider than ``width``; ``indent`` narrows the first line of every paragraph.

    A piece that is wider than a whole line is broken anywhere. The lines are the text, but for the spaces and line
    feeds at which it was broken.
    """
    lines: list[str] = []
    for paragraph in printable(text).split("\n"):
        lines.extend(_break_paragraph(paragraph, width, measure, indent))
    return lines


def _break_paragraph(text: str, width: float, measure: Measure, indent: float) -> list[str]:
    lines: list[str] = []
    line, used, room = "", 0.0, width - indent
    for unit in units(text):
        taken, rest = measure(unit.rstrip(" ")), unit
        if line and used + taken > room:
            lines.append(line.rstrip(" "))
            line, used, room = "", 0.0, width
        if taken > room:
            *full, rest = _force(unit, room, width, measure)
            lines.extend(full)
            room = width if full else room
        line += rest
        used += measure(rest)
    lines.append(line.rstrip(" "))
    return lines


def _force(unit: str, room: float, width: float, measure: Measure) -> list[str]:
    """Cut a piece that fits no line: the first part into ``room``, the others into ``width``, at least one character each.

    A code is cut behind its last hyphen that fits.
    """
    parts: list[str] = []
    rest = unit
    while True:
        length = _fitting(rest, room, measure)
        if length == len(rest):
            return [*parts, rest]
        cut = rest.rfind("-", 1, length) + 1 or _lawful(rest, length)
        parts.append(rest[:cut])
        rest, room = rest[cut:], width


def _lawful(text: str, length: int) -> int:
    """Return the longest cut, up to ``length``, that leaves no mark where it may not stand; ``length`` where there is none."""
    for cut in range(length, 0, -1):
        if text[cut] not in NOT_AT_START and text[cut - 1] not in NOT_AT_END:
            return cut
    return length


def _fitting(text: str, room: float, measure: Measure) -> int:
    """Return how many characters of a text fit, at least one."""
    used = 0.0
    for number, character in enumerate(text):
        used += measure(character)
        if number and used > room:
            return number
    return len(text)
