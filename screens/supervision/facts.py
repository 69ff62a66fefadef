"""What a supervisor sees of one task: the rule and the days, how far it has come, and what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerk_app.docket_tasks import Task
from clerk_app.domain.case import Case
from clerk_app.domain.codes import LIGHT_LABELS
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.kinds import TIP_LABELS, About
from clerk_app.domain.oversight import NOTHING_SAID, Oversight, Undoing
from clerk_app.domain.supervision_words import task_words
from clerk_app.domain.tips import Tip
from clerk_app.seat import Refused
from screens.cases import facts as case_words
from screens.dispatch.words import bag_head, line_paras, manifest_head, open_paras, step_paras
from screens.supervision.views import LIGHTS, due_words, left_words, ref_of
from screens.text import Part
from screens.widgets.prose import Para
from screens.words import moment_words

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.domain.custody_bodies import PaperLine
    from clerk_app.domain.tracing import Step
    from screens.cases.facts import CaseFacts

BLANK = Para([("", "")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a subject is, read in one go; of the fields but one is filled."""

    case: CaseFacts | None = None
    bag: Parcel | None = None
    disputed: tuple[PaperLine, ...] = ()
    steps: Sequence[Step] = ()
    manifest: Manifest | None = None
    tip: Tip | None = None
    missing: str = ""
    """Why it cannot be shown."""

    @property
    def oversight(self) -> Oversight:
        """What supervisors said of it."""
        stood = self.case.case if self.case is not None else self.bag or self.manifest
        return stood.oversight if stood is not None else NOTHING_SAID


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """Everything the page of one task shows."""

    task: Task
    over: bool
    """Whether it was seen to meanwhile."""
    siblings: tuple[Task, ...]
    """Every task of the same subject, this one included while it is there."""
    about: Subject
    undoable: Sequence[tuple[str, str]]
    me: str

    @property
    def case(self) -> Case | None:
        """The case it is about."""
        return self.about.case.case if self.about.case is not None else None

    @property
    def undoing(self) -> Undoing | None:
        """What somebody asks to undo, where this is about that and is not decided."""
        return next(
            (u for u in self.about.oversight.undoings if u.decided is None and u.by.entry == self.task.entry), None
        )


def read(desk: Desk, task: Task) -> TaskFacts:
    """Read a task and what it is about; ``task`` is as it was listed."""
    desk.refresh_tasks()
    siblings = tuple(one for one in desk.tasks() if one.subject == task.subject)
    now = next((one for one in siblings if ref_of(one) == ref_of(task)), None)
    about = read_about(desk, task.subject, task.about)
    undoable = [] if about.missing or task.about is About.TIP else desk.undoable(task.subject)
    return TaskFacts(
        task=now or task,
        over=now is None,
        siblings=siblings,
        about=about,
        undoable=undoable,
        me=desk.person.number,
    )


def read_about(desk: Desk, subject: str, about: About) -> Subject:
    """Read a case, a bag, a hand-over or a tip; what was lost or never came is said."""
    try:
        match about:
            case About.PARCEL:
                bag = desk.parcel(subject)
                return Subject(bag=bag, disputed=desk.disputed(bag), steps=desk.way_of(bag))
            case About.MANIFEST:
                return Subject(manifest=desk.manifest(subject))
            case About.TIP:
                return Subject(tip=desk.tip(subject))
            case _:
                return Subject(case=case_words.read(desk, subject))
    except Refused as refused:
        return Subject(missing=refused.message)


def head(facts: TaskFacts) -> list[Para]:
    """Return the task: what, by when, by which rule, and how far it has come."""
    task = facts.task
    sign, tone = LIGHTS[task.light]
    first: list[Part] = [(f"{sign} {LIGHT_LABELS[task.light]}  ", tone), (task.label, "accent")]
    if task.note:
        first.append((f"  {task.note}", ""))
    if facts.over:
        first = [("已办结，不在督办之列  ", "good"), (task.label, "accent")]
    days = f"起 {moment_words(task.since)}"
    if task.due is not None:
        days += f"  限 {due_words(task)}  {left_words(task)}"
    place = "  ".join(part for part in (task.department, task.window) if part)
    paras = [Para(first), Para([("依据  ", "dim"), (task.rule, "")], 6), Para([(f"{days}  {place}", "dim")])]
    paras += _course(facts)
    others = len(facts.siblings) - (not facts.over)
    if others:
        paras.append(Para([(f"这个编号还有 {others} 项要督办（F7 看下一项）", "warn")]))
    return paras


