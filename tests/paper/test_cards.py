"""登记卡: ten to a page, all of it readable, and its code read back from the dots."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clerk_app.paper.cards import Card, cards_pdf
from clerk_app.paper.context import PaperNotReady
from clerk_app.paper.fonts import MissingGlyph
from tests.support.bags import codes_of
from tests.support.marks import plain
from tests.support.papers import text_of
from tests.support.parts import real_part

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CARD = Card(
    point="FS0001",
    point_name="丰山市祖庙街道政务服务中心",
    desk="一号窗口",
    code="SH8G-3DTD-64EE-G9K7",
    central="https://central.example:8440",
    until="2026-12-08 09:00",
)


@pytest.fixture
def reader() -> None:
    real_part("poppler", present=shutil.which("pdftotext") is not None, hint="install poppler-utils")
    real_part("zbarimg", present=shutil.which("zbarimg") is not None, hint="install zbar-tools")


def many(count: int) -> list[Card]:
    return [replace(CARD, code=f"SH8G-3DTD-64EE-{n:04d}", desk=f"{n} 号") for n in range(count)]


@pytest.mark.usefixtures("reader")
def test_another_program_reads_every_card_and_its_code(tmp_path: Path) -> None:
    cards = many(11)
    made = cards_pdf(cards, NOW)
    read = text_of(made, tmp_path)
    assert [card.code for card in cards if plain(card.code) not in read] == []
    assert all(plain(text) in read for text in (CARD.point_name, CARD.until, CARD.central))
    assert made.count(b"/Type /Page\n") == 2
    one = codes_of(cards_pdf([CARD], NOW), tmp_path, dpi=300)
    assert one == [("QR-Code", json.dumps({"central": CARD.central, "code": CARD.code}, separators=(",", ":")))]


def test_what_has_no_glyph_or_no_room_is_refused_whole() -> None:
    with pytest.raises(MissingGlyph):
        cards_pdf([CARD, replace(CARD, point_name="样例\U0010fffd")], NOW)
    for card in (
        replace(CARD, point_name="很长的名称" * 40),
        replace(CARD, desk="很长的台席名称" * 4),
        replace(CARD, central="https://central.example/" + "x" * 400),
    ):
        with pytest.raises(PaperNotReady):
            cards_pdf([card], NOW)


def test_the_same_cards_are_the_same_bytes() -> None:
    assert cards_pdf(many(3), NOW) == cards_pdf(many(3), NOW)
