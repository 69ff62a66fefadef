"""督办: what a supervisor says of tasks, whom they call on, what is undone by four eyes; and what windows answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case import Case
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.kinds import IN_PROGRESS, OPEN
from clerk_app.domain.oversight import Oversight, task_of_act
from clerk_app.domain.people import Role
from clerk_app.domain.supervision import URGE_DAYS, custody_tasks, keys_of
from clerk_app.domain.supervision_acts import marked as mark_stands
from clerk_app.domain.supervision_words import TaskKind, task_kind
from clerk_app.history import label_of, lines
from clerk_app.overseeing import Overseeing, Overseen, named
from clerk_app.paperwork import place_name
from clerk_app.seat import Act, Refused

Refs = Sequence[tuple[str, str]]
"""Tasks: the number of what each is about, and its key there."""


class Supervising(Overseeing):
    """One person's acts on what needs a person; raises ``Refused`` and then nothing is recorded."""

    # tasks

    def assign(self, refs: Refs, to: str, to_name: str, reason: str) -> list[Overseen]:
        """转办: have somebody else see to tasks."""
        name = to_name or (self._person.name if to == self._person.number else "")
        return self._each(
            refs, "task.assigned", lambda key: sb.TaskAssigned(task=key, to=to, to_name=name, reason=reason)
        )

    def send_back(self, refs: Refs, to: str, reason: str, by: date | None) -> list[Overseen]:
        """退回整改: have the window put right what tasks show."""
        due = self._by(by, URGE_DAYS)
        return self._each(refs, "task.sent_back", lambda key: sb.TaskSentBack(task=key, to=to, reason=reason, by=due))

    def conclude(self, refs: Refs, outcome: str, note: str) -> list[Overseen]:
        """督办结论: end tasks of one kind alike."""
        if len({task_kind(ref[1]) for ref in refs}) > 1:
            raise Refused("kinds-differ", "一次只能了结同一类待办。", "task")
        body = sb.TaskConcluded
        return self._each(refs, "task.concluded", lambda key: body(task=key, outcome=outcome, note=note))

    def _each(self, refs: Refs, kind: str, body: Callable[[str], Any]) -> list[Overseen]:
        if not refs:
            raise Refused("nothing-chosen", "没有选定待办。", "task")

        def plan() -> list[Act]:
            found: dict[tuple[str, str], Act] = {}
            for ref in refs:
                stood = self.stood(ref[0])
                said = body(self._open(stood, ref[1]))
                _must_have_mark(stood, said, self._today)
                found[stood.number, ref[1]] = Act(kind, stood.number, said)
            return list(found.values())

        done = self._scribe.record(self._person, plan).values()
        return [stood for stood in done if isinstance(stood, Case | Parcel | Manifest)]

    def _open(self, stood: Overseen, key: str) -> str:
        """Return a task's key; it must be there as the subject stands now: central, which may hear late, is not so strict."""
        if stood.oversight.conclusion(key) is not None:
            raise Refused("task-concluded", f"{stood.number} 的这一项已有结论；要改，先申请撤销。", "task")
        if key not in open_keys(stood):
            raise Refused("task-unknown", f"{stood.number} 现在没有这项待办，可能已经办了。", "task")
        return key

    def answer_task(self, subject: str, key: str, text: str) -> Overseen:
        """整改答复: say what was put right, or why it cannot be."""

        def body(stood: Overseen) -> sb.TaskAnswered:
            sent = stood.oversight.returned(key)
            if sent is None:
                raise Refused("task-unknown", f"{stood.number} 的这一项没有退回整改。", "task")
            if stood.oversight.conclusion(key) is not None:
                raise Refused("task-concluded", f"{stood.number} 的这一项已有结论，不用再答复。", "task")
            return sb.TaskAnswered(task=key, entry=sent.by.entry, text=text)

        return self._say(subject, "task.answered", body)

    # calls

    def urge(self, number: str, text: str, to: str, by: date | None) -> Case:
        """催办: call on whoever has the case; nobody named: the department that examines it, else its point."""
        due = self._by(by, URGE_DAYS)

        def body(case: Case) -> sb.Urged:
            return sb.Urged(to=to.strip() or self._who_has(case), text=text, answer_by=due)

        return self._on_case(number, "case.urged", body)

    def _who_has(self, case: Case) -> str:
        if case.state in IN_PROGRESS:
            return case.item.department.name
        here = self._seat.point_name if case.place == self._seat.point else ""
        return here or place_name(case, self._records)

    def answer_urge(self, number: str, entry: str, text: str) -> Case:
        """催办答复."""

        def body(case: Case) -> sb.UrgeAnswered:
            urged = [u.by.entry for u in case.oversight.urged if not u.undone]
            one = named(urged, entry, Refused("urge-unknown", "没有这次催办，或已撤销。", "entry"))
            if case.oversight.urge_answer(one) is not None:
                raise Refused("urge-answered", "这次催办已经答复过了。", "entry")
            return sb.UrgeAnswered(entry=one, text=text)

        return self._on_case(number, "case.urge_answered", body)

    # four eyes

    def undoable(self, subject: str) -> list[tuple[str, str]]:
        """Return the acts that may be undone, each with who did what in words, the earliest first."""
        stood = self.stood(subject)
        waiting = {u.said.entry for u in stood.oversight.undoings if u.decided is None}
        return [
            (r.entry.id, f"{label_of(r.entry.kind)}　{'；'.join(lines(r))}　{r.entry.actor}　{r.entry.at[:10]}")
            for r in self._records.records_of(stood.number)
            if r.entry.id not in waiting and task_of_act(stood.oversight, r.entry.id) is not None
        ]

    def ask_undo(self, subject: str, entry: str, reason: str) -> Overseen:
        """申请撤销: what this person did themselves is undone at once; what another did, when somebody else agrees."""

        def body(stood: Overseen) -> sb.UndoAsked:
            said = [r.entry.id for r in self._records.records_of(stood.number)]
            of_act = {one: found[0] for one in said if (found := task_of_act(stood.oversight, one)) is not None}
            one = named(of_act, entry, Refused("not-undoable", "这一步不能撤销，或已经撤销。", "entry"))
            return sb.UndoAsked(entry=one, task=of_act[one], reason=reason)

        return self._say(subject, "act.undo_asked", body)

    def undo(self, subject: str, ask: str, agrees: bool, reason: str) -> Overseen:
        """复核撤销: agree with what somebody else asked for, or do not."""
        if not agrees and not reason.strip():
            raise Refused("reason-missing", "不同意撤销的，请写明理由。", "reason")

        def body(stood: Overseen) -> sb.Undone:
            open_now = {u.by.entry: u.said.task for u in stood.oversight.undoings if u.decided is None}
            one = named(open_now, ask, Refused("not-asked", "没有待复核的撤销申请。", "ask"))
            return sb.Undone(ask=one, task=open_now[one], agrees=agrees, reason=reason)

        return self._say(subject, "act.undone", body)

    # what makes sense

    def allowed(self, case: Case) -> frozenset[str]:
        """Return the names of the ``Desk``'s methods here that make sense for the case as it stands, for this person."""
        seen, here = case.oversight, case.place in self._sight.points()
        waits = any(not u.undone and seen.urge_answer(u.by.entry) is None for u in seen.urged)
        returned = any(
            seen.conclusion(s.said.task) is None and seen.answer(s.said.task) is None for s in seen.sent_back
        )
        holds = {"answer_urge": waits, "answer_task": returned}
        if self._person.role is Role.SUPERVISOR:
            running = here and case.state in IN_PROGRESS
            may_undo = [u for u in seen.undoings if u.decided is None and u.by.actor != self._person.number]
            tasks = bool(keys_of(case))
            holds |= {
                "urge": case.state in OPEN,
                "extend": running and not case.paused and not case.extensions,
                "suspend": running and not case.paused,
                "resume": running and case.paused,
                "verify": bool(seen.drawn) and not seen.verified,
                "record_finding": True,
                "mark": True,
                "assign": tasks,
                "send_back": tasks,
                "conclude": tasks,
                "ask_undo": any(task_of_act(seen, entry) for entry in _acts(seen)),
                "undo": bool(may_undo),
            }
        return frozenset(name for name, makes_sense in holds.items() if makes_sense)


def open_keys(stood: Overseen) -> frozenset[str]:
    """Return the keys of everything that can be assigned, sent back or concluded as it stands now."""
    return keys_of(stood) if isinstance(stood, Case) else frozenset(task.key for task in custody_tasks(stood))


def _must_have_mark(stood: Overseen, said: object, today: date) -> None:
    """Who concludes that a false paper was marked has marked it."""
    if not isinstance(said, sb.TaskConcluded) or not isinstance(stood, Case):
        return
    failed = task_kind(said.task) is TaskKind.FAILED and said.outcome == "marked"
    if failed and not mark_stands(stood, today):
        raise Refused("mark-missing", f"{stood.number} 还没有虚假材料记录，请先记录。", "outcome")


def _acts(seen: Oversight) -> tuple[str, ...]:
    """Return the entries of what somebody may want undone."""
    concluded, marks, urged = ([one.by.entry for one in found] for found in (seen.concluded, seen.marks, seen.urged))
    return (*concluded, *marks, *urged, *(one.by.entry for one in seen.dropped))
