"""JSON: our own items and joint services, and records under the names of the exchange tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from clerk_app.domain.catalogue import Due, Form, Handling, JointService, Limit, Necessity, ServiceItem
from clerk_app.domain.plain import to_plain
from sync.central.importing import ImportRefused, read_catalogue
from sync.central.sample.kernel import kernel_items, kernel_joint
from tests.support.checklists import items
from tests.support.lists import json_file, of_kind, real_list

OWN: dict[str, Any] = {"code": "A-1", "name": "取水许可", "department": {"code": "D", "name": "市水务局"}}
MATERIAL: dict[str, Any] = {"id": "m1", "name": "申请表"}


def test_our_own_items_and_joint_services_come_back_as_they_were(tmp_path: Path) -> None:
    file = json_file(tmp_path / "a.json", {"items": to_plain(kernel_items()), "joint": to_plain(kernel_joint())})
    result = read_catalogue(file)
    assert result.items == tuple(kernel_items())
    assert result.joint == tuple(kernel_joint())
    assert {f.kind for f in result.findings} <= {"lint-limit", "lint-visits", "lint-immediate", "lint-phones"}


@settings(max_examples=25)
@given(items("A-1"))
def test_any_item_of_ours_survives_the_trip(tmp_path_factory: pytest.TempPathFactory, item: ServiceItem) -> None:
    file = json_file(tmp_path_factory.mktemp("list") / "a.json", [to_plain(item)])
    assert read_catalogue(file).items == (item,)


def test_one_record_a_line(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(json.dumps({**OWN, "code": f"A-{n}"}) for n in range(3)), encoding="utf-8")
    assert [item.code for item in read_catalogue(file).items] == ["A-0", "A-1", "A-2"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"code": ""},
        {"code": "A" * 1000},
        {"visits_cap": -1},
        {"visits_cap": "three"},
        {"department": {"code": "D"}},
        {"promised": {"days": -3}},
        {"materials": [MATERIAL, MATERIAL]},
        {"materials": [{**MATERIAL, "due": {"keep": -1}}]},
        {"materials": [{**MATERIAL, "due": {}}]},
        {"materials": [{**MATERIAL, "when": {"nowhere": ["yes"]}}]},
        {"materials": [{"id": "m1"}]},
        {"materials": "申请表"},
    ],
)
def test_a_record_that_cannot_be_worked_with_is_left_out_and_reported(tmp_path: Path, wrong: dict[str, Any]) -> None:
    result = read_catalogue(json_file(tmp_path / "a.json", [{**OWN, "code": "A-0"}, {**OWN, **wrong}]))
    assert [item.code for item in result.items] == ["A-0"]
    assert [f.row for f in of_kind(result, "bad-record")] == [2]


def test_the_second_of_one_code_is_left_out_and_reported(tmp_path: Path) -> None:
    result = read_catalogue(json_file(tmp_path / "a.json", [OWN, {**OWN, "name": "别的事项"}, 7]))
    assert [(f.row, f.kind) for f in result.findings] == [(2, "duplicate-item"), (3, "bad-record")]


def test_markup_in_our_own_items_goes_too(tmp_path: Path) -> None:
    result = read_catalogue(json_file(tmp_path / "a.json", [{**OWN, "basis": "《水法》&nbsp;<b>第七条</b>"}]))
    assert result.items[0].basis == "《水法》 第七条"
    assert len(of_kind(result, "html-in-text")) == 1


def test_records_of_the_province_with_their_codes(tmp_path: Path) -> None:
    record = {
        "TASK_NAME": "食品经营许可",
        "TASK_CODE": "4401",
        "DEPT_NAME": "市市场监管局",
        "TASK_TYPE": "01",
        "PROJECT_TYPE": "2",
        "PROMISE_DAY": 10,
        "PROMISE_TYPE_TEXT": "工作日",
        "LIMIT_SCENE_NUM": "1",
        "WBSD_LEVEL": "III级",
        "AUDIT_MATERIAL": [
            {"MATERIAL_NAME": "申请书", "IS_NEED": "1", "PAGE_NUM": "2", "PAGE_COPYNUM": "0", "ZZHDZB": "1"},
            {"MATERIAL_NAME": "平面图", "IS_NEED": "3", "PAGE_NUM": "0", "PAGE_COPYNUM": "1", "SOURCE_TYPE": "10"},
            {"MATERIAL_NAME": "电子照片", "IS_NEED": "2", "ZZHDZB": "2"},
            {"MATERIAL_NAME": "检验报告", "IS_NEED": "9"},
        ],
    }
    result = read_catalogue(json_file(tmp_path / "a.json", {"data": {"rows": [record]}}))
    (item,) = result.items
    assert (item.scheme, item.kind, item.handling, item.promised) == ("gdzwfw", "01", Handling.PROMISED, Limit(10))
    assert [m.due for m in item.materials] == [Due(keep=2), Due(copies=1), Due(electronic=1), Due(either=1)]
    assert [m.necessity for m in item.materials[:3]] == [
        Necessity.REQUIRED,
        Necessity.DEFERRABLE,
        Necessity.OPTIONAL,
    ]
    assert item.materials[2].form is Form.ELECTRONIC
    assert item.materials[1].source == "申请人自备"
    assert [f.kind for f in result.findings] == ["unknown-code"]
    assert (result.materials, result.kept) == (4, 4)


def test_a_name_nested_in_an_item_is_the_materials(tmp_path: Path) -> None:
    record = {"name": "取水许可", "department": "市水务局", "materials": [{"name": "申请表", "mustFlag": "2"}]}
    (item,) = read_catalogue(json_file(tmp_path / "a.json", [record])).items
    assert (item.name, item.materials[0].name, item.materials[0].necessity) == (
        "取水许可",
        "申请表",
        Necessity.DEFERRABLE,
    )


@pytest.mark.parametrize("text", ["{", "[1,2", '{"items": 3}', "[]", "7", '"x"', "[" * 100_000, '[{"a": NaN}]', "null"])
def test_what_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ImportRefused):
        read_catalogue(file)


def test_other_real_json_is_refused_without_a_traceback() -> None:
    with pytest.raises(ImportRefused):
        read_catalogue(real_list("codelists.json"))


def test_a_joint_service_of_nothing_and_a_second_of_one_code_are_left_out(tmp_path: Path) -> None:
    good = {"code": "J", "name": "甲", "items": ["A"]}
    joint = [good, {**good, "code": "K", "items": []}, {**good, "name": "乙"}, {**good, "code": 3}]
    result = read_catalogue(json_file(tmp_path / "a.json", {"items": [OWN], "joint": joint}))
    assert [service.name for service in result.joint] == ["甲"]
    assert [f.row for f in of_kind(result, "bad-record")] == [2, 3, 4]


def test_a_text_of_megabytes_anywhere_in_a_record_costs_the_record(tmp_path: Path) -> None:
    huge = {**OWN, "code": "A-2", "materials": [{**MATERIAL, "note": "长" * (3 << 20)}]}
    result = read_catalogue(json_file(tmp_path / "a.json", [OWN, huge]))
    assert [item.code for item in result.items] == ["A-1"]
    assert [f.row for f in of_kind(result, "bad-record")] == [2]


def test_joint_services_may_come_alone(tmp_path: Path) -> None:
    service = JointService(code="J-1", name="企业开办“一件事”", items=("A", "B"))
    result = read_catalogue(json_file(tmp_path / "a.json", {"items": [], "joint": [to_plain(service)]}))
    assert (result.items, result.joint) == ((), (service,))
