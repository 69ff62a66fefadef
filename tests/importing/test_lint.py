"""The catalogue's own contradictions, and no complaint about what a list does not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.central.importing import read_catalogue
from tests.support.lists import text_file


def kinds(tmp_path: Path, **cells: str) -> list[str]:
    header = ["事项名称", "部门", *cells]
    file = text_file(tmp_path / "a.csv", "\t".join(header), "\t".join(["甲", "市局", *cells.values()]))
    return [f.kind for f in read_catalogue(file).findings if f.kind != "code-missing"]


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("lint-limit", {"承诺时限": "30", "法定时限": "20"}),
        ("lint-immediate", {"承诺时限": "即办", "办件类型": "承诺件"}),
        ("lint-immediate", {"承诺时限": "5", "办件类型": "1"}),
        ("lint-immediate", {"承诺时限": "5", "审查类型": "即审即办"}),
        ("lint-visits", {"到现场次数": "1", "必须现场办理原因说明": ""}),
        ("lint-visits", {"到现场次数": "4", "必须现场办理原因说明": "踏勘"}),
        ("lint-depth", {"网上办理深度": "Ⅳ级", "到现场次数": "1"}),
        ("lint-mail", {"到现场次数": "0", "是否网办": "否", "办理形式": "窗口办理"}),
        ("lint-fee", {"是否收费": "是", "收费依据": ""}),
        ("lint-fee", {"是否收费": "否", "网上支付": "是"}),
        ("lint-result", {"结果名称": "取水许可证", "办结类型": "审批办结"}),
        ("lint-phones", {"咨询电话": "0757-83330001", "监督电话": "0757-83330001"}),
        ("lint-phones", {"咨询电话": "83330001", "监督电话": "0757-83330001"}),
    ],
)
def test_a_contradiction_is_reported(tmp_path: Path, kind: str, cells: dict[str, str]) -> None:
    assert kinds(tmp_path, **cells) == [kind]


@pytest.mark.parametrize(
    "cells",
    [
        {"承诺时限": "20", "法定时限": "20"},
        {"承诺时限": "30个自然日", "法定时限": "20个工作日"},
        {"承诺时限": "5", "法定时限": "0"},
        {"承诺时限": "即办", "办件类型": "即办件", "审查类型": "即审即办"},
        {"到现场次数": "1"},
        {"到现场次数": "0", "必须现场办理原因说明": ""},
        {"网上办理深度": "四级", "到现场次数": "0"},
        {"到现场次数": "0", "是否网办": "否", "办理形式": "窗口办理、快递申请"},
        {"是否收费": "是"},
        {"是否收费": "否", "收费依据": "", "网上支付": "否"},
        {"结果名称": "取水许可证", "办结类型": "出证办结"},
        {"咨询电话": "0757-83330001", "监督电话": "12345"},
        {"咨询电话": "窗口咨询", "监督电话": ""},
    ],
)
def test_what_does_not_contradict_itself_is_left_in_peace(tmp_path: Path, cells: dict[str, str]) -> None:
    assert kinds(tmp_path, **cells) == []
