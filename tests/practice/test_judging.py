"""Each lesson: the perfect play has a hundred points, and each omission loses exactly the points that are about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from clerk_app.commands.practice_window import PracticeWindow
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.checklist import Defect, DeficitKind, Tally
from clerk_app.domain.people import Applicant
from clerk_app.planning import Decide
from clerk_app.practice import lessons
from clerk_app.practice.judging import WHOLE, Score, judge
from clerk_app.practice.lesson import Cast, Lesson, Scene
from sync.central.sample.generator import city
from sync.central.sample.people import sample_people

ITEMS = {item.name: item.code for item in city().items}
STRANGER = sample_people(3)[-1].id_number
FULL: dict[str, Any] = {}
UNSEALED = {"originals_seen": 1, "copies_kept": 1, "defect": Defect(kind=DeficitKind.UNSEALED)}
Brought = Mapping[str, Mapping[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class Intake:
    """One intake as a clerk does it; what ``brought`` does not name is there as asked for."""

    items: tuple[str, ...]
    answers: dict[str, str]
    brought: Brought = field(default_factory=dict)
    joint: str = ""
    decide: Decide = Decide.AUTO
    applicant: dict[str, Any] = field(default_factory=dict)

    def but(self, **brought: Mapping[str, Any] | None) -> Intake:
        """Return the same with other papers; names are beginnings of the materials' ids."""
        return replace(self, brought={**self.brought, **brought})

    def do(self, stage: PracticeWindow, cast: Cast) -> None:
        """Take it in."""
        desk = stage.desk(stage.gate.sign_in("C0001", "sample-C0001"))
        firm = cast.id_number.startswith("9")
        told = {"name": cast.name, "id_number": cast.id_number, "phone": cast.phone, **self.applicant}
        kinds = {"kind": "organisation", "id_kind": "credit_code"} if firm else {"kind": "person"}
        draft = replace(desk.begin([ITEMS[name] for name in self.items], self.joint), answers=self.answers)
        draft = replace(draft, applicant=Applicant(**{**kinds, **told}))
        for line in draft.checklist().lines:
            own = [material for _, material in line.sources]
            found = [given for start, given in self.brought.items() if any(one.startswith(start) for one in own)]
            given, due = found[-1] if found else FULL, line.material.due
            if given is not None:
                full = {"originals_seen": due.inspect, "originals_kept": due.keep, "copies_kept": due.copies}
                draft = draft.tallied(line.key, Tally(material=line.key, **(given or full)))
        desk.receive(draft, self.decide, visit_reason="样例")


@dataclass(frozen=True, kw_only=True)
class Bag:
    """A bag taken in as a clerk does it."""

    short: int = 1
    broken: bool = False
    outcome_code: str = "other"
    close: bool = True
    receive: bool = True
    taker: str = "C0001"

    def do(self, stage: PracticeWindow, cast: Cast) -> None:
        """Take it in, and have the supervisor close what was noted."""
        desk = stage.desk(stage.gate.sign_in(self.taker, f"sample-{self.taker}"))
        line = cb.PaperLine(case=cast.case, material="rental-contract", name="房屋租赁合同", copies=self.short)
        found = [cb.Discrepancy(fault=cb.Fault.SHORT, parcel=cast.bag, line=line, note="清点少")] if self.short else []
        if self.receive:
            desk.receive_parcel(cast.bag, found, broken=self.broken)
        else:
            desk.note_discrepancy(cast.bag, found)
        chief = stage.desk(stage.gate.sign_in("S0001", "sample-S0001"))
        for task in chief.custody_tasks() if self.close else ():
            if task.subject == cast.bag:
                chief.close_discrepancy(
                    cast.bag,
                    task.open.entry,
                    task.open.number,
                    "已找到",
                    "登记本第17号",
                    outcome_code=self.outcome_code,
                )


