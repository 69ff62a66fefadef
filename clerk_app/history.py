"""A case as people read it: what happened, line by line, and which clocks run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case
from clerk_app.domain.case_clock import CaseClock
from clerk_app.domain.case_clocks import case_clocks
from clerk_app.domain.checklist import received_words
from clerk_app.domain.clock_words import limit_words
from clerk_app.domain.custody_telling import HEADS, ITEMS
from clerk_app.domain.deadlines import PRESETS, Calendar, DueDay, Light, LightPreset
from clerk_app.domain.journal import Record, Verdict
from clerk_app.domain.kinds import KINDS
from clerk_app.domain.plain import NotPlain, from_plain
from clerk_app.domain.supervision_words import HEADS as SUPERVISION_HEADS
from clerk_app.domain.supervision_words import procedure_words
from clerk_app.domain.timing import runs_back
from clerk_app.planning import VISIT_REASONS

CONFLICT = "有冲突"
VERDICT_LABELS = {
    Verdict.APPLIED: "已确认",
    Verdict.MERGED: "已合并",
    Verdict.CONFLICTING: CONFLICT,
    Verdict.REFUSED: "被拒",
    Verdict.QUARANTINED: "待处理",
}


CLOCK_WRONG = "时钟有误"
STOOD, DROPPED = f"{CONFLICT}，经处理采用", f"{CONFLICT}，经处理不采用"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One act on a case, in words."""

    at: str
    actor: str
    kind: str
    label: str
    text: str
    confirmed: bool
    verdict: str
    """Chinese; 未上报 while central has not said anything, and what became of a conflict."""
    window: str = ""
    mark: str = ""
    """Chinese; where ``at`` cannot be right, for it lies before that of what its window did earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningClock:
    """One clock of a case, as it stands today."""

    name: str
    due: DueDay
    left: int
    """Days left in the clock's unit; 0: today is the last."""
    light: Light
    note: str


def history(records: Sequence[Record]) -> list[HistoryLine]:
    """Return a case's records in words, in the order they are folded."""
    odd = _running_back(records)
    settled = _settled(records)
    return [
        HistoryLine(
            at=r.entry.at,
            actor=r.entry.actor,
            kind=r.entry.kind,
            label=label_of(r.entry.kind),
            text=_text(r),
            confirmed=r.confirmed,
            verdict=_verdict(r, settled),
            window=r.entry.window,
            mark=CLOCK_WRONG if r.entry.id in odd else "",
        )
        for r in records
    ]


def label_of(kind: str) -> str:
    """Return what a kind of entry is called."""
    return KINDS[kind].label if kind in KINDS else kind


def why(record: Record) -> str:
    """Return why central did not take an entry, in its words; empty: it said nothing."""
    problem = record.problem or {}
    return str(problem.get("detail") or problem.get("title") or "")


def lines(record: Record) -> list[str]:
    """Return what an entry says in full, one thing a line."""
    said = _said(record)
    head = [said.head.rstrip("：")] if said.head else []
    return [*head, *(f"{n}. {item}" for n, item in enumerate(said.items, start=1)), *([said.tail] if said.tail else [])]


def _settled(records: Sequence[Record]) -> dict[str, bool]:
    """Return which conflicting entries a supervisor settled, and whether they stand."""
    found: dict[str, bool] = {}
    for record in records:
        counts = record.verdict is None or record.verdict.counts
        if record.entry.kind == "conflict.settled" and counts:
            found.setdefault(str(record.entry.body.get("entry")), record.entry.body.get("stands") is True)
    return found


def _verdict(record: Record, settled: dict[str, bool]) -> str:
    if record.verdict is Verdict.CONFLICTING and record.entry.id in settled:
        return STOOD if settled[record.entry.id] else DROPPED
    return VERDICT_LABELS[record.verdict] if record.verdict is not None else "未上报"


def _running_back(records: Sequence[Record]) -> set[str]:
    """Return the entries told to be earlier than what the same window did just before; windows may differ as they like."""
    last: dict[str, str] = {}
    odd = set()
    for entry in sorted((r.entry for r in records), key=lambda e: e.n):
        if runs_back(last.get(entry.window, entry.at), entry.at):
            odd.add(entry.id)
        last[entry.window] = entry.at
    return odd


def clocks(case: Case, calendar: Calendar, today: date, preset: LightPreset = PRESETS[0]) -> list[RunningClock]:
    """Return the clocks that run on a case today, the nearest first."""
    found = [
        RunningClock(name=one.rule.name, due=one.due, left=one.left, light=one.light, note=_note(one))
        for one in case_clocks(case, calendar, today, preset)
        if one.due is not None and one.left is not None and one.light is not None
    ]
    return sorted(found, key=lambda c: c.due.day)


