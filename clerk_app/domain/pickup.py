"""交接: one courier at the counter, bag after bag; what is not as the list says is met on the spot. Pure, and constant time a scan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.couriers import ANYBODY
from clerk_app.domain.custody_numbers import parse_custody_number
from clerk_app.domain.custody_summary import ParcelSummary
from clerk_app.domain.kinds import ParcelState
from clerk_app.domain.numbers import plain


class Scan(StrEnum):
    """What a scan came to."""

    TAKEN = "taken"
    """On the list, and now handed over."""
    TWICE = "twice"
    """Scanned already."""
    NOT_LISTED = "not_listed"
    """A bag, but not one that waits here for a courier."""
    NOT_FOR = "not_for"
    """A bag that waits here, but not for this courier."""
    UNREADABLE = "unreadable"
    """No bag's number, or a check character that does not fit: scan again."""


@dataclass(frozen=True, slots=True)
class Pickup:
    """The state of one hand-over before it is closed; ``taken`` and ``strangers`` keep the order of the scans."""

    expected: Mapping[str, ParcelSummary]
    """Sealed bags that wait at this point, by number; they may be found by waybill too."""
    by_waybill: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[str, None] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    """Bags whose seal is broken, with what was written of it."""
    strangers: Mapping[str, str] = field(default_factory=dict)
    """Bags that are not on the list, with why they go or stay."""
    receives_for: tuple[str, ...] = (ANYBODY,)
    """Whose bags this courier may take: codes of departments, points, companies and carriers."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The bags that should be handed over to this courier and were not scanned."""
        return tuple(n for n, one in self.expected.items() if n not in self.taken and _may_take(self, one))


def begin(waiting: Iterable[ParcelSummary], receives_for: tuple[str, ...] = (ANYBODY,)) -> Pickup:
    """Return the hand-over of what is sealed and waits, to a courier who may take bags for these."""
    expected = {one.number: one for one in waiting if one.state is ParcelState.SEALED}
    by_waybill = {plain(one.waybill): one.number for one in expected.values() if one.waybill}
    return Pickup(expected, by_waybill, receives_for=receives_for)


def scanned(pickup: Pickup, text: str) -> tuple[Pickup, Scan, str]:
    """Return the hand-over after a scan, what it came to, and the bag's number (as typed where it is none)."""
    code = plain(text)
    code = pickup.by_waybill.get(code, code)
    if code in pickup.taken:
        return pickup, Scan.TWICE, code
    if code in pickup.expected and not _may_take(pickup, pickup.expected[code]):
        return pickup, Scan.NOT_FOR, code
    if code in pickup.expected:
        return replace(pickup, taken={**pickup.taken, code: None}), Scan.TAKEN, code
    if code in pickup.strangers:
        return pickup, Scan.TWICE, code
    number = parse_custody_number(code)
    if number is None or number.letter != "P":
        return pickup, Scan.UNREADABLE, code
    return replace(pickup, strangers={**pickup.strangers, number.text: ""}), Scan.NOT_LISTED, number.text


def _may_take(pickup: Pickup, one: ParcelSummary) -> bool:
    told = {*pickup.receives_for}
    return ANYBODY in told or not told.isdisjoint({one.to, one.carrier} - {""})


def with_broken(pickup: Pickup, number: str, note: str) -> Pickup:
    """Note that a bag's seal is broken."""
    return replace(pickup, broken={**pickup.broken, number: note})


def with_stranger(pickup: Pickup, number: str, note: str) -> Pickup:
    """Note why a bag that is not on the list is there."""
    return replace(pickup, strangers={**pickup.strangers, number: note})


def put_back(pickup: Pickup, number: str) -> Pickup:
    """Take a bag out of the hand-over again."""
    left = {name: None for name in pickup.taken if name != number}
    strangers = {name: note for name, note in pickup.strangers.items() if name != number}
    return replace(pickup, taken=left, strangers=strangers)


def lines(pickup: Pickup) -> tuple[cb.ManifestLine, ...]:
    """Return the lines of the manifest: what was scanned, in the order it was."""
    return tuple(_line(pickup.expected[number], broken=number in pickup.broken) for number in pickup.taken)


def _line(one: ParcelSummary, *, broken: bool) -> cb.ManifestLine:
    to = cb.Hand(kind=one.to_kind, code=one.to, name=one.to_name)
    return cb.ManifestLine(parcel=one.number, to=to, papers=one.originals + one.copies, seal=one.seal, broken=broken)


def found(pickup: Pickup, missing: Mapping[str, str]) -> tuple[cb.Discrepancy, ...]:
    """Return what was met on the spot; ``missing``: the bags that were to go and are not there, with the reason.

    A bag that simply stays for the next courier is no discrepancy and is not named in ``missing``.
    """
    told = [
        *((cb.Fault.SEAL_BROKEN, number, note) for number, note in pickup.broken.items() if number in pickup.taken),
        *((cb.Fault.NOT_LISTED, number, note) for number, note in pickup.strangers.items()),
        *((cb.Fault.MISSING_BAG, number, note) for number, note in missing.items() if number in pickup.expected),
    ]
    return tuple(cb.Discrepancy(fault=fault, parcel=number, note=note) for fault, number, note in told)
