"""What entries about papers on their way say, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody_words import AGENT_REASONS, CARRIER_LABELS, DIRECTION_LABELS, FAULT_LABELS, WAY_LABELS


def line_words(line: cb.PaperLine) -> str:
    """Return a line of a bag: 租赁合同　复印件1份."""
    parts = [f"原件{line.originals}份"] if line.originals else []
    parts += [f"复印件{line.copies}份"] if line.copies else []
    return f"{line.name or line.material}　{'、'.join(parts)}".strip()


def hand_words(hand: cb.Hand) -> str:
    """Return who that is, and who stood there for them."""
    return (hand.name or hand.code) + (f"（{hand.person}）" if hand.person else "")


def found_words(found: cb.Discrepancy) -> str:
    """Return one thing that is not as the list says."""
    parts = [FAULT_LABELS[found.fault], found.parcel, line_words(found.line) if found.line else "", found.note]
    return "　".join(part for part in parts if part)


def delivered_words(body: b.Delivered) -> str:
    """Return how a result was delivered, and to whom."""
    parts = [WAY_LABELS.get(body.how, body.how), body.to]
    if body.agent:
        reason = body.agent_reason or AGENT_REASONS.get(body.agent_reason_code, "")
        parts.append(f"代收人 {body.agent}" + (f"（{reason}）" if reason else ""))
    parts.append(f"运单 {body.waybill}" if body.waybill else "")
    return "　".join(part for part in parts if part)


HEADS: dict[type[Any], Callable[[Any], str]] = {
    cb.Packed: lambda x: f"装入寄递袋 {x.parcel}：",
    cb.Unpacked: lambda x: f"从寄递袋 {x.parcel} 取出：",
    cb.GivenBack: lambda x: f"退还{x.to}：",
    cb.Sealed: lambda x: f"{DIRECTION_LABELS[x.direction]}：{hand_words(x.to)}{'，封签 ' + x.seal if x.seal else ''}：",
    cb.ResultArrived: lambda x: f"随寄递袋 {x.parcel} 到达" if x.parcel else x.note,
    cb.Unsealed: lambda x: x.reason,
    cb.Waybilled: lambda x: f"{CARRIER_LABELS.get(x.carrier, x.carrier)}　{x.waybill}",
    cb.HandedOver: lambda x: f"{hand_words(x.giver)}交给{hand_words(x.taker)}" + ("，封签破损" if x.broken else ""),
    cb.ParcelReceived: lambda x: ("退回" if x.returned else "由") + hand_words(x.by) + ("" if x.returned else "签收"),
    cb.Tracked: lambda x: f"{len(x.events)} 条轨迹",
    cb.PickupAsked: lambda x: f"{CARRIER_LABELS.get(x.carrier, x.carrier)}　{x.on}　{x.between}".rstrip(),
    cb.PickupAnswered: lambda x: "　".join(p for p in ("已约" if x.ordered else "没有约成", x.order, x.note) if p),
    cb.PickupCancelAsked: lambda x: x.reason,
    cb.Noted: lambda x: "",
    cb.DiscrepancyClosed: lambda x: f"{x.outcome}；凭据：{x.evidence}",
    cb.Closed: lambda x: f"{hand_words(x.giver)}交给{hand_words(x.taker)} {len(x.lines)} 袋",
    b.Delivered: delivered_words,
}
ITEMS: dict[type[Any], Callable[[Any], list[str]]] = {
    cb.Packed: lambda x: [line_words(line) for line in x.lines],
    cb.Unpacked: lambda x: [line_words(line) for line in x.lines],
    cb.GivenBack: lambda x: [line_words(line) for line in x.lines],
    cb.Sealed: lambda x: [line_words(line) for line in x.lines],
    cb.Noted: lambda x: [found_words(one) for one in x.found],
    cb.Closed: lambda x: [found_words(one) for one in x.found],
}
