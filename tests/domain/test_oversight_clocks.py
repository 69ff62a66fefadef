"""The clocks supervisors set: extensions, calls, what was sent back, findings, checks after the fact."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case_clock import CaseClock, Standing
from clerk_app.domain.case_clocks import case_clocks
from clerk_app.domain.catalogue import Limit
from clerk_app.domain.deadlines import DueDay, Light
from clerk_app.domain.people import Role
from clerk_app.planning import Decide
from clerk_app.seat import Act
from tests.support.story import COVERED, Counter, without
from tests.support.supervising import drawn


def found(counter: Counter) -> dict[str, CaseClock]:
    return {one.key: one for one in case_clocks(counter.case, counter.calendar, counter.today)}


def test_an_extension_is_told_with_its_reason_and_the_days_it_added() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    counter.wait(9)
    said = sb.Extended(
        on=counter.today,
        days=5,
        reason="案情复杂",
        approved_by="局长",
        promised_due=DueDay(date(2026, 3, 23)),
        statutory_due=DueDay(date(2026, 4, 6)),
    )
    counter.say([Act("case.extended", counter.number, said)], Role.SUPERVISOR)

    promised = found(counter)["promised"]

    assert [(one.limit, one.reason, one.approved_by) for one in promised.extensions] == [(Limit(5), "案情复杂", "局长")]
    assert promised.due == DueDay(date(2026, 3, 23))
    assert promised.agrees
    assert promised.reckoning is not None
    assert [run.part for run in promised.reckoning.runs if run.first] == [0, 0, 0, 1, 1]
    assert found(counter)["statutory"].agrees


def test_what_a_supervisor_set_a_day_for_runs_until_it_is_answered() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    urged = said_by(counter, "case.urged", sb.Urged(to="市公安局", text="请尽快", answer_by=DueDay(date(2026, 3, 4))))
    key = f"urge:{urged}"
    assert (found(counter)[key].standing, found(counter)[key].left) == (Standing.RUNNING, 2)
    counter.wait(2)
    assert found(counter)[key].light is Light.YELLOW

    counter.wait(1)
    said_by(counter, "case.urge_answered", sb.UrgeAnswered(entry=urged, text="已办"))

    answered = found(counter)[key]
    assert (answered.standing, answered.ended_on, answered.left) == (Standing.LATE, counter.today, -1)
    assert (answered.about, answered.note) == ("市公安局", "请尽快")


def test_what_was_sent_back_twice_waits_for_the_last_answer_alone() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("form"), Decide.DECLINE, "不属于本机关职权范围")
    sent = sb.TaskSentBack(task="declined", to="", reason="理由太短", by=DueDay(date(2026, 3, 4)))
    first = said_by(counter, "task.sent_back", sent)
    counter.wait(1)
    second = said_by(counter, "task.sent_back", replace(sent, by=DueDay(date(2026, 3, 6))))

    assert found(counter)[f"sent_back:{first}"].standing is Standing.STOPPED
    assert found(counter)[f"sent_back:{second}"].standing is Standing.RUNNING

    said_by(counter, "task.answered", sb.TaskAnswered(task="declined", entry=second, text="已改"))
    assert found(counter)[f"sent_back:{second}"].standing is Standing.KEPT


def test_a_finding_with_a_day_runs_until_its_task_is_concluded() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    day = date(2026, 3, 7)  # a Saturday: as it was agreed
    begun = said_by(counter, "finding.recorded", sb.FindingRecorded(code="late", text="晚了", fix_by=day))
    said_by(counter, "finding.recorded", sb.FindingRecorded(code="late", text="没有定日子"))

    clock = found(counter)[f"finding:{begun}"]

    assert (clock.due, clock.agrees, clock.left) == (DueDay(day), True, 4)
    assert len([key for key in found(counter) if key.startswith("finding:")]) == 1


def test_a_drawn_case_is_verified_within_twenty_working_days() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    said_by(counter, "verification.drawn", drawn(counter.number, date(2026, 3, 30)))
    assert found(counter)["verify"].agrees
    assert found(counter)["verify"].reckoning is not None
    counter.wait(3)

    said_by(counter, "verification.done", sb.VerificationDone(passed=True, evidence="电话核实"))

    assert (found(counter)["verify"].standing, found(counter)["verify"].ended_on) == (Standing.KEPT, counter.today)


def said_by(counter: Counter, kind: str, body: object) -> str:
    """Say something as a supervisor and return the id of its entry."""
    counter.say([Act(kind, counter.number, body)], Role.SUPERVISOR if kind != "case.urge_answered" else Role.CLERK)
    return counter.entries[-1].id