INCOMPLETE = Intake(
    items=("居住证",),
    answers={"living": "rented", "ground": "job", "agent": "self"},
    brought={"photo": None, "rental": UNSEALED, "labour": {"copies_kept": 1}},
)
WRONG = Intake(items=("高龄津贴申领",), answers={"agent": "self"})
PROVISIONAL = Intake(
    items=("临时救助申请",),
    answers={"cause": "illness", "residence": "local"},
    brought={"household": None},
    decide=Decide.PROVISIONAL,
)
JOINT = Intake(items=(), joint="YJS-0003", answers={"handler": "legal"})
SINGLY = tuple(
    replace(JOINT, joint="", items=(name,))
    for name in ("就业登记（用人单位招用）", "单位职工参保增员申报", "职工住房公积金个人账户设立")
)
NAMED_WRONG: dict[str, Any] = {"applicant": {"name": "别的人"}}
Doing = tuple[Intake | Bag, ...]
EVERYTHING = "everything"

PLAYS: dict[str, tuple[Lesson, Doing, str, int]] = {
    "incomplete": (lessons.INCOMPLETE, (INCOMPLETE,), "", 2),
    "incomplete, somebody else": (lessons.INCOMPLETE, (replace(INCOMPLETE, **NAMED_WRONG),), "applicant", 2),
    "incomplete, not asked": (
        lessons.INCOMPLETE,
        (replace(INCOMPLETE, answers={"living": "rented", "ground": "home", "agent": "self"}),),
        "situation labour",
        3,
    ),
    "incomplete, stamp overlooked": (lessons.INCOMPLETE, (INCOMPLETE.but(rental=FULL),), "rental why", 3),
    "incomplete, said not brought": (lessons.INCOMPLETE, (INCOMPLETE.but(rental=None),), "why", 2),
    "incomplete, copy for original": (lessons.INCOMPLETE, (INCOMPLETE.but(labour=FULL),), "labour", 3),
    "incomplete, receipt forgotten": (lessons.INCOMPLETE, (INCOMPLETE.but(photo=FULL),), "photo", 3),
    "incomplete, too much asked": (
        lessons.INCOMPLETE,
        (INCOMPLETE.but(**{"application-form": None}),),
        "nothing-more",
        2,
    ),
    "incomplete, not told": (
        lessons.INCOMPLETE,
        (replace(INCOMPLETE, decide=Decide.RECEIVE),),
        "notice rental labour photo nothing-more why",
        3,
    ),
    "incomplete, nothing done": (lessons.INCOMPLETE, (), EVERYTHING, 3),
    "wrong number": (lessons.WRONG_NUMBER, (WRONG,), "", 1),
    "wrong number, another's": (
        lessons.WRONG_NUMBER,
        (replace(WRONG, applicant={"id_number": STRANGER}),),
        "number",
        1,
    ),
    "wrong number, agent": (lessons.WRONG_NUMBER, (replace(WRONG, answers={"agent": "agent"}),), "agent", 1),
    "wrong number, form sent back": (
        lessons.WRONG_NUMBER,
        (WRONG.but(application={"originals_kept": 1, "defect": Defect(kind=DeficitKind.DEFECTIVE)}),),
        "form accepted",
        2,
    ),
    "wrong number, card overlooked": (
        lessons.WRONG_NUMBER,
        (WRONG.but(**{"bank-card": None}),),
        "papers accepted",
        2,
    ),
    "wrong number, twice": (lessons.WRONG_NUMBER, (WRONG, WRONG), "once", 1),
    "wrong number, only received": (lessons.WRONG_NUMBER, (replace(WRONG, decide=Decide.RECEIVE),), "accepted", 2),
    "wrong number, nothing done": (lessons.WRONG_NUMBER, (), EVERYTHING, 2),
    "provisional": (lessons.PROVISIONAL, (PROVISIONAL,), "", 1),
    "provisional, somebody else": (lessons.PROVISIONAL, (replace(PROVISIONAL, **NAMED_WRONG),), "applicant", 1),
    "provisional, not asked": (
        lessons.PROVISIONAL,
        (replace(PROVISIONAL, answers={"cause": "illness", "residence": "permit"}).but(**{"residence-permit": None}),),
        "situation owed",
        1,
    ),
    "provisional, only told": (
        lessons.PROVISIONAL,
        (replace(PROVISIONAL, decide=Decide.AUTO),),
        "provisional owed",
        2,
    ),
    "provisional, too much owed": (lessons.PROVISIONAL, (PROVISIONAL.but(medical=None),), "owed papers", 1),
    "provisional, nothing done": (lessons.PROVISIONAL, (), EVERYTHING, 2),
    "joint": (lessons.JOINT, (JOINT,), "", 1),
    "joint, singly": (lessons.JOINT, SINGLY, "joint once", 3),
    "joint, somebody else": (lessons.JOINT, (replace(JOINT, **NAMED_WRONG),), "applicant", 1),
    "joint, handler": (lessons.JOINT, (replace(JOINT, answers={"handler": "handler"}),), "handler", 1),
    "joint, roster overlooked": (lessons.JOINT, (JOINT.but(roster=None),), "papers accepted", 3),
    "joint, and once more": (lessons.JOINT, (JOINT, SINGLY[0]), "once", 1),
    "joint, one of three": (lessons.JOINT, SINGLY[:1], "joint handler papers accepted once", 3),
    "joint, nothing done": (lessons.JOINT, (), EVERYTHING, 3),
    "bag": (lessons.BAG, (Bag(),), "", 1),
    "bag, miscounted": (lessons.BAG, (Bag(short=2),), "count", 1),
    "bag, called broken": (lessons.BAG, (Bag(broken=True),), "seal", 1),
    "bag, left open": (lessons.BAG, (Bag(close=False),), "closed apart", 1),
    "bag, called lost": (lessons.BAG, (Bag(outcome_code="lost"),), "closed", 1),
    "bag, by one person": (lessons.BAG, (Bag(taker="S0001"),), "apart", 1),
    "bag, signed blindly": (lessons.BAG, (Bag(short=0),), "noted count closed apart", 2),
    "bag, noted and not taken in": (lessons.BAG, (Bag(receive=False),), "received seal", 1),
    "bag, nothing done": (lessons.BAG, (), EVERYTHING, 2),
}


