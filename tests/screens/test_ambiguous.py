"""Characters that are one cell wide on some terminals and two on others stand nowhere but in sentences."""

from __future__ import annotations

import unicodedata

from tests.support.screen_dump import GOLDEN

SENTENCES = "“”"
"""Chinese quotation marks: in sentences, with nothing behind them that has to stand in line."""


def disputed(text: str) -> set[str]:
    return {one for one in text if unicodedata.east_asian_width(one) == "A"} - set(SENTENCES)


def test_every_screen_stands_in_line_on_every_terminal() -> None:
    shown = {path.stem: disputed(path.read_text(encoding="utf-8")) for path in GOLDEN.glob("*.txt")}
    assert len(shown) > 100
    assert {name: found for name, found in shown.items() if found} == {}


def test_a_box_or_a_bullet_would_be_seen() -> None:
    assert disputed("│ 办件 ● ①") == {"│", "●", "①"}
    assert disputed("“办件”") == set()
