"""Every clock of a case: what runs, what is over and how it ended, what is still to begin."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import Case
from clerk_app.domain.case_clock import CaseClock, Standing
from clerk_app.domain.case_clocks import case_clocks
from clerk_app.domain.catalogue import Handling, Limit
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import PRESETS, Calendar, DueDay, Light, YearTable
from clerk_app.domain.people import Role
from clerk_app.domain.supervision import clocks_of
from clerk_app.history import clocks
from clerk_app.planning import Decide
from clerk_app.seat import Act
from tests.support.story import ALL, COVERED, MONDAY, PERMIT, Counter, without


def found(counter: Counter, on: date | None = None) -> dict[str, CaseClock]:
    told = case_clocks(counter.case, counter.calendar, on or counter.today)
    assert len({one.key for one in told}) == len(told)
    return {one.key: one for one in told}


def standings(counter: Counter) -> dict[str, str]:
    return {key: one.standing.value for key, one in found(counter).items()}


def decide(counter: Counter, outcome: str = "approved") -> Case:
    decided = b.Decided(on=counter.today, outcome=outcome)
    return counter.say([Act("case.decided", counter.number, decided)], Role.DEPARTMENT)


def test_a_case_from_receipt_to_delivery() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"), Decide.RECEIVE)
    assert standings(counter) == {"notice": "running", "promised": "future", "statutory": "future"}

    counter.wait(1)
    counter.go_on()
    assert standings(counter) == {"notice": "kept", "promised": "future", "statutory": "future"}
    assert found(counter)["notice"].left == 4

    counter.supplement(Tally(material="lease", copies_kept=1))
    assert standings(counter) == {
        "notice": "kept",
        "promised": "running",
        "statutory": "running",
        "delivery": "future",
    }

    counter.wait(8)
    decide(counter)
    assert standings(counter) == {"notice": "kept", "promised": "kept", "statutory": "kept", "delivery": "running"}
    assert found(counter)["delivery"].due == DueDay(date(2026, 3, 25))

    counter.wait(20)
    counter.say([Act("result.arrived", counter.number, cb.ResultArrived(on=counter.today))])
    counter.say([Act("result.delivered", counter.number, b.Delivered(on=counter.today, to="样例甲"))])
    late = found(counter)["delivery"]
    assert (late.standing, late.ended_on, late.left, late.light) == (Standing.LATE, counter.today, -4, None)


def test_what_is_still_to_begin_is_reckoned_as_if_it_began_today() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"))
    counter.wait(2)

    future = found(counter)["promised"]

    assert (future.due, future.started_on, future.light) == (None, None, None)
    assert future.reckoning is not None
    assert future.reckoning.due == DueDay(date(2026, 3, 18))


def test_a_decision_after_the_promise_is_late_by_it_and_in_time_by_law() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    counter.wait(15)
    decide(counter)

    assert standings(counter)["promised"] == "late"
    assert standings(counter)["statutory"] == "kept"
    assert found(counter)["promised"].left == -1


def test_nobody_told_in_time_what_was_missing() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"), Decide.RECEIVE)
    counter.wait(8)
    over = found(counter)["notice"]
    assert (over.standing, over.light, over.left) == (Standing.RUNNING, Light.RED, -1)
    assert over.note == "逾期未告知视为受理"

    counter.go_on()

    late = found(counter)["notice"]
    assert (late.standing, late.ended_on) == (Standing.LATE, None)
    assert "依法自收件之日起视为受理" in late.note
    assert found(counter)["promised"].started_on == MONDAY


def test_papers_that_go_back_stop_every_clock() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    counter.wait(3)
    counter.say([Act("case.withdrawn", counter.number, b.Ended(on=counter.today, reason="不办了"))])

    assert standings(counter) == {"notice": "kept", "promised": "stopped", "statutory": "stopped"}
    assert found(counter)["promised"].ended_on == counter.today


def test_a_refusal_ends_the_notice_and_begins_nothing() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("form"), Decide.DECLINE, "不属于本机关职权范围")

    assert standings(counter) == {"notice": "kept"}


def test_a_debt_is_kept_by_the_paper_and_each_has_its_own_clock() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease", "photo"), Decide.PROVISIONAL)
    counter.wait(2)
    counter.supplement(Tally(material="photo", copies_kept=2))

    lease, photo = found(counter)["debt:lease"], found(counter)["debt:photo"]

    assert (lease.standing, lease.about, lease.due) == (Standing.RUNNING, "租赁合同", DueDay(date(2026, 3, 12)))
    assert (photo.standing, photo.ended_on) == (Standing.KEPT, counter.today)
    assert lease.note == "按规则最迟 2026-03-12"
    assert lease.reckoning is not None
    assert lease.reckoning.counted == 8


def test_a_debt_of_a_case_that_is_denied_is_owed_no_more() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"), Decide.PROVISIONAL)
    counter.wait(1)
    decide(counter, "denied")

    assert standings(counter)["debt:lease"] == "stopped"
    assert found(counter)["debt:lease"].ended_on == counter.today
    assert [one.name for one in clocks(counter.case, COVERED, counter.today)] == ["送达"]


def test_a_debt_agreed_beyond_the_rule_says_so() -> None:
    counter = Counter(calendar=COVERED)
    case = counter.receive(without("lease"), Decide.PROVISIONAL)
    later = replace(case, owed=(replace(case.owed[0], by=DueDay(date(2026, 3, 13))),))

    told = {one.key: one for one in case_clocks(later, COVERED, MONDAY)}

    assert told["debt:lease"].note == "按规则最迟应为 2026-03-12"


def test_a_debt_in_order_without_a_day_runs_no_more() -> None:
    counter = Counter(calendar=COVERED)
    case = counter.receive(without("lease"), Decide.PROVISIONAL)
    paid = replace(case, tallies={**case.tallies, "lease": Tally(material="lease", copies_kept=1)})

    told = {one.key: one for one in case_clocks(paid, COVERED, MONDAY)}

    assert (told["debt:lease"].standing, told["debt:lease"].light) == (Standing.STOPPED, None)


def suspend(counter: Counter, told: Limit | None = None) -> None:
    begun = b.Suspended(on=counter.today, reason="专家评审", told=told)
    counter.say([Act("case.suspended", counter.number, begun)], Role.SUPERVISOR)


def test_a_special_procedure_pauses_the_case_and_runs_its_own_clock() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    counter.wait(1)
    suspend(counter, Limit(5))
    counter.wait(3)

    running = found(counter)

    assert running["promised"].standing is Standing.PAUSED
    assert running["promised"].due == DueDay(date(2026, 3, 16))
    assert running["promised"].reckoning is not None
    assert running["promised"].reckoning.due == DueDay(date(2026, 3, 20))
    assert running["promised"].agrees
    assert running["procedure:1"].due == DueDay(date(2026, 3, 10))
    assert (running["procedure:1"].standing, running["procedure:1"].left) == (Standing.RUNNING, 2)


@pytest.mark.parametrize(("days", "standing"), [(8, Standing.KEPT), (9, Standing.LATE)])
def test_a_special_procedure_is_over_the_day_before_days_count_again(days: int, standing: Standing) -> None:
    """Told are five working days from Tuesday, 3 March: through Tuesday, 10 March."""
    counter = Counter(calendar=COVERED)
    counter.receive()
    counter.wait(1)
    suspend(counter, Limit(5))
    counter.wait(days)
    resumed = b.Resumed(on=counter.today, promised_due=DueDay(date(2026, 4, 1)), statutory_due=DueDay(date(2026, 5, 1)))
    counter.say([Act("case.resumed", counter.number, resumed)], Role.SUPERVISOR)

    over = found(counter)["procedure:1"]

    assert (over.standing, over.ended_on) == (standing, counter.today - timedelta(days=1))


def test_a_special_procedure_nobody_told_the_length_of_has_no_due_day() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    suspend(counter)

    untold = found(counter)["procedure:1"]

    assert (untold.due, untold.note) == (None, "没有书面告知所需时间")
    assert "特别程序" not in {one.name for one in clocks(counter.case, COVERED, counter.today)}


def test_a_day_recorded_that_is_not_the_day_reckoned_is_told() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    suspend(counter)
    counter.wait(7)
    wrong = b.Resumed(on=counter.today, promised_due=DueDay(date(2026, 3, 24)), statutory_due=DueDay(date(2026, 4, 6)))
    counter.say([Act("case.resumed", counter.number, wrong)], Role.SUPERVISOR)

    told = found(counter)

    assert told["promised"].due == DueDay(date(2026, 3, 24))
    assert told["promised"].reckoning is not None
    assert told["promised"].reckoning.due == DueDay(date(2026, 3, 20))
    assert not told["promised"].agrees
    assert told["notice"].agrees


def test_a_year_table_that_came_later_shows_in_the_reckoning_alone() -> None:
    """Recorded on weekends alone, 暂定; the notice that is out now has 4 March off."""
    counter = Counter(calendar=Calendar(()))
    counter.receive(without("lease"), Decide.RECEIVE)
    counter.calendar = Calendar([YearTable(year=2026, holidays=(date(2026, 3, 4),), workdays=())])

    notice = found(counter)["notice"]

    assert notice.due == DueDay(date(2026, 3, 9), provisional=True)
    assert notice.reckoning is not None
    assert notice.reckoning.due == DueDay(date(2026, 3, 10))
    assert not notice.agrees


def test_an_item_decided_on_the_spot_has_a_limit_of_no_days() -> None:
    item = replace(PERMIT, handling=Handling.IMMEDIATE, promised=None, statutory=None)
    counter = Counter(item, calendar=COVERED)
    counter.receive()

    promised = found(counter)["promised"]

    assert (promised.limit, promised.due, promised.left) == (Limit(0), DueDay(MONDAY), 0)
    assert "statutory" not in found(counter)


def test_the_light_is_that_of_the_preset_that_holds() -> None:
    """On the day before the last: nine of ten days are used, one is left."""
    counter = Counter(calendar=COVERED)
    counter.receive()
    day = date(2026, 3, 11)
    _, share, days = PRESETS

    seven_of_ten = case_clocks(counter.case, COVERED, day)
    one_left = case_clocks(counter.case, COVERED, date(2026, 3, 13), days)
    nine_of_ten = case_clocks(counter.case, COVERED, date(2026, 3, 13), share)

    assert [clock.light for clock in seven_of_ten if clock.key == "promised"] == [Light.GREEN]
    assert [clock.light for clock in one_left if clock.key == "promised"] == [Light.YELLOW]
    assert [clock.light for clock in nine_of_ten if clock.key == "promised"] == [Light.YELLOW]
    never = replace(days, yellow_days=None)
    assert [c.light for c in case_clocks(counter.case, COVERED, date(2026, 3, 13), never) if c.key == "promised"] == [
        Light.GREEN
    ]


def test_the_clocks_that_run_are_those_of_the_list() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"), Decide.PROVISIONAL)
    running = [one for one in found(counter).values() if one.light is not None]

    listed = clocks(counter.case, COVERED, counter.today)

    assert sorted((one.rule.name, str(one.due), one.left, one.light) for one in running) == sorted(
        (one.name, str(one.due), one.left, one.light) for one in listed
    )
    assert [one.due.day for one in listed] == sorted(one.due.day for one in listed)


@pytest.mark.parametrize("decide", [Decide.AUTO, Decide.RECEIVE, Decide.PROVISIONAL])
def test_the_queue_and_the_panel_know_the_same_clocks(decide: Decide) -> None:
    """``supervision.clocks_of`` tells, without a calendar, which clocks the queue shows a light of."""
    counter = Counter(calendar=COVERED)
    counter.receive(ALL if decide is Decide.AUTO else without("lease"), decide)
    running = {one.rule.id: one for one in found(counter).values() if one.light is not None}

    stubs = {stub.key.removeprefix("clock:"): stub for stub in clocks_of(counter.case)}

    assert stubs.keys() == running.keys()
    for key, stub in stubs.items():
        assert running[key].due is not None
        assert (stub.started_on, DueDay(stub.due, stub.provisional)) == (running[key].started_on, running[key].due)
        assert stub.suspensions == running[key].pauses