def _note(clock: CaseClock) -> str:
    """Of a debt, what is owed says more than how its day was found."""
    return clock.about or clock.note


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says: a sentence, the things it names, and how it ends."""

    head: str = ""
    items: Sequence[str] = ()
    tail: str = ""


def _text(record: Record) -> str:
    said = _said(record)
    told = said.head + _named(said.items) + (f"；{said.tail}" if said.tail else "")
    reason = why(record)
    return told + (f"（{reason}）" if reason else "")


def _said(record: Record) -> Said:
    kind = KINDS.get(record.entry.kind)
    if kind is None or kind.body not in _WORDS.keys() | HEADS.keys() | SUPERVISION_HEADS.keys():
        return Said()
    try:
        body = from_plain(kind.body, record.entry.body)
    except NotPlain:
        return Said("内容无法读出")
    if kind.body in SUPERVISION_HEADS:
        return Said(SUPERVISION_HEADS[kind.body](body))
    if kind.body in HEADS:
        return Said(HEADS[kind.body](body), ITEMS[kind.body](body) if kind.body in ITEMS else ())
    told: str | Said = _WORDS[kind.body](body)
    return Said(told) if isinstance(told, str) else told


def _named(names: Sequence[str]) -> str:
    return "、".join(names[:3]) + (f" 等{len(names)}项" if len(names) > 3 else "")


def _supplement_words(body: b.Supplemented) -> Said:
    parts = [f"{x.name}：{received_words(x.brought)}{'' if x.cured else '（仍不合要求）'}" for x in body.lines]
    reason = VISIT_REASONS.get(body.visit_reason, body.visit_reason)
    return Said(items=parts, tail=f"到现场原因：{reason}" if reason else "")


def _reasoned(words: str, reason: str) -> str:
    return words + (f"：{reason}" if reason else "")


def _suspended_words(body: b.Suspended) -> str:
    procedure = procedure_words(body.procedure) if body.procedure else ""
    told = f"预计{limit_words(body.told)}" if body.told is not None else ""
    return "：".join(filter(None, ("，".join(filter(None, (procedure, told))), body.reason)))


_WORDS: dict[type[Any], Callable[[Any], str | Said]] = {
    b.Received: lambda x: f"{x.item.name}，收到 {len([t for t in x.tallies if not t.empty])}/{len(x.checklist)} 项",
    b.Checked: lambda x: f"{len(x.tallies)} 项",
    b.NoticeGiven: lambda x: Said(f"告知 {len(x.deficits)} 项：", [d.name for d in x.deficits]),
    b.Supplemented: _supplement_words,
    b.Accepted: lambda x: (
        ("逾期未告知，视为受理；" if x.deemed else "")
        + f"自 {x.accepted_on} 起受理"
        + (f"，承诺 {x.promised_due} 前办结" if x.promised_due else "")
    ),
    b.AcceptedProvisionally: lambda x: (
        Said(f"欠 {len(x.owed)} 项：", [o.name for o in x.owed], f"{x.owed[0].by} 前补交") if x.owed else ""
    ),
    b.Declined: lambda x: x.reason,
    b.Ended: lambda x: x.reason,
    b.Numbered: lambda x: f"正式编号 {x.official}",
    b.TakenUp: lambda x: x.by,
    b.Suspended: _suspended_words,
    b.Resumed: lambda x: f"自 {x.on} 起恢复计时",
    b.Decided: lambda x: (
        {"approved": "准予", "denied": "不予批准"}.get(x.outcome, x.outcome)
        + (f"，文号 {x.document}" if x.document else "")
        + (f"，{x.note}" if x.note else "")
    ),
    b.Remarked: lambda x: x.text,
    b.Visited: lambda x: VISIT_REASONS.get(x.reason, x.reason),
    b.Moved: lambda x: _reasoned(f"由{x.to_name or x.to}续办", x.reason),
    b.ScanAttached: lambda x: f"{x.pages} 页",
    b.ScanRemoved: lambda x: x.reason,
    b.Mended: lambda x: _reasoned("已改报" if x.by else "不再报", x.reason),
    b.ScanAttached: lambda x: f"{x.pages} 页" if x.pages > 1 else "",
    b.ScanRemoved: lambda x: x.reason,
    b.Lost: lambda x: _reasoned("此处一条流水在本窗口灭失，无法找回", x.reason),
    b.Settled: lambda x: _reasoned("采用" if x.stands else "不采用", x.reason),
}
