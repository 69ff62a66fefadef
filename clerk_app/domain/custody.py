"""寄递袋 and 交接清单 as their entries tell them: whose hands a bag went through, and what was not as the list says (rule 11).

Where a sheet is, its case tells (``lots``): at a point, with the department, with the applicant, or in a bag; of a bag, this module
tells who holds it. So every sheet has exactly one holder at any time. A hand-over that central hears of late takes its place before
the receipt it led to; the order in which entries came together does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case_parts import Remark
from clerk_app.domain.folding import evolved, fold_records, worked
from clerk_app.domain.journal import Entry, Record
from clerk_app.domain.kinds import ManifestState, ParcelState
from clerk_app.domain.oversight import NOTHING_SAID, OVERSIGHT_EFFECTS, Oversight
from clerk_app.domain.plain import NotPlain, body_of
from clerk_app.domain.tracking import merged

GONE = frozenset({cb.Fault.SHORT, cb.Fault.LOST})
"""Discrepancies by which sheets are not where the bag is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One hand-over of a bag."""

    at: str
    giver: cb.Hand
    taker: cb.Hand
    manifest: str
    entry: str
    window: str
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A discrepancy, open until it is closed."""

    entry: str
    """Of the ``discrepancy.noted``, or of the manifest itself for what was met on the spot."""
    number: int
    found: cb.Discrepancy
    by: cb.Hand
    on: date
    closed: cb.DiscrepancyClosed | None = None
    closed_at: str = ""
    closed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """寄递袋: one sealed bag."""

    number: str
    sealed: cb.Sealed
    sealed_at: str
    window: str
    clerk: str
    state: ParcelState = ParcelState.SEALED
    unsealed: cb.Unsealed | None = None
    waybill: str = ""
    carrier: str = ""
    legs: tuple[Leg, ...] = ()
    received: cb.ParcelReceived | None = None
    received_at: str = ""
    events: tuple[cb.TrackEvent, ...] = ()
    """What the carrier told, by the carrier's time."""
    pickup: cb.PickupAsked | None = None
    pickup_entry: str = ""
    """Of what was asked of the carrier last: the order, or its cancellation."""
    pickup_cancelled: bool = False
    pickup_answer: cb.PickupAnswered | None = None
    discrepancies: tuple[Open, ...] = ()
    remarks: tuple[Remark, ...] = ()
    oversight: Oversight = NOTHING_SAID
    """What supervisors said of it."""
    conflicts: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    entries: int = 1
    updated_at: str = ""
    work: dict[str, int] = field(default_factory=dict)
    """How many of the entries each window said in each hour (``folding.worked``)."""

    @property
    def holder(self) -> cb.Hand:
        """Who holds the bag now, and is asked for it."""
        if self.received is not None:
            return self.received.by
        return self.legs[-1].taker if self.legs else self.sealed.sender

    @property
    def given_by(self) -> cb.Hand:
        """Who had it before it was received: where what did not come with it was seen last."""
        return self.legs[-1].taker if self.legs else self.sealed.sender

    def missing(self, case: str, material: str) -> tuple[int, int]:
        """Return how many originals and copies of a paper did not come with the bag and were not found since."""
        told = [o.found.line for o in self.discrepancies if o.found.fault in GONE and _still(o) and o.found.line]
        mine = [line for line in told if (line.case, line.material) == (case, material)]
        return sum(line.originals for line in mine), sum(line.copies for line in mine)

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases of which something is in it, in the order it was packed."""
        return tuple(dict.fromkeys(line.case for line in self.sealed.lines))

    @property
    def sheets(self) -> int:
        return sum(line.sheets for line in self.sealed.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """交接清单: one courier, one point, one pickup; what is found later is a line against it, never an edit."""

    number: str
    closed: cb.Closed
    window: str
    clerk: str
    state: ManifestState = ManifestState.CLOSED
    discrepancies: tuple[Open, ...] = ()
    remarks: tuple[Remark, ...] = ()
    oversight: Oversight = NOTHING_SAID
    conflicts: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    entries: int = 1
    updated_at: str = ""
    work: dict[str, int] = field(default_factory=dict)
    """How many of the entries each window said in each hour (``folding.worked``)."""


def fold_parcel(records: Iterable[Record]) -> Parcel | None:
    """Return the bag the records of one subject tell, or ``None``."""
    return fold_records(records, evolve_parcel)


def fold_manifest(records: Iterable[Record]) -> Manifest | None:
    """Return the manifest the records of one subject tell, or ``None``."""
    return fold_records(records, evolve_manifest)


def evolve_parcel(parcel: Parcel | None, entry: Entry) -> Parcel | None:
    """Return the bag after one entry; an entry that does not fit changes nothing but ``ignored``."""
    if parcel is None:
        return _sealed(entry) if entry.kind == "parcel.sealed" else None
    return evolved(parcel, entry, PARCEL_EFFECTS.get(entry.kind))


def evolve_manifest(manifest: Manifest | None, entry: Entry) -> Manifest | None:
    """Return the manifest after one entry; an entry that does not fit changes nothing but ``ignored``."""
    if manifest is None:
        return _closed(entry) if entry.kind == "manifest.closed" else None
    return evolved(manifest, entry, MANIFEST_EFFECTS.get(entry.kind))


def _sealed(entry: Entry) -> Parcel | None:
    try:
        body = body_of(cb.Sealed, entry.body)
    except NotPlain:
        return None
    return Parcel(
        number=entry.subject,
        sealed=body,
        sealed_at=entry.at,
        window=entry.window,
        clerk=entry.actor,
        waybill=body.waybill,
        carrier=body.carrier,
        updated_at=entry.at,
        work=worked(entry),
    )


def _closed(entry: Entry) -> Manifest | None:
    try:
        body = body_of(cb.Closed, entry.body)
    except NotPlain:
        return None
    on = date.fromisoformat(entry.at[:10]) if _is_day(entry.at[:10]) else date.min
    return Manifest(
        number=entry.subject,
        closed=body,
        window=entry.window,
        clerk=entry.actor,
        discrepancies=_opened(entry, body.found, body.giver, on),
        updated_at=entry.at,
        work=worked(entry),
    )


def _handed(parcel: Parcel, entry: Entry, body: cb.HandedOver) -> Parcel:
    leg = Leg(
        at=entry.at,
        giver=body.giver,
        taker=body.taker,
        manifest=body.manifest,
        entry=entry.id,
        window=entry.window,
        broken=body.broken,
    )
    state = ParcelState.ON_THE_WAY if parcel.state is ParcelState.SEALED else parcel.state
    return replace(parcel, state=state, legs=(*parcel.legs, leg))


def _received(parcel: Parcel, entry: Entry, body: cb.ParcelReceived) -> Parcel:
    state = ParcelState.RETURNED if body.returned else ParcelState.RECEIVED
    return replace(parcel, state=state, received=body, received_at=entry.at)


def _tracked(parcel: Parcel, _: Entry, body: cb.Tracked) -> Parcel:
    return replace(parcel, events=merged(parcel.events, body.events))


def _asked(parcel: Parcel, entry: Entry, body: cb.PickupAsked) -> Parcel:
    return replace(parcel, pickup=body, pickup_entry=entry.id, pickup_cancelled=False, pickup_answer=None)


def _answered(parcel: Parcel, _: Entry, body: cb.PickupAnswered) -> Parcel:
    """An answer to what was asked before the last thing is none to that."""
    return replace(parcel, pickup_answer=body) if body.asked in {"", parcel.pickup_entry} else parcel


def _noted(stood: Any, entry: Entry, body: cb.Noted) -> Any:
    found = (*stood.discrepancies, *_opened(entry, body.found, body.by, body.on))
    return replace(stood, discrepancies=tuple(sorted(found, key=lambda o: (o.on, o.entry, o.number))))


def _concluded(stood: Any, entry: Entry, body: cb.DiscrepancyClosed) -> Any:
    """The first conclusion stands: who concludes again had not heard of it, or says so by a remark."""
    after = tuple(
        replace(open_, closed=body, closed_at=entry.at, closed_by=entry.actor)
        if (open_.entry, open_.number) == (body.entry, body.number) and open_.closed is None
        else open_
        for open_ in stood.discrepancies
    )
    return replace(stood, discrepancies=after)


def _remarked(stood: Any, entry: Entry, body: b.Remarked) -> Any:
    remark = Remark(at=entry.at, actor=entry.actor, text=body.text, entry=entry.id)
    return replace(stood, remarks=tuple(sorted((*stood.remarks, remark), key=lambda r: (r.at, r.entry))))


def _opened(entry: Entry, found: Iterable[cb.Discrepancy], by: cb.Hand, on: date) -> tuple[Open, ...]:
    return tuple(Open(entry=entry.id, number=n, found=one, by=by, on=on) for n, one in enumerate(found, start=1))


def _still(one: Open) -> bool:
    return one.closed is None or one.closed.outcome_code == "lost"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _as_it_is(stood: Any, _entry: Entry, _body: object) -> Any:
    return stood


_SHARED: dict[str, Callable[[Any, Entry, Any], Any]] = {
    "discrepancy.noted": _noted,
    "discrepancy.closed": _concluded,
    "remark.added": _remarked,
    **OVERSIGHT_EFFECTS,
    "entry.mended": _as_it_is,
    "entry.lost": _as_it_is,
}
PARCEL_EFFECTS: dict[str, Callable[[Parcel, Entry, Any], Parcel]] = _SHARED | {
    "parcel.unsealed": lambda p, e, x: replace(p, state=ParcelState.UNSEALED, unsealed=x),
    "parcel.waybilled": lambda p, e, x: replace(p, waybill=x.waybill, carrier=x.carrier),
    "parcel.handed_over": _handed,
    "parcel.received": _received,
    "parcel.tracked": _tracked,
    "pickup.asked": _asked,
    "pickup.cancel_asked": lambda p, e, x: replace(p, pickup_entry=e.id, pickup_cancelled=True, pickup_answer=None),
    "pickup.answered": _answered,
}
MANIFEST_EFFECTS: dict[str, Callable[[Manifest, Entry, Any], Manifest]] = dict(_SHARED)
