"""What every part of central shares."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sync.central.bell import Bell
from sync.central.database import Database
from sync.central.line.gate import Gate
from sync.central.line.limits import Limits
from sync.central.line.metrics import Metrics
from sync.central.settings import Settings

if TYPE_CHECKING:
    from sync.central.entries.carried import HandoverPair
    from sync.central.entries.states import States


@dataclass(kw_only=True)
class Core:
    """The open database, and what a process may forget: the clock, the bell and a cache of folded cases."""

    database: Database
    epoch: str
    states: States
    clock: Callable[[], datetime]
    bell: Bell = field(default_factory=Bell)
    handover: HandoverPair | None = None
    """Opens what is carried by hand."""
    making_snapshot: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the catalogue is made into one file: whoever comes meanwhile waits for the same file."""

    speaking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while something is said through central's own window: the parts of one process take turns."""

    settings: Settings = field(default_factory=Settings)
    chance: Callable[[], float] = random.random
    """A random number in [0, 1), which spreads out when callers come again."""
    metrics: Metrics = field(default_factory=Metrics)
    stopping: bool = False
    """Told to stop: a load balancer should send nobody here any more."""
    limits: Limits = field(init=False)
    gate: Gate = field(init=False)
    _done: dict[str, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Put up the limits, on the clock of this process."""
        told = self.settings
        self.limits = Limits(self.seconds)
        self.gate = Gate(told.pushes, told.queue, self.seconds, self.chance, self.metrics.shed)
        for name, about, read in (
            ("pushes_running", "Batches being taken in", lambda: self.gate.running),
            ("pushes_waiting", "Batches that wait for their turn", lambda: self.gate.waiting),
            ("pool_in_use", "Connections to the database in use", self.database.in_use),
            ("polls_waiting", "Long polls that wait for something new", lambda: self.bell.listeners),
        ):
            self.metrics.watch(name, about, read)

    def seconds(self) -> float:
        """Return the time in seconds since 1970."""
        return self.clock().timestamp()

    def is_due(self, what: str, every: float) -> bool:
        """Whether this process did something last so many seconds ago; if so, it does it now."""
        now = self.seconds()
        if abs(now - self._done.get(what, -every)) < every:  # a clock that was set back puts nothing off
            return False
        self._done[what] = now
        return True

    def now_ms(self) -> int:
        """Return the time in milliseconds since 1970."""
        return int(self.clock().timestamp() * 1000)

    def server_time(self) -> str:
        """Return the time as RFC 3339 tells it."""
        return self.clock().astimezone(UTC).isoformat(timespec="milliseconds")


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)
