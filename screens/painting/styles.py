"""How a cell looks, as a terminal keeps it, and the shortest way from one look to another.

A look is what ``ESC [ … m`` has said since the last reset: some attributes and two colours. Looks are numbered, because a
screen has thousands of cells and some dozens of looks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

PLAIN = 0
"""The number of the look after a reset."""
OFF = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29, 21: 24, 51: 54, 52: 54, 53: 55}
"""What turns an attribute off, by what turns it on."""
ON_BLANKS = frozenset({4, 7, 9, 21, 51, 52, 53})
"""Attributes that are seen on a blank."""


class Look(NamedTuple):
    """Attributes and colours, the latter as a terminal is told them; empty: its own."""

    attributes: frozenset[int] = frozenset()
    ink: str = ""
    ground: str = ""


_looks: list[Look] = [Look()]
_numbers: dict[Look, int] = {_looks[0]: PLAIN}


class NotUnderstood(Exception):
    """A word to the terminal that is not known here."""


def number(look: Look) -> int:
    """Return the number of a look."""
    found = _numbers.get(look)
    if found is None:
        found = _numbers[look] = len(_looks)
        _looks.append(look)
    return found


@lru_cache(maxsize=16384)
def told(style: int, words: str) -> int:
    """Return the look after ``ESC [ words m``; raises ``NotUnderstood``."""
    attributes, ink, ground = _looks[style]
    codes = iter(words.split(";"))
    for word in codes:
        code = int(word or 0) if word.isdigit() or not word else -1
        if code == 0:
            attributes, ink, ground = Look()
        elif code in OFF:
            attributes |= {code}
        elif code in OFF.values():
            attributes = frozenset(one for one in attributes if OFF[one] != code)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            ink = word
        elif 40 <= code <= 47 or 100 <= code <= 107:
            ground = word
        elif code == 39:
            ink = ""
        elif code == 49:
            ground = ""
        elif code == 38:
            ink = ";".join((word, *_colour(next(codes, ""), next(codes, ""), codes)))
        elif code == 48:
            ground = ";".join((word, *_colour(next(codes, ""), next(codes, ""), codes)))
        else:
            raise NotUnderstood(words)
    return number(Look(attributes, ink, ground))


def _colour(kind: str, first: str, rest: object) -> list[str]:
    more = [next(rest, "") for _ in range(2)] if kind == "2" else []  # type: ignore[call-overload]
    said = [kind, first, *more]
    if kind not in {"2", "5"} or not all(part.isdigit() for part in said):
        raise NotUnderstood(";".join(said))
    return said


@lru_cache(maxsize=4096)
def on_blank(style: int) -> int:
    """Return the look of a blank of this look, without what cannot be seen on a blank."""
    look = _looks[style]
    seen = look.attributes & ON_BLANKS
    return style if seen else number(Look(ground=look.ground))


@lru_cache(maxsize=4096)
def erasable(style: int) -> bool:
    """Whether a blank of this look is what a terminal leaves where it erases: a ground and nothing else."""
    return not _looks[style].attributes & ON_BLANKS


@lru_cache(maxsize=16384)
def for_blank(before: int, blank: int) -> int:
    """Return the look to write a blank in: with ink and attributes as they are, where these are not seen on it."""
    old, new = _looks[before], _looks[blank]
    if (old.attributes | new.attributes) & ON_BLANKS:
        return blank
    return number(Look(old.attributes, old.ink, new.ground))


@lru_cache(maxsize=16384)
def change(before: int, after: int) -> str:
    """Return the shortest words that make one look of another; nothing where they are the same."""
    if before == after:
        return ""
    if after == PLAIN:
        return "\x1b[m"
    old, new = _looks[before], _looks[after]
    fresh = ["0", *_words(new.attributes, new.ink, new.ground)]
    lost = old.attributes - new.attributes
    off = {OFF[one] for one in lost}
    kept = frozenset(one for one in old.attributes - lost if OFF[one] not in off)
    steps = [str(code) for code in sorted(off)]
    ink = "" if new.ink == old.ink else new.ink or "39"
    ground = "" if new.ground == old.ground else new.ground or "49"
    steps += _words(new.attributes - kept, ink, ground)
    return f"\x1b[{min(';'.join(steps), ';'.join(fresh), key=len)}m"


def _words(attributes: frozenset[int], ink: str, ground: str) -> list[str]:
    return [*(str(one) for one in sorted(attributes)), *(part for part in (ink, ground) if part)]
