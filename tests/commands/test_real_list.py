"""A list as a department sent it, imported and worked with through the commands alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import CityEnd, clerk, due, enrol, first_answers, whole
from tests.support.lists import real_list, text_file


def import_list(city: CityEnd, path: Path) -> dict[str, Any]:
    told = clerk("central", "import-catalogue", path, "--database", city.database, "--json").done()
    report: dict[str, Any] = told.json
    return report


def test_every_item_of_it_is_accepted_whole_and_names_exactly_what_is_left_out(
    own_city: CityEnd, tmp_path: Path
) -> None:
    report = import_list(own_city, real_list("tangshan_item_materials.xlsx"))
    assert (report["items"], report["materials"]) == (41, 262)
    assert {"duplicate-material", "bundled-documents"} <= {finding["kind"] for finding in report["findings"]}
    assert all(finding.keys() == {"row", "kind", "message"} for finding in report["findings"])
    assert report["kept"] == 261
    with own_city.served() as address:
        seat = enrol(own_city, address, tmp_path / "window")
    items = [item for item in seat.json("items", "--limit", "0") if not item["sample"]]
    assert len(items) == 41
    left_out = [(item, line["id"]) for item in items for line in due(item, first_answers(item))]
    assert len(left_out) == 261

    answered = seat.intake([*map(whole, items), *(whole(item, [line]) for item, line in left_out)]).done().lines

    assert {(line["state"], len(line["deficits"])) for line in answered[:41]} == {("accepted", 0)}
    told = [[deficit["material"] for deficit in line["deficits"]] for line in answered[41:]]
    assert told == [[line] for _, line in left_out]
    assert {line["state"] for line in answered[41:]} == {"notified"}
    assert all(deficit["name"] and deficit["cure"] for line in answered for deficit in line["deficits"])


def test_importing_again_changes_nothing_and_a_changed_list_changes_what_differs(
    own_city: CityEnd, tmp_path: Path
) -> None:
    head = "事项名称,受理部门,承诺日期,材料"
    before = text_file(tmp_path / "a.csv", head, "甲事项,甲局,5,申请表", "乙事项,乙局,5,申请表")
    after = text_file(tmp_path / "b.csv", head, "甲事项,甲局,5,申请表", "乙事项,乙局,8,申请表")

    assert import_list(own_city, before)["items"] == 2
    again = import_list(own_city, before)
    changed = import_list(own_city, after)

    assert (again["changed"], changed["changed"]) == (0, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.xlsx", b""),
        ("broken.xlsx", b"PK\x03\x04 broken"),
        ("page.xlsx", b"<html></html>"),
        ("broken.json", b'{"items": ['),
        ("blank.csv", b"a,b\n1,2\n"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    told = clerk("central", "import-catalogue", path, "--database", tmp_path / "city.db", "--json")

    assert (told.status, told.json["error"]["code"]) == (1, "file-refused")


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    told = clerk("central", "import-catalogue", tmp_path / "none.csv", "--database", tmp_path / "city.db", "--json")

    assert (told.status, told.json["error"]["code"]) == (1, "file")
    assert told.json["error"]["message"] == f"{tmp_path / 'none.csv'}：没有这个文件或文件夹。"
