"""交接清单: every bag on both copies, what was not as it should be, and both signatures."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from clerk_app.domain.custody_bodies import Hand, HandKind
from clerk_app.paper.flow import pages_of
from clerk_app.paper.fonts import MissingGlyph
from clerk_app.paper.manifest import COPIES, manifest
from clerk_app.paper.papers import render_label, render_manifest
from clerk_app.paper.sheet import LEFT, PAGE_HEIGHT, WIDTH, Mark, Words
from tests.support.bags import (
    BAG,
    CONTEXT,
    COURIER,
    FOUND,
    HERE,
    MANIFEST,
    REASONS,
    SEALED,
    SHE,
    closed,
)
from tests.support.marks import plain, right_edge, signed, tables
from tests.support.papers import NUMBER, text_of
from tests.support.parts import real_part


@pytest.fixture
def poppler() -> None:
    real_part("poppler", present=shutil.which("pdftotext") is not None, hint="install poppler-utils")


@pytest.mark.parametrize("count", [0, 1, 300])
@pytest.mark.usefixtures("poppler")
def test_another_program_reads_every_bag_twice(count: int, tmp_path: Path) -> None:
    body = closed(count)
    read = text_of(render_manifest(MANIFEST, body, CONTEXT), tmp_path)
    assert [line.parcel for line in body.lines if read.count(line.parcel) != 2] == []
    assert [line.seal for line in body.lines if read.count(line.seal) != 2] == []
    assert read.count(plain(COPIES[0])) == read.count(plain(COPIES[1]))
    assert (read.count("（没有交接寄递袋）") == 2) is (count == 0)


def test_a_list_of_three_hundred_repeats_its_head_and_counts_each_copys_pages() -> None:
    pages = pages_of(manifest(MANIFEST, closed(300), CONTEXT))
    half = len(pages) // 2
    assert len(pages) == 2 * half >= 16
    for place, page in enumerate(pages):
        texts = [mark.text for mark in page if isinstance(mark, Words)]
        foot = " ".join(texts)
        assert f"第 {place % half + 1} 页  共 {half} 页" in foot
        assert f"清单号：{MANIFEST}" in foot
        assert f"{COPIES[place // half]}　样例数据　本机记录，市中心尚未确认" in texts
        assert COPIES[1 - place // half] not in foot
        assert ("袋号" in texts) is any("-P260714-" in text for text in texts)


def test_both_copies_say_the_same() -> None:
    pages = pages_of(manifest(MANIFEST, closed(40, found=FOUND), CONTEXT, REASONS))
    half = len(pages) // 2

    def body(part: list[list[Mark]]) -> list[list[Mark]]:
        own = {*COPIES, *(f"{copy}　样例数据　本机记录，市中心尚未确认" for copy in COPIES)}
        return [[m for m in page if not (isinstance(m, Words) and m.text in own)] for page in part]

    assert half >= 2
    assert body(pages[:half]) == body(pages[half:])


def test_a_list_says_who_gives_and_who_takes() -> None:
    text = "\n".join(manifest(MANIFEST, closed(3), CONTEXT).texts())
    told = (
        *(HERE.name, HERE.code, COURIER.name, COURIER.code, "中国邮政速递物流样例分公司", "粤E·A1234", "0757-12300"),
        *("2026年7月14日 16:05", "3 袋", "6 件"),
    )
    assert [part for part in told if part not in text] == []


def test_a_pin_stands_for_the_couriers_signature_and_paper_leaves_room_for_it() -> None:
    giver, taker = signed(manifest(MANIFEST, closed(1), CONTEXT))
    assert giver == ("移交人：李样例（窗口 FS0123-01）", "签名：", "时间：2026年7月14日 16:05")
    assert taker[1:] == ("签名：已扫工牌，PIN 已核验", "时间：2026年7月14日 16:05")
    _, by_hand = signed(manifest(MANIFEST, closed(1, proof="paper"), CONTEXT))
    assert by_hand[0] == "揽收员：梁样例（工号 EMS0042）"
    assert by_hand[1] == "签名："
    _, nameless = signed(manifest(MANIFEST, closed(1, taker=replace(COURIER, name="")), CONTEXT))
    assert nameless[0] == "揽收员：工号 EMS0042"


def test_an_applicant_is_not_named_on_the_list() -> None:
    paper = manifest(MANIFEST, closed(8), CONTEXT)
    assert SHE.name not in "\n".join(paper.texts())
    assert tables(paper)[0].rows[1][2] == "申请人（见袋面）"


def test_the_discrepancies_met_on_the_spot_stand_with_their_reasons() -> None:
    bags, found = tables(manifest(MANIFEST, closed(5, found=FOUND), CONTEXT, REASONS))
    assert [row[5] for row in bags.rows[:-1]] == ["", "封签破损", "短少", "", ""]
    assert bags.rows[-1][1:] == ("合计（共5袋）", "", "15", "破损 1 枚", "")
    assert [row[2:] for row in found.rows] == [
        ("封签破损", "整袋", "封签一角撕开，双方当面重贴"),
        ("清单外的袋", "整袋", "邻窗口的袋，当场退回"),
        ("应交未见", "整袋", "未随车"),
        ("短少", f"{NUMBER}\n社会保险参保证明（复印件2份）", "未说明"),
    ]


def test_a_list_without_discrepancies_says_so() -> None:
    paper = manifest(MANIFEST, closed(2), CONTEXT)
    assert len(tables(paper)) == 1
    assert "当场逐袋核对，没有发现差异。" in list(paper.texts())


def test_a_list_keeps_its_signatures_with_what_is_signed_for() -> None:
    for count in range(14, 30):
        pages = pages_of(manifest(MANIFEST, closed(count), CONTEXT))
        last = [mark.text for mark in pages[-1] if isinstance(mark, Words)]
        assert any(text.startswith("揽收员：") for text in last)
        assert any(text.startswith("二、本清单签结后不再改动") for text in last)


def test_nothing_on_a_list_stands_outside_the_margins() -> None:
    long = Hand(kind=HandKind.POINT, code="9" * 40, name="样例中心" * 30, person="王[/b]" * 20)
    bad = replace(FOUND[0], note="因" * 300, parcel="P" * 60)
    body = closed(3, giver=long, taker=replace(long, kind=HandKind.COURIER), company="企" * 90, found=(bad,))
    for page in pages_of(manifest(MANIFEST, body, replace(CONTEXT, point_name="样例" * 40))):
        assert [mark for mark in page if right_edge(mark) > LEFT + WIDTH + 0.1] == []
        assert [mark for mark in page if isinstance(mark, Words) and mark.y > PAGE_HEIGHT - 5] == []


@pytest.mark.parametrize("part", ["company", "vehicle", "contact"])
def test_a_list_that_cannot_be_printed_faithfully_is_not_made(part: str) -> None:
    with pytest.raises(MissingGlyph):
        render_manifest(MANIFEST, closed(1, **{part: "🙂"}), CONTEXT)


def test_the_same_list_and_label_are_the_same_bytes() -> None:
    for _ in range(2):
        assert render_manifest(MANIFEST, closed(30), CONTEXT) == render_manifest(MANIFEST, closed(30), CONTEXT)
        assert render_label(BAG, SEALED["to_point"], CONTEXT) == render_label(BAG, SEALED["to_point"], CONTEXT)


def test_a_time_that_is_none_stands_as_it_was_told() -> None:
    assert "时间：昨天下午" in signed(manifest(MANIFEST, closed(1, at="昨天下午"), CONTEXT))[0]
