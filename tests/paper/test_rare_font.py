"""The bundled font of rare characters is what its script makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from clerk_app.paper.fonts import faces

COLLECTION = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not COLLECTION.exists(), reason="the font's source is missing here: install fonts-noto-cjk")
def test_the_script_makes_a_font_of_the_same_characters(tmp_path: Path) -> None:
    made = tmp_path / "made.otf"
    subprocess.run([sys.executable, "build/rare_font.py", str(COLLECTION), str(made)], cwd=ROOT, check=True)
    with TTFont(made) as font:
        assert {chr(c) for c in font.getBestCmap()} == set(faces()[1].widths)


def test_the_rare_face_has_nothing_the_common_one_has_but_the_space() -> None:
    common, rare = faces()
    assert common.widths.keys() & rare.widths.keys() == {" "}