def _course(facts: TaskFacts) -> list[Para]:
    """Who was asked to see to it, what was sent back, what was answered, and who asks to undo what."""
    seen, key = facts.about.oversight, facts.task.key
    paras = []
    assigned, sent, answer = seen.assignee(key), seen.returned(key), seen.answer(key)
    if assigned is not None:
        why = f"：{assigned.reason}" if assigned.reason else ""
        paras.append(Para([("已转  ", "dim"), (f"{assigned.to_name or assigned.to}{why}", "")], 6))
    if sent is not None:
        to = sent.said.to or "窗口"
        paras.append(Para([("退回  ", "dim"), (f"{to}，{sent.said.by} 前整改：{sent.said.reason}", "warn")], 6))
    if answer is not None:
        paras.append(Para([("答复  ", "dim"), (f"{answer.by.actor}：{answer.said.text}", "good")], 6))
    undoing = facts.undoing
    if undoing is not None:
        asked = f"{undoing.by.actor} 申请撤销“{task_words(undoing.said.task)}”的处理：{undoing.said.reason}"
        paras.append(Para([("复核  ", "dim"), (asked, "warn")], 6))
        if undoing.by.actor == facts.me:
            paras.append(Para([("      须由另一位值班主任复核", "dim")], 6))
    return paras


def subject(facts: TaskFacts) -> list[Para]:
    """Return what the task is about."""
    about = facts.about
    if about.case is not None:
        return case_words.head(about.case)
    if about.bag is not None:
        return bag_head(about.bag)
    if about.manifest is not None:
        return manifest_head(about.manifest)
    if about.tip is not None:
        return _tip(about.tip)
    return [Para([(facts.task.subject, "accent")]), Para([(about.missing, "warn")])]


def left(facts: TaskFacts) -> list[Para]:
    """Return how that stands."""
    about = facts.about
    if about.case is not None:
        return case_words.situation(about.case)
    if about.bag is not None:
        return [_title("袋内清单"), *line_paras(about.bag.sealed.lines, about.disputed)]
    if about.manifest is not None:
        return [Para([(f"{one.parcel}  {one.papers} 份", "")]) for one in about.manifest.closed.lines]
    return []


def right(facts: TaskFacts) -> list[Para]:
    """Return what happened to it."""
    about = facts.about
    if about.case is not None:
        return case_words.history(about.case)
    open_ = about.bag or about.manifest
    paras = [_title("差异"), *open_paras(open_.discrepancies), BLANK] if open_ and open_.discrepancies else []
    return [*paras, _title("经手"), *step_paras(about.steps)] if about.bag is not None else paras


def _tip(tip: Tip) -> list[Para]:
    said = tip.offered
    paras = [
        Para([(tip.number, "accent"), (f"  【{TIP_LABELS[tip.state]}】", "strong")]),
        Para([("事项  ", "dim"), (said.item_name, "")], 6),
        Para([("材料  ", "dim"), (said.material_name, "")], 6),
        Para([("提示  ", "dim"), (said.text, "strong")], 6),
        Para([(f"{moment_words(tip.offered_at)}  {tip.clerk}  {tip.window}", "dim")]),
    ]
    if tip.text and tip.text != said.text:
        paras.insert(4, Para([("印为  ", "dim"), (tip.text, "")], 6))
    if tip.reason:
        paras.append(Para([("理由  ", "dim"), (tip.reason, "")], 6))
    return paras


def _title(text: str) -> Para:
    return Para([(text, "accent")])
