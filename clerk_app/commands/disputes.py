"""Conflicts: both acts, what each would lead to, and a supervisor's word on them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from typing import Any

from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, say
from clerk_app.commands.window import folder_of
from clerk_app.disputes import Dispute, Told
from clerk_app.wiring import Window


def conflicts(options: argparse.Namespace) -> int:
    """List the conflicts nobody settled yet."""
    with Window(folder_of(options), read_only=True) as window:
        found = [_value(dispute) for dispute in signed_in(window).disputes()]
    say(found, options.json, _lines(found))
    return DONE


def settle(options: argparse.Namespace) -> int:
    """Let a conflicting act stand, or not."""
    with Window(folder_of(options)) as window:
        case = signed_in(window).settle(options.case, options.entry, options.stands, options.reason)
    value = {
        "case": case.number,
        "entry": options.entry,
        "stands": options.stands,
        "state": case.state.value,
        "conflicts": len(case.conflicts),
    }
    told = f"{case.number}：已记为{'采用' if options.stands else '不采用'}，还有 {len(case.conflicts)} 处冲突待处理。"
    say(value, options.json, [told])
    return DONE


def _value(dispute: Dispute) -> dict[str, Any]:
    return {
        "case": dispute.subject,
        "state": dispute.state,
        **_told(dispute.act),
        "against": [_told(act) for act in dispute.against],
        "dropped": list(dispute.now),
        "stands": list(dispute.then),
    }


def _told(act: Told) -> dict[str, Any]:
    return {
        "entry": act.entry,
        "label": act.label,
        "actor": act.actor,
        "window": act.window,
        "point_name": act.point,
        "at": act.at,
        "position": act.position,
        "lines": list(act.lines),
    }


def _lines(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    none = True
    for one in found:
        none = False
        yield f"{one['case']}  {one['entry']}"
        yield f"  有冲突：{_act(one)}"
        yield from (f"  对    ：{_act(act)}" for act in one["against"])
        yield f"  采用  ：{'，'.join(one['stands'])}"
        yield f"  不采用：{'，'.join(one['dropped'])}"
    if none:
        yield "没有待处理的冲突。"


def _act(act: dict[str, Any]) -> str:
    who = f"{act['actor']}（{act['window']} {act['point_name']}）"
    return f"{act['label']}  {'；'.join(act['lines'])}  {who}  {act['at'][:16].replace('T', ' ')}"
