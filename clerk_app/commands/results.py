"""Results at the point: logged in, listed, handed over the counter."""

from __future__ import annotations

import argparse

from clerk_app.commands import shapes
from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, REFUSED, USAGE, Stop, say
from clerk_app.commands.window import folder_of
from clerk_app.desk import Desk
from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case
from clerk_app.domain.numbers import plain
from clerk_app.domain.people import mask_number
from clerk_app.wiring import Window


def results(options: argparse.Namespace) -> int:
    """List the cases whose result lies here."""
    with Window(folder_of(options), read_only=True) as window:
        found = [shapes.case(one) for one in signed_in(window).results_here()]
    say(found, options.json, shapes.case_lines(found) if found else ["没有待领取的办理结果。"])
    return DONE


def arrived(options: argparse.Namespace) -> int:
    """Log in a result that came another way than in a bag."""
    with Window(folder_of(options)) as window:
        case = signed_in(window).result_arrived(options.case, options.document, options.note)
    value = {"case": case.number, "state": case.state.value, "document": options.document}
    say(value, options.json, [f"{case.number} 的办理结果已登记到达本服务点。"])
    return DONE


def deliver(options: argparse.Namespace) -> int:
    """Hand a result over to the applicant, or to who collects for them."""
    if bool(options.agent) is not bool(options.agent_reason):
        raise Stop(USAGE, "用法不对：--agent 和 --why 要一起给。", "usage")
    with Window(folder_of(options)) as window:
        desk = signed_in(window)
        case = desk.case(options.case)
        after = desk.deliver(case.number, _delivered(desk, case, options))
        papers = desk.papers_of(after)
    told = after.delivered
    value = {
        "case": after.number,
        "state": after.state.value,
        "to": told.to if told is not None else "",
        "agent": told.agent if told is not None else "",
        "papers": list(papers),
    }
    say(value, options.json, [f"{after.number} 的办理结果已交给 {value['agent'] or value['to']}，请打印送达回执。"])
    return DONE


def _delivered(desk: Desk, case: Case, options: argparse.Namespace) -> b.Delivered:
    number, own = plain(options.id_number), plain(case.applicant.id_number)
    if number and not options.agent and number != own:
        raise Stop(REFUSED, "证件号码与申请人登记的不一致；他人代领的，请用 --agent。", "identity-differs")
    return b.Delivered(
        on=desk.today,
        to=case.applicant.name,
        document=options.document,
        id_kind=(options.id_kind or (case.applicant.id_kind if not options.agent else "resident_id")) if number else "",
        id_number_masked=mask_number(number) if number else "",
        agent=options.agent,
        agent_reason=options.agent_note,
        agent_reason_code=options.agent_reason,
        signed="paper",
    )
