"""What follows from a carrier's last word: a posted bag that was delivered is received, and what was in it is 送达. Pure."""

from __future__ import annotations

from datetime import datetime

from clerk_app.domain.bodies import Delivered
from clerk_app.domain.custody import Parcel
from clerk_app.domain.custody_bodies import RESULT, Direction, Discrepancy, Fault, Hand, HandKind, Noted, ParcelReceived
from clerk_app.domain.kinds import MOVING
from clerk_app.domain.timing import BEIJING
from clerk_app.domain.tracking import Tracking
from clerk_app.domain.tracking_codes import Leg

Follows = list[tuple[str, str, object]]
"""Kind, subject and body of what is to be said."""


def follows(parcel: Parcel, tracking: Tracking, now: datetime) -> Follows:
    """Return what is to be said of a bag and of the cases in it once the carrier has done with it, or gave up."""
    if parcel.sealed.direction is not Direction.TO_APPLICANT or not is_watched(parcel):
        return []
    if tracking.leg is Leg.DELIVERED:
        return _delivered(parcel, tracking, now) if parcel.received is None else []
    returns = [one for one in parcel.discrepancies if one.found.fault is Fault.RETURNED]
    if tracking.leg in {Leg.RETURNING, Leg.RETURNED} and not returns:
        note = "承运企业退回，未送达申请人" if parcel.received is None else "承运企业先报妥投，后又退回"
        found = Discrepancy(fault=Fault.RETURNED, parcel=parcel.number, note=note)
        noted = Noted(found=(found,), by=_carrier(parcel), on=now.astimezone(BEIJING).date())
        return [("discrepancy.noted", parcel.number, noted)]
    return []


def is_watched(parcel: Parcel) -> bool:
    """Whether a carrier may still tell something of a bag: until it came to somebody who says so here; 妥投 may be taken back."""
    told = parcel.received is not None and parcel.received.by.kind is HandKind.APPLICANT
    return parcel.state in MOVING or told


def _delivered(parcel: Parcel, tracking: Tracking, now: datetime) -> Follows:
    on = (tracking.since or now).astimezone(BEIJING).date()
    other = tracking.other_hand
    to = parcel.sealed.to
    taker = Hand(kind=HandKind.APPLICANT, code=to.code, name=to.name, person=other.who if other else "")
    said: Follows = [("parcel.received", parcel.number, ParcelReceived(by=taker, on=on))]
    address = parcel.sealed.address
    for number in dict.fromkeys(line.case for line in parcel.sealed.lines if line.material == RESULT):
        body = Delivered(
            on=on,
            to=to.name,
            how="post",
            place=address.address if address is not None else "",
            agent=other.who if other else "",
            agent_reason=other.reason if other else "",
            agent_reason_code=other.stand.value if other else "",
            waybill=parcel.waybill,
            carrier=parcel.carrier,
            signed=other.text if other else tracking.delivered_to,
            by=parcel.carrier,
        )
        said.append(("result.delivered", number, body))
    return said


def _carrier(parcel: Parcel) -> Hand:
    return Hand(kind=HandKind.CARRIER, code=parcel.carrier, name=parcel.carrier)
