"""What a paper is made from, and what it answers when it cannot be made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import ServiceItem

if TYPE_CHECKING:
    from clerk_app.domain.deadlines import Calendar


class PaperNotReady(ValueError):
    """The case has not come so far that this paper could be given out; the message is Chinese and fit for the clerk."""


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
