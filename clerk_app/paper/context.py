"""What a paper is made from, and what it answers when it cannot be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import ServiceItem
from clerk_app.domain.custody_bodies import PaperLine

if TYPE_CHECKING:
    from clerk_app.domain.deadlines import Calendar


class PaperNotReady(ValueError):
    """The case has not come so far that this paper could be given out; the message is Chinese and fit for the clerk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyLeg:
    """One row of the hand-over block: what went to a department, and came back from it; what is not known is written by hand."""

    department: str
    """送达部门."""
    receiver: str = ""
    """部门收件人."""
    taken_at: datetime | None = None
    """取件时间."""
    taken_by: str = ""
    """中转人 who confirmed that, such as a name and a badge."""
    sender: str = ""
    """部门送件人."""
    given_at: datetime | None = None
    """送达时间."""
    given_by: str = ""
    """中转人 who confirmed that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyTrail:
    """What is known of the bag a case's papers are in."""

    parcel: str = ""
    seal: str = ""
    lines: tuple[PaperLine, ...] | None = None
    """What of the case is in that bag; ``None``: all the window keeps of it."""
    legs: tuple[CustodyLeg, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandContext:
    """What the papers about bags and manifests say besides what their entries tell."""

    point_name: str
    window: str
    printed_at: datetime
    confirmed: bool
    """Whether central has every entry of the bag or manifest (rule 14)."""
    sample: bool = False
    nth: int = 1
    """Which print of the paper it is; from the second on that stands on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperContext:
    """Everything a paper says comes from here."""

    case: Case
    item: ServiceItem | None
    """The version it was received under, for telephones, addresses and remedies; ``None`` where the catalogue has it no more."""
    point_name: str
    window: str
    clerk_name: str
    printed_at: datetime
    confirmed: bool
    """Whether central has every entry of the case (rule 14)."""
    calendar: Calendar | None = None
    """Tells the first day that counts; without it the paper says so in words only."""
    tips: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """What clerks know of a material, by item and material."""
    trail: CustodyTrail | None = None
    """Of the slip that goes with the papers alone."""
    nth: int = 1
    """Which print of the paper it is; from the second on that stands on it."""
