"""督办 without a screen: the queue, what a supervisor decides, what windows answer."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, USAGE, Stop, say
from clerk_app.commands.window import folder_of
from clerk_app.desk import Desk
from clerk_app.docket_tasks import Task, TaskFilter
from clerk_app.domain.case import Case
from clerk_app.domain.supervision_words import TaskKind
from clerk_app.overseeing import Overseen
from clerk_app.paperwork import EXTENSION, SUSPENSION
from clerk_app.supervising import open_keys
from clerk_app.wiring import Window

Act = Callable[[Desk], Overseen | Sequence[Overseen]]


def tasks(options: argparse.Namespace) -> int:
    """List what needs a supervisor."""
    wanted = TaskFilter(
        kinds=frozenset(TaskKind(kind) for kind in options.kinds), mine=options.mine, words=" ".join(options.words)
    )
    return _listed(options, lambda desk: desk.tasks(wanted), "没有待办。")


def returns(options: argparse.Namespace) -> int:
    """List what this window is to answer."""
    return _listed(options, lambda desk: desk.my_returns(), "没有要答复的。")


def _listed(options: argparse.Namespace, look: Callable[[Desk], list[Task]], none: str) -> int:
    with Window(folder_of(options), read_only=True) as window:
        desk = signed_in(window)
        desk.refresh_tasks()
        found = [_task(one) for one in look(desk)]
    say(found, options.json, _task_lines(found, none))
    return DONE


def _task(one: Task) -> dict[str, Any]:
    return {
        "task": f"{one.subject}/{one.key}",
        "subject": one.subject,
        "about": one.about.value,
        "key": one.key,
        "kind": one.kind.value,
        "label": one.label,
        "title": one.title,
        "department": one.department,
        "point": one.point,
        "since": one.since,
        "due": one.due.isoformat() if one.due else None,
        "light": one.light.value,
        "left": one.left,
        "rule": one.rule,
        "note": one.note,
        "to": one.to,
        "state": one.state,
        "entry": one.entry,
    }


def _task_lines(found: Iterable[dict[str, Any]], none: str) -> Iterator[str]:
    empty = True
    for row in found:
        empty = False
        due = f"{row['due']} 前" if row["due"] else ""
        state = {"sent": "已退回", "answered": "已答复"}.get(row["state"], "")
        to = f"转 {row['to']}" if row["to"] else ""
        yield "  ".join(filter(None, (row["task"], row["label"], row["title"], row["note"], due, state, to)))
    if empty:
        yield none


# tasks


def assign(options: argparse.Namespace) -> int:
    """Have somebody else see to tasks."""
    refs = _refs(options.tasks)
    return _did(options, lambda desk: desk.assign(refs, options.to, options.reason, options.name), "已转办")


def send_back(options: argparse.Namespace) -> int:
    """Have the window put right what tasks show."""
    refs = _refs(options.tasks)
    return _did(options, lambda desk: desk.send_back(refs, options.to, options.reason, options.by), "已退回整改")


def conclude(options: argparse.Namespace) -> int:
    """End tasks of one kind."""
    refs = _refs(options.tasks)
    return _did(options, lambda desk: desk.conclude(refs, options.outcome, options.note), "已了结")


def answer_task(options: argparse.Namespace) -> int:
    """Answer what was sent back."""
    [(subject, key)] = _refs([options.task])
    return _did(options, lambda desk: desk.answer_task(subject, key, options.text), "已答复")


def _refs(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return tasks as they are named: ``NUMBER/KEY``."""
    found = []
    for text in texts:
        subject, _, key = text.strip().partition("/")
        if not subject or not key:
            raise Stop(USAGE, f"用法不对：待办应写作 编号/待办，不能是“{text[:80]}”。", "usage")
        found.append((subject, key))
    return found


# calls and terms


def urge(options: argparse.Namespace) -> int:
    """Call on whoever has a case."""
    return _did(options, lambda desk: desk.urge(options.case, options.text, options.to, options.by), "已催办")


def answer_urge(options: argparse.Namespace) -> int:
    """Answer a call."""
    return _did(options, lambda desk: desk.answer_urge(options.case, options.entry, options.text), "已答复催办")


def extend(options: argparse.Namespace) -> int:
    """Let a case take longer."""
    told = f"已延长，请打印《{EXTENSION}》告知申请人"

    def extended(desk: Desk) -> Case:
        return desk.extend(options.case, options.days, options.reason, options.approved_by, options.basis)

    return _did(options, extended, told)


