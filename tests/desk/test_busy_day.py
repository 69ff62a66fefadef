"""A busy point's day at the desk: 600 cases, each kind of task met, and settled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clerk_app.desk import Desk
from clerk_app.docket_tasks import Task, TaskFilter
from clerk_app.domain.kinds import About
from clerk_app.domain.people import Person, Role
from clerk_app.domain.supervision_words import OUTCOMES, TaskKind
from sync.central.catalogue.calendar_seed import seed_tables
from sync.central.sample.generator import city
from tests.support.busy_day import CASES, Day
from tests.support.counter import CLERK, KEY, DeadLine, office
from tests.support.story import SEAT

BOSS = Person(number="S0001", name="样例主任", role=Role.SUPERVISOR, points=(SEAT.point,))
MET = {
    TaskKind.CONFLICT: 2,
    TaskKind.DEEMED: 6,
    TaskKind.QUARANTINE: 2,
    TaskKind.CUSTODY: 3,
    TaskKind.FAILED: 1,
    TaskKind.VERIFY: 2,
    TaskKind.DECLINED: 9,
    TaskKind.VISITS: 10,
    TaskKind.UNANSWERED: 3,
    TaskKind.UNDO: 1,
    TaskKind.RATING: 5,
    TaskKind.TIP: 2,
    TaskKind.FINDING: 1,
}
"""How many there are of each kind but clocks and debts, which hang on the items' terms."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("day")
    items = tuple(item for item in city().items if item.visits_cap)
    with office(folder, items, years=seed_tables((2025, 2026)), person=CLERK) as here:

        def open_desk(person: Person) -> Desk:
            return Desk(here.records, SEAT, person, KEY, here.clock, DeadLine(), folder / "papers")

        spent = Day(here.records, here.clock, open_desk, items, CLERK, BOSS)
        spent.spend()
        yield spent


def found(desk: Desk, *kinds: TaskKind) -> list[Task]:
    desk.refresh_tasks()
    return desk.tasks(TaskFilter(kinds=frozenset(kinds)))


def test_every_kind_of_task_is_met_and_each_is_settled_by_what_it_asks_for(day: Day) -> None:
    chief, clerk, second = day.chief(), day.desk(), day.open_desk(day.other)
    assert len(clerk.cases()) == CASES
    chief.refresh_tasks()
    counts = chief.task_counts()
    assert {kind: counts.get(kind, 0) for kind in MET} == MET
    assert counts[TaskKind.CLOCK] >= 5
    assert counts[TaskKind.DEBT] >= 2

    for task in found(chief, TaskKind.DEEMED):
        clerk.accept(task.subject)  # what the law says, the window writes down; how it came to that is concluded then
    for task in found(chief, TaskKind.FAILED):
        chief.mark(task.subject, "出具单位函复未曾出具", "行政许可法第六十九条")
    for task in found(chief, *OUTCOMES):
        chief.conclude([(task.subject, task.key)], next(iter(OUTCOMES[task.kind])), "已核实")
    for task in found(chief, TaskKind.CONFLICT):
        chief.settle(task.subject, task.entry, False, "以先到者为准")
    for task in found(chief, TaskKind.QUARANTINE):
        clerk.give_up(task.entry, "已另行登记")
    for task in found(chief, TaskKind.CUSTODY):
        entry, _, number = task.key.partition(":")[2].partition("/")
        chief.close_discrepancy(task.subject, entry, int(number), "已找回", "部门签收单")
    for task in found(chief, TaskKind.VERIFY):
        chief.verify(task.subject, True, "函询出具单位")
    for task in found(chief, TaskKind.UNANSWERED):
        clerk.answer_urge(task.subject, task.entry, "本周内办结")
    for task in found(chief, TaskKind.UNDO):
        second_eyes = second if chief.case(task.subject).oversight.undoings[-1].by.actor != day.other.number else chief
        second_eyes.undo(task.subject, task.entry, agrees=False, reason="结论无误")
    for task in found(chief, TaskKind.TIP):
        chief.approve_tip(task.subject)
    for task in found(chief, TaskKind.CLOCK, TaskKind.DEBT):
        assert task.about is About.CASE
        chief.urge(task.subject, "请尽快办结")

    chief.refresh_tasks()
    left = {kind for kind in chief.task_counts() if kind not in {TaskKind.CLOCK, TaskKind.DEBT}}
    assert left <= {TaskKind.UNANSWERED}
    sent = [task for task in chief.tasks() if task.state == "sent"]
    assert {task.returned_to for task in sent} <= {CLERK.number}
