"""督办队列: everything here that needs a supervisor, in the order that matters; told from what lists hold in memory, no case is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from clerk_app.docket_tasks import EVERYTHING, ORDERS, Task, TaskFilter, words_of
from clerk_app.domain.catalogue import Unit
from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary
from clerk_app.domain.deadlines import (
    Calendar,
    Clock,
    DueDay,
    Light,
    add_workdays,
    light,
    preset_of,
    remaining,
)
from clerk_app.domain.journal import Record, point_of
from clerk_app.domain.kinds import About, TipState
from clerk_app.domain.people import Person
from clerk_app.domain.standing import Summary, about_of
from clerk_app.domain.summary import CaseSummary
from clerk_app.domain.supervision import REVIEW_DAYS, ClockStub, TaskStub
from clerk_app.domain.supervision_words import RULES, TASK_LABELS, TaskKind
from clerk_app.domain.tips import TipSummary
from clerk_app.seat import Clock as Now
from clerk_app.seat import Seat
from clerk_app.sight import Sight
from clerk_app.store.books.losses import Loss, LossState
from clerk_app.store.records import Records

CLOCK_NAMES = {
    "clock:notice": "一次性告知",
    "clock:promised": "承诺办结",
    "clock:statutory": "法定办结",
    "debt": "容缺补交",
}


class Docket:
    """The tasks of one signed-in person's points; ``refresh`` looks only at what changed since it was last called."""

    def __init__(self, records: Records, seat: Seat, person: Person, now: Now) -> None:
        self._records = records
        self._seat = seat
        self._person = person
        self._now = now
        self._sight = Sight(records, seat, person, now)
        self._preset = preset_of(seat.lights)
        self._day = date.min
        self._calendar = Calendar()
        self._seen: dict[str, Summary | None] = {}
        self._tasks: dict[str, tuple[Task, ...]] = {}
        self._local: tuple[Task, ...] = ()
        self._stood: dict[tuple[date, date, bool], tuple[Light, int]] = {}

    def refresh(self) -> frozenset[str]:
        """Bring the tasks up to date and return the subjects whose tasks are others now; may take long the first time of a day."""
        today, calendar = self._now().date(), self._records.calendar()
        if today != self._day or calendar is not self._calendar:
            self._day, self._calendar = today, calendar
            self._seen, self._stood = {}, {}
        changed = set()
        told = dict(self._records.told(self._sight.feeds()))
        for name in [name for name in self._tasks if name not in told]:
            del self._tasks[name]
            changed.add(name)
        for name, summary in told.items():
            if self._seen.get(name) is summary:
                continue
            before, now = self._tasks.get(name, ()), tuple(self._of(summary)) if summary is not None else ()
            if now != before:
                changed.add(name)
                self._tasks[name] = now
                if not now:
                    del self._tasks[name]
        self._seen = told
        local = tuple(self._here())
        changed |= {task.subject for task in set(local) ^ set(self._local)}
        self._local = local
        return frozenset(changed)

    def tasks(self, wanted: TaskFilter = EVERYTHING) -> list[Task]:
        """Return the tasks that were found last, in the order asked for."""
        found = [task for task in self._all() if self._is_wanted(task, wanted)]
        return sorted(found, key=ORDERS[wanted.order])

    def counts(self) -> dict[TaskKind, int]:
        """Return how many tasks there are of each kind, in the order of the kinds."""
        found = dict.fromkeys(TaskKind, 0)
        for task in self._all():
            found[task.kind] += 1
        return {kind: count for kind, count in found.items() if count}

    def returns(self) -> list[Task]:
        """Return what was sent back to this window, or to this clerk, and waits for an answer; calls to answer too."""
        mine = {"", self._person.number}
        found = [
            task
            for task in self._all()
            if task.point in {"", self._seat.point}
            and ((task.state == "sent" and task.returned_to in mine) or task.kind is TaskKind.UNANSWERED)
        ]
        return sorted(found, key=ORDERS["due"])

    def _all(self) -> Iterator[Task]:
        yield from self._local
        for held in self._tasks.values():
            yield from held

    def _is_wanted(self, task: Task, wanted: TaskFilter) -> bool:
        return (
            (not wanted.kinds or task.kind in wanted.kinds)
            and (not wanted.lights or task.light in wanted.lights)
            and wanted.point in {"", task.point}
            and wanted.department in {"", task.department}
            and (not wanted.mine or task.to in {"", self._person.number})
            and all(word in words_of(task) for word in wanted.words.lower().split())
        )

    def _of(self, summary: Summary) -> Iterator[Task]:
        match summary:
            case CaseSummary():
                yield from self._of_case(summary)
            case TipSummary():
                yield from self._of_tip(summary)
            case _:
                yield from self._of_custody(summary)

    def _of_case(self, case: CaseSummary) -> Iterator[Task]:
        made = partial(
            Task,
            subject=case.number,
            about=About.CASE,
            title=case.item_name,
            who=case.applicant,
            department=case.department,
            point=case.place,
            window=case.window,
        )
        for clock in case.clocks:
            task = self._clock(clock, made, case.paused)
            if task is not None:
                yield task
        for stub in case.tasks:
            yield self._stub(stub, made)

    def _of_custody(self, one: ParcelSummary | ManifestSummary) -> Iterator[Task]:
        bag = isinstance(one, ParcelSummary)
        title = f"寄递袋　{one.to_name}" if isinstance(one, ParcelSummary) else f"交接清单　{one.courier}"
        point = one.number.partition("-")[0]
        about = About.PARCEL if bag else About.MANIFEST
        made = partial(Task, subject=one.number, about=about, title=title, point=point)
        for stub in one.tasks:
            yield self._stub(stub, made)

    def _of_tip(self, tip: TipSummary) -> Iterator[Task]:
        title, point = f"{tip.item_name}　{tip.material_name}", tip.number.partition("-")[0]
        made = partial(Task, subject=tip.number, about=About.TIP, title=title, point=point)
        if tip.conflicts:
            yield self._stub(TaskStub(key="conflict", kind=TaskKind.CONFLICT, at=tip.updated_at), made)
        elif tip.state is TipState.OFFERED:
            yield self._stub(TaskStub(key="tip", kind=TaskKind.TIP, at=tip.offered_at, note=tip.text), made)

    def _here(self) -> Iterator[Task]:
        """What only this window's own store tells: what central did not take of it, and what it lost."""
        for record in self._records.loose_ends.needing():
            entry, title = record.entry, TASK_LABELS[TaskKind.QUARANTINE]
            about, point = about_of(entry.subject), point_of(entry.window)
            made = partial(Task, subject=entry.subject, about=about, title=title, point=point, window=entry.window)
            yield self._stub(_refused(record), made)
        for loss in self._records.losses():
            stub = _lost(loss)
            if stub is not None:
                about, title = about_of(loss.subject), TASK_LABELS[TaskKind.DAMAGE]
                made = partial(Task, subject=loss.subject, about=about, title=title, point=self._seat.point)
                yield self._stub(stub, made)

    def _clock(self, clock: ClockStub, made: Callable[..., Task], paused: bool) -> Task | None:
        """A clock is a task once it is not green; one that stands still is none."""
        stands, left = self._light(clock)
        sent = clock.returned == "sent"
        if stands is Light.PAUSED or paused or (stands is Light.GREEN and not clock.returned):
            return None
        kind = TaskKind.DEBT if clock.key == "debt" else TaskKind.CLOCK
        if clock.key == "clock:notice" and stands is Light.RED and not clock.provisional:
            kind = TaskKind.DEEMED
        return made(
            key=clock.key,
            kind=kind,
            since=clock.started_on.isoformat(),
            due=clock.returned_by if sent and clock.returned_by else clock.due,
            provisional=clock.provisional,
            light=stands,
            left=left,
            rule=f"{RULES[kind]}；{self._preset.label}为黄，超期为红" if kind is not TaskKind.DEEMED else RULES[kind],
            note=CLOCK_NAMES[clock.key],
            to=clock.to,
            state=clock.returned,
            returned_to=clock.returned_to,
        )

    def _light(self, stub: ClockStub) -> tuple[Light, int]:
        name = (stub.started_on, stub.due, stub.natural)
        known = self._stood.get(name) if not stub.suspensions else None
        if known is None:
            unit = Unit.CALENDAR_DAY if stub.natural else Unit.WORKDAY
            clock = Clock(
                started_on=stub.started_on,
                due=DueDay(stub.due, stub.provisional),
                unit=unit,
                suspensions=stub.suspensions,
            )
            known = light(self._calendar, clock, self._day, self._preset), remaining(self._calendar, clock, self._day)
            if not stub.suspensions:
                self._stood[name] = known
        return known

    def _stub(self, stub: TaskStub, made: Callable[..., Task]) -> Task:
        """Every task has a day to be seen to by, and a light by it."""
        began = _day(stub.at)
        due = stub.returned_by if stub.returned == "sent" else stub.due
        provisional = False
        if due is None and began is not None:
            reckoned = add_workdays(self._calendar, began, stub.days or REVIEW_DAYS[stub.kind])
            due, provisional = reckoned.day, reckoned.provisional
        stands, left = Light.GREEN, 0
        if due is not None and began is not None:
            clock = ClockStub(key=stub.key, started_on=min(began, due), due=due, provisional=provisional)
            stands, left = self._light(clock)
        return made(
            key=stub.key,
            kind=stub.kind,
            since=stub.at,
            due=due,
            provisional=provisional,
            light=stands,
            left=left,
            rule=RULES[stub.kind],
            note=stub.note,
            to=stub.to,
            state=stub.returned,
            returned_to=stub.returned_to,
            entry=stub.entry,
        )


def _refused(record: Record) -> TaskStub:
    problem = record.problem or {}
    told = str(problem.get("detail") or problem.get("title") or "")
    entry = record.entry
    return TaskStub(key=f"quarantine:{entry.id}", kind=TaskKind.QUARANTINE, at=entry.at, entry=entry.id, note=told[:60])


def _day(at: str) -> date | None:
    try:
        return date.fromisoformat(at[:10])
    except ValueError:
        return None


def _lost(loss: Loss) -> TaskStub | None:
    """What was lost and neither came back nor was written off."""
    if loss.state is not LossState.OPEN:
        return None
    count = loss.last - loss.first + 1
    return TaskStub(
        key=f"damage:{loss.first}", kind=TaskKind.DAMAGE, at=loss.noticed, note=f"灭失 {count} 笔登记，尚未找回或核销"
    )