def played(stage: PracticeWindow, lesson: Lesson, doing: Doing, turn: int) -> Score:
    scene = Scene(lesson=lesson, cast=stage.cast(lesson, turn))
    head = stage.head()
    for one in doing:
        one.do(stage, scene.cast)
    return judge(stage.entries(head, scene.cast.bag), scene)


@pytest.mark.parametrize("name", PLAYS)
def test_a_play_loses_what_it_omits_and_no_more(stage: PracticeWindow, name: str) -> None:
    lesson, doing, missed, trips = PLAYS[name]
    score = played(stage, lesson, doing, list(PLAYS).index(name))
    expected = {p.id for p in lesson.points} if missed == EVERYTHING else set(missed.split())

    assert {point.id for point in score.missed} == expected
    assert score.total == WHOLE - sum(point.weight for point in lesson.points if point.id in expected)
    assert score.trips == trips


@pytest.mark.parametrize("lesson", lessons.LESSONS, ids=lambda lesson: lesson.id)
def test_every_point_of_a_lesson_can_be_missed_and_they_come_to_a_hundred(lesson: Lesson) -> None:
    known = {point.id for point in lesson.points}
    lost = [
        known if missed == EVERYTHING else set(missed.split()) for one, _, missed, _ in PLAYS.values() if one is lesson
    ]

    assert sum(point.weight for point in lesson.points) == WHOLE
    assert set() in lost
    assert set.union(*(one for one in lost if one != known)) >= known, "nothing but doing nothing loses it"


def test_everything_a_lesson_says_names_its_cast(stage: PracticeWindow) -> None:
    for n, lesson in enumerate(lessons.LESSONS):
        scene = Scene(lesson=lesson, cast=stage.cast(lesson, 50 + n))
        told = "".join([*(f"{one.who}{one.text}" for one in scene.words), *(p.looks for p in scene.papers)])
        assert "{" not in told
        assert (scene.cast.bag or scene.cast.id_number) in told


def test_each_turn_somebody_else_comes(stage: PracticeWindow) -> None:
    casts: list[Callable[[], Cast]] = [
        partial(stage.cast, lesson, turn) for lesson in lessons.LESSONS[:4] for turn in (60, 61, 62)
    ]
    assert len({made().id_number for made in casts}) == len(casts)
