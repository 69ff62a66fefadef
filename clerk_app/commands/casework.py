"""One case, wherever it is: shown, taken up from another point; and applications made online, before they are received."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

from clerk_app.commands import shapes
from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, say
from clerk_app.commands.window import folder_of
from clerk_app.desk import Desk
from clerk_app.domain.case import Case
from clerk_app.domain.joint import questions
from clerk_app.domain.kinds import STATE_LABELS
from clerk_app.domain.people import mask_number, mask_phone
from clerk_app.domain.summary import summary_of
from clerk_app.elsewhere import ON_THE_WAY, Arriving, Preview
from clerk_app.history import HistoryLine
from clerk_app.prefilings import Prefiled
from clerk_app.seat import Refused
from clerk_app.wiring import Window

ARRIVING = "arriving"
"""The state of a case that was taken up here and has not come yet."""


def show(options: argparse.Namespace) -> int:
    """Show one case: as it is kept here, else as central has it."""
    with Window(folder_of(options), read_only=True) as window:
        value = _found(signed_in(window), options.case)
    say(value, options.json, _lines(value))
    return DONE


def _found(desk: Desk, number: str) -> dict[str, Any]:
    try:
        case = desk.case(number)
    except Refused as refused:
        if refused.code != "case-unknown":
            raise
    else:
        return _value(desk, case, desk.history(case.number), desk.confirmed(case.number))
    arriving = next((one for one in desk.arriving() if one.number == number.strip().upper()), None)
    if arriving is not None:
        return _arriving(arriving)
    preview = desk.look_elsewhere(number)
    return {**_value(desk, preview.case, preview.history, True, preview), "why_not": preview.why_not}


def _value(
    desk: Desk, case: Case, history: Sequence[HistoryLine], confirmed: bool, preview: Preview | None = None
) -> dict[str, Any]:
    where = desk.whereabouts(case)
    return {
        **shapes.case(summary_of(case, 0 if confirmed else 1)),
        "state_label": STATE_LABELS[case.state],
        "here": preview is None,
        "arriving": False,
        "place": where.point,
        "place_name": preview.place_name if preview is not None else where.name,
        "handled_here": where.here,
        "prefiling": case.prefiling,
        "moves": [{"on": m.on.isoformat(), "to": m.to, "name": m.name} for m in case.moves],
        "missing": [{"material": d.material, "name": d.name, "cure": d.cure} for d in desk.wanted(case)],
        "history": [
            {
                "at": line.at,
                "actor": line.actor,
                "window": line.window,
                "kind": line.kind,
                "label": line.label,
                "text": line.text,
                "verdict": line.verdict,
            }
            for line in history
        ],
    }


def _arriving(one: Arriving) -> dict[str, Any]:
    return {
        "case": one.number,
        "state": ARRIVING,
        "state_label": ON_THE_WAY,
        "here": False,
        "arriving": True,
        "sent": one.sent,
        "reason": one.reason,
        "history": [],
    }


def _lines(value: dict[str, Any]) -> Iterator[str]:
    yield f"{value['case']}  {value['state_label']}"
    if value["arriving"]:
        return
    yield f"{value['item_name']}  {value['department']}"
    yield f"{value['applicant']}  {value['id_number']}"
    yield f"办理地点：{value['place_name']}{'' if value['here'] else '（本窗口没有这一件，以上是市中心的记录）'}"
    for missing in value["missing"]:
        yield f"待补：{missing['name']}  {missing['cure']}"
    for line in value["history"]:
        at, said = line["at"][:16].replace("T", " "), f"{line['label']}  {line['text']}".rstrip()
        yield f"  {at}  {said}  {line['actor']}（{line['window']}）  {line['verdict']}"


def take_up(options: argparse.Namespace) -> int:
    """Go on here with a case of another point."""
    with Window(folder_of(options)) as window:
        desk = signed_in(window)
        number = desk.take_up_case(desk.look_elsewhere(options.case), options.reason)
        arriving = any(one.number == number for one in desk.arriving())
        state = ARRIVING if arriving else desk.case(number).state.value
    told = f"{number} {ON_THE_WAY}；联网后自动上报（或执行 clerk sync）。"
    say({"case": number, "state": state, "arriving": arriving}, options.json, [told])
    return DONE


def prefiling(options: argparse.Namespace) -> int:
    """Show an application made online as it would be received."""
    with Window(folder_of(options), read_only=True) as window:
        prefiled = signed_in(window).prefiling(options.number)
    value = _prefiled(prefiled)
    say(value, options.json, _prefiled_lines(value))
    return DONE


def _prefiled(prefiled: Prefiled) -> dict[str, Any]:
    draft = prefiled.draft
    item, who = draft.items[0], draft.applicant
    asked = {q.id: q for q in questions(draft.items)}
    names = {line.key: line.material.name for line in draft.checklist().lines}
    return {
        "number": prefiled.number,
        "item": item.code,
        "item_name": item.name,
        "department": item.department.name,
        "applicant": {
            "kind": who.kind if who else "",
            "name": who.name if who else "",
            "id_number": mask_number(who.id_number) if who else "",
            "phone": mask_phone(who.phone) if who else "",
            "discredited": bool(who and who.discredited),
        },
        "situation": dict(draft.answers),
        "situation_words": [
            f"{asked[q].question}{a.label}"
            for q, said in draft.answers.items()
            for a in asked[q].answers
            if a.id == said
        ],
        "open_questions": [q.id for q in draft.open_questions()],
        "received": [
            {
                "material": key,
                "name": names.get(key, ""),
                "originals_seen": tally.originals_seen,
                "originals_kept": tally.originals_kept,
                "copies_kept": tally.copies_kept,
                "electronic": tally.electronic,
            }
            for key, tally in draft.tallies.items()
        ],
        "received_as": None,
        "notes": list(prefiled.notes),
    }


def _prefiled_lines(value: dict[str, Any]) -> Iterator[str]:
    yield f"预申报 {value['number']}，尚未收件"
    yield f"{value['item']}  {value['item_name']}  {value['department']}"
    yield f"{value['applicant']['name']}  {value['applicant']['id_number']}"
    yield from (f"情形：{words}" for words in value["situation_words"])
    yield from (f"已提交：{one['name']}  电子件 {one['electronic']} 份" for one in value["received"])
    yield from (f"注意：{note}" for note in value["notes"])
