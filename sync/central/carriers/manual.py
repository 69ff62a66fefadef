"""``manual``: a carrier without a line. People call it, and type what they hear (``parcel.tracked``)."""

from __future__ import annotations

from clerk_app.domain.custody_bodies import TrackEvent
from sync.central.carriers.contract import Cancelled, NotCancelled, NotOrdered, Ordered, PickupOrder

CALL = "该承运企业没有联网下单，请自行电话约揽收。"
CALL_OFF = "该承运企业没有联网下单，如已电话约揽收，请自行电话取消。"


class Manual:
    """Answers at once, and the same to everybody."""

    name = "manual"
    tracks = False

    async def order_pickup(self, order: PickupOrder) -> Ordered | NotOrdered:
        """Say that nobody comes unless somebody calls."""
        return NotOrdered(note=CALL, code="call-yourself")

    async def cancel_pickup(self, number: str, reason: str = "") -> Cancelled | NotCancelled:
        """Say that nothing was ordered here: what was ordered by telephone is called off by telephone."""
        return Cancelled(note=CALL_OFF)

    async def track(self, waybill: str) -> list[TrackEvent]:
        """Return nothing: what is known was typed."""
        return []
