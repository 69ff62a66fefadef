"""延长办理期限通知书 and 特殊程序审查期限告知书: what the law asks them to say (行政许可法 §42, §45)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clerk_app import paperwork
from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case
from clerk_app.domain.deadlines import Calendar, YearTable
from clerk_app.domain.supervision_words import BY_LAW, PROCEDURES
from clerk_app.paper.papers import compose
from tests.support.papers import NUMBER, RECEIVED, accepted_case, context_of, due_on, extended_case, suspended_case

EXTENSION, SUSPENSION = paperwork.EXTENSION, paperwork.SUSPENSION
COVERED = Calendar((YearTable(year=2026, holidays=(), workdays=()),))


def said(kind: str, case: Case, **changes: object) -> str:
    return "\n".join(compose(kind, context_of(case, **changes)).texts())


def test_an_extension_tells_who_approved_it_why_on_what_basis_and_until_when() -> None:
    text = said(EXTENSION, extended_case())
    for words in (
        "根据《中华人民共和国行政许可法》第四十二条的规定",
        "经样例市公安局副局长陈样例批准，决定延长办理期限5个工作日",
        "延长的理由：需向申请人原居住地公安机关核实居住登记情况，对方尚未回函。",
        "2026年8月4日前（含当日）",
        "2026年8月11日前（含当日，暂定）",
        "标注“暂定”的日期",
        "居住证首次申领",
        "0757-12345",
        "（行政专用章）",
        "日期：2026年7月27日",
        "本通知书一式两份，申请人、作出机关各执一份。",
    ):
        assert words in text
    paper = compose(EXTENSION, context_of(extended_case()))
    assert paper.number == f"延〔2026〕{NUMBER}号"
    assert paper.subject == NUMBER


def test_a_second_extension_has_a_number_and_a_basis_of_its_own() -> None:
    [first] = extended_case().extensions
    again = replace(first, basis="《样例条例》第九条", days=30)
    case = replace(extended_case(), extensions=(first, again))
    assert compose(EXTENSION, context_of(case)).number.endswith("-K-1号")
    assert "根据《样例条例》第九条的规定" in said(EXTENSION, case)
    assert "第四十二条" not in said(EXTENSION, case)


def test_a_special_procedure_tells_how_long_it_takes_and_where_the_days_would_move() -> None:
    text = said(SUSPENSION, suspended_case(), calendar=COVERED)
    for words in (
        "依法需要进行专家评审，自2026年7月21日起进入特别程序",
        "根据《中华人民共和国行政许可法》第四十五条的规定",
        "进入该程序的事由：就业情况须组织专家评审认定。",
        "8个工作日",
        "原承诺日",
        "2026年7月28日前（含当日）",
        "程序届满日",
        "2026年7月31日",
        "预计承诺日",
        "2026年8月10日前（含当日）",
        "办理期限",
    ):
        assert words in text
    assert compose(SUSPENSION, context_of(suspended_case())).number == f"特〔2026〕{NUMBER}号"


def test_a_time_that_is_not_known_is_not_made_up() -> None:
    text = said(SUSPENSION, suspended_case(told=None), calendar=COVERED)
    assert "尚不能确定，确定后另行告知" in text
    assert "预计" not in text


@pytest.mark.parametrize("code", PROCEDURES)
def test_only_what_the_law_names_rests_on_it(code: str) -> None:
    text = said(SUSPENSION, suspended_case(kind=code))
    assert f"依法需要进行{PROCEDURES[code]}，" in text
    assert ("第四十五条" in text) == (code in BY_LAW)


def test_once_it_is_over_the_days_are_those_that_hold() -> None:
    accepted = b.Accepted(accepted_on=RECEIVED, promised_due=due_on(2026, 8, 7), statutory_due=due_on(2026, 8, 14))
    case = replace(suspended_case(end=date(2026, 7, 31)), accepted=accepted)
    text = said(SUSPENSION, case, calendar=COVERED)
    assert "恢复计时日期" in text
    assert "顺延后承诺日" in text
    assert "2026年8月7日前（含当日）" in text
    assert "预计" not in text


def test_a_case_has_these_papers_once_there_is_something_to_tell() -> None:
    assert not {EXTENSION, SUSPENSION} & set(paperwork.papers_of(accepted_case()))
    assert EXTENSION in paperwork.papers_of(extended_case())
    assert SUSPENSION in paperwork.papers_of(suspended_case())
