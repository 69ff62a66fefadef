"""The bundled font of rare characters is what its script makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fontTools.ttLib import TTFont

from clerk_app.paper.fonts import faces
from tests.support.parts import real_part

COLLECTION = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
ROOT = Path(__file__).parents[2]


def test_the_script_makes_a_font_of_the_same_characters(tmp_path: Path) -> None:
    real_part("Noto Sans CJK", present=COLLECTION.exists(), hint="apt-get install fonts-noto-cjk")
    made = tmp_path / "made.otf"
    subprocess.run([sys.executable, "build/rare_font.py", str(COLLECTION), str(made)], cwd=ROOT, check=True)
    with TTFont(made) as font:
        assert {chr(c) for c in font.getBestCmap()} == set(faces()[1].widths)


def test_the_rare_face_has_nothing_the_common_one_has_but_the_space() -> None:
    common, rare = faces()
    assert common.widths.keys() & rare.widths.keys() == {" "}
