"""JSON forms of what waits, bags and hand-overs, and the lines that say the same to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from clerk_app.commands.hand_shapes import discrepancy_words, hand, hand_words, line, line_words, open_
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary
from clerk_app.domain.custody_words import CARRIER_LABELS, DIRECTION_LABELS
from clerk_app.domain.dispatch import Group, Packing
from clerk_app.domain.kinds import PARCEL_LABELS
from clerk_app.domain.people import mask_phone


def group(one: Group) -> dict[str, Any]:
    """Return what goes to one place."""
    return {
        "direction": one.direction.value,
        "to": hand(one.to),
        "sheets": one.sheets,
        "cases": [
            {
                "case": case.number,
                "applicant": case.applicant,
                "item_name": case.item_name,
                "sheets": case.sheets,
                "state": case.state.value,
                "warning": case.warning,
            }
            for case in one.cases
        ],
    }


def group_lines(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Say the same to a person."""
    none = True
    for one in found:
        none = False
        label = DIRECTION_LABELS[cb.Direction(one["direction"])]
        yield f"{label}  {one['to']['name']}（{one['to']['code']}）  {len(one['cases'])} 件，{one['sheets']} 份"
        for case in one["cases"]:
            warning = f"  注意：{case['warning']}" if case["warning"] else ""
            yield f"  {case['case']}  {case['applicant']}  {case['item_name']}  {case['sheets']} 份{warning}"
    if none:
        yield "没有待装袋的材料。"


def packed(parcel: Parcel, packing: Packing) -> dict[str, Any]:
    """Return a bag just sealed, with what stayed out of it and why."""
    returned = [{"case": one.case, "name": one.name, "originals": one.originals} for one in packing.returned]
    return {**bag(parcel), "returned": returned, "warnings": list(packing.warnings)}


# bags


def bag(parcel: Parcel) -> dict[str, Any]:
    """Return a bag."""
    sealed = parcel.sealed
    address = sealed.address
    return {
        "parcel": parcel.number,
        "state": parcel.state.value,
        "state_label": PARCEL_LABELS[parcel.state],
        "direction": sealed.direction.value,
        "sender": hand(sealed.sender),
        "to": hand(sealed.to),
        "holder": hand(parcel.holder),
        "seal": sealed.seal,
        "waybill": parcel.waybill,
        "carrier": parcel.carrier,
        "sealed_at": parcel.sealed_at,
        "window": parcel.window,
        "lines": [line(one) for one in sealed.lines],
        "address": {**_address(address)} if address is not None else None,
        "discrepancies": [open_(parcel.number, one) for one in parcel.discrepancies],
        "conflicts": list(parcel.conflicts),
    }


def _address(one: cb.Address) -> dict[str, str]:
    return {"name": one.name, "phone": mask_phone(one.phone), "address": one.address}


def bag_lines(value: dict[str, Any]) -> Iterator[str]:
    """Say the same to a person."""
    label = DIRECTION_LABELS[cb.Direction(value["direction"])]
    yield f"{value['parcel']}  {value['state_label']}  {label}"
    yield f"由 {hand_words(value['sender'])}  到 {hand_words(value['to'])}  现在 {hand_words(value['holder'])}"
    if value["seal"] or value["waybill"]:
        carrier = CARRIER_LABELS.get(value["carrier"], value["carrier"])
        yield f"封签 {value['seal'] or '无'}  运单 {value['waybill'] or '无'}  {carrier}"
    yield from (f"  {line_words(one)}" for one in value["lines"])
    for one in value["discrepancies"]:
        yield f"  差异：{discrepancy_words(one)}"
    if value["conflicts"]:
        yield "有冲突，待值班主任处理。"


def bag_summary(one: ParcelSummary) -> dict[str, Any]:
    """Return one bag of a list."""
    return {
        "parcel": one.number,
        "state": one.state.value,
        "direction": one.direction.value,
        "sender": one.sender,
        "to": {"kind": one.to_kind.value, "code": one.to, "name": one.to_name},
        "holder": one.holder,
        "cases": one.cases,
        "originals": one.originals,
        "copies": one.copies,
        "seal": one.seal,
        "waybill": one.waybill,
        "carrier": one.carrier,
        "manifest": one.manifest or None,
        "sealed_at": one.sealed_at,
        "event": {"name": one.event, "place": one.event_place, "at": one.event_at} if one.event else None,
        "discrepancies": one.discrepancies,
        "conflicts": one.conflicts,
        "confirmed": one.unsent == 0,
    }


def bag_summary_lines(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Say the same to a person, a line a bag."""
    for row in found:
        label = PARCEL_LABELS[row["state"]]
        sheets = row["originals"] + row["copies"]
        odd = [f"差异 {row['discrepancies']} 项"] if row["discrepancies"] else []
        odd += ["有冲突"] if row["conflicts"] else []
        known = "已确认" if row["confirmed"] else "未确认"
        told = [
            f"到 {row['to']['name']}",
            f"在 {row['holder']}",
            f"{row['cases']} 件 {sheets} 份",
            row["waybill"],
            _event_words(row["event"]),
            *odd,
        ]
        yield "  ".join(filter(None, (row["parcel"], label, known, *told)))


def _event_words(event: dict[str, str] | None) -> str:
    return f"{event['at'][:16].replace('T', ' ')} {event['name']} {event['place']}".strip() if event else ""


# hand-overs


def manifest_summary(one: ManifestSummary) -> dict[str, Any]:
    """Return one hand-over of a list."""
    return {
        "manifest": one.number,
        "at": one.at,
        "courier": one.courier,
        "badge": one.badge,
        "parcels": list(one.parcels),
        "discrepancies": one.discrepancies,
        "conflicts": one.conflicts,
        "confirmed": one.unsent == 0,
    }


def manifest_summary_lines(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Say the same to a person, a line a hand-over."""
    for row in found:
        odd = f"  差异 {row['discrepancies']} 项" if row["discrepancies"] else ""
        known = "已确认" if row["confirmed"] else "未确认"
        at = row["at"][:16].replace("T", " ")
        yield f"{row['manifest']}  {at}  {row['courier']}（{row['badge']}）  {len(row['parcels'])} 袋  {known}{odd}"


def manifest(one: Manifest) -> dict[str, Any]:
    """Return a hand-over."""
    closed = one.closed
    return {
        "manifest": one.number,
        "at": closed.at,
        "giver": hand(closed.giver),
        "taker": hand(closed.taker),
        "company": closed.company,
        "vehicle": closed.vehicle,
        "proof": closed.proof,
        "lines": [
            {"parcel": x.parcel, "to": hand(x.to), "papers": x.papers, "seal": x.seal, "broken": x.broken}
            for x in closed.lines
        ],
        "discrepancies": [open_(one.number, x) for x in one.discrepancies],
    }


def manifest_lines(value: dict[str, Any]) -> Iterator[str]:
    """Say the same to a person."""
    signed = {"pin": "工牌和 PIN", "paper": "纸面签字"}.get(value["proof"], value["proof"])
    yield f"{value['manifest']}  {value['at'][:16].replace('T', ' ')}"
    yield f"{hand_words(value['giver'])} 交给 {hand_words(value['taker'])}  签收：{signed}"
    for one in value["lines"]:
        broken = "  封签破损" if one["broken"] else ""
        yield f"  {one['parcel']}  到 {one['to']['name']}  {one['papers']} 份  封签 {one['seal'] or '无'}{broken}"
    yield from (f"  差异：{discrepancy_words(one)}" for one in value["discrepancies"])
