"""The papers of bags and hand-overs: from what their entries tell to a PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.seat import Refused, Seat

if TYPE_CHECKING:
    from clerk_app.paper.context import HandContext

LABEL, MANIFEST = "寄递袋标签", "交接清单"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Where and when something is printed, and whether central has it (rule 14)."""

    seat: Seat
    now: datetime
    confirmed: bool

    def context(self) -> HandContext:
        """Return the same as the printer's side takes it."""
        from clerk_app.paper.context import HandContext

        seat = self.seat
        return HandContext(
            point_name=seat.point_name or seat.point,
            window=seat.window,
            printed_at=self.now,
            confirmed=self.confirmed,
        )


def label(parcel: Parcel, printed: Printed) -> bytes:
    """Return a bag's label as PDF; raises ``Refused`` where it cannot be printed faithfully."""
    from clerk_app.paper import papers  # the PDF engine stays off the path to the first paint

    return _faithfully(lambda: papers.render_label(parcel.number, parcel.sealed, printed.context()))


def manifest(manifest: Manifest, printed: Printed) -> bytes:
    """Return both copies of a hand-over's list as PDF; raises ``Refused`` likewise."""
    from clerk_app.paper import papers

    return _faithfully(lambda: papers.render_manifest(manifest.number, manifest.closed, printed.context()))


def _faithfully(render: Callable[[], bytes]) -> bytes:
    from clerk_app.paper import papers

    try:
        return render()
    except (papers.MissingGlyph, papers.PaperNotReady) as error:
        raise Refused("paper-unprintable", str(error)) from error
