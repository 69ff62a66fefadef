"""A real list nobody here wrote: 41 items, 262 rows, merged cells, a duplicate row and bundled cells."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest

from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.checklist import DeficitKind, deficits
from sync.central.importing import ImportResult, read_catalogue
from tests.support.checklists import enough
from tests.support.lists import of_kind, real_list

TODAY = date(2026, 3, 2)
CERTAINLY_BUNDLED = {66, 68, 77, 98, 99, 115, 118, 138, 193, 216, 245, 247, 248, 249, 254}
CERTAINLY_SINGLE = {4, 10, 28, 52, 59, 61, 93, 103, 111, 133, 161, 195, 221, 257}


@pytest.fixture(scope="module")
def result() -> ImportResult:
    return read_catalogue(real_list("tangshan_item_materials.xlsx"))


def test_it_has_41_items_of_its_departments_with_their_limits(result: ImportResult) -> None:
    assert len(result.items) == 41
    assert len({item.code for item in result.items}) == 41
    limits = {item.name: item.promised for item in result.items}
    assert limits["取水许可审批"] == Limit(5, Unit.WORKDAY)
    assert limits["水运工程设计文件审查"] == Limit(20, Unit.WORKDAY)
    departments = {item.name: item.department.name for item in result.items}
    assert departments["排水纳网申请"] == "唐山城市排水有限公司"
    assert departments["社会稳定风险评估"] == "唐山市行政审批局"


def test_every_one_of_its_262_rows_is_a_line_or_a_reported_duplicate(result: ImportResult) -> None:
    sheet = openpyxl.load_workbook(real_list("tangshan_item_materials.xlsx")).active
    written = {row: sheet.cell(row, 5).value for row in range(2, sheet.max_row + 1)}
    duplicates = {finding.row for finding in of_kind(result, "duplicate-material")}

    assert len(written) == result.materials == 262
    assert duplicates == {7}
    assert result.kept == 261
    kept = [material.name for item in result.items for material in item.materials]
    assert kept == [text for row, text in written.items() if row not in duplicates]


def test_the_bundled_cells_are_reported_and_the_single_ones_are_not(result: ImportResult) -> None:
    bundled = {finding.row for finding in of_kind(result, "bundled-documents")}
    assert bundled >= CERTAINLY_BUNDLED
    assert not bundled & CERTAINLY_SINGLE


def test_nothing_else_is_said_but_what_a_reader_would_want_to_know(result: ImportResult) -> None:
    kinds = {finding.kind for finding in result.findings}
    assert kinds == {"code-missing", "duplicate-material", "bundled-documents", "electronic-copy"}


def test_a_complete_intake_of_any_item_lacks_nothing(result: ImportResult) -> None:
    for item in result.items:
        tallies = {material.id: enough(material) for material in item.materials}
        assert deficits(item.materials, tallies, TODAY) == ()


def test_leaving_out_any_material_names_exactly_that_one(result: ImportResult) -> None:
    for item in result.items:
        for absent in item.materials:
            tallies = {m.id: enough(m) for m in item.materials if m is not absent}
            found = deficits(item.materials, tallies, TODAY)
            assert [(one.material, one.name, one.kind) for one in found] == [
                (absent.id, absent.name, DeficitKind.MISSING)
            ]


def test_one_paper_original_or_copy_is_due_where_the_list_says_nothing(result: ImportResult) -> None:
    assert all(material.due.papers == 1 for item in result.items for material in item.materials)


def test_every_material_is_found_by_the_name_the_source_wrote(result: ImportResult) -> None:
    for item in result.items:
        for material in item.materials:
            assert item.material(material.name) is material
