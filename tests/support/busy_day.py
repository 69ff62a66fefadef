"""A busy point's day, scripted: 600 cases over the sample city's items, and of every kind of task a supervisor meets a few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

from clerk_app.desk import Desk
from clerk_app.dispatch import Signed
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.catalogue import Due, Handling, Material, Necessity, ServiceItem
from clerk_app.domain.checklist import Tally, applicable, demand
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.draft import Draft
from clerk_app.domain.journal import Verdict
from clerk_app.domain.people import Applicant, Person, Role
from clerk_app.planning import Decide
from clerk_app.seat import Act, Refused
from clerk_app.store.books.settling import Told
from clerk_app.store.records import Records
from sync.central.sample.generator import city
from sync.central.sample.people import sample_people
from tests.support.client import CLERK, SUPERVISOR, made
from tests.support.counter import HandClock
from tests.support.supervised import calendar_known

CASES = 600
RIDER = cb.Hand(kind=cb.HandKind.COURIER, code="YZ000123", name="样例邮政速递", person="区顺达")
NASTY = "王[/b]䶮"


@dataclass
class Day:
    """The window a day is spent at."""

    records: Records
    clock: HandClock
    open_desk: Callable[[Person], Desk]
    items: tuple[ServiceItem, ...]
    clerk: Person
    supervisor: Person
    numbers: dict[str, list[str]] = field(default_factory=dict)
    """The cases by what was done with them."""
    bags: list[str] = field(default_factory=list)
    _people: Iterator[Applicant] = field(init=False)

    def __post_init__(self) -> None:
        self._people = cycle(sample_people(120))

    @property
    def other(self) -> Person:
        """A second supervisor of the point."""
        return Person(number="S0009", name="钱样例", role=Role.SUPERVISOR, points=self.supervisor.points)

    def desk(self) -> Desk:
        return self.open_desk(self.clerk)

    def chief(self) -> Desk:
        return self.open_desk(self.supervisor)

    # receiving

    def draft(self, item: ServiceItem, lacking: int = 0) -> Draft:
        """Papers for an item, all but the last ``lacking`` of those that are due."""
        desk = self.desk()
        name = {} if self._count() else {"name": NASTY}
        who = replace(next(self._people), discredited=False, **name)
        draft = replace(desk.begin([item.code]), applicant=who)
        while questions := draft.open_questions():
            first = questions[0]
            draft = replace(draft, answers={**draft.answers, first.id: first.answers[0].id})
        due = [m for m in applicable(item.materials, draft.answers) if m.necessity is not Necessity.OPTIONAL]
        for material in due[: len(due) - lacking]:
            key = draft.checklist().key_of(item.code, material.id)
            assert key is not None, demand(material)
            draft = draft.tallied(key, _brought(material.id, material.due))
        return draft

    def receive(self, what: str, item: ServiceItem, lacking: int = 0, decide: Decide = Decide.AUTO) -> str:
        """Take one case in."""
        done = self.desk().receive(
            self.draft(item, lacking), decide, reason="不属于本机关职权范围", reason_code="other"
        )
        number = done.outcomes[0].case.number
        self.numbers.setdefault(what, []).append(number)
        self.clock.now += timedelta(seconds=20)
        return number

    def _count(self) -> int:
        return sum(map(len, self.numbers.values()))

    def say(self, who: Person, number: str, kind: str, body: object) -> None:
        """Say what no door of the desk says by itself."""
        self.open_desk(who)._scribe.record(who, lambda: [Act(kind, number, body)])

    # the day

    def spend(self) -> None:
        """Have the weeks before, and the day."""
        promised = [i for i in self.items if i.promised is not None and i.promised.days >= 3 and len(_due(i)) >= 2]
        soft = [i for i in promised if self._can_owe(i)]
        today = self.clock.now
        self.clock.now = today - timedelta(days=40)
        for item in islice(cycle(promised), 12):
            self.receive("old", item)
        self.clock.now = today - timedelta(days=14)
        for item in islice(cycle(promised), 6):
            self.receive("untold", item, 1, Decide.RECEIVE)
        self.clock.now = today - timedelta(days=26)
        for item in islice(cycle(soft), 8):
            self.receive("owing", item, 1, Decide.PROVISIONAL)
        self.clock.now = today
        for item in islice(cycle(promised), 10):
            self.receive("declined", item, 0, Decide.DECLINE)
        for item in islice(cycle(promised), 60):
            self.receive("told", item, 1)
        self._visits()
        self._bags(promised)
        self._ratings()
        self._supervised()
        rest = CASES - self._count()
        for item in islice(cycle(self.items), rest):
            self._plainly(item)

    def _can_owe(self, item: ServiceItem) -> bool:
        last = _due(item)[-1]
        return (
            item.handling is not Handling.IMMEDIATE
            and item.provisional_allowed
            and last.necessity is Necessity.DEFERRABLE
            and item.promised is not None
            and item.promised.days >= 8
        )

    def _plainly(self, item: ServiceItem) -> None:
        try:
            self.receive("plain", item)
        except Refused:
            self.receive("plain", item, 0, Decide.RECEIVE)

    def _visits(self) -> None:
        for number in self.numbers["told"][:10]:
            case = self.desk().case(number)
            lacks = case.notices[-1].deficits[0].material
            while len(self.desk().case(number).visits) <= case.item.visits_cap:
                self.desk().supplement(
                    number, [Tally(material=lacks, copies_kept=1)], Decide.RECEIVE, visit_reason="other"
                )

    def _bags(self, promised: list[ServiceItem]) -> None:
        """Three bags are handed over; of each something comes to light later."""
        bags = []
        for group in self.desk().to_pack()[:3]:
            desk = self.desk()
            numbers = [one.number for one in group.cases][:4]
            bags.append(desk.pack(desk.packing(group.direction, group.to, numbers), "FQ0001").number)
        held = self.desk().begin_pickup()
        for bag in bags:
            held, _, _ = self.desk().scan_bag(held, bag)
        self.desk().close_pickup(held, Signed(taker=RIDER, proof="pin"), {})
        faults = (cb.Fault.SHORT, cb.Fault.DAMAGED, cb.Fault.LOST)
        for bag, fault in zip(bags, faults, strict=False):
            self.desk().note_discrepancy(bag, [cb.Discrepancy(fault=fault, parcel=bag, note="部门回告")])
        self.bags = bags

    def _ratings(self) -> None:
        for place, number in enumerate(self.numbers["told"][20:50]):
            self.desk().rate(number, 1 if place % 6 == 0 else 5, ["slow"] if place % 6 == 0 else [])

    def _supervised(self) -> None:
        told = self.numbers["told"]
        by = DueDay(self.clock.now.date())
        chief = self.chief()
        for number in told[50:53]:
            self.say(self.supervisor, number, "case.urged", sb.Urged(to="住建局", text="请尽快办理", answer_by=by))
        for number in self.numbers["declined"][:2]:
            chief.send_back([(number, "declined")], self.clerk.number, "请补写法定依据")
        chief.conclude([(self.numbers["declined"][2], "declined")], "founded", "已核对职权目录")
        concluded = chief.case(self.numbers["declined"][2]).oversight.concluded[-1].by.entry
        self.open_desk(self.other).ask_undo(self.numbers["declined"][2], concluded, "与窗口记录不符")
        self.say(
            self.supervisor,
            told[53],
            "finding.recorded",
            sb.FindingRecorded(code="attitude", text="群众反映", about="03号窗", fix_by=by.day),
        )
        for number in self.numbers["owing"][:3]:
            self._drawn(number, by)
        self.say(
            self.supervisor,
            self.numbers["owing"][0],
            "verification.done",
            sb.VerificationDone(passed=False, evidence="函询"),
        )
        item = self.items[0]
        for material in item.materials[:2]:
            self.desk().offer_tip(item.code, material.id, f"{material.name}可在社区服务站二楼办理")
        self._conflicts(told[54:56])
        self._refused(told[56:58])

    def _drawn(self, number: str, by: DueDay) -> None:
        from tests.support.supervising import drawn

        self.say(self.supervisor, number, "verification.drawn", replace(drawn(number, by.day), due=by))

    def _conflicts(self, numbers: list[str]) -> None:
        """Another window withdrew these at the same time: central says that what this one said of them conflicts."""
        for number in numbers:
            self.desk().withdraw(number, "申请人撤回")
            self._settle(number, Verdict.CONFLICTING)

    def _refused(self, numbers: list[str]) -> None:
        for number in numbers:
            self.desk().remark(number, "申请人来电询问")
            self._settle(number, Verdict.REFUSED)

    def _settle(self, number: str, verdict: Verdict) -> None:
        """Central has said its word over everything about a case, and this one over the last entry."""
        *before, last = sorted((r.entry for r in self.records.records_of(number)), key=lambda entry: entry.n)
        told: list[Told] = [(entry.id, Verdict.APPLIED, 1_000_000 + entry.n, None) for entry in before]
        if verdict is Verdict.REFUSED:
            told.append((last.id, verdict, None, {"code": "rule", "title": "未收下", "detail": "这一笔与规则不符"}))
        else:
            told.append((last.id, verdict, 1_000_000 + last.n, None))
        self.records.settle(told)


def _due(item: ServiceItem) -> list[Material]:
    draftless = applicable(item.materials, {s.id: s.answers[0].id for s in item.situations})
    return [m for m in draftless if m.necessity is not Necessity.OPTIONAL]


def _brought(material: str, due: Due) -> Tally:
    """Enough of everything."""
    return Tally(
        material=material,
        originals_seen=due.inspect,
        originals_kept=max(due.keep, due.either),
        copies_kept=due.copies,
        electronic=due.electronic,
    )


def prepared(folder: Path) -> None:
    """Spend the day at a client's window in a folder, with the sample city's items of which somebody comes to the counter."""
    items = tuple(item for item in city().items if item.visits_cap)
    with made(folder, items=items) as client:
        calendar_known(client)
        day = Day(client.records, client.clock, client.app.services.open_desk, items, CLERK, SUPERVISOR)
        day.spend()
