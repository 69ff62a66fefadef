"""One window of the simulated afternoon: its folder, what it does when somebody opens it, and what it knows of itself then.

Everything is the program's own: the store, the desk, the line over HTTP, the fetching, trying and switching of versions. Only that
a version runs is told by a ``build.json``, as a bundle's start does it (``build/entry.py``).
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import settings
from clerk_app.desk import Desk
from clerk_app.domain.people import Person, Role
from clerk_app.program import build_info, state
from clerk_app.program.launch import LAUNCHED
from clerk_app.program.switching import Programs
from clerk_app.program.updating import Updating
from clerk_app.reporting import reporting
from clerk_app.seat import Refused, Seat
from clerk_app.settings import Settings
from clerk_app.store.records import Records
from clerk_app.window_clock import WindowClock
from sync.connect import connect, enrol
from sync.releases import Releases
from sync.window import WindowEnd
from tests.bench.line_city import CLERK, key_of
from tests.support.counter import DeadLine
from tests.support.releasing import PLATFORM
from tests.support.story import ALL, APPLICANT, PERMIT

INSTALLED = "0.3.0"
KEY = bytes(32)
BROKEN = "CITY_DOCTOR"
"""Set to the status with which a new version's own check ends on this machine."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a window is, and what is the matter with its machine."""

    which: int
    folder: Path
    address: str
    broken: bool = False
    """New versions do not come up on it."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a window said of itself, as the fleet must show it."""

    version: str = ""
    backlog: int | None = None
    oldest: str = ""
    staged: str = ""
    failed: str = ""
    reason: str = ""
    printer: str = ""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One contact with central, from the monotonic clock's begin to its end."""

    which: int
    window: str
    begun: float
    ended: float
    said: tuple[Known | None, ...]
    """What central was told, in this order; the last one stands. ``None``: there was no window yet."""
    entries: int = 0
    """Of its journal."""
    took: str = ""
    """The version that was staged."""


def enrolled(place: Place, code: str) -> Contact:
    """Make a new folder a window."""
    begun = time.monotonic()
    public = Ed25519PrivateKey.from_private_bytes(key_of(place.which)).public_key().public_bytes_raw()
    told = enrol(place.address, code, public)
    seat = Seat(
        window=told.window, number=told.number, point=told.point, point_name=told.point_name, central=place.address
    )
    settings.save(place.folder, Settings(seat=seat, unlock="demo"))
    return Contact(which=place.which, window=seat.window, begun=begun, ended=time.monotonic(), said=(None, Known()))


def opened(place: Place, *, cases: int = 0, cut: bool = False) -> Contact:
    """Open the window, receive cases, and have a round with central; ``cut``: the line ends behind the greeting."""
    begun = time.monotonic()
    seat = settings.load(place.folder).seat
    version = _started(place)
    key = key_of(place.which)
    with Records.open(place.folder, KEY, window=seat.window) as records:
        clock = WindowClock(records.vault)
        _receive(records, seat, key, clock, cases, place.folder)
        updating = Updating.of_bundle(place.folder, lambda: Releases(_line(records, seat, key, clock)), "")
        assert updating is not None
        said: list[Known] = []
        with closing(_line(records, seat, key, clock, updating, said, place.folder, version)) as end:
            if cut:
                end.greet()
            else:
                end.sync()
                said.append(replace(said[-1], backlog=records.unsent_count(), oldest=""))
        ended = time.monotonic()
        if not cut:
            assert updating.work() == ""
        entries = records.head()[0]
    took = Programs(place.folder, INSTALLED).state().staged
    return Contact(
        which=place.which, window=seat.window, begun=begun, ended=ended, said=tuple(said), entries=entries, took=took
    )


def _started(place: Place) -> str:
    """Start as a bundle does: try what waits, and be the version that is chosen."""
    os.environ[LAUNCHED] = INSTALLED
    os.environ[BROKEN] = "3" if place.broken else "0"
    programs = Programs(place.folder, INSTALLED)
    version = programs.choose(client=True).version or INSTALLED
    programs.healthy(version)
    _be(version)
    return version


def _be(version: str) -> None:
    """Run as this version from here on."""
    inside = Path(os.environ["CITY_INSIDE"])
    about = {"version": version, "platform": PLATFORM, "oldest_store": 1}
    (inside / build_info.FILE).write_text(json.dumps(about))
    sys.frozen = True  # type: ignore[attr-defined]
    sys._MEIPASS = str(inside)  # type: ignore[attr-defined]
    build_info.build_info.cache_clear()


def _line(
    records: Records,
    seat: Seat,
    key: bytes,
    clock: WindowClock,
    updating: Updating | None = None,
    said: list[Known] | None = None,
    folder: Path | None = None,
    version: str = "",
) -> WindowEnd:
    if updating is None or said is None or folder is None:
        return connect(records, seat, key, clock, clock.heard)
    tell = reporting(
        records,
        clock,
        folder,
        printer=lambda: "ok",
        program=lambda: state.told(folder),
        platform=lambda: PLATFORM,
    )

    def word() -> str:
        told = tell.word()
        plain = msgspec.json.decode(told)
        program = plain["program"]
        known = Known(
            version=version,
            backlog=records.unsent_count(),
            oldest=plain.get("oldest", ""),
            staged=program.get("staged", ""),
            failed=program.get("failed", ""),
            reason=program.get("reason", ""),
            printer=plain.get("printer", ""),
        )
        said.append(known)
        return told

    return connect(records, seat, key, clock, clock.heard, updating.offered, word)


def _receive(records: Records, seat: Seat, key: bytes, clock: WindowClock, cases: int, folder: Path) -> None:
    person = Person(number=CLERK.format(point=seat.point), name="样例收件员", role=Role.CLERK, points=(seat.point,))
    desk = Desk(records, seat, person, key, clock, DeadLine(), folder / "papers")
    try:
        for _ in range(cases):
            draft = replace(desk.begin([PERMIT.code]), applicant=APPLICANT)
            checklist = draft.checklist()
            for tally in ALL:
                draft = draft.tallied(str(checklist.key_of(PERMIT.code, tally.material)), tally)
            desk.receive(draft)
    except Refused as refused:  # it would not come out of this process
        raise AssertionError(refused.message) from None


def begin_worker(base: str) -> None:
    """Give a worker process a place for the words of the version it runs as."""
    inside = Path(base) / f"inside-{os.getpid()}"
    inside.mkdir()
    os.environ["CITY_INSIDE"] = str(inside)
