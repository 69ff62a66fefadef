"""What is odd in a list is kept and reported, by the row it stands in."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.domain.catalogue import ONE_PAPER, Due, Necessity
from sync.central.importing import KINDS, ImportResult, read_catalogue
from tests.support.lists import HEADER, of_kind, text_file, workbook

NEEDED = (*HEADER, "材料必要性", "原件份数", "复印件份数")


def imported(tmp_path: Path, *rows: tuple[object, ...], header: tuple[str, ...] = HEADER) -> ImportResult:
    return read_catalogue(workbook(tmp_path / "list.xlsx", [header, *rows]))


def test_the_same_line_twice_is_kept_once(tmp_path: Path) -> None:
    result = imported(tmp_path, (1, "甲", "市局", 3, "申请表"), (1, "甲", "市局", 3, "申请表 "))
    assert [m.name for m in result.items[0].materials] == ["申请表"]
    assert [(f.row, f.kind) for f in result.findings[1:]] == [(3, "duplicate-material")]
    assert result.materials == result.kept + 1


def test_the_same_line_with_other_counts_asks_for_the_larger(tmp_path: Path) -> None:
    rows = [(1, "甲", "市局", 3, "合同", 2, 2, 0), (1, "甲", "市局", 3, "合同", 1, 0, 3)]
    result = imported(tmp_path, *rows, header=NEEDED)
    (material,) = result.items[0].materials
    assert material.due == Due(keep=2, copies=3)
    assert material.necessity is Necessity.REQUIRED
    assert "有出入" in of_kind(result, "duplicate-material")[0].message


def test_original_and_copy_of_one_paper_are_two_lines(tmp_path: Path) -> None:
    result = imported(tmp_path, (1, "甲", "市局", 3, "合同（原件）"), (1, "甲", "市局", 3, "合同（复印件）"))
    assert [m.due for m in result.items[0].materials] == [Due(keep=1), Due(copies=1)]
    assert [f.row for f in of_kind(result, "repeated-material")] == [3]
    assert result.materials == result.kept == 2


def test_an_unknown_necessity_is_taken_as_required(tmp_path: Path) -> None:
    result = imported(tmp_path, (1, "甲", "市局", 3, "合同", 7, "x", None), header=NEEDED)
    (material,) = result.items[0].materials
    assert (material.necessity, material.due) == (Necessity.REQUIRED, ONE_PAPER)
    assert {f.kind for f in result.findings} == {"code-missing", "unknown-code", "unreadable-value"}


def test_markup_and_control_characters_go_and_are_reported(tmp_path: Path) -> None:
    lines = ["事项名称,受理部门,材料", "甲&nbsp;乙,<b>市局</b>,申请\u200b表", "甲&nbsp;乙,<b>市局</b>,身\x07份证"]
    result = read_catalogue(text_file(tmp_path / "a.csv", *lines))
    (item,) = result.items
    assert (item.name, item.department.name) == ("甲 乙", "市局")
    assert [m.name for m in item.materials] == ["申请表", "身份证"]
    assert [f.row for f in of_kind(result, "html-in-text")] == [2, 2]
    assert [f.row for f in of_kind(result, "control-characters")] == [2, 3]


def test_a_row_of_no_item_is_left_out_and_accounted_for(tmp_path: Path) -> None:
    result = imported(tmp_path, (None, None, None, None, "无主材料"), (1, "甲", "市局", 3, "申请表"))
    assert [(f.row, "无主材料" in f.message) for f in of_kind(result, "missing-name")] == [(2, True)]
    assert (result.materials, result.kept) == (2, 1)


def test_a_missing_or_unreadable_limit_is_reported(tmp_path: Path) -> None:
    result = imported(
        tmp_path, (1, "甲", "市局", None, "申请表"), (2, "乙", "市局", "视情况", "申请表"), (3, "丙", "市局", 3, "表格")
    )
    assert [f.row for f in of_kind(result, "missing-limit")] == [2]
    assert [f.row for f in of_kind(result, "unreadable-limit")] == [3]


def test_an_item_without_materials_is_reported_where_the_list_has_materials(tmp_path: Path) -> None:
    result = imported(tmp_path, (1, "甲", "市局", 1, None), (2, "乙", "市局", 1, "申请表"))
    assert [(f.row, f.kind) for f in of_kind(result, "empty-item")] == [(2, "empty-item")]
    assert len(result.items) == 2


def test_rows_of_one_item_that_disagree_are_reported(tmp_path: Path) -> None:
    result = imported(tmp_path, (1, "甲", "市局", 3, "申请表"), (1, "甲", "市局", 5, "身份证"))
    assert [f.row for f in of_kind(result, "conflicting-values")] == [3]
    assert len(result.items) == 1


def test_two_items_of_one_name_stay_two(tmp_path: Path) -> None:
    first = [(1, "甲", "市局", 3, "申请表"), (1, "甲", "市局", 3, "证明")]
    result = imported(tmp_path, *first, (2, "甲", "市局", 3, "身份证"))
    assert len({item.code for item in result.items}) == 2
    assert [f.row for f in of_kind(result, "duplicate-item")] == [4]


def test_an_item_that_is_sent_twice_is_one_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    rows = [(n, "甲", "市局", 3, name) for n in (1, 2) for name in ("申请表", "身份证")]
    result = imported(tmp_path, *rows)
    assert len(result.items) == 1
    assert [f.row for f in of_kind(result, "duplicate-item")] == [4]
    assert [f.row for f in of_kind(result, "duplicate-material")] == [4, 5]
    assert (result.materials, result.kept) == (4, 2)


def test_one_code_for_two_items_keeps_both_under_codes_of_their_own(tmp_path: Path) -> None:
    lines = ["事项编码,事项名称,部门", "A-1,甲,市局", "A-1,乙,市局"]
    one = read_catalogue(text_file(tmp_path / "a.csv", *lines))
    other = read_catalogue(text_file(tmp_path / "b.csv", lines[0], lines[2], lines[1]))
    assert len({item.code for item in one.items}) == 2
    assert "A-1" in {item.code for item in one.items}
    assert {(i.code, i.name) for i in one.items} == {(i.code, i.name) for i in other.items}
    assert len(of_kind(one, "duplicate-code")) == 1


@pytest.mark.parametrize("seed", range(3))
def test_codes_made_up_here_do_not_depend_on_the_order_of_the_list(tmp_path: Path, seed: int) -> None:
    blocks = [[(n, f"事项{n % 7}", f"第{n % 3}局", 3, f"证明{n}-{k}") for k in range(3)] for n in range(1, 20)]
    shuffled = blocks.copy()
    random.Random(seed).shuffle(shuffled)
    one = imported(tmp_path, *(row for block in blocks for row in block))
    other = imported(tmp_path, *(row for block in shuffled for row in block))
    assert {item.code: [m.name for m in item.materials] for item in one.items} == {
        item.code: [m.name for m in item.materials] for item in other.items
    }
    assert len(one.items) == 19


NAMES = st.sampled_from(["申请表", "身份证（原件）", "身份证（复印件）", "合同、章程", "照片2张", "", "<b>证</b>"])


@settings(max_examples=25)
@given(rows=st.lists(st.tuples(st.sampled_from(["甲", "乙", ""]), st.sampled_from(["A", "B", ""]), NAMES), min_size=1))
def test_every_material_row_is_a_line_or_has_a_finding(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    file = text_file(
        tmp_path_factory.mktemp("list") / "a.csv",
        "事项名称,部门,材料",
        "甲,A,首份证明",
        *(",".join(f'"{cell}"' for cell in row) for row in rows),
    )
    result = read_catalogue(file)
    dropped = {f.row for f in result.findings if f.kind in {"duplicate-material", "missing-name", "too-long"}}
    written = {number for number, row in enumerate(rows, start=3) if row[2]}
    assert result.materials == len(written) + 1
    assert result.kept == result.materials - len(dropped & written)


def test_every_kind_of_finding_is_told(tmp_path: Path) -> None:
    result = imported(tmp_path, (1, "甲", "市局", 3, "申请表"), (1, "甲", "市局", 3, "申请表"))
    report = result.report()
    assert {key: report[key] for key in ("items", "materials", "kept")} == {"items": 1, "materials": 2, "kept": 1}
    assert all(finding["kind"] in KINDS and finding["message"] for finding in report["findings"])
    assert all(KINDS.values())
