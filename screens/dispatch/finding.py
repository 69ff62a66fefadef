"""What was scanned in 寄递: a bag by its number or waybill, a hand-over, or a case whose papers are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.custody_bodies import HandKind
from clerk_app.domain.custody_numbers import looks_like_custody_number, parse_custody_number
from clerk_app.domain.kinds import MOVING, ParcelState
from clerk_app.domain.numbers import looks_like_case_number
from clerk_app.seat import Refused

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.domain.tracing import Whereabout
    from screens.scan_screen import ScanScreen


@dataclass(frozen=True, slots=True)
class Traced:
    """Where the papers of a case are."""

    asked: str
    found: list[Whereabout]


Known = Parcel | Manifest | Traced


def known(desk: Desk, text: str) -> Known:
    """Return what a scan names; raises ``Refused`` where nothing here is called that."""
    number = parse_custody_number(text)
    if number is not None:
        return desk.manifest(number.text) if number.letter == "M" else desk.parcel(number.text)
    if looks_like_custody_number(text):
        raise Refused("number-invalid", "编号的校验字符不符，没有读清：请再扫一次。")
    if looks_like_case_number(text.partition("/")[0]):
        return Traced(text, desk.trace(text))
    try:
        return desk.parcel(text)
    except Refused as refused:
        raise Refused(
            refused.code, f"没有找到“{text[:40]}”：不是本窗口知道的袋号、运单号、清单号或办件编号。"
        ) from refused


def comes_here(parcel: Parcel, point: str) -> bool:
    """Whether a bag may be taken in here: it is on its way to this point."""
    to = parcel.sealed.to
    return parcel.state in MOVING and (to.kind, to.code) == (HandKind.POINT, point)


def comes_back(parcel: Parcel, point: str) -> bool:
    """Whether a bag that was sent from here may be taken in again."""
    return parcel.state is ParcelState.ON_THE_WAY and parcel.sealed.sender.code == point


def look_up(screen: ScanScreen, text: str, *, receiving: bool = False, over: bool = True) -> None:
    """Show what a scan names: over this screen, or in its place."""
    desk = screen.desk

    def show(found: Known) -> None:
        made = _view(found, receiving=receiving, point=desk.seat.point)
        if over:
            screen.open(made)
        else:
            screen.go(made)

    screen.ask(lambda: known(desk, text), show)


def _view(found: Known, *, receiving: bool, point: str) -> ScanScreen:
    from screens.dispatch.bag import BagView
    from screens.dispatch.manifest import ManifestView
    from screens.dispatch.receiving import Receiving
    from screens.dispatch.trace import TraceView

    if isinstance(found, Traced):
        return TraceView(found)
    if isinstance(found, Manifest):
        return ManifestView(found.number)
    if receiving and comes_here(found, point):
        return Receiving(found)
    return BagView(found.number)
