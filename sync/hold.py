"""What the engine's operations are done with, wherever they are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from clerk_app.store.errors import StoreDamaged
from clerk_app.store.records import Records
from sync.snapshot_file import SnapshotFile


class Kept(msgspec.Struct):
    """The window's session, for the command that comes next."""

    access: str = ""
    refresh: str = ""
    until: datetime | None = None


@dataclass(slots=True)
class Hold:
    """What operations are done with."""

    records: Records
    window: str
    signer: Callable[[bytes], bytes]
    clock: Callable[[], datetime]
    heard: Callable[[datetime], float]
    """Told central's time; returns by how many seconds this machine's clock is ahead of it."""
    offered: Callable[[str], object] = lambda _: None
    """Told which version of the program central has for this window; empty: none."""
    session: Kept | None = None
    """What was kept of the session: in memory alone where the store is only read, or another conversation's is in it."""
    apart: bool = False
    """This conversation goes on beside the one whose session is in the store, and renews its own."""
    damage: StoreDamaged | None = None
    """The fault that was met last."""
    snapshot: SnapshotFile | None = None
    """The whole catalogue on its way."""
    uploads_rest: tuple[datetime, timedelta] | None = None
    """Since when and for how long no file is sent."""


Act = Callable[[Hold, Any], Any]
"""Does one operation, as a whole or not at all, and returns what comes of it."""
