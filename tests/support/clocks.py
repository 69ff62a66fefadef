"""A machine whose clock a test sets as it likes, and a desk over a real store that goes by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from clerk_app.desk import Desk
from clerk_app.store.records import Records
from clerk_app.window_clock import WindowClock
from tests.support.counter import CLERK, KEY, DeadLine, item_row
from tests.support.story import PERMIT, SEAT

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = 86400.0
YEAR = 365 * DAY


@dataclass
class Machine:
    """``true`` is what time it really is; ``off`` by how many seconds the machine's clock is ahead of it."""

    true: float = MORNING.timestamp()
    off: float = 0.0
    up: float = 1000.0

    def system(self) -> float:
        return self.true + self.off

    def ticks(self) -> float:
        return self.up

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.true += seconds
        self.up += seconds

    def sleep(self, seconds: float) -> None:
        """Be switched off for a while."""
        self.true += seconds
        self.up = 0.0

    def says(self, text: str) -> None:
        """Set the machine's clock to an RFC 3339 time."""
        self.off = datetime.fromisoformat(text).timestamp() - self.true

    @property
    def moment(self) -> datetime:
        """What time it really is."""
        return datetime.fromtimestamp(self.true, UTC)


@dataclass
class Post:
    """A desk, and the clock it goes by."""

    desk: Desk
    clock: WindowClock
    records: Records
    machine: Machine = field(default_factory=Machine)


@contextmanager
def post(folder: Path, machine: Machine) -> Iterator[Post]:
    """Open the window in ``folder`` as a program that starts on this machine does."""
    with Records.open(folder, KEY, window=SEAT.window) as records:
        if not records.catalogue_revision():
            records.put_catalogue([item_row(PERMIT)], 1)
        clock = WindowClock(records.vault, machine.system, machine.ticks)
        yield Post(Desk(records, SEAT, CLERK, KEY, clock, DeadLine(), folder / "papers"), clock, records, machine)
