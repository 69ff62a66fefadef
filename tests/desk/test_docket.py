"""The supervisor's queue: each thing that needs a person is there, lights by the rule, and what changed is all that is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.desk import Desk
from clerk_app.docket import Docket
from clerk_app.docket_tasks import EVERYTHING, ORDERS, Task, TaskFilter
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.bodies import Suspended
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import DueDay, Light, YearTable
from clerk_app.domain.people import Person, Role
from clerk_app.domain.supervision_words import RULES, TaskKind
from clerk_app.planning import Decide
from clerk_app.seat import Act, Refused
from tests.support.counter import CLERK, KEY, DeadLine, Office, office
from tests.support.story import ALL, APPLICANT, PERMIT, SEAT, without

BOSS = Person(number="S0001", name="样例主任", role=Role.SUPERVISOR, points=("FS0001",))

YEAR = YearTable(year=2026, holidays=(), workdays=())


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path, [PERMIT], years=[YEAR]) as opened:
        yield opened


def boss(here: Office) -> Desk:
    """The same window, with the supervisor signed in."""
    return Desk(here.records, SEAT, BOSS, KEY, here.clock, DeadLine(), here.folder / "papers")


def receive(here: Office, tallies: tuple[Tally, ...] = ALL, decide: Decide = Decide.AUTO) -> str:
    draft = replace(here.desk.begin([PERMIT.code]), applicant=APPLICANT)
    checklist = draft.checklist()
    for tally in tallies:
        key = checklist.key_of(PERMIT.code, tally.material)
        assert key is not None
        draft = draft.tallied(key, tally)
    [done] = here.desk.receive(draft, decide, reason="不属本机关").outcomes
    return done.case.number


def say(here: Office, number: str, kind: str, body: object) -> None:
    """Have a supervisor say something the desk has other doors for."""
    supervisor = boss(here)
    supervisor._scribe.record(BOSS, lambda: [Act(kind, number, body)])


def tasks(here: Office, wanted: TaskFilter = EVERYTHING) -> list[Task]:
    desk = boss(here)
    desk.refresh_tasks()
    return desk.tasks(wanted)


def kinds(here: Office) -> list[TaskKind]:
    return [task.kind for task in tasks(here)]


def test_a_notice_that_is_not_given_turns_yellow_then_counts_as_accepted_by_law(here: Office) -> None:
    receive(here, without("form"), Decide.RECEIVE)
    assert tasks(here) == []
    here.clock.wait(4)
    [near] = tasks(here)
    assert (near.kind, near.light, near.key) == (TaskKind.CLOCK, Light.YELLOW, "clock:notice")
    here.clock.wait(5)
    [over] = tasks(here)
    assert (over.kind, over.light) == (TaskKind.DEEMED, Light.RED)
    assert "第三十二条" in over.rule
    assert over.left < 0


def test_the_promise_is_a_task_from_yellow_on_and_none_while_it_stands_still(here: Office) -> None:
    number = receive(here)
    due = here.desk.case(number).accepted.promised_due.day  # type: ignore[union-attr]
    here.clock.now += due - here.clock.now.date()
    [task] = tasks(here)
    assert (task.kind, task.light, task.left, task.due) == (TaskKind.CLOCK, Light.YELLOW, 0, due)
    here.clock.wait(1)
    assert tasks(here)[0].light is Light.RED
    say(here, number, "case.suspended", Suspended(on=here.clock.now.date(), reason="听证"))
    assert tasks(here) == []


@pytest.mark.parametrize(("lights", "light"), [("", Light.YELLOW), ("days", Light.YELLOW), ("share", None)])
def test_lights_go_by_the_rule_of_the_place(here: Office, lights: str, light: Light | None) -> None:
    receive(here, without("form"), Decide.RECEIVE)
    here.clock.wait(4)  # one working day of five is left: four fifths are used
    docket = Docket(here.records, replace(SEAT, lights=lights), BOSS, here.clock)
    docket.refresh()
    assert [task.light for task in docket.tasks()] == ([light] if light else [])
    desk = Desk(here.records, replace(SEAT, lights=lights), BOSS, KEY, here.clock, DeadLine(), here.folder / "papers")
    [clock] = desk.clocks(desk.case(here.records.summaries()[0].number))
    assert clock.light is (light or Light.GREEN)
    assert desk.preset.id == (lights or "either")


def test_a_provisional_debt_falls_due(here: Office) -> None:
    number = receive(here, without("lease"), Decide.PROVISIONAL)
    [owed] = here.desk.case(number).owed
    here.clock.now += owed.by.day - here.clock.now.date()
    assert TaskKind.DEBT in kinds(here)


def test_a_refusal_is_to_be_checked_and_a_conclusion_ends_it(here: Office) -> None:
    number = receive(here, decide=Decide.DECLINE)
    [task] = tasks(here)
    assert (task.kind, task.subject, task.key) == (TaskKind.DECLINED, number, "declined")
    assert task.rule == RULES[TaskKind.DECLINED]
    say(here, number, "task.concluded", sb.TaskConcluded(task="declined", outcome="founded"))
    assert tasks(here) == []


def test_a_visit_beyond_the_cap_says_which_and_why(here: Office) -> None:
    number = receive(here, without("form"))
    cap = here.desk.case(number).item.visits_cap
    for _ in range(cap):
        here.desk.supplement(number, [Tally(material="form", copies_kept=1)], Decide.RECEIVE, visit_reason="other")
    found = [task for task in tasks(here) if task.kind is TaskKind.VISITS]
    assert [task.note for task in found] == [f"第 {cap + 1} 次，上限 {cap} 次"]


def test_what_was_sent_back_lies_with_the_clerk_until_it_is_answered(here: Office) -> None:
    number = receive(here, decide=Decide.DECLINE)
    by = DueDay(here.clock.now.date() + timedelta(days=2))
    say(here, number, "task.sent_back", sb.TaskSentBack(task="declined", to=CLERK.number, reason="请说明", by=by))
    [task] = tasks(here)
    assert (task.state, task.due) == ("sent", by.day)
    here.desk.refresh_tasks()
    assert [one.key for one in here.desk.my_returns()] == ["declined"]
    sent = here.desk.case(number).oversight.sent_back[0].by.entry
    say(here, number, "task.answered", sb.TaskAnswered(task="declined", entry=sent, text="已补依据"))
    assert [one.state for one in tasks(here)] == ["answered"]
    here.desk.refresh_tasks()
    assert here.desk.my_returns() == []


def test_a_low_rating_and_a_failed_check_are_tasks_and_a_good_one_is_none(here: Office) -> None:
    number = receive(here)
    say(here, number, "rating.given", sb.RatingGiven(level=5))
    assert tasks(here) == []
    say(here, number, "rating.given", sb.RatingGiven(level=1))
    say(here, number, "case.urged", sb.Urged(to="住建局", text="请抓紧", answer_by=DueDay(here.clock.now.date())))
    assert set(kinds(here)) == {TaskKind.RATING, TaskKind.UNANSWERED}


def test_the_queue_can_be_narrowed_and_is_in_the_order_asked_for(here: Office) -> None:
    for _ in range(3):
        receive(here, decide=Decide.DECLINE)
    here.clock.wait(1)
    late = receive(here, without("form"), Decide.RECEIVE)
    here.clock.wait(12)
    found = tasks(here)
    assert [task.light for task in found] == [Light.RED] * 4
    assert found[0].kind is TaskKind.DEEMED
    only = TaskFilter(kinds=frozenset({TaskKind.DECLINED}))
    assert len(tasks(here, only)) == 3
    assert [task.subject for task in tasks(here, TaskFilter(words=f"{late.lower()} 逾期"))] == [late]
    assert tasks(here, TaskFilter(point="FS9999")) == []
    assert tasks(here, TaskFilter(order="since"))[-1].subject == late
    assert boss(here).task_counts() == {}  # nothing was looked for yet
    for order in ORDERS:
        assert len(tasks(here, TaskFilter(order=order))) == 4


def test_a_clerk_does_not_read_the_queue(here: Office) -> None:
    with pytest.raises(Refused):
        here.desk.tasks()


STEPS = ("receive", "decline", "wait", "conclude", "rate", "send back", "refresh")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=14))
def test_the_queue_that_was_kept_up_to_date_is_the_one_made_anew(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    with office(tmp_path_factory.mktemp("docket"), [PERMIT], years=[YEAR]) as here:
        kept = Docket(here.records, SEAT, BOSS, here.clock)
        for step in steps:
            numbers = [s.number for s in here.records.summaries()]
            open_ = [task for task in tasks(here) if task.kind is TaskKind.DECLINED and not task.state]
            if step == "receive":
                receive(here, without("form"), Decide.RECEIVE)
            elif step == "decline":
                receive(here, decide=Decide.DECLINE)
            elif step == "wait":
                here.clock.wait(3)
            elif step == "conclude" and open_:
                say(here, open_[0].subject, "task.concluded", sb.TaskConcluded(task="declined", outcome="founded"))
            elif step == "send back" and open_:
                by = DueDay(here.clock.now.date())
                said = sb.TaskSentBack(task="declined", to="", reason="说明", by=by)
                say(here, open_[0].subject, "task.sent_back", said)
            elif step == "rate" and numbers:
                say(here, numbers[0], "rating.given", sb.RatingGiven(level=2))
            elif step == "refresh":
                before = {task.subject: task for task in kept.tasks()}
                changed = kept.refresh()
                after = {task.subject: task for task in kept.tasks()}
                assert {s for s in before.keys() | after.keys() if before.get(s) != after.get(s)} <= changed
        kept.refresh()
        assert kept.tasks() == tasks(here)
        assert kept.refresh() == frozenset()
