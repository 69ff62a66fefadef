"""What every part of central shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sync.central.bell import Bell
from sync.central.database import Database

if TYPE_CHECKING:
    from sync.central.carried import HandoverPair
    from sync.central.judging import States


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

    def now_ms(self) -> int:
        """Return the time in milliseconds since 1970."""
        return int(self.clock().timestamp() * 1000)

    def server_time(self) -> str:
        """Return the time as RFC 3339 tells it."""
        return self.clock().astimezone(UTC).isoformat(timespec="milliseconds")


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)
