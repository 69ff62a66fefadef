"""``clerk clock``: every clock of one case, so that whoever has a wall calendar can count it again."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, say
from clerk_app.commands.window import folder_of
from clerk_app.desk import Desk
from clerk_app.domain import clock_words as words
from clerk_app.domain.case import Case
from clerk_app.domain.case_clock import STANDING_LABELS, CaseClock, Standing
from clerk_app.domain.catalogue import Limit
from clerk_app.domain.codes import LIGHT_LABELS
from clerk_app.domain.kinds import STATE_LABELS
from clerk_app.domain.reckoning import WHY_LABELS, Day
from clerk_app.seat import Refused
from clerk_app.wiring import Window


def clock(options: argparse.Namespace) -> int:
    """Tell every clock of a case, that of this window or as central has it."""
    with Window(folder_of(options), read_only=True) as window:
        desk = signed_in(window)
        case = _case(desk, options.case)
        value = _value(desk, case)
    say(value, options.json, _lines(value))
    return DONE


def _case(desk: Desk, number: str) -> Case:
    try:
        return desk.case(number)
    except Refused as refused:
        if refused.code != "case-unknown":
            raise
    return desk.look_elsewhere(number).case


def _value(desk: Desk, case: Case) -> dict[str, Any]:
    return {
        "case": case.number,
        "item_name": case.item.name,
        "state": case.state.value,
        "state_label": STATE_LABELS[case.state],
        "today": desk.today.isoformat(),
        "preset": {"id": desk.preset.id, "label": desk.preset.label},
        "calendar": {
            "years": sorted(desk.calendar.years),
            "words": words.calendar_words(desk.calendar, case.received_on),
        },
        "clocks": [_clock(one) for one in desk.reckonings(case)],
    }


def _clock(one: CaseClock) -> dict[str, Any]:
    future = one.standing is Standing.FUTURE
    told = one.reckoning if not future else None
    return {
        "key": one.key,
        "name": one.rule.name,
        "about": one.about,
        "basis": one.rule.basis,
        "limit": _limit(one.limit),
        "rule": "；".join(words.rule_words(one)),
        "standing": one.standing.value,
        "standing_label": STANDING_LABELS[one.standing],
        "started_on": one.started_on.isoformat() if one.started_on is not None else None,
        "due": one.due.day.isoformat() if one.due is not None else None,
        "provisional": one.due.provisional if one.due is not None else False,
        "ended_on": one.ended_on.isoformat() if one.ended_on is not None else None,
        "left": one.left,
        "light": one.light.value if one.light is not None else None,
        "light_label": LIGHT_LABELS[one.light] if one.light is not None else "",
        "words": words.standing_words(one),
        "pauses": [
            {
                "start": pause.start.isoformat(),
                "counts_again": pause.end.isoformat() if pause.end is not None else None,
                "reason": pause.reason,
                "words": words.pause_words(pause),
            }
            for pause in one.pauses
        ],
        "extensions": [
            {
                "on": extension.on.isoformat(),
                "limit": _limit(extension.limit),
                "reason": extension.reason,
                "due": extension.due.day.isoformat() if extension.due is not None else None,
                "words": words.extension_words(extension),
            }
            for extension in one.extensions
        ],
        "reckoned": told.due.day.isoformat() if told is not None else None,
        "agrees": one.agrees,
        "if_today": one.reckoning.due.day.isoformat() if future and one.reckoning is not None else None,
        "check": words.check_words(one),
        "note": one.note,
        "counted": told.counted if told is not None else 0,
        "runs": "；".join(words.days_words(told)) if told is not None else "",
        "days": [_day(day) for day in told.days] if told is not None else [],
    }


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    return {"days": limit.days, "unit": limit.unit.value, "words": words.limit_words(limit)}


def _day(day: Day) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "why": day.why.value,
        "why_label": WHY_LABELS[day.why],
        "number": day.number or None,
        "extension": day.part,
        "provisional": day.provisional,
    }


def _lines(value: dict[str, Any]) -> Iterator[str]:
    yield f"{value['case']}  {value['state_label']}  {value['item_name']}"
    yield f"黄牌：{value['preset']['label']}；红牌：到期次日。{value['calendar']['words']}"
    for one in value["clocks"]:
        due = f"  {one['due']}{'（暂定）' if one['provisional'] else ''}" if one["due"] else ""
        light = f"  [{one['light_label']}]" if one["light_label"] else ""
        about = f"（{one['about']}）" if one["about"] else ""
        yield f"{one['name']}{about}{due}  {one['words']}{light}"
        yield f"    {one['rule']}"
        for told in (*one["pauses"], *one["extensions"]):
            yield f"    {told['words']}"
        for told in (one["runs"], one["check"], one["note"]):
            if told:
                yield f"    {told}"
