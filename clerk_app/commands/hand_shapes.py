"""JSON forms of hands, papers in them, discrepancies and holders, and the lines that say the same to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from clerk_app.bags import Task
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody import Open
from clerk_app.domain.custody_words import FAULT_LABELS
from clerk_app.domain.tracing import HAND_LABELS, Step, Whereabout


def hand(one: cb.Hand) -> dict[str, Any]:
    """Return who holds, gives or takes."""
    return {"kind": one.kind.value, "code": one.code, "name": one.name, "person": one.person}


def hand_words(one: dict[str, Any]) -> str:
    """Say the same to a person."""
    person = f"（{one['person']}）" if one["person"] else ""
    return f"{HAND_LABELS[cb.HandKind(one['kind'])]} {one['name'] or one['code']}{person}"


def line(one: cb.PaperLine) -> dict[str, Any]:
    """Return some sheets of one paper."""
    return {
        "case": one.case,
        "material": one.material,
        "name": one.name,
        "originals": one.originals,
        "copies": one.copies,
    }


def line_words(row: dict[str, Any]) -> str:
    """Say the same to a person."""
    return f"{row['case']}  {row['name'] or row['material']}  原件 {row['originals']} 份，复印件 {row['copies']} 份"


def step(one: Step) -> dict[str, Any]:
    """Return one hand a paper went through."""
    return {
        "at": one.at,
        "what": one.what,
        "by": one.by,
        "signed": one.signed,
        "parcel": one.parcel or None,
        "entry": one.entry or None,
    }


def step_words(row: dict[str, Any]) -> str:
    """Say the same to a person."""
    said = "  ".join(filter(None, (row["what"], row["by"], row["signed"])))
    return f"  {row['at'][:16].replace('T', ' ')}  {said}"


def open_(subject: str, one: Open) -> dict[str, Any]:
    """Return a discrepancy, open or closed; it is named by the entry that told of it, and its number there."""
    closed = one.closed
    return {
        "subject": subject,
        "entry": one.entry,
        "number": one.number,
        "fault": one.found.fault.value,
        "parcel": one.found.parcel or None,
        "line": line(one.found.line) if one.found.line is not None else None,
        "note": one.found.note,
        "by": hand(one.by),
        "on": one.on.isoformat(),
        "closed": None
        if closed is None
        else {"outcome": closed.outcome, "evidence": closed.evidence, "at": one.closed_at, "by": one.closed_by},
    }


def task(one: Task) -> dict[str, Any]:
    """Return a discrepancy that waits for somebody."""
    return {**open_(one.subject, one.open), "waits": one.waits}


def discrepancy_words(row: dict[str, Any]) -> str:
    """Say a discrepancy to a person."""
    what = line_words(row["line"]) if row["line"] is not None else row["parcel"] or ""
    state = f"已结案：{row['closed']['outcome']}" if row["closed"] is not None else "待处理"
    return "  ".join(filter(None, (FAULT_LABELS[cb.Fault(row["fault"])], what, row["note"], state)))


def task_lines(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Say what waits to a person."""
    none = True
    for row in found:
        none = False
        yield f"{row['subject']}  {discrepancy_words(row)}  {row['on']} 发现，已 {row['waits']} 天"
        yield f"  {row['entry']} 第 {row['number']} 项"
    if none:
        yield "没有待处理的差异。"


def whereabout(one: Whereabout) -> dict[str, Any]:
    """Return where some sheets of one paper are, and every hand they went through."""
    return {
        "case": one.case,
        "material": one.material,
        "name": one.name,
        "originals": one.originals,
        "copies": one.copies,
        "holder": hand(one.holder),
        "parcel": one.parcel or None,
        "disputed": one.disputed,
        "steps": [step(x) for x in one.steps],
    }


def whereabout_lines(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Say the same to a person."""
    none = True
    for row in found:
        none = False
        inside = f"，寄递袋 {row['parcel']}" if row["parcel"] else ""
        odd = "  有争议" if row["disputed"] else ""
        yield f"{line_words(row)}  现在 {hand_words(row['holder'])}{inside}{odd}"
        yield from map(step_words, row["steps"])
    if none:
        yield "没有留在窗口或寄出的材料。"
