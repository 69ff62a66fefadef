"""The papers of bags and hand-overs: from what their entries tell to a PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from clerk_app.domain.case import Case
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.custody_bodies import RESULT
from clerk_app.domain.lots import parcel_of
from clerk_app.seat import Refused, Seat
from clerk_app.store.records import Records

if TYPE_CHECKING:
    from clerk_app.paper.context import CustodyTrail, HandContext

LABEL, MANIFEST = "寄递袋标签", "交接清单"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Where and when something is printed, and whether central has it (rule 14)."""

    seat: Seat
    now: datetime
    confirmed: bool
    nth: int = 1

    def context(self, window: str) -> HandContext:
        """Return the same as the printer's side takes it; ``window``: that sealed the bag, or closed the hand-over."""
        from clerk_app.paper.context import HandContext

        seat = self.seat
        return HandContext(
            point_name=seat.point_name or seat.point,
            window=window,
            printed_at=self.now,
            confirmed=self.confirmed,
            nth=self.nth,
        )


def trail(case: Case, records: Records) -> CustodyTrail | None:
    """Return what is known of the bag the papers of a case went in last; ``None``: they are in none."""
    from clerk_app.paper.context import CustodyLeg, CustodyTrail

    numbers = [parcel_of(lot.at) for lot in case.lots if parcel_of(lot.at) and lot.material != RESULT]
    found = [stood for stood in map(records.stood, dict.fromkeys(numbers)) if isinstance(stood, Parcel)]
    if not found:
        return None
    parcel = max(found, key=lambda one: one.sealed_at)
    lines = tuple(line for line in parcel.sealed.lines if line.case == case.number)
    first = parcel.legs[0] if parcel.legs else None
    there = parcel.received if parcel.received is not None and not parcel.received.returned else None
    leg = CustodyLeg(
        department=parcel.sealed.to.name,
        taken_at=_moment(first.at) if first is not None else None,
        taken_by=f"{first.taker.person}　{first.taker.code}".strip() if first is not None else "",
        receiver=there.by.person if there is not None else "",
        given_at=_moment(parcel.received_at) if there is not None else None,
    )
    return CustodyTrail(parcel=parcel.number, seal=parcel.sealed.seal, lines=lines, legs=(leg,))


def _moment(at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return None


def label(parcel: Parcel, printed: Printed) -> bytes:
    """Return a bag's label as PDF; raises ``Refused`` where it cannot be printed faithfully."""
    from clerk_app.paper import papers  # the PDF engine stays off the path to the first paint

    return _faithfully(lambda: papers.render_label(parcel.number, parcel.sealed, printed.context(parcel.window)))


def manifest(manifest: Manifest, printed: Printed) -> bytes:
    """Return both copies of a hand-over's list as PDF; raises ``Refused`` likewise."""
    from clerk_app.paper import papers

    return _faithfully(
        lambda: papers.render_manifest(manifest.number, manifest.closed, printed.context(manifest.window))
    )


def _faithfully(render: Callable[[], bytes]) -> bytes:
    from clerk_app.paper import papers

    try:
        return render()
    except (papers.MissingGlyph, papers.PaperNotReady) as error:
        raise Refused("paper-unprintable", str(error)) from error
