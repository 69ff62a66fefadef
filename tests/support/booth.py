"""Whole windows for the tests of the line: a real store and desk, and the window's end over any transport."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.desk import Desk
from clerk_app.domain.case import Case, fold
from clerk_app.domain.checklist import Tally
from clerk_app.domain.journal import Record
from clerk_app.domain.people import Person, Role
from clerk_app.domain.plain import to_plain
from clerk_app.planning import Decide
from clerk_app.seat import Seat
from clerk_app.store.records import Records
from sync import wire
from sync.central import reading
from sync.central.central import Central
from sync.central.line.app import build_app
from sync.talk import Talk
from sync.window import Report, WindowEnd
from tests.support.bridge import Bridge, LoopThread
from tests.support.city import POINT, City, Clock, open_city
from tests.support.counter import KEY, DeadLine
from tests.support.story import ALL, APPLICANT, PERMIT

CLERK = Person(number="C1", name="陈甲", role=Role.CLERK, points=(POINT,))
ADDRESS = "http://central.test"
SECRET = bytes(range(1, 33))


@dataclass
class Town:
    """A small city whose central runs in a thread; it can be stopped, started again, and restored from a backup."""

    loop: LoopThread
    database: Path
    central: Central
    clock: Clock
    bridge: Bridge

    def stop(self) -> None:
        """Pull the plug."""
        self.bridge.app = None
        self.loop.run(self.central.close())

    def start(self) -> None:
        """Serve the database again."""
        self.central = self.loop.run(Central.open(str(self.database), self.clock))
        self.bridge.app = build_app(self.central)

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def shelf(self) -> Path:
        """The folder of the files central has."""
        return self.database.with_name(self.database.name + ".scans")

    def _files(self) -> list[Path]:
        return [path for path in self.database.parent.glob(self.database.name + "*") if path.is_file()]

    def back_up(self) -> dict[str, bytes]:
        """Return the database as it is."""
        self.stop()
        files = {p.name: p.read_bytes() for p in self._files()}
        self.start()
        return files

    def restore(self, files: dict[str, bytes], *, new_epoch: bool = True) -> None:
        """Put a backup in the database's place."""
        self.stop()
        for path in self._files():
            path.unlink()
        for name, content in files.items():
            (self.database.parent / name).write_bytes(content)
        self.start()
        if new_epoch:
            self.loop.run(self.central.begin_epoch())

    def feed(self, point: str = POINT) -> list[Record]:
        """Return a point's feed as central has it."""
        found: list[Record] = []
        more = True
        while more:
            page = self.loop.run(reading.feed(self.central, point, len(found), 500, 0))
            told = msgspec.json.decode(msgspec.json.encode(page), type=wire.Feed)
            found += [Record(entry=f.entry, verdict=f.verdict, position=f.position) for f in told.entries]
            more = told.more
        return found

    def cases(self, point: str = POINT) -> dict[str, Case]:
        """Return a point's cases as central's journal folds."""
        subjects: dict[str, list[Record]] = {}
        for record in self.feed(point):
            subjects.setdefault(record.entry.subject, []).append(record)
        folded = {subject: fold(records) for subject, records in subjects.items()}
        return {subject: case for subject, case in folded.items() if case is not None}

    def enrol(self, key: bytes = SECRET, point: str = POINT) -> Seat:
        """Make a window of the point."""
        [code] = self.loop.run(self.central.make_enrolment_codes(point, 1))
        public = Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw().hex()
        request = wire.EnrolmentRequest(code=code, public_key=public)
        with httpx.Client(transport=Bridge(self.loop, self.bridge.app), base_url=ADDRESS) as client:
            told = Talk(client).ask("POST", "/v1/enrolments", wire.Enrolment, request)
        return Seat(
            window=told.window, number=told.number, point=told.point, point_name=told.point_name, central=ADDRESS
        )


def _found_city(loop: LoopThread, database: Path) -> City:
    """Make a city with one published item."""
    city = loop.run(open_city(str(database)))
    body = msgspec.Raw(msgspec.json.encode(to_plain(PERMIT)))
    row = wire.CatalogueRow(kind="item", key=PERMIT.code, revision=0, body=body)
    loop.run(city.central.import_rows([row]))
    return city


_FOUNDED: dict[str, bytes] = {}
"""The database of a city just made: each test begins with a copy."""


@contextlib.contextmanager
def town(loop: LoopThread, folder: Path) -> Iterator[Town]:
    """Open a city with one published item."""
    database = folder / "city.db"
    if not _FOUNDED:
        city = _found_city(loop, database)
        loop.run(city.client.aclose())
        loop.run(city.central.close())
        _FOUNDED.update({p.name: p.read_bytes() for p in folder.glob("city.db*")})
    else:
        for name, content in _FOUNDED.items():
            (folder / name).write_bytes(content)
    clock = Clock()
    central = loop.run(Central.open(str(database), clock))
    opened = Town(loop, database, central, clock, Bridge(loop, build_app(central)))
    try:
        yield opened
    finally:
        loop.run(opened.central.close())


@dataclass
class Booth:
    """One window with somebody at it."""

    records: Records
    desk: Desk
    end: WindowEnd
    seat: Seat
    folder: Path

    def sync(self) -> Report:
        return self.end.sync()

    def receive(self, tallies: Sequence[Tally] = ALL, decide: Decide = Decide.AUTO) -> str:
        """Take in one case; return its number."""
        draft = replace(self.desk.begin([PERMIT.code]), applicant=APPLICANT)
        checklist = draft.checklist()
        for tally in tallies:
            key = checklist.key_of(PERMIT.code, tally.material)
            assert key is not None
            draft = draft.tallied(key, tally)
        return self.desk.receive(draft, decide).outcomes[0].case.number

    def cases(self) -> dict[str, Case]:
        """Return every case this window shows."""
        found = {s.number: self.records.case(s.number) for s in self.records.summaries()}
        return {number: case for number, case in found.items() if case is not None}

    def own(self) -> list[Record]:
        """Return the records this window wrote."""
        return [r for r in self.records.journal() if r.entry.window == self.seat.window]


def open_records(folder: Path, window: str) -> Records:
    """Open a window's store without a reserve: a test fills no disk."""
    folder.mkdir(parents=True, exist_ok=True)
    return Records.open(folder, KEY, window=window, reserve=4096)


@contextlib.contextmanager
def booth(
    seat: Seat,
    folder: Path,
    clock: Clock,
    transport: httpx.BaseTransport | None,
    *,
    key: bytes = SECRET,
    person: Person = CLERK,
) -> Iterator[Booth]:
    """Open a window's folder, talking over ``transport`` (none: a socket to the seat's address)."""
    with open_records(folder, seat.window) as records:
        client = httpx.Client(transport=transport, base_url=seat.central, trust_env=False)
        signer: Callable[[bytes], bytes] = Ed25519PrivateKey.from_private_bytes(key).sign
        end = WindowEnd(records, seat.window, signer, Talk(client), clock)
        desk = Desk(records, seat, person, key, clock, DeadLine(), folder / "papers", inquiry=end)
        try:
            yield Booth(records, desk, end, seat, folder)
        finally:
            end.close()
