"""寄递袋标签: what it says, what it keeps to itself, and that all of it fits."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from clerk_app.domain import custody_words as words
from clerk_app.domain.custody_bodies import Address, Direction, Fault, Sealed
from clerk_app.paper.context import HandContext, PaperNotReady
from clerk_app.paper.fonts import MissingGlyph
from clerk_app.paper.label import label
from clerk_app.paper.label_page import A6, MARGIN, label_marks
from clerk_app.paper.papers import render_label
from clerk_app.paper.sheet import Box, Rule
from tests.support.bags import (
    BAG,
    CONTEXT,
    HERE,
    HOME,
    LINES,
    OFFICE,
    SEALED,
    SHE,
)
from tests.support.marks import lowest, plain, right_edge
from tests.support.papers import NUMBER, text_of
from tests.support.parts import real_part


@pytest.fixture
def poppler() -> None:
    real_part("poppler", present=shutil.which("pdftotext") is not None, hint="install poppler-utils")


def label_text(sealed: Sealed, context: HandContext = CONTEXT) -> str:
    return "\n".join(label(BAG, sealed, context).texts())


@pytest.mark.parametrize("direction", SEALED)
@pytest.mark.usefixtures("poppler")
def test_another_program_reads_all_of_a_label(direction: str, tmp_path: Path) -> None:
    sealed = SEALED[direction]
    read = text_of(render_label(BAG, sealed, CONTEXT), tmp_path)
    assert [text for text in label(BAG, sealed, CONTEXT).texts() if plain(text) not in read] == []


@pytest.mark.parametrize("direction", SEALED)
@pytest.mark.usefixtures("poppler")
def test_a_label_is_one_page_of_a6(direction: str, tmp_path: Path) -> None:
    path = tmp_path / "label.pdf"
    path.write_bytes(render_label(BAG, SEALED[direction], CONTEXT))
    told = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert "Pages:           1\n" in told
    assert "297.64 x 419.53 pts" in told


def test_a_label_counts_cases_originals_and_copies_and_names_no_paper() -> None:
    text = label_text(SEALED["to_department"])
    assert label(BAG, SEALED["to_department"], CONTEXT).counts == ("办件 2 件", "原件 1 份", "复印件 3 份")
    assert [line.name for line in LINES if line.name in text] == []
    assert [line.case for line in LINES if line.case in text] == []


def test_a_label_names_both_ends_with_their_codes_and_no_person() -> None:
    text = label_text(SEALED["to_department"])
    for part in (OFFICE.name, OFFICE.code, HERE.name, HERE.code, "FQ20260001234", "2026年7月14日"):
        assert part in text
    assert OFFICE.person not in text
    assert HERE.person not in text


def test_a_label_tells_of_an_applicant_what_delivery_needs_and_nothing_more() -> None:
    sealed = SEALED["to_applicant"]
    made = label(BAG, sealed, CONTEXT)
    assert made.to == (HOME.name, HOME.phone, HOME.address)
    assert NUMBER not in "\n".join(made.texts())
    assert label(BAG, replace(sealed, address=None), CONTEXT).to == (SHE.name,)
    nobody = replace(sealed, address=None, to=replace(SHE, name=""))
    assert label(BAG, nobody, CONTEXT).to == ("申请人",)


def test_an_applicant_as_receiver_is_kept_to_that_whatever_the_direction_says() -> None:
    sealed = replace(SEALED["to_applicant"], direction=Direction.TO_POINT)
    assert NUMBER not in label_text(sealed)


def test_a_department_that_gets_its_bag_by_post_has_its_address_on_it() -> None:
    address = Address(name="收发室", phone="0757-12399", address="样例市公安路1号")
    made = label(BAG, replace(SEALED["to_department"], address=address), CONTEXT)
    assert made.to == (OFFICE.name, f"代码 {OFFICE.code}", "收件：收发室　0757-12399", "样例市公安路1号")


def test_a_label_says_whether_central_has_it_and_whether_it_is_a_sample() -> None:
    sealed = SEALED["to_point"]
    assert label(BAG, sealed, CONTEXT).boxes == ("样例数据", "本机记录，市中心尚未确认")
    assert label(BAG, sealed, replace(CONTEXT, confirmed=True, sample=False)).boxes == ("市中心已确认",)


@pytest.mark.parametrize("name", ["王[/b]", "欧阳𠮷㐂䶮㙟娜", "**王**__<i>"])
@pytest.mark.usefixtures("poppler")
def test_a_name_stands_on_the_label_as_it_is(name: str, tmp_path: Path) -> None:
    sealed = replace(SEALED["to_applicant"], address=replace(HOME, name=name))
    assert name in text_of(render_label(BAG, sealed, CONTEXT), tmp_path)


@pytest.mark.parametrize("part", ["name", "address"])
def test_a_label_that_cannot_be_printed_faithfully_is_not_made(part: str) -> None:
    address = replace(HOME, **{part: "欧阳🙂"})
    with pytest.raises(MissingGlyph):
        render_label(BAG, replace(SEALED["to_applicant"], address=address), CONTEXT)


@pytest.mark.usefixtures("poppler")
def test_long_names_shrink_until_all_of_them_fit(tmp_path: Path) -> None:
    address = Address(name="样例" * 60 + "公司㐂", phone="13800000000", address="样例市文昌街道" * 20 + "尾")
    sender = replace(HERE, name="样例市文昌街道政务服务中心" * 6 + "末")
    sealed = replace(SEALED["to_applicant"], address=address, sender=sender, seal="封" * 30)
    context = replace(CONTEXT, point_name="样例市文昌街道政务服务中心" * 5)
    marks = label_marks(label(BAG, sealed, context))
    assert [mark for mark in marks if right_edge(mark) > A6[0] - MARGIN + 0.1 or lowest(mark) > A6[1] - MARGIN] == []
    read = text_of(render_label(BAG, sealed, context), tmp_path)
    assert [t for t in (address.name, address.address, sender.name, sealed.seal) if plain(t) not in read] == []


def test_the_text_of_a_label_never_reaches_its_codes() -> None:
    for length in range(0, 2000, 50):
        address = replace(HOME, address="路" * length)
        try:
            marks = label_marks(label(BAG, replace(SEALED["to_applicant"], address=address), CONTEXT))
        except PaperNotReady:
            assert length > 400
            break
        bars = min(m.y for m in marks if isinstance(m, Box) and m.height in {11.0, 14.0})
        cells = max(m.y2 for m in marks if isinstance(m, Rule))
        assert cells < bars
    else:
        pytest.fail("a label holds no text of any length")


def test_a_label_that_holds_no_more_is_refused_in_chinese() -> None:
    address = replace(HOME, address="路" * 2000)
    with pytest.raises(PaperNotReady, match="标签放不下"):
        render_label(BAG, replace(SEALED["to_applicant"], address=address), CONTEXT)
    with pytest.raises(PaperNotReady, match="标签放不下"):
        render_label(BAG, SEALED["to_point"], replace(CONTEXT, point_name="样" * 2000))


def test_every_direction_and_every_fault_has_a_word() -> None:
    assert set(words.DIRECTION_LABELS) == set(Direction)
    assert set(words.FAULT_LABELS) == set(Fault)
