"""Make the small font with the characters that the bundled Noto Sans SC lacks.

    python build/rare_font.py NotoSansCJK-Regular.ttc clerk_app/paper/fonts/ClerkRare.otf

The collection is Debian's ``fonts-noto-cjk`` (SIL Open Font License 1.1). Taken from its SC face: every character that
Noto Sans SC has no glyph for, except Hangul. The ballot boxes, which neither font has, are drawn from its white square
and its check mark. The derived font bears its own name and stays under the same licence.
"""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path

from fontTools.misc.transform import Transform
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont
from pylopdf_fonts_zh_cn import sans_path

FACE = "Noto Sans CJK SC"
NAME = "Clerk Rare"
SPACE = 0x20
SQUARE, CHECK, CROSS = 0x25A1, 0x2713, 0xD7
BALLOT_BOXES = {0x2610: (SQUARE,), 0x2611: (SQUARE, CHECK), 0x2612: (SQUARE, CROSS)}
DONORS = {0xAC00: 0x2610, 0xAC01: 0x2611, 0xAC02: 0x2612}
"""Glyphs nobody here needs, redrawn as ballot boxes."""
VARIATION_SEQUENCES = 14
"""The format of a ``cmap`` table that maps no single characters."""
HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0x3200, 0x321E), (0x3260, 0x327E), (0xA960, 0xA97F), (0xAC00, 0xD7FF))
KEPT_TABLES_ONLY = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
TIMESTAMP = 3786912000
"""``head.created`` and ``head.modified``: fixed, so that the same sources give the same bytes."""


def main() -> None:
    """Read the two fonts named on the command line and write the derived one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("collection", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    font = make(arguments.collection, sans_path())
    font.save(arguments.output)
    print(f"{arguments.output}: {len(font.getBestCmap())} characters, {arguments.output.stat().st_size:,} bytes")


def make(collection: Path, common: Path) -> TTFont:
    """Return the derived font: what the collection's SC face has and ``common`` lacks, and the space."""
    face = next(f for f in TTCollection(collection, lazy=True).fonts if f["name"].getDebugName(4) == FACE)
    present = set(TTFont(common, lazy=True).getBestCmap())
    wanted = {SPACE} | {c for c in face.getBestCmap() if c not in present and not is_hangul(c)}
    parts = {part for box in BALLOT_BOXES.values() for part in box}
    cut(face, wanted | parts | DONORS.keys())
    for donor, box in DONORS.items():
        draw_box(face, donor, BALLOT_BOXES[box])
    remap(face, drop=(parts | DONORS.keys()) - wanted)
    face = reread(face)
    cut(face, set(face.getBestCmap()))
    rename(face)
    face["head"].created = face["head"].modified = TIMESTAMP
    face.recalcTimestamp = False
    return face


def is_hangul(character: int) -> bool:
    """Whether the code point is Korean script, which no paper of this window needs."""
    return any(first <= character <= last for first, last in HANGUL)


def cut(font: TTFont, characters: set[int]) -> None:
    """Leave only these characters in the font, without layout tables."""
    options = Options(notdef_outline=True, glyph_names=False, hinting=False, desubroutinize=False)
    options.drop_tables += KEPT_TABLES_ONLY
    options.layout_features = []
    options.name_IDs = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def reread(font: TTFont) -> TTFont:
    """Return the font as it is after saving: a subset that is still in memory cannot be cut again."""
    saved = BytesIO()
    font.save(saved)
    saved.seek(0)
    return TTFont(saved, recalcTimestamp=False)


def draw_box(font: TTFont, donor: int, parts: tuple[int, ...]) -> None:
    """Redraw the donor's glyph as the first part with the others, shrunk, inside it."""
    cmap = font.getBestCmap()
    glyphs = font.getGlyphSet()
    top = font["CFF "].cff.topDictIndex[0]
    old, selector = top.CharStrings.getItemAndSelector(cmap[donor])
    private = top.FDArray[selector].Private
    advance = font["hmtx"][cmap[parts[0]]][0]
    pen = T2CharStringPen(advance - private.nominalWidthX, glyphs)
    for part in parts:
        glyphs[cmap[part]].draw(TransformPen(pen, Transform() if part == parts[0] else shrink(advance)))
    old.setProgram(pen.getCharString(private, old.globalSubrs).program)
    font["hmtx"][cmap[donor]] = (advance, 0)


def shrink(advance: int) -> Transform:
    """Return the transformation that brings a full-width mark inside the white square."""
    scale = 0.62
    middle = 380
    return Transform(scale, 0, 0, scale, advance / 2 * (1 - scale), middle * (1 - scale))


def remap(font: TTFont, drop: set[int]) -> None:
    """Give the redrawn glyphs their code points and take away those that were only borrowed."""
    for table in font["cmap"].tables:
        if table.format == VARIATION_SEQUENCES:
            continue
        moved = {box: table.cmap[donor] for donor, box in DONORS.items() if donor in table.cmap}
        for character in drop:
            table.cmap.pop(character, None)
        table.cmap.update(moved)


def rename(font: TTFont) -> None:
    """Put the derived font's own name in place of the original's, keeping copyright and licence."""
    names = font["name"]
    kept = {i: names.getDebugName(i) for i in (0, 13, 14)}
    names.names = []
    spoken = {1: NAME, 2: "Regular", 3: f"{NAME} Regular", 4: NAME, 6: NAME.replace(" ", "")}
    for name_id, text in {**kept, **spoken}.items():
        if text:
            names.setName(text, name_id, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames = [NAME.replace(" ", "")]
    for key in ("FullName", "FamilyName", "Notice"):
        top.topDictIndex[0].rawDict.pop(key, None)
    top.topDictIndex[0].rawDict["FullName"] = NAME
    top.topDictIndex[0].rawDict["FamilyName"] = NAME


if __name__ == "__main__":
    main()
