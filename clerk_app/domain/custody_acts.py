"""What may be done with bags and manifests: the checks before an act is written, at the window and at central."""

from __future__ import annotations

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.checklist import MAX_COUNT
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.journal import Entry
from clerk_app.domain.kinds import KINDS, PARCEL_LABELS, ParcelState
from clerk_app.domain.numbers import check_waybill
from clerk_app.domain.plain import NotPlain, body_of
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.supervision_acts import oversight_refusal

MAX_LINES = 2000
"""Lines of one bag, or bags of one manifest."""


def refusal(stood: Parcel | Manifest | None, entry: Entry) -> Refusal | None:
    """Return why an entry about a bag or a manifest may not follow on what stands, or ``None``."""
    kind = KINDS.get(entry.kind)
    if kind is None:
        return Refusal(code="unknown-kind", message="这一步操作的种类无法识别。")
    try:
        body = body_of(kind.body, entry.body)
    except NotPlain:
        return Refusal(code="body-invalid", message=f"“{kind.label}”的内容不完整或格式不对。")
    if not kind.states:
        if stood is not None:
            return Refusal(code="case-exists", message=f"{entry.subject} 已经存在。")
        return _sealing_refusal(body) if isinstance(body, cb.Sealed) else _closing_refusal(body)
    if stood is None:
        return None if kind.anywhere else Refusal(code="case-unknown", message=f"没有 {entry.subject}。")
    if stood.state not in kind.states:
        label = PARCEL_LABELS[stood.state] if isinstance(stood, Parcel) else "已完成"
        return Refusal(code="state-forbids", message=f"寄递袋现为“{label}”，不能再做“{kind.label}”。")
    return _body_refusal(stood, body) or oversight_refusal(stood, entry, body)


def _sealing_refusal(body: cb.Sealed) -> Refusal | None:
    if not body.lines or len(body.lines) > MAX_LINES:
        return Refusal(code="parcel-empty", message="袋里没有材料。", field="lines")
    for line in body.lines:
        if not 1 <= line.sheets <= MAX_COUNT or min(line.originals, line.copies) < 0 or not line.case:
            return Refusal(code="body-invalid", message="袋内清单的份数不对。", field=line.material)
    if body.direction is cb.Direction.TO_APPLICANT and (body.address is None or not body.address.address.strip()):
        return Refusal(code="address-missing", message="寄给申请人须有收件人、电话和地址。", field="address")
    return _waybill_refusal(body.waybill) if body.waybill else None


def _closing_refusal(body: object) -> Refusal | None:
    if not isinstance(body, cb.Closed):
        return Refusal(code="body-invalid", message="交接清单的内容不完整。")
    numbers = [line.parcel for line in body.lines]
    if len(numbers) > MAX_LINES or len(set(numbers)) != len(numbers):
        return Refusal(code="body-invalid", message="交接清单上同一袋列了两次。", field="lines")
    if not numbers and not body.found:
        return Refusal(code="manifest-empty", message="交接清单上没有寄递袋。", field="lines")
    return None


def _waybill_refusal(waybill: str) -> Refusal | None:
    problem = check_waybill(waybill).problem
    return Refusal(code=problem.code, message=problem.message, field="waybill") if problem is not None else None


def _body_refusal(stood: Parcel | Manifest, body: object) -> Refusal | None:
    if isinstance(body, cb.Noted):
        return None if body.found else Refusal(code="body-invalid", message="没有写明差异。", field="found")
    if isinstance(body, cb.DiscrepancyClosed):
        return _conclusion_refusal(stood, body)
    if not isinstance(stood, Parcel):
        return None
    if isinstance(body, cb.HandedOver):
        return _hand_refusal(stood, body)
    if isinstance(body, cb.ParcelReceived):
        return _receipt_refusal(stood, body)
    if isinstance(body, cb.Waybilled):
        return _waybill_refusal(body.waybill)
    answer = stood.pickup_answer
    waits = stood.pickup is not None and not stood.pickup_cancelled and (answer is None or answer.ordered)
    if isinstance(body, cb.PickupAsked) and waits:
        return Refusal(code="pickup-asked", message="已经约过揽收；要改时间，先取消。")
    return None


def _hand_refusal(parcel: Parcel, body: cb.HandedOver) -> Refusal | None:
    """Who gives must hold it; one that was received already only gets the hand-over that led there."""
    holder = parcel.legs[-1].taker if parcel.legs else parcel.sealed.sender
    if (holder.kind, holder.code) != (body.giver.kind, body.giver.code):
        return Refusal(code="not-holder", message=f"寄递袋现由{holder.name or holder.code}保管，不能由他人交出。")
    if parcel.state in {ParcelState.RECEIVED, ParcelState.RETURNED} and parcel.legs:
        return Refusal(code="state-forbids", message="寄递袋已经签收。")
    return None


def _receipt_refusal(parcel: Parcel, body: cb.ParcelReceived) -> Refusal | None:
    """A bag is received by whom it goes to, or comes back to its sender."""
    wanted = parcel.sealed.sender if body.returned else parcel.sealed.to
    if (body.by.kind, body.by.code) == (wanted.kind, wanted.code):
        return None
    told = "只有寄出方能登记退回" if body.returned else f"寄递袋送往{wanted.name or wanted.code}，不能在此签收"
    return Refusal(code="not-addressee", message=f"{told}。", field="by")


def _conclusion_refusal(stood: Parcel | Manifest, body: cb.DiscrepancyClosed) -> Refusal | None:
    found = [o for o in stood.discrepancies if (o.entry, o.number) == (body.entry, body.number)]
    if not found:
        return Refusal(code="discrepancy-unknown", message="没有这条差异。", field="entry")
    if found[0].closed is not None:
        return Refusal(code="discrepancy-closed", message="这条差异已经结案。", field="entry")
    if not body.evidence.strip():
        return Refusal(code="evidence-missing", message="结案须写明凭据。", field="evidence")
    return None
