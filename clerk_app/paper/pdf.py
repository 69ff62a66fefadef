"""Writing set pages as PDF, with the glyphs they use embedded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from clerk_app.paper.fonts import POINT, Face, faces, runs, width_of
from clerk_app.paper.sheet import PAGE_HEIGHT, PAGE_WIDTH, Box, Mark, Rule, Words

if TYPE_CHECKING:
    from fpdf import FPDF
    from fpdf.fonts import TTFFont

BOLD_STROKE = 0.024
"""Outline added to a bold character, in sizes: the fonts come in one weight."""

_UNNEEDED_TABLES = ("vmtx", "vhea", "VORG", "BASE", "DSIG")


def write_pdf(
    pages: Sequence[Sequence[Mark]],
    title: str,
    made_at: datetime,
    size: tuple[float, float] = (PAGE_WIDTH, PAGE_HEIGHT),
) -> bytes:
    """Return the pages as a PDF file: the same pages and time give the same bytes; ``size`` is a page's, in millimetres."""
    from fpdf import FPDF  # off the start-up path

    pdf = FPDF(unit="mm", format=size)
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(made_at)
    pdf.set_title(title)
    pdf.set_lang("zh-CN")
    used = {character for page in pages for mark in page if isinstance(mark, Words) for character in mark.text}
    for face in faces():
        _embed(pdf, face, used)
    for page in pages:
        pdf.add_page()
        for mark in page:
            _draw(pdf, mark)
    return bytes(pdf.output())


def _embed(pdf: FPDF, face: Face, used: set[str]) -> None:
    """Add a font if the pages use it, without what a horizontal page of fixed glyphs has no need of.

    Reckoning every glyph's bounds anew would take longer than all the rest of a page.
    """
    characters = [ord(c) for c in used if c in face.widths]
    if not characters:
        return
    pdf.add_font(face.name, fname=face.path, unicode_range=[*characters, ord(" ")])
    font = cast("TTFFont", pdf.fonts[face.name]).ttfont
    font.recalcBBoxes = False
    for table in _UNNEEDED_TABLES:
        if table in font:
            del font[table]


def _draw(pdf: FPDF, mark: Mark) -> None:
    match mark:
        case Words():
            _draw_words(pdf, mark)
        case Rule():
            pdf.set_draw_color(0)
            pdf.set_line_width(mark.weight)
            pdf.line(mark.x1, mark.y1, mark.x2, mark.y2)
        case Box():
            pdf.set_fill_color(round(mark.grey * 255))
            pdf.rect(mark.x, mark.y, mark.width, mark.height, style="F")


def _draw_words(pdf: FPDF, mark: Words) -> None:
    pdf.set_text_color(round(mark.grey * 255))
    pdf.set_char_spacing(mark.spread)
    x = mark.x
    for face, part in runs(mark.text):
        pdf.set_font(face.name, size=mark.size)
        if mark.bold:
            _draw_bold(pdf, x, mark.y, part, mark.size)
        else:
            pdf.text(x, mark.y, part)
        x += width_of(part, mark.size) + mark.spread * POINT * len(part)


def _draw_bold(pdf: FPDF, x: float, y: float, text: str, size: float) -> None:
    """Fill and outline the characters; the context keeps the mode from what is drawn next."""
    from fpdf.enums import TextMode

    with pdf.local_context(text_mode=TextMode.FILL_STROKE, line_width=size * BOLD_STROKE):
        pdf.text(x, y, text)
