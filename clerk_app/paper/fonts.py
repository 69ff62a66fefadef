"""The two fonts of a paper, and the promise that every character of every string has a glyph in one of them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

POINT = 25.4 / 72
"""Millimetres in a typographic point."""


class MissingGlyph(ValueError):
    """Characters that no font at hand can print; nothing was printed."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = tuple(dict.fromkeys(characters))
        shown = "、".join(
            (f"{c}（U+{ord(c):04X}）" if c.isprintable() else f"U+{ord(c):04X}") for c in self.characters[:10]
        )
        more = f"等 {len(self.characters)} 个字" if len(self.characters) > 10 else ""
        super().__init__(f"字体中没有这些字，无法打印：{shown}{more}。没有打印任何内容，请核对后改用可打印的写法。")


@dataclass(frozen=True, slots=True)
class Face:
    """One font file: which characters it has and how wide they are, in thousandths of the size."""

    name: str
    path: Path
    widths: dict[str, int]


@cache
def faces() -> tuple[Face, Face]:
    """Return the common face and the one for what it lacks; read once in the life of the process."""
    from pylopdf_fonts_zh_cn import sans_path  # off the start-up path

    rare = Path(__file__).parent / "fonts" / "ClerkRare.otf"
    return _read("common", sans_path()), _read("rare", rare)


def _read(name: str, path: Path) -> Face:
    """Read characters and widths from the tables as they stand: naming 30,000 glyphs first would take five times as long."""
    from fontTools.ttLib import TTFont  # off the start-up path

    with TTFont(path, lazy=True) as font:
        advances = memoryview(font.reader["hmtx"])
        last = font["hhea"].numberOfHMetrics - 1
        scale = 1000 / font["head"].unitsPerEm
        glyphs = _glyphs(font.reader["cmap"])
    return Face(
        name, path, {c: round(scale * int.from_bytes(advances[4 * min(g, last) :][:2])) for c, g in glyphs.items()}
    )


def _glyphs(table: bytes) -> dict[str, int]:
    """Return the characters of a ``cmap`` table with their glyphs' numbers, from its map of all of Unicode (format 12)."""
    for position in range(4, 4 + 8 * int.from_bytes(table[2:4]), 8):
        platform, encoding, start = struct.unpack_from(">HHL", table, position)
        if (platform, encoding) == (3, 10):
            groups = struct.unpack_from(">L", table, start + 12)[0]
            ranges = struct.iter_unpack(">LLL", table[start + 16 : start + 16 + 12 * groups])
            return {chr(first + n): glyph + n for first, final, glyph in ranges for n in range(final - first + 1)}
    raise ValueError("the font does not map all of Unicode")


def demand_glyphs(texts: Iterable[str]) -> None:
    """Raise ``MissingGlyph`` when a character of these texts has no glyph in either face."""
    common, rare = faces()
    seen = dict.fromkeys(c for text in texts for c in text)
    missing = [c for c in seen if c not in common.widths and c not in rare.widths and c != "\n"]
    if missing:
        raise MissingGlyph(missing)


def width_of(text: str, size: float) -> float:
    """Return how wide a text is, in millimetres, at a size in points."""
    common, rare = faces()
    total = sum(common.widths[c] if c in common.widths else rare.widths[c] for c in text)
    return total / 1000 * size * POINT


def runs(text: str) -> Iterator[tuple[Face, str]]:
    """Yield the parts of a text that one face can draw, with that face."""
    common, rare = faces()
    for is_common, part in groupby(text, key=common.widths.__contains__):
        yield (common if is_common else rare), "".join(part)
