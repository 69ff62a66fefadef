"""Every character has a glyph, or nothing is printed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.paper import fonts
from clerk_app.paper.fonts import MissingGlyph, demand_glyphs, faces, runs, width_of
from clerk_app.paper.papers import KINDS, render
from tests.support.papers import APPLICANT, CASES, context_of

RARE = "𠮷㐂䶮㙟☐☑☒"
LIMIT = 2_500_000


@pytest.mark.parametrize("character", RARE)
def test_a_rare_character_has_a_glyph(character: str) -> None:
    demand_glyphs([character])
    assert width_of(character, 10) == pytest.approx(10 * fonts.POINT, rel=0.1)


@pytest.mark.parametrize("character", ["😀", "👨‍👩‍👧", "\U000323af", "🇨🇳", "한"])
def test_a_character_nobody_can_print_is_refused_by_name(character: str) -> None:
    with pytest.raises(MissingGlyph) as refused:
        demand_glyphs([f"欧阳{character}娜"])
    assert character[0] in refused.value.characters
    assert f"U+{ord(character[0]):04X}" in str(refused.value)
    assert "没有打印" in str(refused.value)


def test_half_a_character_is_refused_in_words_that_can_be_written() -> None:
    with pytest.raises(MissingGlyph) as refused:
        demand_glyphs(["欧阳\ud842"])
    assert "U+D842" in str(refused.value).encode().decode()


def test_many_missing_characters_are_counted_and_the_first_are_shown() -> None:
    emoji = "".join(map(chr, range(0x1F600, 0x1F620)))
    with pytest.raises(MissingGlyph, match="等 32 个字"):
        demand_glyphs([emoji, emoji])


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_with_an_unprintable_name_is_not_made(kind: str) -> None:
    case = CASES[kind]()
    named = replace(case, applicant=replace(APPLICANT, name="欧阳🙂"))
    with pytest.raises(MissingGlyph) as refused:
        render(kind, context_of(named))
    assert refused.value.characters == ("🙂",)


@given(st.text(alphabet="欧阳𠮷娜㐂☐A1 ，", max_size=40))
def test_the_runs_of_a_text_are_the_text_and_each_face_has_its_run(text: str) -> None:
    parts = list(runs(text))
    assert "".join(part for _, part in parts) == text
    assert all(character in face.widths for face, part in parts for character in part)


@pytest.mark.parametrize("face", faces(), ids=lambda face: face.name)
def test_widths_read_from_the_tables_are_those_the_font_library_reads(face: fonts.Face) -> None:
    with TTFont(face.path) as font:
        advances = font["hmtx"].metrics
        assert face.widths == {chr(c): advances[glyph][0] for c, glyph in font.getBestCmap().items()}


def test_the_rare_face_is_small_renamed_and_has_its_licence_beside_it() -> None:
    path = faces()[1].path
    assert path.stat().st_size < LIMIT
    with TTFont(path) as font:
        names = {str(record) for record in font["name"].names if record.nameID in {1, 3, 4, 6}}
    assert all("Noto" not in name and "Source" not in name for name in names)
    assert "SIL OPEN FONT LICENSE" in (path.parent / "OFL.txt").read_text(encoding="utf-8")


def test_neither_the_pdf_library_nor_the_fonts_are_loaded_before_the_first_paper() -> None:
    code = "import clerk_app.paper.papers, sys; print([m for m in ('fpdf', 'segno', 'fontTools', 'PIL') if m in sys.modules])"
    root = Path(__file__).parents[2]
    asked = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "[]"
