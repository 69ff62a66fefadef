"""The PDF as other programs read it: its text, its code, its pages."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from clerk_app.domain.catalogue import Department, Due, Material
from clerk_app.domain.people import Applicant
from clerk_app.paper.blocks import Column, Paper, Table, Text
from clerk_app.paper.flow import GRID_SIZE, pages_of
from clerk_app.paper.papers import KINDS, compose, render
from clerk_app.paper.sheet import FLOOR, LEFT, PAGE_HEIGHT, PAGE_WIDTH, WIDTH, Box, Mark, Words
from tests.support.marks import plain, right_edge
from tests.support.papers import (
    CASES,
    NUMBER,
    PRINTED_AT,
    context_of,
    many_materials,
    notified_case,
    received_case,
    text_of,
)
from tests.support.parts import real_part

HALF = PAGE_WIDTH / 2
LAST_COLUMN = 145.0
"""Left of it stands no text of the notice's last column."""


@pytest.fixture(autouse=True)
def readers() -> None:
    real_part("poppler", present=shutil.which("pdftotext") is not None, hint="install poppler-utils")


def pages_in(pdf: bytes, folder: Path) -> int:
    path = folder / "count.pdf"
    path.write_bytes(pdf)
    told = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    return int(next(line.split()[1] for line in told.splitlines() if line.startswith("Pages:")))


def body(pages: list[list[Mark]]) -> list[Words]:
    return [mark for page in pages for mark in page if isinstance(mark, Words) and mark.y < FLOOR]


@pytest.mark.parametrize("kind", KINDS)
def test_another_program_reads_every_text_of_the_paper(kind: str, tmp_path: Path) -> None:
    context = context_of(CASES[kind]())
    read = text_of(render(kind, context), tmp_path)
    assert [text for text in compose(kind, context).texts() if plain(text) not in read] == []


def test_rare_characters_of_a_name_are_all_there(tmp_path: Path) -> None:
    case = notified_case(received_case(applicant=Applicant(kind="person", name="欧阳𠮷㐂䶮㙟娜", id_number="X")))
    read = text_of(render("申请材料补正告知书", context_of(case)), tmp_path)
    assert read.count("欧阳𠮷㐂䶮㙟娜") == 2


