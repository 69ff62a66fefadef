"""Several documents in one cell are told from one document with a long name."""

from __future__ import annotations

import pytest

from sync.central.importing.bundles import bundle_of


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("1、身份证；2、户口簿", ("身份证", "户口簿")),
        ("1.身份证\n2.户口簿复印件", ("身份证", "户口簿复印件")),
        ("①申请表②身份证", ("申请表", "身份证")),
        ("（1）申请表（2）身份证", ("申请表", "身份证")),
        ("申请材料：1、申请表 2、身份证", ("申请表", "身份证")),
        ("身份证复印件\n户口簿复印件", ("身份证复印件", "户口簿复印件")),
        ("企业营业执照、组织机构代码证", ("企业营业执照", "组织机构代码证")),
        ("规划认可文件；验收意见书", ("规划认可文件", "验收意见书")),
        ("建设规划许可证和施工许可证", ("建设规划许可证", "施工许可证")),
        ("《食品经营许可申请书》、营业执照", ("《食品经营许可申请书》", "营业执照")),
        ("结婚证和离婚证（原件及复印件）", ("结婚证", "离婚证（原件及复印件）")),
    ],
)
def test_bundled(text: str, documents: tuple[str, ...]) -> None:
    bundle = bundle_of(text)
    assert bundle is not None
    assert bundle.documents == documents
    assert not bundle.choice


@pytest.mark.parametrize(
    "text",
    ["身份证或户口簿", "项目平面图、项目红线图、土地证（三证取其一）", "可行性研究报告、或者项目申请书、或者备案证明"],
)
def test_documents_of_which_one_will_do(text: str) -> None:
    bundle = bundle_of(text)
    assert bundle is not None
    assert bundle.choice
    assert not any(document.startswith("或") for document in bundle.documents)


@pytest.mark.parametrize(
    "text",
    [
        "申请表（含1、2两联）",
        "身份证复印件（加盖公章、签名）",
        "营业执照（正、副本）",
        "1.5米施工图",
        "法定代表人身份证明",
        "申请书（一）（二）",
        "初步设计报告及附件",
        "施工单位、监理单位出具的已按合同约定拨付工程款的证明",
        "经审计的财务报表（包括资产负债表、利润表和现金流量表）",
        "营业执照；需加盖公章",
        "（未写完、未关上的括号和证明",
        "",
        "（" * 1000,
    ],
)
def test_one_document_with_a_long_name(text: str) -> None:
    assert bundle_of(text) is None
