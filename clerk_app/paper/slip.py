"""A paper as a slip: the same words as on its page, one below the other, as dots for a receipt printer.

Everything is drawn, Chinese included, so that no printer's code pages and no printer's own fonts matter.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from clerk_app.paper.blocks import Block, Fields, Paper, Signatures, Table, Text
from clerk_app.paper.fonts import demand_glyphs, faces, runs
from clerk_app.paper.lines import break_lines, printable
from clerk_app.paper.words import minute

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

DOTS = {80: 576, 58: 384}
"""Dots a line of paper of so many millimetres has, at the 8 dots a millimetre of nearly every receipt printer."""
TEXT, SMALL, TITLE = 24, 20, 36
"""Heights of characters, in dots: 3, 2.5 and 4.5 mm."""
LEADING = 1.25
QR_MODULE = 6
MARGIN = 4


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: int = TEXT
    bold: bool = False
    centred: bool = False
    gap: int = 0
    """Dots left free below."""


_RULE = _Line("-")
_CODE_IS = ("右上角二维码", "下方二维码")
"""Where a page has its code, and where a slip has it."""


def slip(paper: Paper, width: int = 80) -> bytes:
    """Return a paper as the PNG of a strip so many millimetres wide; raises ``MissingGlyph``."""
    demand_glyphs(printable(text) for text in paper.texts())
    dots = DOTS.get(width, DOTS[80])
    lines = [line for told in _lines(paper) for line in _broken(told, dots)]
    return _png(_drawn(lines, paper.subject, dots))


def _lines(paper: Paper) -> Iterator[_Line]:
    yield _Line(paper.issuer, centred=True)
    yield _Line(paper.title, TITLE, bold=True, centred=True, gap=6)
    for box in (*paper.labels, paper.standing):
        yield _Line(f"【{box}】", SMALL, bold=True, centred=True)
    yield _Line(f"编号：{paper.number}", SMALL, gap=4)
    yield _RULE
    for block in paper.blocks:
        yield from _of(block)
    yield _RULE
    yield _Line(f"打印时间：{minute(paper.printed_at)}", SMALL, gap=8)


def _of(block: Block) -> Iterator[_Line]:
    match block:
        case Text():
            yield _Line(block.text.replace(*_CODE_IS), TEXT if block.bold else SMALL, bold=block.bold, gap=4)
        case Fields():
            for pairs in block.rows:
                yield from (_Line(f"{label}：{value or '—'}") for label, value in pairs)
            yield _RULE
        case Table():
            yield from _table(block)
            yield _RULE
        case Signatures():
            for signer in block.signers:
                yield _Line(signer.title, bold=True)
                yield from (_Line(line, gap=14 if line.endswith("：") else 0) for line in signer.lines)
        case _:
            return


def _table(table: Table) -> Iterator[_Line]:
    """Yield each row as its name and, below it, what its other columns say."""
    if not table.rows:
        yield _Line(table.empty)
    for row in table.rows:
        number, name, *rest = row
        yield _Line(f"{number}. {name}" if number else name, bold=not number)
        heads = (column.title.replace("\n", "") for column in table.columns[2:])
        told = "　".join(f"{head} {cell}" for head, cell in zip(heads, rest, strict=True) if cell)
        if told:
            yield _Line(f"　{told}", SMALL)


def _broken(line: _Line, dots: int) -> Iterator[_Line]:
    if line is _RULE:
        yield line
        return
    found = break_lines(printable(line.text), dots - 2 * MARGIN, lambda text: _width(text, line.size))
    for n, text in enumerate(found, start=1):
        yield _Line(text, line.size, line.bold, line.centred, line.gap if n == len(found) else 0)


@cache
def _font(name: str, size: int) -> FreeTypeFont:
    from PIL import ImageFont  # off the start-up path

    face = next(face for face in faces() if face.name == name)
    return ImageFont.truetype(str(face.path), size)


def _width(text: str, size: int) -> float:
    return sum(_font(face.name, size).getlength(part) for face, part in runs(text))


def _height(line: _Line) -> int:
    return 12 if line is _RULE else round(line.size * LEADING) + line.gap


def _drawn(lines: Sequence[_Line], number: str, dots: int) -> Image:
    from PIL import Image, ImageDraw

    code = _code(number)
    paper = Image.new("L", (dots, sum(map(_height, lines)) + code.height + 8), 255)
    draw = ImageDraw.Draw(paper)
    y = 0
    for line in lines:
        if line is _RULE:
            draw.line((0, y + 5, dots, y + 5), fill=0, width=2)
        else:
            x = (dots - _width(line.text, line.size)) / 2 if line.centred else MARGIN
            for face, part in runs(line.text):
                font = _font(face.name, line.size)
                draw.text((x, y), part, font=font, fill=0, stroke_width=0.5 if line.bold else 0)
                x += font.getlength(part)
        y += _height(line)
    paper.paste(code, ((dots - code.width) // 2, y))
    return paper.point(lambda grey: 255 if grey > 150 else 0).convert("1")


def _code(number: str) -> Image:
    """Return the QR code of a number, each module a square of whole dots."""
    import segno
    from PIL import Image

    symbol = segno.make_qr(number, error="m", boost_error=False)
    rows = [bytes(row) for row in symbol.matrix_iter(scale=QR_MODULE, border=2)]
    return Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows).translate(_INK))


_INK = bytes(0 if value else 255 for value in range(256))


def _png(image: Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
