"""A real catalogue nobody here wrote: 1,135 items of 34 departments, one a line, without materials."""

from __future__ import annotations

import csv

import pytest

from sync.central.importing import ImportResult, read_catalogue
from tests.support.lists import of_kind, real_list

NAME = "guangan_catalogue/guangan_items.csv"


@pytest.fixture(scope="module")
def result() -> ImportResult:
    return read_catalogue(real_list(NAME))


def test_each_line_is_an_item_under_the_code_the_source_wrote(result: ImportResult) -> None:
    with real_list(NAME).open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(item.code, item.name, item.department.name, item.department.code) for item in result.items] == [
        (line["item_code"], line["name"], line["department"], line["dept_code"]) for line in lines
    ]
    assert len(result.items) == 1135
    assert result.materials == result.kept == 0


def test_kinds_are_understood_whatever_zeros_they_lack(result: ImportResult) -> None:
    assert {item.kind for item in result.items} == {"01", "05", "07", "08", "09", "10", "20"}
    assert of_kind(result, "unknown-code") == []


def test_two_names_that_stand_twice_in_one_department_are_kept_and_reported(result: ImportResult) -> None:
    assert [finding.row for finding in of_kind(result, "duplicate-item")] == [539, 932]


def test_a_list_without_materials_and_limits_is_not_blamed_for_them(result: ImportResult) -> None:
    assert {finding.kind for finding in result.findings} == {"duplicate-item", "unread-column"}
