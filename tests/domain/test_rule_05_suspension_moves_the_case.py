"""Rule 5: a suspended case's days are not counted, and its clocks say so."""

from __future__ import annotations

from datetime import date

import pytest

from clerk_app.domain import bodies as b
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.people import Role
from clerk_app.history import clocks
from clerk_app.seat import Act, Refused
from tests.support.story import MONDAY, Counter


def test_a_suspended_case_is_paused_and_its_due_days_follow_the_resumption() -> None:
    counter = Counter()
    counter.receive()
    counter.wait(1)
    begun = b.Suspended(on=counter.today, reason="专家评审", procedure="expert-review")
    counter.say([Act("case.suspended", counter.number, begun)], Role.SUPERVISOR)
    assert counter.case.paused
    assert {c.light.value for c in clocks(counter.case, counter.calendar, counter.today)} == {"paused"}
    counter.wait(7)
    later, latest = DueDay(date(2026, 3, 23)), DueDay(date(2026, 4, 6))

    resumed = b.Resumed(on=counter.today, promised_due=later, statutory_due=latest)
    case = counter.say([Act("case.resumed", counter.number, resumed)], Role.SUPERVISOR)

    assert not case.paused
    assert case.suspensions[0].end == counter.today
    assert case.accepted is not None
    assert (case.accepted.promised_due, case.accepted.statutory_due) == (later, latest)


@pytest.mark.parametrize(
    "resumed",
    [
        b.Resumed(on=MONDAY),
        b.Resumed(on=MONDAY, promised_due=DueDay(date(2026, 3, 23))),
        b.Resumed(on=MONDAY, promised_due=DueDay(date(2026, 3, 13)), statutory_due=DueDay(date(2026, 4, 6))),
    ],
)
def test_clocks_do_not_go_on_without_their_days_having_moved(resumed: b.Resumed) -> None:
    counter = Counter()
    counter.receive()
    counter.say([Act("case.suspended", counter.number, b.Suspended(on=MONDAY, reason="听证"))], Role.SUPERVISOR)

    with pytest.raises(Refused) as refused:
        counter.say([Act("case.resumed", counter.number, resumed)], Role.SUPERVISOR)

    assert refused.value.code == "dates-not-moved"
