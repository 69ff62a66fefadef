"""What a list shows of a bag or a manifest and what it is found by; small, held in memory for every one of the point."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.domain.custody import Manifest, Open, Parcel
from clerk_app.domain.custody_bodies import Direction, HandKind
from clerk_app.domain.kinds import ManifestState, ParcelState
from clerk_app.domain.supervision import TaskStub, custody_tasks
from clerk_app.domain.tracking import follow


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelSummary:
    """One bag."""

    number: str
    direction: Direction
    sender: str
    """The code of who sealed it."""
    to_kind: HandKind
    to: str
    to_name: str
    state: ParcelState
    cases: int
    originals: int
    copies: int
    seal: str
    waybill: str
    carrier: str
    manifest: str
    """Of the last hand-over."""
    holder: str
    """Who has it now, by name."""
    sealed_at: str
    discrepancies: int
    """How many are open."""
    conflicts: int
    unsent: int
    updated_at: str
    holds: tuple[str, ...] = ()
    """The numbers of the cases of which something is in it."""
    event: str = ""
    """What the carrier told last, by the carrier's clock; empty: nothing yet."""
    event_place: str = ""
    event_at: str = ""
    """RFC 3339, or what the carrier gave instead of a time."""
    tasks: tuple[TaskStub, ...] = ()
    """What of it needs a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSummary:
    """One hand-over."""

    number: str
    courier: str
    badge: str
    at: str
    parcels: tuple[str, ...]
    discrepancies: int
    conflicts: int
    unsent: int
    updated_at: str
    state: ManifestState = ManifestState.CLOSED
    tasks: tuple[TaskStub, ...] = ()


def parcel_summary(parcel: Parcel, unsent: int) -> ParcelSummary:
    """Return the summary of a bag of which ``unsent`` entries are not confirmed."""
    sealed = parcel.sealed
    last = follow(parcel.events, parcel.carrier, parcel.waybill).last if parcel.events else None
    return ParcelSummary(
        number=parcel.number,
        direction=sealed.direction,
        sender=sealed.sender.code,
        to_kind=sealed.to.kind,
        to=sealed.to.code,
        to_name=sealed.to.name,
        state=parcel.state,
        cases=len(parcel.cases),
        originals=sum(line.originals for line in sealed.lines),
        copies=sum(line.copies for line in sealed.lines),
        seal=sealed.seal,
        waybill=parcel.waybill,
        carrier=parcel.carrier,
        manifest=parcel.legs[-1].manifest if parcel.legs else "",
        holder=parcel.holder.name or parcel.holder.code,
        sealed_at=parcel.sealed_at,
        discrepancies=_open(parcel.discrepancies),
        conflicts=len(parcel.conflicts),
        unsent=unsent,
        updated_at=parcel.updated_at,
        holds=parcel.cases,
        event=last.label if last is not None else "",
        event_place=last.place if last is not None else "",
        event_at=last.at if last is not None else "",
        tasks=custody_tasks(parcel),
    )


def manifest_summary(manifest: Manifest, unsent: int) -> ManifestSummary:
    """Return the summary of a manifest of which ``unsent`` entries are not confirmed."""
    closed = manifest.closed
    return ManifestSummary(
        number=manifest.number,
        courier=closed.taker.person or closed.taker.name,
        badge=closed.taker.code,
        at=closed.at,
        parcels=tuple(line.parcel for line in closed.lines),
        discrepancies=_open(manifest.discrepancies),
        conflicts=len(manifest.conflicts),
        unsent=unsent,
        updated_at=manifest.updated_at,
        tasks=custody_tasks(manifest),
    )


def _open(found: tuple[Open, ...]) -> int:
    return sum(one.closed is None for one in found)