def suspend(options: argparse.Namespace) -> int:
    """Begin a special procedure."""
    told = f"已暂停计时，请打印《{SUSPENSION}》告知申请人"
    return _did(options, lambda desk: desk.suspend(options.case, options.procedure, options.reason, options.days), told)


def resume(options: argparse.Namespace) -> int:
    """End it."""
    return _did(options, lambda desk: desk.resume(options.case), "已恢复计时")


# checks after the fact


def draw(options: argparse.Namespace) -> int:
    """Draw cases to be verified."""
    with Window(folder_of(options)) as window:
        made = signed_in(window).draw(options.share, options.since, options.until)
    value = {
        "batch": made.batch,
        "seed": made.seed,
        "share": options.share,
        "population": made.population,
        "digest": made.digest,
        "drawn": list(made.drawn),
    }
    told = [f"{made.population} 件中抽中 {len(made.drawn)} 件，种子 {made.seed}", *made.drawn]
    say(value, options.json, told)
    return DONE


def verify(options: argparse.Namespace) -> int:
    """Say what a check found."""

    def verified(desk: Desk) -> Case:
        return desk.verify(options.case, options.passed, options.evidence, options.material, options.note)

    return _did(options, verified, f"已登记核查结果：{'属实' if options.passed else '不实'}")


def finding(options: argparse.Namespace) -> int:
    """Record what is wrong."""

    def recorded(desk: Desk) -> Overseen:
        return desk.record_finding(options.subject, options.code, options.text, options.about, options.fix_by)

    return _did(options, recorded, "已记录问题")


def mark(options: argparse.Namespace) -> int:
    """Record a false paper against its applicant."""

    def marked(desk: Desk) -> Case:
        return desk.mark(options.case, options.reason, options.basis, options.material, options.until)

    return _did(options, marked, "已记录虚假材料")


# four eyes


def undo(options: argparse.Namespace) -> int:
    """List what may be undone, ask for it, or say a second person's word on it."""
    if not options.entry:
        if options.agrees is not None or options.reason:
            raise Stop(USAGE, "用法不对：请写明撤销哪一条。", "usage")
        return _undoable(options)
    if options.agrees is None:
        return _did(options, lambda desk: desk.ask_undo(options.subject, options.entry, options.reason), _asked)
    told = "已同意撤销" if options.agrees else "已记为不同意撤销"
    return _did(options, lambda desk: desk.undo(options.subject, options.entry, options.agrees, options.reason), told)


def _asked(stood: Overseen) -> str:
    """Of one's own act nobody else is asked."""
    waits = [one.by.entry for one in stood.oversight.undoings if one.decided is None]
    return f"已申请撤销（{waits[-1]}），由另一位值班主任复核" if waits else "已撤销"


def _undoable(options: argparse.Namespace) -> int:
    with Window(folder_of(options), read_only=True) as window:
        found = [{"entry": entry, "words": words} for entry, words in signed_in(window).undoable(options.subject)]
    say(found, options.json, [f"{one['entry']}  {one['words']}" for one in found] or ["没有可以撤销的。"])
    return DONE


# the parts


def _did(options: argparse.Namespace, act: Act, told: str | Callable[[Overseen], str]) -> int:
    with Window(folder_of(options)) as window:
        done = act(signed_in(window))
    if isinstance(done, Overseen):
        say(_value(done), options.json, [_line(done, told)])
    else:
        say([_value(one) for one in done], options.json, [_line(one, told) for one in done])
    return DONE


def _line(stood: Overseen, told: str | Callable[[Overseen], str]) -> str:
    return f"{stood.number}：{told if isinstance(told, str) else told(stood)}。"


def _value(stood: Overseen) -> dict[str, Any]:
    """Return how a case, a bag or a hand-over stands after an act, and what of it still needs a person."""
    value: dict[str, Any] = {
        "subject": stood.number,
        "state": stood.state.value,
        "conflicts": len(stood.conflicts),
        "tasks": sorted(open_keys(stood)),
    }
    if isinstance(stood, Case):
        accepted = stood.accepted
        dues = (accepted.promised_due, accepted.statutory_due) if accepted is not None else (None, None)
        names = ("promised_due", "statutory_due")
        value |= {name: due.day.isoformat() if due else None for name, due in zip(names, dues, strict=True)}
        value["paused"] = stood.paused
    return value
