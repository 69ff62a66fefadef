"""Workbooks in the many forms departments give them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from clerk_app.domain.catalogue import Due, Form, Handling, Limit, Necessity, ServiceItem, Unit
from sync.central.importing import ImportRefused, read_catalogue
from tests.support.lists import HEADER, of_kind, raw_workbook, row_xml, sheet_xml, workbook

PLAIN = [
    HEADER,
    (1, "居住证签注", "市公安局", 3, "申请表"),
    (None, None, None, None, "身份证（复印件）"),
    (2, "食品经营许可", "市市场监管局", "即办", "营业执照（复印件）"),
]

IMPLEMENTATION_LIST = """
事项名称=取水许可
实施编码=11440100007482575H3440118009000
实施主体=市水务局
实施主体编码=11440100007482575H
事项类型=01
行使层级=4
办件类型=承诺件
法定办结时限=20
法定办结时限单位=工作日
承诺办结时限=15
承诺办结时限单位=自然日
到现场次数=1
必须现场办理原因说明=核对原件
网上办理深度=III级
服务对象=自然人、企业法人
是否容缺受理=否
是否支持物流快递=否
是否收费=是
收费依据=价格法
结果名称=取水许可证
咨询电话=0757-83330001
监督投诉电话=0757-83330002
办理地点=政务中心二楼
计划生效日期=2026-01-01
材料名称=论证报告
是否必备材料=0
材料形式=3
来源渠道=20
出具单位=设计单位
受理标准=加盖公章
材料有效期=180
份数=2
"""


def names(item: ServiceItem) -> list[str]:
    return [material.name for material in item.materials]


def test_a_merged_cell_says_the_same_in_all_its_rows(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", PLAIN, merge=["A2:A3", "B2:B3", "C2:C3", "D2:D3"])
    first, second = read_catalogue(file).items
    assert (first.name, first.department.name, first.promised) == ("居住证签注", "市公安局", Limit(3))
    assert names(first) == ["申请表", "身份证（复印件）"]
    assert first.materials[1].due == Due(copies=1)
    assert second.handling is Handling.IMMEDIATE
    ids = [m.id for item in (first, second) for m in item.materials]
    assert len(set(ids)) == len(ids)


def test_a_blank_left_unmerged_belongs_to_the_item_above(tmp_path: Path) -> None:
    result = read_catalogue(workbook(tmp_path / "a.xlsx", PLAIN))
    assert [names(item) for item in result.items] == [["申请表", "身份证（复印件）"], ["营业执照（复印件）"]]
    assert result.materials == result.kept == 3


def test_columns_in_another_order_under_other_names_with_a_title_above(tmp_path: Path) -> None:
    rows = [
        ("某市审批事项清单（2026年）",),
        (),
        ("申请材料名称", "承诺办结时限（自然日）", "实施编码", "实施主体", "事项名称*", "材料必要性"),
        ("申请表", 7, "A-1", "市水务局", "取水许可", "必要"),
        ("论证报告", 7, "A-1", "市水务局", "取水许可", 3),
    ]
    (item,) = read_catalogue(workbook(tmp_path / "a.xlsx", rows, merge=["A1:F1"])).items
    assert (item.code, item.name, item.department.name) == ("A-1", "取水许可", "市水务局")
    assert item.promised == Limit(7, Unit.CALENDAR_DAY)
    assert [m.necessity for m in item.materials] == [Necessity.REQUIRED, Necessity.DEFERRABLE]


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    rows = [
        ("事项名称", "部门", "材料", None, None, "承诺时限"),
        (None, None, "名称", "原件", "复印件", None),
        ("取水许可", "市水务局", "申请表", 2, 0, "5个工作日"),
        (None, None, "学历证书", 1, 1, None),
    ]
    merge = ["A1:A2", "B1:B2", "C1:E1", "F1:F2", "A3:A4", "B3:B4", "F3:F4"]
    (item,) = read_catalogue(workbook(tmp_path / "a.xlsx", rows, merge=merge)).items
    assert names(item) == ["申请表", "学历证书"]
    assert [m.due for m in item.materials] == [Due(keep=2), Due(inspect=1, copies=1)]
    assert item.promised == Limit(5)


def test_several_sheets_make_one_list_and_what_is_no_list_is_reported(tmp_path: Path) -> None:
    more: dict[str, list[tuple[object, ...]]] = {
        "第二页": [HEADER, (3, "结婚登记", "市民政局", 0, "户口簿（原件）")],
        "说明": [("填表说明",), ("请勿改动",)],
        "空": [],
    }
    result = read_catalogue(workbook(tmp_path / "a.xlsx", PLAIN, more=more))
    assert [item.name for item in result.items] == ["居住证签注", "食品经营许可", "结婚登记"]
    assert [f.message for f in of_kind(result, "unread-sheet")] == ["工作表“说明”没有认得出的表头，没有读取"]


def test_hidden_rows_are_read_and_hidden_sheets_are_not_and_both_are_reported(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", PLAIN, hide=[3], more={"旧": [HEADER, (9, "旧事项", "市局", 1, "旧材料")]})
    book = openpyxl.load_workbook(file)
    book["旧"].sheet_state = "hidden"
    book.save(file)
    result = read_catalogue(file)
    assert [item.name for item in result.items] == ["居住证签注", "食品经营许可"]
    assert result.kept == 3
    assert [f.row for f in of_kind(result, "hidden-row")] == [3]
    assert len(of_kind(result, "hidden-sheet")) == 1


def test_a_repeated_header_is_skipped_and_a_remark_across_the_table_is_reported(tmp_path: Path) -> None:
    rows = [*PLAIN, HEADER, (3, "结婚登记", "市民政局", 0, "户口簿（原件）"), ("备注：以实际为准",)]
    result = read_catalogue(workbook(tmp_path / "a.xlsx", rows, merge=["A7:E7"]))
    assert [item.name for item in result.items] == ["居住证签注", "食品经营许可", "结婚登记"]
    assert [(f.row, f.kind) for f in result.findings if f.kind != "code-missing"] == [(7, "note-row")]


def test_blank_rows_in_between_change_nothing(tmp_path: Path) -> None:
    rows = [PLAIN[0], (), PLAIN[1], (), (), PLAIN[2], PLAIN[3]]
    assert read_catalogue(workbook(tmp_path / "a.xlsx", rows)).kept == 3


def test_a_material_merged_over_two_rows_is_one_material(tmp_path: Path) -> None:
    rows = [(*HEADER, "备注"), (1, "事项甲", "市局", 3, "申请表", "甲"), (None, None, None, None, None, "乙")]
    file = workbook(tmp_path / "a.xlsx", rows, merge=["E2:E3"])
    result = read_catalogue(file)
    assert (result.materials, result.kept) == (1, 1)


def test_serial_numbers_that_count_rows_do_not_split_an_item(tmp_path: Path) -> None:
    rows = [HEADER, *((n, "事项甲", "市局", 3, f"第{n}种证明") for n in range(1, 6))]
    result = read_catalogue(workbook(tmp_path / "a.xlsx", rows))
    assert [len(item.materials) for item in result.items] == [5]


def test_formulas_give_what_they_last_gave_and_errors_are_reported(tmp_path: Path) -> None:
    rows = (
        row_xml(1, *HEADER)
        + row_xml(2, "1", "事项甲", "市局", "", "申请表").replace("</row>", '<c r="D2"><f>1+2</f><v>3</v></c></row>')
        + row_xml(3, "2", "事项乙", "市局", "", "身份证").replace("</row>", '<c r="D3"><f>1+2</f></c></row>')
        + row_xml(4, "3", "事项丙", "市局", "", "户口簿").replace("</row>", '<c r="D4" t="e"><v>#REF!</v></c></row>')
    )
    result = read_catalogue(raw_workbook(tmp_path / "a.xlsx", sheet_xml(rows)))
    assert [item.promised for item in result.items] == [Limit(3), None, None]
    assert [f.row for f in of_kind(result, "cell-error")] == [3, 4]


def test_all_columns_of_an_implementation_list_are_understood(tmp_path: Path) -> None:
    header, row = zip(*(line.split("=") for line in IMPLEMENTATION_LIST.split()), strict=True)
    result = read_catalogue(workbook(tmp_path / "a.xlsx", [header, row]))
    (item,) = result.items
    (material,) = item.materials

    assert result.findings == ()
    assert (item.code, item.department.code) == ("11440100007482575H3440118009000", "11440100007482575H")
    assert (item.kind, item.level, item.scope, item.handling) == ("01", "4", "district", Handling.PROMISED)
    assert (item.statutory, item.promised) == (Limit(20), Limit(15, Unit.CALENDAR_DAY))
    assert (item.visits_cap, item.visits_reason, item.depth) == (1, "核对原件", "III")
    assert item.subjects == ("person", "organisation")
    assert (item.provisional_allowed, item.express, item.fee) == (False, False, "收费")
    assert (item.result, item.phone, item.address) == ("取水许可证", "0757-83330001", "政务中心二楼")
    assert item.effective_from is not None
    assert (material.necessity, material.form) == (Necessity.OPTIONAL, Form.PAPER_OR_ELECTRONIC)
    assert (material.source, material.where, material.standard) == ("政府部门核发", "设计单位", "加盖公章")
    assert (material.validity_days, material.due) == (180, Due(either=2))


def test_a_sheet_without_a_header_is_refused_with_what_it_should_have(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="事项名称"):
        read_catalogue(workbook(tmp_path / "a.xlsx", [(1, 2, 3), ("甲", "乙")]))


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="没有读出任何事项"):
        read_catalogue(workbook(tmp_path / "a.xlsx", [HEADER]))
