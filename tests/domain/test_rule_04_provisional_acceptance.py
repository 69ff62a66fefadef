"""Rule 4: 容缺 has its own clock and paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clerk_app import planning
from clerk_app.domain import bodies as b
from clerk_app.domain.catalogue import Handling, Limit, ServiceItem
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.kinds import State
from clerk_app.domain.people import Applicant, Role
from clerk_app.planning import Decide
from clerk_app.seat import Act, Refused
from tests.support.story import APPLICANT, COVERED, PERMIT, Counter, without


def test_deferrable_materials_are_owed_two_working_days_before_the_promised_day() -> None:
    case = Counter().receive(without("lease", "photo"), Decide.PROVISIONAL)

    assert case.state is State.PROVISIONAL
    assert {(o.material, o.by.day) for o in case.owed} == {("lease", date(2026, 3, 12)), ("photo", date(2026, 3, 12))}


def test_a_debt_is_never_owed_longer_than_twenty_working_days() -> None:
    case = Counter(replace(PERMIT, promised=Limit(60))).receive(without("lease"), Decide.PROVISIONAL)

    assert case.owed[0].by.day == date(2026, 3, 30)


@pytest.mark.parametrize(
    ("item", "applicant", "left_out", "code"),
    [
        (replace(PERMIT, handling=Handling.IMMEDIATE), APPLICANT, "lease", "provisional-immediate"),
        (PERMIT, replace(APPLICANT, discredited=True), "lease", "provisional-discredited"),
        (replace(PERMIT, provisional_allowed=False), APPLICANT, "lease", "provisional-not-offered"),
        (PERMIT, APPLICANT, "card", "provisional-primary"),
        (replace(PERMIT, promised=Limit(2)), APPLICANT, "lease", "provisional-too-short"),
    ],
)
def test_it_is_refused_where_the_rules_do_not_allow_it(
    item: ServiceItem, applicant: Applicant, left_out: str, code: str
) -> None:
    counter = Counter(item, applicant)

    with pytest.raises(Refused) as refused:
        counter.receive(without(left_out), Decide.PROVISIONAL)

    assert refused.value.code == code
    assert counter.entries == []


def test_paying_the_debt_makes_the_acceptance_whole() -> None:
    counter = Counter()
    counter.receive(without("lease", "photo"), Decide.PROVISIONAL)
    counter.wait(1)
    assert counter.supplement(Tally(material="photo", copies_kept=2)).state is State.PROVISIONAL

    case = counter.supplement(Tally(material="lease", copies_kept=1))

    assert case.state is State.ACCEPTED
    assert case.open_debts(counter.today) == ()
    assert case.accepted is not None
    assert case.accepted.accepted_on == date(2026, 3, 2)


def test_an_overdue_debt_returns_the_papers() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"), Decide.PROVISIONAL)
    counter.wait(11)

    with pytest.raises(Refused) as refused:
        counter.supplement(Tally(material="lease", copies_kept=1))
    assert refused.value.code == "debt-overdue"

    ended = b.Ended(on=counter.today, reason="容缺材料逾期未补")
    case = counter.say([Act("case.returned", counter.number, ended)])

    assert case.state is State.RETURNED


def test_a_commitment_that_differs_from_what_is_missing_is_refused() -> None:
    counter = Counter()
    counter.receive(without("lease", "photo"), Decide.RECEIVE)
    case = counter.case
    forged = b.AcceptedProvisionally(accepted_on=counter.today, owed=())

    with pytest.raises(Refused) as refused:
        counter.say([Act("case.accepted_provisionally", case.number, forged)])

    assert refused.value.code == "owed-differs"


def test_papers_are_not_returned_while_the_debt_may_still_be_paid() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"), Decide.PROVISIONAL)
    counter.wait(10)

    with pytest.raises(Refused) as refused:
        counter.say([Act("case.returned", counter.number, b.Ended(on=counter.today))])

    assert refused.value.code == "debt-not-overdue"
    assert counter.supplement(Tally(material="lease", copies_kept=1)).state is State.ACCEPTED


def test_a_debt_marked_provisional_may_still_be_paid_and_may_be_ended() -> None:
    counter = Counter()
    counter.receive(without("lease", "photo"), Decide.PROVISIONAL)
    counter.wait(30)
    counter.supplement(Tally(material="lease", copies_kept=1))

    assert counter.say([Act("case.returned", counter.number, b.Ended(on=counter.today))]).state is State.RETURNED


def test_the_debt_goes_on_when_the_department_takes_the_case_up() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"), Decide.PROVISIONAL)
    counter.say([Act("case.taken_up", counter.number, b.TakenUp(on=counter.today))], Role.DEPARTMENT)
    approved = Act("case.decided", counter.number, b.Decided(on=counter.today, outcome="approved"))

    with pytest.raises(Refused) as refused:
        counter.say([approved], Role.DEPARTMENT)
    assert refused.value.code == "debts-open"

    counter.wait(11)
    ended = b.Ended(on=counter.today, reason="容缺材料逾期未补")
    assert counter.say([Act("case.returned", counter.number, ended)]).state is State.RETURNED


@pytest.mark.parametrize("by", [date(2026, 3, 2), date(2026, 3, 16), date(2026, 4, 1)])
def test_a_commitment_beyond_the_promised_day_is_refused(by: date) -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"), Decide.RECEIVE)
    good = planning.provisional(counter.case.item, counter.case.deficits(counter.today), COVERED, counter.today)
    late = replace(good, owed=tuple(replace(o, by=DueDay(by)) for o in good.owed))

    with pytest.raises(Refused) as refused:
        counter.say([Act("case.accepted_provisionally", counter.number, late)])

    assert refused.value.code == "owed-too-late"
