"""“这份材料在谁手里”: every hand a paper went through since the counter, with times, and what was signed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import Case
from clerk_app.domain.custody import Parcel
from clerk_app.domain.dispatch import RESULT_NAME
from clerk_app.domain.journal import Record, in_order
from clerk_app.domain.lots import APPLICANT, DEPARTMENT, POINT, Lot, parcel_of

HAND_LABELS = {
    cb.HandKind.POINT: "服务点",
    cb.HandKind.DEPARTMENT: "部门",
    cb.HandKind.COURIER: "揽收员",
    cb.HandKind.CARRIER: "承运企业",
    cb.HandKind.APPLICANT: "申请人",
}
ParcelOf = Callable[[str], Parcel | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One hand-over."""

    at: str
    what: str
    by: str = ""
    """Who did it."""
    signed: str = ""
    """What was signed, and how."""
    parcel: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabout:
    """Where some sheets of one paper are."""

    case: str
    material: str
    name: str
    originals: int
    copies: int
    holder: cb.Hand
    parcel: str
    steps: tuple[Step, ...]
    disputed: bool = False
    """Something about them is not settled: a conflict, or a discrepancy that is open."""


def whereabouts(
    case: Case, records: list[Record], parcel_of_number: ParcelOf, name_of: Callable[[str], str]
) -> list[Whereabout]:
    """Return where each kept sheet of a case is, the holder named, and every hand it went through.

    ``name_of``: a point, by its code. A bag that is not known here is told by its number alone.
    """
    titles = {material.id: material.name for material in case.checklist} | {cb.RESULT: RESULT_NAME}
    found = []
    for lot in case.lots:
        number = parcel_of(lot.at)
        parcel = parcel_of_number(number) if number else None
        steps = tuple(_steps(lot, records, parcel_of_number))
        for part, gone in _parted(case, lot, parcel):
            whole = Whereabout(
                case=case.number,
                material=lot.material,
                name=titles.get(lot.material, lot.material),
                originals=part.originals,
                copies=part.copies,
                holder=holder(case, part, parcel, name_of),
                parcel=number,
                steps=steps,
                disputed=gone or bool(case.conflicts),
            )
            found.append(replace(whole, holder=parcel.given_by) if gone and parcel is not None else whole)
    return found


def _parted(case: Case, lot: Lot, parcel: Parcel | None) -> list[tuple[Lot, bool]]:
    """Return the sheets that are where the bag is, and those that did not come with it: who gave it last is asked for them."""
    short = parcel.missing(case.number, lot.material) if parcel is not None and parcel.received is not None else (0, 0)
    gone = (min(short[0], lot.originals), min(short[1], lot.copies))
    rest = replace(lot, originals=lot.originals - gone[0], copies=lot.copies - gone[1])
    parts = [(rest, False), (replace(lot, originals=gone[0], copies=gone[1]), True)]
    return [(part, gone_) for part, gone_ in parts if part.originals + part.copies]


def holder(case: Case, lot: Lot, parcel: Parcel | None, name_of: Callable[[str], str]) -> cb.Hand:
    """Return the one who holds these sheets now."""
    if parcel is not None:
        return parcel.holder
    if lot.at.startswith(POINT):
        code = lot.at.removeprefix(POINT)
        return cb.Hand(kind=cb.HandKind.POINT, code=code, name=name_of(code))
    if lot.at == APPLICANT:
        return cb.Hand(kind=cb.HandKind.APPLICANT, code=case.number, name="申请人")
    department = case.item.department
    if lot.at == DEPARTMENT:
        return cb.Hand(kind=cb.HandKind.DEPARTMENT, code=department.code, name=department.name)
    return cb.Hand(kind=cb.HandKind.CARRIER, code=parcel_of(lot.at), name="（本窗口没有这个寄递袋的流水）")


def parcel_steps(parcel: Parcel) -> list[Step]:
    """Return the hands a bag went through."""
    sealed = parcel.sealed
    seal = f"封签 {sealed.seal}" if sealed.seal else ""
    steps = [
        Step(
            at=parcel.sealed_at,
            what=f"封袋，{_hand(sealed.sender)}送往{_hand(sealed.to)}",
            by=parcel.clerk,
            signed=seal,
        )
    ]
    for leg in parcel.legs:
        signed = f"交接清单 {leg.manifest}" if leg.manifest else ""
        broken = "，封签破损" if leg.broken else ""
        what = f"{_hand(leg.giver)}交给{_hand(leg.taker)}{broken}"
        steps.append(Step(at=leg.at, what=what, by=leg.giver.person, signed=signed, entry=leg.entry))
    steps += (
        Step(at=event.at, what=f"{event.name}　{event.place}".strip(), by="承运企业", signed=event.detail)
        for event in parcel.events
    )
    if parcel.received is not None:
        back = "退回" if parcel.received.returned else "签收"
        what, by = f"{_hand(parcel.received.by)}{back}", parcel.received.by.person
        steps.append(Step(at=parcel.received_at, what=what, by=by))
    for open_ in parcel.discrepancies:
        state = "已结案" if open_.closed is not None else "待处理"
        steps.append(
            Step(
                at=open_.on.isoformat(),
                what=f"差异：{open_.found.note or open_.found.fault}（{state}）",
                by=_hand(open_.by),
            )
        )
    if parcel.unsealed is not None:
        steps.append(Step(at=parcel.updated_at, what=f"拆袋：{parcel.unsealed.reason}"))
    return sorted((replace(step, parcel=parcel.number) for step in steps), key=lambda step: step.at)


def _steps(lot: Lot, records: list[Record], parcel_of_number: ParcelOf) -> list[Step]:
    """Yield what the case tells of this paper, and what each bag it was in tells."""
    steps: list[Step] = []
    bags: dict[str, None] = {}
    for record in in_order(records):
        entry = record.entry
        if record.verdict is not None and not record.verdict.counts:
            continue
        what = _told(entry.kind, entry.body, lot.material)
        if what:
            number = str(entry.body.get("parcel") or "")
            steps.append(Step(at=entry.at, what=what, by=entry.actor, parcel=number, entry=entry.id))
            if number:
                bags[number] = None
    for number in bags:
        parcel = parcel_of_number(number)
        steps += parcel_steps(parcel) if parcel is not None else []
    return sorted(steps, key=lambda step: step.at)


def _told(kind: str, body: Mapping[str, object], material: str) -> str:
    if kind in {"case.received", "case.supplemented", "materials.checked"} and _in(body.get("tallies"), material):
        return "窗口收取"
    if kind == "papers.packed" and _in(body.get("lines"), material):
        return f"装入寄递袋 {body.get('parcel')}"
    if kind == "papers.given_back" and _in(body.get("lines"), material):
        return "退还申请人"
    if kind == "papers.unpacked" and _in(body.get("lines"), material):
        return f"从寄递袋 {body.get('parcel')} 取出"
    if kind in {"case.withdrawn", "case.returned", "case.declined"} and material != cb.RESULT:
        return "在窗口的材料退还申请人"
    if material != cb.RESULT:
        return ""
    return {"case.decided": "部门出具结果", "result.arrived": "结果到达服务点", "result.delivered": "结果送达"}.get(
        kind, ""
    )


def _in(told: object, material: str) -> bool:
    return isinstance(told, list) and any(isinstance(one, dict) and one.get("material") == material for one in told)


def _hand(hand: cb.Hand) -> str:
    person = f"（{hand.person}）" if hand.person else ""
    return f"{hand.name or HAND_LABELS[hand.kind]}{person}"
