"""What each paper says, before it is set: the words the law and the city's standard ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from chinese_calendar import constants

from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case
from clerk_app.domain.case_parts import Notice, Visit
from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.deadlines import Calendar, YearTable
from clerk_app.domain.kinds import State
from clerk_app.domain.people import Applicant
from clerk_app.paper.blocks import Table
from clerk_app.paper.context import PaperContext, PaperNotReady
from clerk_app.paper.papers import KINDS, compose
from tests.support.papers import (
    APPLICANT,
    CASES,
    ITEM,
    MATERIALS,
    PRINTED_AT,
    RECEIVED,
    accepted_case,
    context_of,
    declined_case,
    due_on,
    item_ref,
    notified_case,
    provisional_case,
    received_case,
    supplemented_case,
)


def said(kind: str, case: Case, **changes: object) -> str:
    return "\n".join(compose(kind, context_of(case, **changes)).texts())


def tables(kind: str, case: Case) -> list[Table]:
    return [block for block in compose(kind, context_of(case)).blocks if isinstance(block, Table)]


def test_the_papers_about_a_case_bear_the_names_of_the_citys_standard() -> None:
    assert KINDS == (
        "接收回执",
        "受理回执",
        "申请材料补正告知书",
        "容缺受理承诺书",
        "不予受理通知书",
        "延长办理期限通知书",
        "特殊程序审查期限告知书",
        "物料流转凭证",
        "送达回执",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_paper_says_whether_central_has_it(kind: str) -> None:
    case = CASES[kind]()
    assert compose(kind, context_of(case)).standing == "本机记录，市中心尚未确认"
    assert compose(kind, context_of(case, confirmed=True)).standing == "市中心已确认"


@pytest.mark.parametrize("kind", KINDS)
def test_sample_data_is_labelled_and_other_data_is_not(kind: str) -> None:
    case = CASES[kind]()
    real = replace(case, item=replace(case.item, sample=False))
    assert "样例数据" in compose(kind, context_of(case)).labels
    assert compose(kind, context_of(real)).labels == ()


@pytest.mark.parametrize("kind", KINDS)
def test_identity_numbers_and_telephones_are_masked(kind: str) -> None:
    agent = replace(APPLICANT, agent_name="欧阳样例", agent_id_number="440604190601010022")
    text = said(kind, replace(CASES[kind](), applicant=agent))
    assert APPLICANT.id_number not in text
    assert agent.agent_id_number not in text
    assert APPLICANT.phone not in text


def test_an_organisations_credit_code_is_public_and_stands_in_full() -> None:
    firm = Applicant(kind="organisation", name="样例公司", id_number="91440600MA4X8KQ12B")
    text = said("受理回执", accepted_case(applicant=firm))
    assert "91440600MA4X8KQ12B" in text
    assert "你单位于" in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_can_be_made_without_the_catalogue(kind: str) -> None:
    assert said(kind, CASES[kind](), item=None)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"接收回执", "物料流转凭证"}))
def test_a_paper_the_case_has_not_come_to_is_refused_in_chinese(kind: str) -> None:
    with pytest.raises(PaperNotReady, match=f"不能出具《{kind}》"):
        compose(kind, context_of(received_case()))


def test_the_receipt_counts_what_was_received_by_kind() -> None:
    [table] = tables("接收回执", received_case())
    rows = [row[:6] for row in table.rows]
    assert rows == [
        ("1", "居民身份证", "", "1", "1", ""),
        ("2", "居住证申领登记表", "1", "", "", ""),
        ("3", "房屋租赁合同", "", "", "1", ""),
        ("4", "社会保险参保证明", "", "", "1", ""),
        ("5", "子女出生医学证明", "", "", "", ""),
        ("", "合计（共5项）", "1", "1", "3", "0"),
    ]
    remarks = [row[6] for row in table.rows]
    assert remarks[1] == "缺签名或盖章：申请人未签名"
    assert "FS0123-01-260301-0007-A" in remarks[4]


def test_the_receipt_is_not_an_acceptance_and_names_the_notice_clock() -> None:
    text = said("接收回执", received_case(notice_due=due_on(2026, 7, 21, provisional=True)))
    assert "不代表申请已被受理" in text
    assert "2026年7月21日前（含当日，暂定）" in text
    assert "逾期不告知的，自收到申请材料之日起即为受理" in text
    assert "0757-12345" in text


def test_a_receipt_printed_after_the_notice_was_due_says_that_the_law_has_accepted() -> None:
    late = PRINTED_AT + timedelta(days=8)
    assert "本申请自收到申请材料之日（2026年7月14日）起即为受理" in said("接收回执", received_case(), printed_at=late)
    assert "即为受理（" in said("接收回执", received_case(), printed_at=late - timedelta(days=1))


def test_the_notice_tells_limit_fee_and_seals_in_the_catalogues_words() -> None:
    case = notified_case()
    assert "事项目录未列收费" in said("申请材料补正告知书", case)
    priced = replace(ITEM, fee="每证20元")
    assert "每证20元" in said("申请材料补正告知书", case, item=priced)
    assert "自受理之日的次一个工作日起算" in said("申请材料补正告知书", case)
    lines = tuple(replace(m, seal="申请人签名") if m.id == "m2" else m for m in case.checklist)
    text = said("申请材料补正告知书", replace(case, checklist=lines))
    assert "须有申请人签名" in text
    assert "申请人签名签章" not in text


def test_a_receipt_for_nothing_says_so() -> None:
    [table] = tables("接收回执", received_case(tallies={}))
    assert (table.rows, table.empty) == ((), "（未接收材料）")


def test_the_supplement_receipt_answers_the_notice_line_by_line() -> None:
    case = supplemented_case()
    answered = tables("接收回执", case)[1]
    assert [row[1] for row in answered.rows] == [d.name for d in case.notices[0].deficits]
    assert [row[4] for row in answered.rows] == ["符合", "符合", "符合", "待补", "符合"]
    assert compose("接收回执", context_of(case)).number.endswith("-K-1号")


def test_supplements_that_answer_no_notice_are_listed_apart() -> None:
    line = b.SupplementLine(material="m4", name=MATERIALS[3].name, brought=accepted_case().tallies["m4"], cured=True)
    supplement = b.Supplemented(on=date(2026, 7, 22), lines=(line,), tallies=())
    case = replace(provisional_case(), supplements=(supplement,))
    assert [t.rows for t in tables("接收回执", case)][1] == (("1", line.name, "2026年7月22日", "原件1份", "符合"),)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (notified_case(), "一次性告知需补正的内容"),
        (accepted_case(), "已于2026年7月14日受理"),
        (declined_case(), "不予受理的决定"),
        (received_case(state=State.WITHDRAWN, ended=b.Ended(on=RECEIVED)), "终止办理"),
    ],
)
def test_the_receipt_says_where_the_case_stands(case: Case, words: str) -> None:
    assert words in said("接收回执", case)


def test_the_acceptance_cites_the_law_and_both_limits() -> None:
    text = said("受理回执", accepted_case())
    assert "申请材料齐全、符合法定形式，根据《中华人民共和国行政许可法》第三十二条第一款第五项的规定，现予受理" in text
    assert "10个工作日" in text
    assert "2026年7月28日前（含当日）" in text
    assert "15个工作日" in text
    assert "2026年8月4日前（含当日，暂定）" in text
    assert "以公布后的安排为准" in text
    assert "0757-12388" in text


def test_the_acceptance_names_the_first_day_that_counts() -> None:
    holidays = tuple(d for d in constants.holidays if d.year == 2025 and d.weekday() < 5)
    worked = tuple(d for d in constants.workdays if d.year == 2025)
    calendar = Calendar([YearTable(year=2025, holidays=holidays, workdays=worked)])
    accepted = b.Accepted(accepted_on=date(2025, 9, 30), promised_due=due_on(2025, 10, 22))
    case = accepted_case(accepted=accepted, received_on=date(2025, 9, 30))
    assert "次一个工作日（2025年10月9日）起算" in said("受理回执", case, calendar=calendar)
    assert "次一个工作日（2025年10月1日，暂定）起算" in said("受理回执", case, calendar=Calendar())


def test_calendar_days_and_limits_of_no_days_are_worded_as_such() -> None:
    by_days = accepted_case(item=replace(item_ref(), promised=Limit(30, Unit.CALENDAR_DAY)))
    assert "30个自然日" in said("受理回执", by_days)
    assert "按自然日计算" in said("受理回执", by_days)
    at_once = accepted_case(item=replace(item_ref(), promised=Limit(0), statutory=None))
    assert "当场办结" in said("受理回执", at_once)


def test_an_acceptance_by_silence_says_so() -> None:
    deemed = b.Accepted(accepted_on=RECEIVED, deemed=True)
    assert "因未在收到申请材料后五个工作日内告知补正内容" in said("受理回执", accepted_case(accepted=deemed))


def test_an_acceptance_after_supplements_names_the_day_the_last_came_in() -> None:
    case = replace(supplemented_case(), accepted=b.Accepted(accepted_on=date(2026, 7, 20)))
    assert "并于2026年7月20日补齐全部补正材料" in said("受理回执", case)


def test_a_provisional_acceptance_lists_what_is_owed() -> None:
    owed = tables("受理回执", provisional_case())[1]
    assert owed.rows == (
        ("1", MATERIALS[3].name, "2026年7月24日"),
        ("2", MATERIALS[4].name, "2026年7月24日（暂定）"),
    )


def test_the_notice_names_every_deficit_with_problem_cure_and_source() -> None:
    case = notified_case()
    [table] = tables("申请材料补正告知书", case)
    assert [row[:3] for row in table.rows] == [
        ("1", "居住证申领登记表", "缺签名或盖章"),
        ("2", "房屋租赁合同", "材料种类不符或不全"),
        ("3", "劳动合同或者就业单位出具的劳动关系证明", "未提交"),
        ("4", "本人近期免冠彩色照片（电子）", "未提交"),
        ("5", "社会保险参保证明", "份数不足"),
    ]
    for row, deficit in zip(table.rows, case.notices[0].deficits, strict=True):
        assert deficit.cure.rstrip("。") in row[3]
        assert deficit.where in row[4]
    assert "应交复印件2份" in table.rows[4][3]
    assert "自出具之日起90日内有效" in table.rows[4][3]


def test_the_notice_is_told_once_with_basis_clock_and_visits() -> None:
    text = said("申请材料补正告知书", notified_case())
    assert "现将需要补正的全部内容（共5项）一次性告知如下" in text
    assert "第1项：《居住证暂行条例》第九条" in text
    assert "补正所用时间不计入办理时限" in text
    assert "取得" in text
    assert "《接收回执》" in text
    assert "已到1次，规定不超过1次" in text
    assert "再次到现场将超过规定次数" in text
    assert "寄递" in text


def test_a_second_notice_of_the_department_bears_its_own_number() -> None:
    case = notified_case()
    second = Notice(
        number=2, given_on=date(2026, 7, 20), deficits=case.notices[0].deficits, entry="e9", stage="correct"
    )
    paper = compose("申请材料补正告知书", context_of(replace(case, notices=(*case.notices, second))))
    assert paper.number == "补〔2026〕FS0123-01-260714-0001-K-2号"
    assert any("办理部门审查后" in text for text in paper.texts())


def test_the_commitment_names_the_debts_the_days_and_what_follows() -> None:
    case = provisional_case()
    [table] = tables("容缺受理承诺书", case)
    assert [(row[1], row[4]) for row in table.rows] == [
        (MATERIALS[3].name, "2026年7月24日"),
        (MATERIALS[4].name, "2026年7月24日（暂定）"),
    ]
    text = said("容缺受理承诺书", case)
    assert "逾期未补齐或者补交的材料不符合要求的，视为放弃本次申请，同意作退件处理" in text
    assert "签名：" in text


def test_the_commitment_can_be_printed_for_signature_before_the_case_is_accepted() -> None:
    owed = provisional_case().owed
    assert said("容缺受理承诺书", received_case(owed=owed))


def test_the_refusal_gives_reason_basis_and_both_remedies() -> None:
    text = said("不予受理通知书", declined_case())
    assert "不予受理的理由：申请人在本市居住登记未满半年" in text
    assert "根据《居住证暂行条例》第二条的规定，决定不予受理" in text
    assert "自收到本通知书之日起六十日内向样例市人民政府申请行政复议" in text
    assert "六个月内依法向样例市禅山区人民法院提起行政诉讼" in text


def test_the_refusals_own_remedies_go_before_the_catalogues() -> None:
    case = declined_case()
    assert case.declined is not None
    named = replace(case, declined=replace(case.declined, review_body="样例省人民政府", court="样例铁路法院"))
    text = said("不予受理通知书", named)
    assert "向样例省人民政府申请" in text
    assert "向样例铁路法院提起" in text
    bare = said("不予受理通知书", case, item=None)
    assert "有管辖权的行政复议机关" in bare
    assert "有管辖权的人民法院" in bare


def test_the_refusal_lists_what_is_handed_back() -> None:
    [table] = tables("不予受理通知书", declined_case())
    assert table.rows[0] == ("1", "居民身份证", "复印件1份")
    assert [row[1] for row in table.rows] == ["居民身份证", "居住证申领登记表", "房屋租赁合同", "社会保险参保证明"]


def test_an_original_only_inspected_is_not_on_the_custody_slip() -> None:
    case = accepted_case()
    materials, legs = tables("物料流转凭证", case)
    assert [row[1:4] for row in materials.rows] == [
        ("居民身份证", "", "1"),
        ("居住证申领登记表", "1", ""),
        ("房屋租赁合同", "", "1"),
        ("劳动合同或者就业单位出具的劳动关系证明", "1", ""),
        ("社会保险参保证明", "", "2"),
        ("合计（共5项）", "2", "4"),
    ]
    assert legs.rows[0][0] == "样例市公安局"
    titles = ["".join(column.title.split()) for column in legs.columns]
    assert titles == [
        "送达部门",
        "部门收件人",
        "取件时间",
        "中转人确认签名",
        "部门送件人",
        "送达时间",
        "中转人确认签名",
    ]


def test_the_joint_intake_and_the_official_number_are_named() -> None:
    joint = b.JointRef(group="FS0123-01-260714-0001-K", name="企业开办", cases=3)
    text = said("接收回执", received_case(joint=joint, official="SL2026-000123"))
    assert "企业开办（共3件，首件FS0123-01-260714-0001-K）" in text
    assert "SL2026-000123" in text


def test_an_item_that_needs_no_visit_is_worded_so() -> None:
    case = received_case(item=replace(item_ref(), visits_cap=0), visits=(Visit(on=RECEIVED, entry="e1"),))
    assert "已到1次，规定无须到现场" in said("接收回执", case)


def test_the_context_takes_every_part_by_name() -> None:
    assert isinstance(context_of(received_case()), PaperContext)
