"""A number as Code 128, as rectangles: what a scanner of one line reads, where a QR code needs a camera."""

from __future__ import annotations

from itertools import groupby

from clerk_app.paper.sheet import Box

WIDEST, NARROWEST = 0.375, 0.25
"""Millimetres of the narrowest bar: three and two dots of a label printer of 203 dpi."""
CUT = 0.06
"""Taken off every bar, for printers blacken each dot that a bar touches: half a dot of 203 dpi."""


def bar_marks(number: str, x: float, y: float, width: float, height: float) -> list[Box]:
    """Return the bars of a number, in the middle of ``width``; none where it has other than ASCII characters or is too long.

    The page's margins on both sides are the white that a scanner needs. Bars narrower than a printer's dots come out
    as anything: a number without bars is typed, or read from its QR code.
    """
    if not number or not (number.isascii() and number.isprintable()):
        return []
    from pystrich.code128 import Code128Encoder  # off the start-up path

    modules = Code128Encoder(number).bars
    module = min(WIDEST, width / len(modules))
    if module < NARROWEST:
        return []
    left = x + (width - len(modules) * module) / 2
    marks, column = [], 0
    for dark, run in groupby(modules):
        length = len(list(run))
        if dark == "1":
            start = left + column * module + CUT / 2
            marks.append(Box(x=start, y=y, width=length * module - CUT, height=height, grey=0.0))
        column += length
    return marks
