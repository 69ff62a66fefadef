"""What a window says of itself with its greeting (``Clerk-Window``), and what the fleet is told as (``GET /v1/fleet``).

A window's word holds numbers, moments and short codes only: whatever could be somebody's name does not fit into it.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from sync.wire import Message

WORD_HEADER = "Clerk-Window"
"""Of ``GET /v1/session``, if the window cares to say it: a ``WindowWord`` as JSON."""
MAX_WORD = 1024
"""Bytes of it; a longer one is not heard."""

Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._+-]*$", max_length=40)]
"""A short word of the program's own: a version, a reason, a state."""
Moment = Annotated[
    str, Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[0-9.:+Z-]*)?$", max_length=40)
]
"""RFC 3339; empty: none."""
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Seconds = Annotated[int, Meta(ge=-(2**53) + 1, le=2**53 - 1)]


class ProgramTold(Message):
    """Which versions of the program a window has."""

    version: Code = ""
    staged: Code = ""
    """Fetched and proven, to be switched to at the next start."""
    failed: Code = ""
    """Tried, and left again."""
    reason: Code = ""
    """Why."""


class TroubleTold(Message):
    """What last went wrong in the program itself."""

    code: Code
    at: Moment = ""


class WindowWord(Message):
    """A window's word on itself; unknown members are ignored, and every one may be left out."""

    oldest: Moment = ""
    """When the oldest act that central has not been told was done."""
    refused: Count = 0
    """Entries central refused that still wait for a person."""
    skew: Seconds | None = None
    """Seconds this machine's clock is ahead of central's."""
    disk: Count | None = None
    """Free megabytes where the window's folder is."""
    store: Count | None = None
    """Kilobytes the store takes."""
    printer: Code = ""
    program: ProgramTold | None = None
    platform: Code = ""
    trouble: TroubleTold | None = None


class FleetWindow(Message):
    window: str
    point: str
    last_n: int
    last_seen: str | None = None
    version: str = ""
    backlog: int | None = None
    revoked: bool = False
    """It is refused everywhere; so is one that is retired or moved."""
    parent: str = ""
    """The window it is an incarnation of."""
    point_name: str = ""
    states: tuple[str, ...] = ()
    """What is the matter with it, the worst first (``docs/protocol.md`` §7); none: nothing is."""
    word: WindowWord | None = None
    word_at: str = ""
    """When it was said; empty: never, as by a window that knows no such word."""
    offered: str = ""
    """The version of the program that is offered to it; empty: none."""
    enrolled_at: str = ""
    retired_at: str = ""
    moved_to: str = ""
    """The window that goes on for it at another point."""


class Share(Message):
    """How many windows have something in common."""

    name: str
    windows: int


class FleetSummary(Message):
    """The windows asked for in numbers, whichever page of them this is."""

    windows: int
    """That are at work: not revoked, retired or moved."""
    backlog: int = 0
    """Entries unsent, as the windows told them last."""
    oldest: str = ""
    """The oldest act of all that central has not been told."""
    versions: tuple[Share, ...] = ()
    states: tuple[Share, ...] = ()


class Fleet(Message):
    windows: list[FleetWindow]
    next: str = ""
    """Say this as ``after`` for the next page; empty: there is none."""
    summary: FleetSummary | None = None


def heard(header: str | None) -> WindowWord | None:
    """Return the word a header tells; ``None`` for none, and for one that cannot be a window's."""
    if not header or len(header) > MAX_WORD or not header.isascii() or "\\" in header:
        return None
    try:
        return msgspec.json.decode(header, type=WindowWord)
    except (msgspec.DecodeError, RecursionError):
        return None
