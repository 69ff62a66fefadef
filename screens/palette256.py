"""The looks in the 256 colours of terminals that have no more, as over most ssh connections.

Left to Rich, a dark grey becomes a green one, and what was readable is not: so each colour of a look is the nearest of the 256 to
begin with, and what is written in which stays as far apart as it was (``tests/screens/test_looks.py``).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.color import Color
from textual.theme import Theme

STEPS = (0, 95, 135, 175, 215, 255)
GREYS = tuple(range(8, 239, 10))
_EXACT = {"#784800": "#5f5f00", "#1c4268": "#005f87"}
"""Where the nearest one is too near to its ground, or of another hue."""
Triple = tuple[int, int, int]


@cache
def _colours() -> list[Triple]:
    """Return the colours that Rich says to the terminal as they are; of the greys it moves some."""
    cube = [(r, g, b) for r in STEPS for g in STEPS for b in STEPS]
    every = [*cube, *((grey, grey, grey) for grey in GREYS)]
    return [one for one in every if tuple(_said(one).get_truecolor()) == one]


def _said(colour: Triple) -> RichColor:
    return RichColor.from_rgb(*colour).downgrade(ColorSystem.EIGHT_BIT)


@cache
def nearest(colour: str) -> str:
    """Return the nearest of the 256 colours, as an eye sees it (weighted by the red between both)."""
    if not colour.startswith("#"):
        return colour
    r, g, b = Color.parse(colour).rgb

    def distance(other: Triple) -> float:
        red = (r + other[0]) / 2
        parts = [(mine - theirs) ** 2 for mine, theirs in zip((r, g, b), other, strict=True)]
        return (2 + red / 256) * parts[0] + 4 * parts[1] + (2 + (255 - red) / 256) * parts[2]

    return "#{:02x}{:02x}{:02x}".format(*min(_colours(), key=distance))


def in_256(theme: Theme) -> Theme:
    """Return a look in colours of the 256."""
    named = {name: _EXACT.get(colour) or nearest(colour) for name, colour in theme.variables.items()}
    shown = (
        "primary",
        "secondary",
        "accent",
        "foreground",
        "background",
        "surface",
        "panel",
        "success",
        "warning",
        "error",
    )
    colours = {name: nearest(str(getattr(theme, name))) for name in shown}
    return replace(theme, variables=named, **colours)  # type: ignore[arg-type]
