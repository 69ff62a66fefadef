"""How fast one caller may ask: token buckets, so that a window gone wild hurts nobody but itself.

A bucket belongs to a process: behind several, a caller has that many. The sizes are such that a window at full speed,
with a month's work to say, a catalogue to fetch and scans to send, does not come near them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from sync.central.problems import ProblemError

REMEMBERED = 20_000
"""Callers; of more, whoever was silent longest begins with a full bucket again."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests at once, and how many a second for ever."""

    burst: float
    per_second: float


RATES = {
    "window": Rate(3000, 100),
    "upload": Rate(6000, 400),
    "challenge": Rate(120, 1),
    "sign-in": Rate(60, 0.2),
    "address": Rate(2000, 20),  # of whoever has not signed in; a city may share the one of its proxy
}


class Limits:
    """The buckets of one process."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._held: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, bucket: str, key: str) -> None:
        """Take one token; raises ``too-fast`` with how long it takes until there is one."""
        rate, now = RATES[bucket], self._seconds()
        tokens, then = self._held.pop((bucket, key), (rate.burst, now))
        # A clock that is set back fills no bucket, and keeps none empty for the time it was set back by.
        tokens = min(rate.burst, tokens + max(0.0, now - then) * rate.per_second)
        short = 1 - tokens
        self._held[bucket, key] = (tokens if short > 0 else tokens - 1, now)
        if len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        if short > 0:
            raise ProblemError("too-fast", headers={"Retry-After": str(ceil(short / rate.per_second))})
