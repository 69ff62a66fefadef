"""How often a carrier is asked: often while something may happen, seldom while not, and not for ever. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from clerk_app.domain.custody_bodies import TrackEvent
from clerk_app.domain.tracking import Tracking, follow
from clerk_app.domain.tracking_codes import Leg

EVERY: dict[Leg, timedelta] = {
    Leg.UNKNOWN: timedelta(hours=2),
    Leg.ACCEPTED: timedelta(hours=2),
    Leg.IN_TRANSIT: timedelta(hours=2),
    Leg.OUT_FOR_DELIVERY: timedelta(minutes=30),
    Leg.ATTEMPTED: timedelta(minutes=30),
    Leg.RETURNING: timedelta(hours=4),
    Leg.DELIVERED: timedelta(hours=12),
    Leg.RETURNED: timedelta(hours=12),
}
"""Between two questions about one bag, by the leg it is on."""
QUIET_AFTER = timedelta(days=5)
"""A bag nothing was heard of for so long is asked about once a day."""
QUIET_EVERY = timedelta(days=1)
SETTLED_AFTER = timedelta(days=3)
"""So long after a delivery carriers still revise it: other words, another hand, and sometimes it was none."""
LOST_AFTER = timedelta(days=45)
"""A bag nothing was heard of for so long is a matter for people."""
SPREAD = 0.1
"""Part of the time by which bags are asked about later than that, each by its own: not all at once."""
FIRST_BACKOFF, LONGEST_BACKOFF = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of the questions about one bag, or to one carrier, so far."""

    last: datetime | None = None
    failures: int = 0
    """In a row."""
    retry_after: float = 0.0
    """Seconds, as the carrier asked for."""

    def answered(self, now: datetime) -> Asked:
        """Return it after a question that was answered."""
        return Asked(last=now)

    def failed(self, now: datetime, retry_after: float = 0.0) -> Asked:
        """Return it after a question of which nobody knows the outcome."""
        return Asked(last=now, failures=self.failures + 1, retry_after=retry_after)

    @property
    def backed_off(self) -> datetime | None:
        """When to try again after failures; ``None`` after none."""
        if self.last is None or not self.failures:
            return None
        wait = min(FIRST_BACKOFF * (1 << min(self.failures - 1, 16)), LONGEST_BACKOFF)
        return self.last + max(wait, timedelta(seconds=self.retry_after))


def due(waybill: str, carrier: str, events: Iterable[TrackEvent], asked: Asked, begun: datetime, now: datetime) -> bool:
    """Whether to ask about a bag now; ``begun`` is when it was sealed, for one of which nothing was heard yet."""
    when = next_time(waybill, carrier, events, asked, begun, now)
    return when is not None and when <= now


def next_time(
    waybill: str, carrier: str, events: Iterable[TrackEvent], asked: Asked, begun: datetime, now: datetime
) -> datetime | None:
    """Return when to ask about a bag next, or ``None``: not any more, unless something else is heard of it."""
    tracking = follow(events, carrier, waybill)
    heard = _heard(tracking, begun, now)
    if not waybill or now >= heard + (SETTLED_AFTER if tracking.over else LOST_AFTER):
        return None
    if asked.last is None:
        return now
    if asked.backed_off is not None:
        return asked.backed_off
    every = EVERY[tracking.leg]
    if asked.last >= heard + QUIET_AFTER:
        every = max(every, QUIET_EVERY)
    spread: float = 1 + SPREAD * _share(waybill)
    return asked.last + every * spread


def _heard(tracking: Tracking, begun: datetime, now: datetime) -> datetime:
    """Return when something was last heard of a bag, by the carrier's clock, which may be wrong but never ahead by days."""
    believed = [step.moment for step in tracking.steps if step.moment and step.moment <= now + timedelta(days=1)]
    since = tracking.since if tracking.over else None
    return since if since is not None and since in believed else max([begun, *believed])


def _share(waybill: str) -> float:
    return (zlib.crc32(waybill.encode()) % 1000) / 1000
