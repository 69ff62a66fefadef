"""What central refused: listed with its reasons, said anew in other words or as it was, or given up."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from typing import Any

from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, USAGE, Stop, say
from clerk_app.commands.window import folder_of
from clerk_app.desk import Desk
from clerk_app.mending import Refusal
from clerk_app.wiring import Window


def refused(options: argparse.Namespace) -> int:
    """List what was refused and nobody saw to yet."""
    with Window(folder_of(options), read_only=True) as window:
        desk = signed_in(window)
        found = [_value(desk, refusal) for refusal in desk.refusals()]
    say(found, options.json, _lines(found))
    return DONE


def mend(options: argparse.Namespace) -> int:
    """Say a refused entry anew, or again as it is."""
    changes = dict(_pair(given) for given in options.set)
    if bool(changes) == options.as_is:
        raise Stop(USAGE, "请用 --set 路径=内容 写明怎么改，或用 --as-is 原样重报，二者选一。", "usage")
    with Window(folder_of(options)) as window:
        desk = signed_in(window)
        before = desk.refusal(options.entry).record.entry
        if options.as_is:
            after = desk.say_again(options.entry, options.reason).entry
        else:
            after = desk.mend(options.entry, changes, options.reason).entry
    value = {"entry": after.id, "mended": before.id, "kind": after.kind, "case": after.subject, "n": after.n}
    say(value, options.json, [f"已重报 {after.subject}，联网后自动上报（或执行 clerk sync）。"])
    return DONE


def give_up(options: argparse.Namespace) -> int:
    """Do not say a refused entry again."""
    with Window(folder_of(options)) as window:
        desk = signed_in(window)
        entry = desk.refusal(options.entry).record.entry
        desk.give_up(options.entry, options.reason)
    say({"given_up": entry.id, "case": entry.subject}, options.json, [f"{entry.subject} 的这一条不再报。"])
    return DONE


def _pair(given: str) -> tuple[str, str]:
    path, found, value = given.partition("=")
    if not found or not path.strip():
        raise Stop(USAGE, f"--set 应写成 路径=内容，不是“{given[:80]}”。", "usage")
    return path.strip(), value


def _value(desk: Desk, refusal: Refusal) -> dict[str, Any]:
    entry = refusal.record.entry
    return {
        "entry": entry.id,
        "n": entry.n,
        "kind": entry.kind,
        "label": refusal.label,
        "case": entry.subject,
        "at": entry.at,
        "actor": entry.actor,
        "verdict": refusal.record.verdict,
        "code": refusal.code,
        "reason": refusal.why,
        "waiting": refusal.waiting,
        "needs": "nothing" if refusal.by_itself else "give-up" if refusal.not_again else "mend",
        "leaves": [
            {
                "path": leaf.path,
                "label": leaf.label,
                "value": leaf.value,
                "kind": leaf.kind,
                "choices": list(leaf.choices),
            }
            for leaf in desk.leaves(entry.id)
        ],
    }


def _lines(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    none = True
    for one in found:
        none = False
        behind = f"，其后 {one['waiting']} 条在等" if one["waiting"] else ""
        todo = "不用处理，前一条解决后自动上报" if one["needs"] == "nothing" else one["reason"]
        yield f"{one['entry']}  {one['at'][:16].replace('T', ' ')}  {one['label']}  {one['case']}  {todo}{behind}"
    if none:
        yield "没有被退回的流水。"