def test_the_ballot_boxes_are_drawn(tmp_path: Path) -> None:
    case = received_case(applicant=Applicant(kind="person", name="甲☐☑☒✓", id_number="X"))
    assert "甲☐☑☒✓" in text_of(render("接收回执", context_of(case)), tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_fonts_are_embedded_in_part(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(render(kind, context_of(CASES[kind]())))
    told = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in told.splitlines()[2:]]
    assert len(rows) == 2
    assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows)
    assert path.stat().st_size < 150_000


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_holds_the_case_number_and_nothing_else(kind: str, tmp_path: Path) -> None:
    real_part("zbarimg", present=shutil.which("zbarimg") is not None, hint="install zbar-tools")
    path = tmp_path / "paper.pdf"
    path.write_bytes(render(kind, context_of(CASES[kind]())))
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-l", "1", "-singlefile", str(path), str(path)], check=True)
    asked = ["zbarimg", "--quiet", "--raw", f"{path}.png"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split() == [NUMBER]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_paper_is_the_same_bytes(kind: str) -> None:
    context = context_of(CASES[kind]())
    assert render(kind, context) == render(kind, context)


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_bears_number_standing_and_time(kind: str) -> None:
    pages = pages_of(compose(kind, context_of(CASES[kind]())))
    for number, page in enumerate(pages, start=1):
        foot = " ".join(mark.text for mark in page if isinstance(mark, Words) and mark.y > FLOOR)
        assert f"第 {number} 页  共 {len(pages)} 页" in foot
        assert NUMBER in foot
        assert "样例数据　本机记录，市中心尚未确认" in foot
        assert "2026年7月14日 09:31" in foot


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_stands_outside_the_margins(kind: str) -> None:
    long = Applicant(
        kind="organisation", name="样例" * 99 + "𠮷司", id_number="91440600MA4X8KQ12B", agent_name="长" * 60
    )
    case = replace(CASES[kind](), applicant=long)
    case = replace(case, item=replace(case.item, department=Department(code="x", name="样例管理局" * 12)))
    context = context_of(case, point_name="样例市文昌街道" * 6, clerk_name="李" * 40, window="0" * 40)
    for page in pages_of(compose(kind, context)):
        assert [mark for mark in page if right_edge(mark) > LEFT + WIDTH + 0.1] == []
        assert [mark for mark in page if isinstance(mark, Words) and mark.y > PAGE_HEIGHT - 5] == []


def test_a_name_of_two_hundred_characters_wraps_inside_its_cell(tmp_path: Path) -> None:
    name = "样例" * 98 + "公司㐂𠮷"
    case = received_case(applicant=Applicant(kind="organisation", name=name, id_number="91440600MA4X8KQ12B"))
    assert name in text_of(render("接收回执", context_of(case)), tmp_path)


def test_a_notice_of_sixty_materials_names_each_and_repeats_the_head(tmp_path: Path) -> None:
    materials = many_materials(60)
    case = notified_case(received_case(checklist=materials, tallies={}))
    pdf = render("申请材料补正告知书", context_of(case))
    read = text_of(pdf, tmp_path)
    assert [line.name for line in materials if line.name not in read] == []
    assert pages_in(pdf, tmp_path) >= 4
    texts = [text_of_page(pdf, tmp_path, n) for n in range(1, pages_in(pdf, tmp_path) + 1)]
    assert ["出具单位及取得途径" in text for text in texts] == ["号样例材料" in text for text in texts]


def text_of_page(pdf: bytes, folder: Path, page: int) -> str:
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", "-raw", "-f", str(page), "-l", str(page), str(path), "-"]
    return plain(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_a_row_taller_than_a_page_goes_on_over_the_next_ones_without_loss() -> None:
    where = "".join(f"第{n}处办理点，" for n in range(900))
    line = Material(id="x", name="样例材料", due=Due(keep=1), where=where)
    case = notified_case(received_case(checklist=(line,), tallies={}))
    pages = pages_of(compose("申请材料补正告知书", context_of(case, item=None)))
    assert len(pages) >= 4
    column = [word.text for word in body(pages) if word.x > LAST_COLUMN and word.size == GRID_SIZE and not word.bold]
    assert where in "".join(column)


def paper_of(*blocks: Text | Table) -> Paper:
    return Paper(
        title="样例",
        issuer="样例",
        number="1",
        subject=NUMBER,
        standing="市中心已确认",
        labels=(),
        printed_at=PRINTED_AT,
        blocks=blocks,
    )


def test_a_heading_is_not_left_alone_at_the_foot_of_a_page() -> None:
    table = Table(columns=(Column(title="材料", share=1),), rows=(("某材料",),) * 3)
    for lines in range(20, 45):
        filler = Text(text="\n".join("一" * lines), indent=0)
        pages = pages_of(paper_of(filler, Text(text="小标题", indent=0, bold=True, keep=True), table))
        with_heading = [n for n, page in enumerate(pages) if "小标题" in {w.text for w in body([page])}]
        with_row = [n for n, page in enumerate(pages) if "某材料" in {w.text for w in body([page])}]
        assert with_heading == with_row[:1]


@pytest.mark.parametrize("kind", KINDS)
def test_the_signatures_share_a_page_with_what_is_signed_for(kind: str) -> None:
    for extra in range(0, 30, 3):
        materials = (*received_case().checklist, *many_materials(extra))
        case = replace(CASES[kind](), checklist=materials)
        if kind == "申请材料补正告知书":
            case = notified_case(case)
        last = [w.text for w in body(pages_of(compose(kind, context_of(case)))[-1:])]
        assert any("日期：" in text for text in last)
        assert sum(len(text) for text in last) > 60


def test_a_row_of_modules_is_one_rectangle_so_that_no_hairline_shows() -> None:
    page = pages_of(compose("接收回执", context_of(received_case())))[0]
    dark = [mark for mark in page if isinstance(mark, Box) and mark.grey == 0]
    assert len({round(box.height, 6) for box in dark}) == 1
    touching = {(round(box.x + box.width, 6), round(box.y, 6)) for box in dark}
    assert not touching & {(round(box.x, 6), round(box.y, 6)) for box in dark}
    assert all(box.x > HALF for box in dark)
