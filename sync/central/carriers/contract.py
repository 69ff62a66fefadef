"""What central needs of a carrier; every adapter keeps to this, and nothing beyond an adapter knows its exchange.

Outcomes are values. ``CarrierDown`` is the one exception: nobody knows what became of what was asked, and the same may be
asked again, as often as need be: an order carries our number, which the carrier takes once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from clerk_app.domain.custody_bodies import Address, TrackEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupOrder:
    """揽收单: fetch one bag at a service point."""

    number: str
    """Ours, the id of the entry that asks: the same number is the same order."""
    parcel: str
    point: str
    """Code of the service point where the bag lies."""
    sender: Address
    day: date
    between: str = ""
    """Such as ``14:00-16:00``; empty: at any hour of the day."""
    to: Address | None = None
    """``None``: as it is written on the bag."""
    waybill: str = ""
    """The number that is on the bag already; empty: the carrier gives one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """The carrier comes."""

    order: str
    """The carrier's number."""
    waybill: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOrdered:
    """The carrier does not come, and says why; asking the same again changes nothing."""

    note: str
    """Chinese, for the clerk."""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The carrier does not come any more."""

    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCancelled:
    """The order stands: the courier is on the way, or was there."""

    note: str
    code: str = ""


class CarrierDown(Exception):
    """The outcome is unknown: ask the same again, not before ``retry_after`` seconds where the carrier says so."""

    def __init__(self, reason: str, retry_after: float = 0.0, *, this_alone: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        """A word for the log, with nobody's data: ``timeout``, ``status-503``, ``unreadable`` …"""
        self.retry_after = retry_after
        self.this_alone = this_alone
        """What was asked is in trouble, not the carrier: others may be asked about meanwhile."""


class Carrier(Protocol):
    """An adapter."""

    @property
    def name(self) -> str:
        """Its name, as ``parcel.waybilled`` and ``pickup.asked`` have it and ``tracking_codes.CODES`` is keyed by."""

    @property
    def tracks(self) -> bool:
        """Whether asking it where a bag is can tell anything."""

    async def order_pickup(self, order: PickupOrder) -> Ordered | NotOrdered:
        """Have a bag fetched; the same number again is the same order and gets the same answer; raises ``CarrierDown``."""

    async def cancel_pickup(self, number: str, reason: str = "") -> Cancelled | NotCancelled:
        """Call off the order of this number of ours; cancelled twice is cancelled; raises ``CarrierDown``."""

    async def track(self, waybill: str) -> list[TrackEvent]:
        """Return all the carrier tells of a waybill now, in its order; nothing known is an empty list; raises ``CarrierDown``."""
