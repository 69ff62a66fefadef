"""Rule 1: 收件 is not 受理."""

from __future__ import annotations

from datetime import date

import pytest

from clerk_app import planning
from clerk_app.domain import bodies as b
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import Calendar
from clerk_app.domain.kinds import State
from clerk_app.planning import Decide
from clerk_app.seat import Act, Refused
from tests.support.story import COVERED, MONDAY, Counter, without


def test_receipt_starts_the_notice_clock_and_no_other() -> None:
    case = Counter().receive(without("lease"), Decide.RECEIVE)

    assert case.state is State.RECEIVED
    assert case.notice_due.day == date(2026, 3, 9)
    assert case.accepted is None


def test_acceptance_starts_both_clocks_from_the_next_working_day() -> None:
    case = Counter().receive()

    assert case.accepted is not None
    assert case.accepted.accepted_on == MONDAY
    assert case.accepted.promised_due is not None
    assert case.accepted.promised_due.day == date(2026, 3, 16)
    assert case.accepted.statutory_due is not None
    assert case.accepted.statutory_due.day == date(2026, 3, 30)


def test_after_supplements_the_acceptance_date_is_the_day_the_last_one_is_in() -> None:
    counter = Counter()
    counter.receive(without("lease", "card"))
    counter.wait(1)
    counter.supplement(Tally(material="lease", copies_kept=1))
    counter.wait(2)

    case = counter.supplement(Tally(material="card", originals_seen=1, copies_kept=1))

    assert case.accepted is not None
    assert case.accepted.accepted_on == date(2026, 3, 5)


def test_without_a_notice_in_five_working_days_the_case_counts_as_accepted_from_receipt() -> None:
    counter = Counter()
    counter.receive(without("lease"), Decide.RECEIVE)
    counter.wait(7)
    assert not planning.deemed(counter.case, counter.calendar, counter.today)
    counter.wait(1)
    assert planning.deemed(counter.case, counter.calendar, counter.today)

    case = counter.go_on()

    assert case.state is State.ACCEPTED
    assert case.accepted is not None
    assert case.accepted.deemed
    assert case.accepted.accepted_on == MONDAY


def test_an_incomplete_case_cannot_be_accepted_by_calling_it_deemed() -> None:
    counter = Counter()
    counter.receive(without("lease"))
    counter.wait(1)
    forged = planning.accepted(counter.case.item, counter.calendar, counter.today, deemed=True)

    with pytest.raises(Refused) as refused:
        counter.say([Act("case.accepted", counter.number, forged)])

    assert refused.value.code == "incomplete"


@pytest.mark.parametrize("calendar", [COVERED, Calendar(())])
def test_a_case_accepted_by_law_cannot_be_declined_any_more(calendar: Calendar) -> None:
    counter = Counter(calendar=calendar)
    counter.receive(without("lease"), Decide.RECEIVE)
    counter.wait(8)

    with pytest.raises(Refused) as refused:
        counter.go_on(Decide.DECLINE, "不符合受理条件")

    assert refused.value.code == "deemed-accepted"
    assert counter.go_on().state is State.ACCEPTED


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("case.declined", b.Declined(on=date(2026, 3, 10), reason="晚了")),
        ("case.returned", b.Ended(on=date(2026, 3, 10))),
    ],
)
def test_neither_end_takes_a_refusal_or_a_return_after_the_notice_was_due(
    kind: str, body: b.Declined | b.Ended
) -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"), Decide.RECEIVE)
    counter.wait(8)

    with pytest.raises(Refused) as refused:
        counter.say([Act(kind, counter.number, body)])

    assert refused.value.code == "deemed-accepted"


def test_nothing_is_accepted_by_law_before_the_notice_is_overdue() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"), Decide.RECEIVE)
    counter.wait(7)
    early = planning.accepted(counter.case.item, counter.calendar, MONDAY, deemed=True)

    with pytest.raises(Refused) as refused:
        counter.say([Act("case.accepted", counter.number, early)])
    assert refused.value.code == "incomplete"

    counter.wait(1)
    assert counter.say([Act("case.accepted", counter.number, early)]).state is State.ACCEPTED
