"""延长办理期限 and 特别程序 at the desk: by how much the days move, what is refused, and the papers that tell it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from clerk_app import paperwork
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Handling, Limit, Unit
from clerk_app.domain.kinds import State
from tests.support.overseen import Point, point, refused
from tests.support.story import ALL, PERMIT, without

NATURAL = replace(PERMIT, code="NATURAL", promised=Limit(20, Unit.CALENDAR_DAY), statutory=Limit(30, Unit.CALENDAR_DAY))
AT_ONCE = replace(PERMIT, code="AT-ONCE", handling=Handling.IMMEDIATE, promised=None, statutory=None)
OPEN_END = replace(PERMIT, code="OPEN-END", promised=None, statutory=None)
WHO = "样例市公安局副局长陈样例"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Point]:
    with point(tmp_path, NATURAL, AT_ONCE, OPEN_END) as opened:
        yield opened


def dues(case: Case) -> tuple[date | None, date | None]:
    accepted = case.accepted
    assert accepted is not None
    return tuple(due and due.day for due in (accepted.promised_due, accepted.statutory_due))  # type: ignore[return-value]


def on(month: int, day: int) -> date:
    return date(2026, month, day)


def test_working_days_are_added_to_both_days_and_the_notice_is_printed(here: Point) -> None:
    number = here.receive()
    assert dues(here.case(number)) == (on(3, 16), on(3, 30))

    case = here.chief.extend(number, 5, "需向原籍核实", WHO)

    assert dues(case) == (on(3, 23), on(4, 6))
    assert here.said(number)[-1] == (
        "延长办理期限",
        "延长 5 个工作日，承诺 2026-03-23 前办结：需向原籍核实",
    )
    assert paperwork.EXTENSION in here.clerk.papers_of(case)
    assert here.clerk.paper(paperwork.EXTENSION, number).startswith(b"%PDF")
    assert (printed := here.clerk.print_paper(paperwork.EXTENSION, number).path) is not None
    assert printed.exists()
    assert [c.due.day for c in here.clerk.clocks(case)] == [on(3, 23), on(4, 6)]


def test_a_limit_in_calendar_days_is_extended_by_working_days_too(here: Point) -> None:
    """行政许可法 §82. 20 days after 2 March is Sunday 22, which rolls to Monday; five working days after that is Monday 30."""
    number = here.receive(code="NATURAL")
    assert dues(here.case(number)) == (on(3, 23), on(4, 1))
    assert dues(here.chief.extend(number, 5, "核实", WHO)) == (on(3, 30), on(4, 8))


def test_a_suspension_moves_both_days_by_what_was_not_counted(here: Point) -> None:
    number = here.receive()
    here.office.clock.wait(3)
    case = here.chief.suspend(number, "expert-review", "须组织专家评审", 5)
    assert case.paused
    assert dues(case) == (on(3, 16), on(3, 30)), "until it is over nothing moves"
    assert here.said(number)[-1] == ("特别程序开始", "专家评审，预计5个工作日：须组织专家评审")
    assert here.clerk.paper(paperwork.SUSPENSION, number).startswith(b"%PDF")

    here.office.clock.wait(7)
    case = here.chief.resume(number)

    assert not case.paused
    assert dues(case) == (on(3, 23), on(4, 6))
    assert here.said(number)[-1] == ("特别程序结束", "自 2026-03-12 起恢复计时")
    assert here.office.records.rebuild() == []


def test_what_begins_and_ends_on_one_day_moves_nothing(here: Point) -> None:
    number = here.receive()
    before = dues(here.case(number))
    here.chief.suspend(number, "site", "现场踏勘")
    assert dues(here.chief.resume(number)) == before


def test_an_extension_and_two_suspensions_add_up_in_either_order(here: Point) -> None:
    first, second = here.receive(), here.receive()
    here.chief.extend(first, 5, "核实", WHO)
    for days in (1, 7):
        here.office.clock.wait(days)
        for number in (first, second):
            here.chief.suspend(number, "testing", "送检")
        here.office.clock.wait(2)
        for number in (first, second):
            here.chief.resume(number)
    here.chief.extend(second, 5, "核实", WHO)

    assert dues(here.case(first)) == dues(here.case(second)) == (on(3, 27), on(4, 10))
    for number in (first, second):
        told = here.clerk.reckonings(here.case(number))
        assert all(clock.agrees for clock in told), "as anybody can reckon it day by day"


def test_a_case_that_was_late_already_does_not_gain_days(here: Point) -> None:
    number = here.receive()
    here.office.clock.wait(21)
    here.chief.suspend(number, "hearing", "听证")
    here.office.clock.wait(7)
    assert dues(here.chief.resume(number)) == (on(3, 16), on(4, 6))


def test_what_is_done_at_once_goes_on_on_the_day_it_goes_on(here: Point) -> None:
    number = here.receive(code="AT-ONCE")
    here.chief.suspend(number, "hearing", "听证")
    here.office.clock.wait(2)
    assert dues(here.chief.resume(number)) == (on(3, 4), None)


def test_an_extension_needs_a_term_that_runs_an_approval_and_a_reason(here: Point) -> None:
    number, waits, endless = here.receive(), here.receive(without("form")), here.receive(code="OPEN-END")
    for code, subject, days, reason, who, basis in (
        ("extension-days", number, 0, "核实", WHO, ""),
        ("extension-days", number, 11, "核实", WHO, ""),
        ("extension-days", number, -3, "核实", WHO, ""),
        ("reason-missing", number, 5, " ", WHO, ""),
        ("approved-by-missing", number, 5, "核实", " ", ""),
        ("text-invalid", number, 5, "核\x07实", WHO, ""),
        ("state-forbids", waits, 5, "核实", WHO, ""),
        ("no-clock", endless, 5, "核实", WHO, ""),
    ):
        with refused(here, code):
            here.chief.extend(subject, days, reason, who, basis)
    with refused(here, "not-your-role"):
        here.clerk.extend(number, 5, "核实", WHO)
    here.chief.suspend(number, "hearing", "听证")
    with refused(here, "already-suspended"):
        here.chief.extend(number, 5, "核实", WHO)
    here.chief.resume(number)
    here.chief.extend(number, 10, "核实", WHO)
    with refused(here, "extension-again"):
        here.chief.extend(number, 5, "核实", WHO)
    case = here.chief.extend(number, 30, "核实", WHO, "《样例法》第三条")
    assert [e.days for e in case.extensions] == [10, 30]


def test_a_term_that_is_over_is_not_extended(here: Point) -> None:
    number = here.receive()
    here.office.clock.wait(28)
    here.chief.extend(number, 5, "承诺期限已过，法定期限今日届满", WHO)
    late = here.receive(ALL)
    here.office.clock.wait(29)
    with refused(here, "extension-late"):
        here.chief.extend(late, 5, "核实", WHO)


def test_a_special_procedure_has_a_name_a_reason_and_an_end(here: Point) -> None:
    number, waits = here.receive(), here.receive(without("form"))
    for code, subject, procedure, reason, days in (
        ("procedure-unknown", number, "holiday", "放假", None),
        ("reason-missing", number, "hearing", " ", None),
        ("days-invalid", number, "hearing", "听证", 0),
        ("days-invalid", number, "hearing", "听证", 367),
        ("state-forbids", waits, "hearing", "听证", None),
    ):
        with refused(here, code):
            here.chief.suspend(subject, procedure, reason, days)
    with refused(here, "not-suspended"):
        here.chief.resume(number)
    with refused(here, "not-your-role"):
        here.clerk.suspend(number, "hearing", "听证")
    here.chief.suspend(number, "hearing", "听证")
    with refused(here, "already-suspended"):
        here.chief.suspend(number, "hearing", "再听证")
    here.clerk.withdraw(number, "不办了")
    assert here.case(number).state is State.WITHDRAWN
    with refused(here, "state-forbids"):
        here.chief.resume(number)
