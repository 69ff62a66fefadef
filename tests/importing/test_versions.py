"""Several versions of one item in one list, by their number or by the day from which they are received."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from sync.central.catalogue.seeding import catalogue_rows
from sync.central.importing import ImportResult, read_catalogue
from tests.support.lists import of_kind, workbook

HEADER = ("实施编码", "事项名称", "实施主体", "版本", "启用日期", "停用日期", "材料名称")


def versions(result: ImportResult) -> list[tuple[str, int, date | None, date | None, int]]:
    return [(i.code, i.version, i.effective_from, i.effective_until, len(i.materials)) for i in result.items]


def test_each_version_is_an_item_of_its_own_under_the_same_code(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ("A1", "居住证", "公安局", 1, "2024-01-01", "2026-11-30", "申请表"),
        ("A1", "居住证", "公安局", 1, "2024-01-01", "2026-11-30", "身份证"),
        ("A1", "居住证签发", "公安局", "第2版", "2026年12月1日", "", "申请表"),
        ("B1", "户口迁移", "公安局", "", "", "", "户口簿"),
    ]
    result = read_catalogue(workbook(tmp_path / "a.xlsx", rows))
    assert versions(result) == [
        ("A1", 1, date(2024, 1, 1), date(2026, 11, 30), 2),
        ("A1", 2, date(2026, 12, 1), None, 1),
        ("B1", 1, None, None, 1),
    ]
    assert result.findings == ()
    assert [row.key for row in catalogue_rows(result.items)] == ["A1", "A1@2", "B1"]


def test_without_numbers_versions_are_numbered_as_they_begin(tmp_path: Path) -> None:
    header = ("TASK_CODE", "TASK_NAME", "DEPT_NAME", "PLAN_EFFECTIVE_DATE", "PLAN_CANCEL_DATE", "材料名称")
    rows = [
        header,
        ("A1", "居住证", "公安局", "20270101", "", "新表"),
        ("A1", "居住证", "公安局", "20240101", "20261231", "旧表"),
        ("", "结婚登记", "民政局", "20240101", "", "户口簿"),
        ("", "结婚登记", "民政局", "20270101", "", "身份证"),
    ]
    result = read_catalogue(workbook(tmp_path / "a.xlsx", rows))
    told = {(i.name, i.version): i for i in result.items}
    assert [m.name for m in told["居住证", 1].materials] == ["旧表"]
    assert [m.name for m in told["居住证", 2].materials] == ["新表"]
    assert told["结婚登记", 1].code == told["结婚登记", 2].code
    assert of_kind(result, "duplicate-item") == of_kind(result, "duplicate-code") == []


def test_rows_that_repeat_the_item_but_not_its_version_are_about_the_one_above(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ("A1", "居住证", "公安局", 2, "2026-12-01", "", "申请表"),
        ("A1", "居住证", "公安局", "", "", "", "身份证"),
    ]
    assert versions(read_catalogue(workbook(tmp_path / "a.xlsx", rows))) == [("A1", 2, date(2026, 12, 1), None, 2)]


def test_what_is_no_version_and_no_period_is_reported(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ("A1", "居住证", "公安局", "最新", "2026-12-01", "2026-11-01", "申请表"),
        ("B1", "户口迁移", "公安局", "2.0", "", "", "户口簿"),
    ]
    result = read_catalogue(workbook(tmp_path / "a.xlsx", rows))
    assert [i.version for i in result.items] == [1, 2]
    assert [f.row for f in of_kind(result, "unreadable-value")] == [2]
    assert [f.row for f in of_kind(result, "lint-days")] == [2]


def test_our_own_records_may_hold_versions_too(tmp_path: Path) -> None:
    office = {"code": "GA", "name": "公安局"}
    items = [
        {"code": "A1", "name": "居住证", "department": office, "effective_until": "2026-11-30"},
        {"code": "A1", "name": "居住证", "department": office, "version": 2, "effective_from": "2026-12-01"},
        {"code": "A1", "name": "居住证", "department": office, "version": 2},
        {"code": "B1", "name": "户口迁移", "department": office, "version": -1},
    ]
    path = tmp_path / "items.json"
    path.write_text(json.dumps({"items": items}), encoding="utf-8")
    result = read_catalogue(path)
    assert [(i.code, i.version) for i in result.items] == [("A1", 1), ("A1", 2)]
    assert len(of_kind(result, "duplicate-item")) == len(of_kind(result, "bad-record")) == 1
