"""The QR code of a paper, as rectangles: it holds the case number with its check character and nothing about a person."""

from __future__ import annotations

from itertools import groupby

from clerk_app.paper.sheet import Box

QUIET = 2
"""Modules left white around the symbol; the page around it adds more."""


def qr_marks(content: str, x: float, y: float, width: float) -> list[Box]:
    """Return the dark parts of the symbol for an ASCII text, in a square of ``width`` millimetres."""
    import segno  # off the start-up path

    content.encode("ascii")
    symbol = segno.make_qr(content, error="m", boost_error=False)
    rows = [bytes(row) for row in symbol.matrix]
    module = width / (len(rows) + 2 * QUIET)
    marks = []
    for line, row in enumerate(rows):
        column = 0
        for dark, cells in groupby(row):
            length = len(list(cells))
            if dark:
                left, top = x + (column + QUIET) * module, y + (line + QUIET) * module
                marks.append(Box(x=left, y=top, width=length * module, height=module, grey=0.0))
            column += length
    return marks
