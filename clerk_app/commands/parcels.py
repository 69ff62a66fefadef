"""寄递 without a screen: what waits, bags packed, opened, received, and what is not as their lists say."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from clerk_app.commands import bag_shapes as shapes
from clerk_app.commands import hand_shapes as hands
from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, REFUSED, USAGE, Stop, say
from clerk_app.commands.papers_given import discrepancy
from clerk_app.commands.window import folder_of
from clerk_app.desk import Desk
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody import Parcel
from clerk_app.domain.custody_numbers import parse_custody_number
from clerk_app.domain.dispatch import Group, Packing
from clerk_app.wiring import Window


def parcels(options: argparse.Namespace) -> int:
    """List bags."""
    with Window(folder_of(options), read_only=True) as window:
        listed = signed_in(window).find_parcels(" ".join(options.words), options.scope)
    found = [shapes.bag_summary(one) for one in listed]
    say(found, options.json, shapes.bag_summary_lines(found))
    return DONE


def show(options: argparse.Namespace) -> int:
    """Show one bag: what is in it, whose hands it went through, what is not as it should be."""
    with Window(folder_of(options), read_only=True) as window:
        desk = signed_in(window)
        parcel = desk.parcel(options.parcel)
        disputed, way = desk.disputed(parcel), desk.way_of(parcel)
    value = {
        **shapes.bag(parcel),
        "disputed": [hands.line(one) for one in disputed],
        "steps": [hands.step(one) for one in way],
    }
    odd = [f"  有争议，另一个袋也装了：{hands.line_words(one)}" for one in value["disputed"]]
    say(value, options.json, [*shapes.bag_lines(value), *odd, *map(hands.step_words, value["steps"])])
    return DONE


def manifests(options: argparse.Namespace) -> int:
    """List the hand-overs, or show one."""
    with Window(folder_of(options), read_only=True) as window:
        desk = signed_in(window)
        if options.manifest:
            value = shapes.manifest(desk.manifest(options.manifest))
            say(value, options.json, shapes.manifest_lines(value))
            return DONE
        found = [shapes.manifest_summary(one) for one in desk.manifests()]
    say(found, options.json, shapes.manifest_summary_lines(found))
    return DONE


def pack(options: argparse.Namespace) -> int:
    """Pack a group into one bag; without arguments list what waits."""
    asked = options.to or options.cases or options.applicant
    with Window(folder_of(options), read_only=not asked) as window:
        desk = signed_in(window)
        if not asked:
            if any((options.seal, options.waybill, options.carrier, options.note)):
                raise Stop(USAGE, "用法不对：请用 --to、--case 或 --applicant 说明装哪些。", "usage")
            found = [shapes.group(one) for one in desk.to_pack()]
            say(found, options.json, shapes.group_lines(found))
            return DONE
        packing = _packing(desk, options)
        parcel = desk.pack(packing, options.seal, options.waybill, options.carrier, options.note)
    value = shapes.packed(parcel, packing)
    warned = [f"注意：{warning}" for warning in packing.warnings]
    back = [f"验后已退还，不装袋：{one.case}  {one.name}  原件 {one.originals} 份" for one in packing.returned]
    say(value, options.json, [*shapes.bag_lines(value), *back, *warned])
    return DONE


def _packing(desk: Desk, options: argparse.Namespace) -> Packing:
    if options.applicant:
        return desk.packing_for_applicant(options.applicant)
    cases = [desk.case(number).number for number in options.cases]
    group = _group(desk.to_pack(), options.to, cases)
    waiting = [one.number for one in group.cases]
    if absent := [number for number in cases if number not in waiting]:
        raise Stop(REFUSED, f"{absent[0]} 没有待送往“{group.to.name}”的材料。", "nothing-to-pack")
    return desk.packing(group.direction, group.to, cases or waiting)


def _group(groups: Sequence[Group], to: str, cases: Sequence[str]) -> Group:
    """Return the one group that is meant; what could be two is refused."""
    found = [group for group in groups if not to or to in {group.to.code, group.to.name}]
    if cases:
        found = [group for group in found if cases[0] in {one.number for one in group.cases}]
    if len(found) != 1:
        what = f"送往“{to}”" if to else cases[0]
        told = "不止一组，请写代码" if found else "没有待装袋的材料"
        raise Stop(REFUSED, f"{what}：{told}。", "nothing-to-pack" if not found else "group-unclear")
    return found[0]


def unseal(options: argparse.Namespace) -> int:
    """Open a bag again that nobody has taken yet."""
    return _did(options, lambda desk: desk.unseal(options.parcel, options.reason))


def waybill(options: argparse.Namespace) -> int:
    """Record under which number a bag travels."""
    return _did(options, lambda desk: desk.set_waybill(options.parcel, options.waybill, options.carrier))


def ask_pickup(options: argparse.Namespace) -> int:
    """Have the carrier fetch a bag."""
    return _did(options, lambda desk: desk.ask_pickup(options.parcel, options.on, options.between))


def cancel_pickup(options: argparse.Namespace) -> int:
    """Take that back."""
    return _did(options, lambda desk: desk.cancel_pickup(options.parcel, options.reason))


def receive(options: argparse.Namespace) -> int:
    """Take a bag in; what is not as its list says is noted against it."""

    def received(desk: Desk) -> Parcel:
        parcel = desk.parcel(options.parcel)
        named = [(cb.Fault.SHORT, options.short), (cb.Fault.DAMAGED, options.damaged), (cb.Fault.EXTRA, options.extra)]
        found = [discrepancy(parcel, fault, text, options.note) for fault, texts in named for text in texts]
        return desk.receive_parcel(parcel.number, found, broken=options.broken, returned=options.returned)

    return _did(options, received)


def _did(options: argparse.Namespace, act: Callable[[Desk], Parcel]) -> int:
    with Window(folder_of(options)) as window:
        value = shapes.bag(act(signed_in(window)))
    say(value, options.json, shapes.bag_lines(value))
    return DONE


def where(options: argparse.Namespace) -> int:
    """Tell who holds a paper, the papers of a case or those of a bag, and every hand since the counter."""
    with Window(folder_of(options), read_only=True) as window:
        found = [hands.whereabout(one) for one in signed_in(window).trace(options.what)]
    say(found, options.json, hands.whereabout_lines(found))
    return DONE if found else REFUSED


def discrepancies(options: argparse.Namespace) -> int:
    """List the discrepancies nobody closed yet."""
    with Window(folder_of(options), read_only=True) as window:
        found = [hands.task(one) for one in signed_in(window).custody_tasks()]
    say(found, options.json, hands.task_lines(found))
    return DONE


def note_discrepancy(options: argparse.Namespace) -> int:
    """Record a line against a bag or a hand-over."""
    with Window(folder_of(options)) as window:
        desk = signed_in(window)
        fault = cb.Fault(options.fault)
        if options.paper:
            found = discrepancy(desk.parcel(options.subject), fault, options.paper, options.note)
        else:
            found = cb.Discrepancy(fault=fault, parcel=_bag_meant(options), note=options.note)
        known = {(task.open.entry, task.open.number) for task in desk.custody_tasks()}
        stood = desk.note_discrepancy(options.subject, [found])
        [noted] = [o for o in stood.discrepancies if o.closed is None and (o.entry, o.number) not in known]
    value = hands.open_(stood.number, noted)
    say(value, options.json, [f"已登记：{hands.discrepancy_words(value)}"])
    return DONE


def _bag_meant(options: argparse.Namespace) -> str:
    number = parse_custody_number(options.parcel or options.subject)
    return number.text if number is not None and number.letter == "P" else ""


def close_discrepancy(options: argparse.Namespace) -> int:
    """Close a discrepancy, with evidence."""
    with Window(folder_of(options)) as window:
        desk = signed_in(window)
        asked = [one for one in desk.custody_tasks() if one.open.entry.startswith(options.entry)]
        asked = [one for one in asked if options.number in {0, one.open.number}]
        if len(asked) != 1:
            told = "这个编号不止一项，请写全编号或用 --number" if asked else "没有这一项待处理的差异"
            raise Stop(
                REFUSED, f"{options.entry[:60]}：{told}。", "discrepancy-unclear" if asked else "discrepancy-unknown"
            )
        one = asked[0]
        stood = desk.close_discrepancy(
            one.subject,
            one.open.entry,
            one.open.number,
            options.outcome,
            options.evidence,
            outcome_code="lost" if options.lost else "other",
        )
        left = sum(o.closed is None for o in stood.discrepancies)
    value = {"subject": stood.number, "entry": one.open.entry, "number": one.open.number, "open": left}
    say(value, options.json, [f"{stood.number}：已结案，还有 {left} 项待处理。"])
    return DONE
