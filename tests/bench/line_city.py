"""What the figures of the line are taken on: PostgreSQL with every commit on the disk, central as a process, windows that sign."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpcore
import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain import bodies as b
from clerk_app.domain.catalogue import Department, Due, Limit, Material
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import GENESIS, Entry, signed
from clerk_app.domain.numbers import case_number, uuid7
from clerk_app.domain.people import Applicant, Role
from clerk_app.domain.plain import to_plain
from sync import wire
from sync.central.access import enrolment
from sync.central.access.credentials import hash_password
from sync.central.central import Account, Central
from tests.support.commands import command, environment
from tests.support.postgres import Cluster, binaries, cluster
from tests.support.processes import running

TODAY = date(2026, 3, 2)
DOCUMENT = 2500
"""Bytes of an entry as it lies in central's database."""
CLERK = "C{point}"
PASSWORD = "sample-password-1"
ITEM = b.ItemRef(
    code="11440600000000004440100001000",
    name="样例事项审批",
    department=Department(code="D001", name="样例市第一局"),
    promised=Limit(10),
    sample=True,
)
CHECKLIST = tuple(
    Material(
        id=f"m{n}",
        name=f"第{n}项申请材料（样例）",
        due=Due(keep=1, copies=n % 3),
        source="申请人自备",
        where="样例市政务服务中心",
    )
    for n in range(7)
)
RECEIVED = to_plain(
    b.Received(
        item=ITEM,
        applicant=Applicant(kind="person", name="样例甲", id_number="440604190001010017", phone="13800000000"),
        checklist=CHECKLIST,
        received_on=TODAY,
        notice_due=DueDay(day=date(2026, 3, 9)),
        answers={},
        tallies=tuple(Tally(material=f"m{n}", originals_kept=1) for n in range(3)),
    )
)


@dataclass
class Pen:
    """Writes one window's journal: signed, chained receipts of the size a case document has."""

    window: str
    point: str
    key: bytes
    n: int = 0
    previous: str = GENESIS

    def receipt(self) -> Entry:
        """Write the next entry: a case begun."""
        self.n += 1
        number = case_number(self.point, self.window[-2:], TODAY, self.n)
        salt = f"{self.window}{self.n:08d}".encode()[-10:]
        entry = Entry(
            id=uuid7(1_772_400_000_000 + self.n, salt),
            kind="case.received",
            subject=number,
            at=f"2026-03-02T09:{self.n // 60 % 60:02d}:{self.n % 60:02d}.000+08:00",
            actor=CLERK.format(point=self.point),
            window=self.window,
            n=self.n,
            seen=0,
            previous=self.previous,
            body={**RECEIVED, "point": self.point},
        )
        room = DOCUMENT - len(msgspec.json.encode(entry)) - SIGNATURE
        entry = signed(replace(entry, body={**entry.body, "visit_reason": f"{number} " * (room // 25)}), self.key)
        self.previous = entry.digest()
        return entry


SIGNATURE = 190
"""What the signature and the reason's own name add."""


@dataclass(frozen=True)
class BenchCity:
    """A city's database, to be copied for each trial, and how its windows sign."""

    cluster: Cluster
    template: str
    windows: tuple[tuple[str, str], ...]
    """Window and point."""

    def pen(self, which: int) -> Pen:
        """Return the pen of one window."""
        window, point = self.windows[which]
        return Pen(window, point, key_of(which))

    @contextmanager
    def served(self, workers: int = 1) -> Iterator[Served]:
        """Serve a copy of the city by processes of their own."""
        with self.cluster.database(self.template) as url, serving(url, workers) as address:
            yield Served(url, address)


@dataclass(frozen=True)
class Served:
    """A city that is served."""

    url: str
    address: str


def key_of(which: int) -> bytes:
    """Return a window's signing key."""
    return (which + 1).to_bytes(4, "big") * 8


@contextmanager
def serving(url: str, workers: int = 1) -> Iterator[str]:
    """Run ``clerk central serve`` for the length of the block; gives its address."""
    words = command("central", "serve", "--database", url, "--port", "0", "--workers", str(workers))
    quiet = environment(CLERK_CENTRAL_LOG_LEVEL="error")
    with running(words, env=quiet, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline().decode()
        assert first.startswith("listening on "), first
        yield first.removeprefix("listening on ").strip()


@contextmanager
def bench_city(points: int) -> Iterator[BenchCity]:
    """Start PostgreSQL and found a city of so many points with one window each."""
    where = binaries()
    if where is None:
        raise SystemExit("PostgreSQL is not here: apt-get install postgresql")
    with cluster(where, durable=True) as ours, ours.database() as url:
        windows = asyncio.run(_found(url, points))
        yield BenchCity(ours, url.rpartition("/")[2], tuple(windows))


async def _found(url: str, points: int) -> list[tuple[str, str]]:
    central = await Central.open(url)
    codes = [f"FS{n:04d}" for n in range(1, points + 1)]
    proof = hash_password(PASSWORD)
    windows = []
    try:
        await central.add_points((code, f"样例服务点{code}") for code in codes)
        await central.add_accounts(
            Account(number=CLERK.format(point=c), name="样例收件员", role=Role.CLERK, points=(c,), password_hash=proof)
            for c in codes
        )
        for which, point in enumerate(codes):
            [code] = await central.make_enrolment_codes(point)
            key = Ed25519PrivateKey.from_private_bytes(key_of(which)).public_key().public_bytes_raw().hex()
            told = await enrolment.enrol(central, wire.EnrolmentRequest(code=code, public_key=key))
            windows.append((told.window, point))
    finally:
        await central.close()
    return windows


class Counted(httpcore.NetworkBackend):
    """Counts what goes over a client's connections, headers and all."""

    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner
        self.sent = self.got = 0

    @property
    def both(self) -> int:
        """Bytes in both directions."""
        return self.sent + self.got

    def connect_tcp(self, *args: Any, **more: Any) -> httpcore.NetworkStream:
        return _CountedStream(self._inner.connect_tcp(*args, **more), self)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _CountedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, counted: Counted) -> None:
        self._inner = inner
        self._counted = counted

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        got = self._inner.read(max_bytes, timeout)
        self._counted.got += len(got)
        return got

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._counted.sent += len(buffer)
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def counted(client: httpx.Client) -> Counted:
    """Count what a client sends and gets from now on."""
    pool = client._transport._pool  # type: ignore[attr-defined]
    pool._network_backend = counting = Counted(pool._network_backend)
    return counting


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def in_turns(rounds: int, *works: Callable[[int], Any]) -> list[list[Any]]:
    """Do each piece of work once a round, in turns, so that whatever else the machine does falls on all alike."""
    results: list[list[Any]] = [[] for _ in works]
    for turn in range(rounds):
        for place, work in enumerate(works):
            results[place].append(work(turn))
    return results


def folder_in(base: Path, name: str) -> Path:
    """Return a new folder."""
    made = base / name
    made.mkdir()
    return made


def halves(values: Sequence[float]) -> float:
    """Return the median."""
    return sorted(values)[len(values) // 2]
