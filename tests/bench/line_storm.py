"""All points come back at once: how fast central takes their days in, whether every entry is there once, and what a clerk feels."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import msgspec
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import VERSION
from clerk_app.domain.journal import Verdict
from sync import wire
from tests.bench.line_city import BenchCity, Pen, Served, key_of
from tests.bench.line_http import Answer, Connection
from tests.support.commands import environment
from tests.support.processes import running

LONGEST_BACKOFF = 5.0
"""Seconds; a window's own is longer, and nobody wants to wait for it here."""
SETTLED = 20.0
"""Seconds the live window gets to say what it said last."""


@dataclass(frozen=True)
class Day:
    """What one window has to say after the storm, signed beforehand."""

    window: str
    key: bytes
    body: bytes
    """The request, compressed."""
    entries: int


@dataclass(frozen=True, kw_only=True)
class Weather:
    """One kind of storm."""

    name: str
    entries: int
    """Of each window."""
    jitter: float = 0.0
    """Seconds over which the windows come back."""
    lost: float = 0.0
    """Share of answers that nobody hears, though central has done what was asked."""


@dataclass
class Told:
    """What a storm came to."""

    weather: Weather
    windows: int
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    """Seconds from coming back to having said everything, of each window."""
    requests: int = 0
    shed: int = 0
    """Answers that asked for patience."""
    wrong: list[str] = field(default_factory=list)
    """What was lost, doubled or refused."""
    saves: list[float] = field(default_factory=list)
    """Seconds of each save at the live window."""
    trips: list[float] = field(default_factory=list)
    """Seconds from there until central had it."""

    @property
    def rate(self) -> float:
        """Entries in a second."""
        return self.windows * self.weather.entries / self.seconds


def days(city: BenchCity, epoch: str, count: int, entries: int) -> list[Day]:
    """Write and sign what every window has to say, on all cores."""
    pens = [city.pen(which) for which in range(count)]
    with ProcessPoolExecutor() as pool:
        bodies = pool.map(_written, pens, [epoch] * count, [entries] * count, chunksize=16)
        return [Day(pen.window, pen.key, body, entries) for pen, body in zip(pens, bodies, strict=True)]


def _written(pen: Pen, epoch: str, entries: int) -> bytes:
    request = wire.EntriesRequest(epoch=epoch, entries=[pen.receipt() for _ in range(entries)])
    return zstandard.ZstdCompressor(level=3).compress(msgspec.json.encode(request))


class _Lost(Exception):
    """Nobody heard the answer."""


class Station:
    """One window that speaks the protocol and does nothing else."""

    def __init__(self, line: Connection, day: Day, told: Told, chance: random.Random) -> None:
        self._line = line
        self._day = day
        self._told = told
        self._chance = chance
        self._token = ""

    async def come_back(self) -> None:
        """Say everything; gives up never."""
        weather = self._told.weather
        await asyncio.sleep(self._chance.random() * weather.jitter)
        start = time.perf_counter()
        attempt = 0
        while True:
            try:
                await self._say()
                break
            except (OSError, EOFError, _Lost):
                attempt += 1
                await asyncio.sleep(self._chance.random() * min(LONGEST_BACKOFF, 0.25 * 2**attempt))
        self._told.waits.append(time.perf_counter() - start)
        self._line.close()

    async def _say(self) -> None:
        if not self._token:
            await self._sign_in()
        state = await self._ask("GET", "/v1/session")
        if msgspec.json.decode(state.content, type=wire.SessionState).last_n == self._day.entries:
            return
        packed = {"Content-Encoding": "zstd", wire.BACKLOG_HEADER: str(self._day.entries)}
        told = await self._ask("POST", "/v1/entries", self._day.body, packed)
        answer = msgspec.json.decode(told.content, type=wire.EntriesAnswer)
        wrong = [v for v in answer.verdicts if v.verdict is not Verdict.APPLIED]
        if wrong or len(answer.verdicts) != self._day.entries:
            self._told.wrong.append(f"{self._day.window}: {len(wrong)} of {len(answer.verdicts)} not applied")

    async def _sign_in(self) -> None:
        window = self._day.window
        asked = msgspec.json.encode(wire.ChallengeRequest(window=window))
        challenge = msgspec.json.decode((await self._ask("POST", "/v1/challenges", asked)).content, type=wire.Challenge)
        key = Ed25519PrivateKey.from_private_bytes(self._day.key)
        proof = key.sign(wire.session_bytes(challenge.challenge, window)).hex()
        request = wire.SessionRequest(window=window, challenge=challenge.challenge, signature=proof)
        told = await self._ask("POST", "/v1/sessions", msgspec.json.encode(request))
        self._token = msgspec.json.decode(told.content, type=wire.Session).access_token

    async def _ask(self, method: str, path: str, content: bytes = b"", more: dict[str, str] | None = None) -> Answer:
        """Ask until there is an answer of central's; waits as long as it is told to."""
        headers = {"User-Agent": f"clerk/{VERSION}", "Content-Type": wire.MEDIA_TYPE, **(more or {})}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        while True:
            self._told.requests += 1
            told = await self._line.ask(method, path, headers, content)
            if self._chance.random() < self._told.weather.lost:
                raise _Lost
            if told.status < 300:
                return told
            if told.status not in {429, 503}:
                if path.startswith(("/v1/challenges", "/v1/sessions")) or told.status == 401:
                    self._token = ""
                    raise _Lost
                raise AssertionError(f"{path}: {told.status} {told.content[:200]!r}")
            self._told.shed += 1
            patience = float(told.headers.get("retry-after", "1"))
            await asyncio.sleep(patience * (1 + self._chance.random() / 10))


@contextmanager
def live_window(folder: Path, served: Served, which: int, pen: Pen) -> Iterator[subprocess.Popen[bytes]]:
    """Run a window at which somebody works all the while."""
    words = [sys.executable, "-m", "tests.bench.line_live", str(folder), served.address, pen.window, str(which)]
    with running(words, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process


def storm(city: BenchCity, base: Path, weather: Weather, material: Sequence[Day], workers: int) -> Told:
    """Let the windows come back; return what it came to."""
    told = Told(weather, len(material))
    live = city.pen(len(city.windows) - 1)
    with city.served(workers) as served:
        with live_window(base / weather.name, served, len(city.windows) - 1, live) as at_work:
            told.seconds = asyncio.run(_all(served.address, material, told))
            assert at_work.stdin is not None
            assert at_work.stdout is not None
            at_work.stdin.close()
            felt = json.loads(at_work.stdout.readline())
        told.saves, told.trips = felt["saves"], felt["trips"]
        if felt["unsent"]:
            told.wrong.append(f"{felt['unsent']} entries of the live window did not get through")
        told.wrong += asyncio.run(_counted(served.url, material, live.window, felt["entries"]))
    return told


async def _all(address: str, material: Sequence[Day], told: Told) -> float:
    chance = random.Random(767)
    start = time.perf_counter()
    stations = [Station(Connection(address), day, told, random.Random(chance.random())) for day in material]
    await asyncio.gather(*(station.come_back() for station in stations))
    return time.perf_counter() - start


async def _counted(url: str, material: Sequence[Day], live: str, live_entries: int) -> list[str]:
    """Say what is lost or doubled, by the database alone."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT e.window, count(*) AS rows, count(DISTINCT e.n) AS numbers, max(e.n) AS last, min(e.position) AS first,"
            " max(e.position) AS position, count(DISTINCT e.position) AS positions, count(DISTINCT e.id) AS ids"
            " FROM entries e GROUP BY e.window"
        )
    finally:
        await connection.close()
    held = {row["window"]: row for row in rows}
    due = {day.window: day.entries for day in material} | {live: live_entries}
    wrong = []
    for window, count in due.items():
        row = held.get(window)
        seen = set(dict(row).values()) - {window} if row is not None else {0}
        if count and seen != {count, 1}:
            wrong.append(f"{window}: {dict(row) if row is not None else 'nothing'} instead of {count}")
    return wrong + [f"{window}: unknown" for window in held.keys() - due.keys()]


def epoch_of(url: str) -> str:
    """Return the epoch of a city's database."""

    async def ask() -> str:
        connection = await asyncpg.connect(url)
        try:
            return str(await connection.fetchval("SELECT value FROM meta WHERE key = 'epoch'"))
        finally:
            await connection.close()

    return asyncio.run(ask())


def share(values: Sequence[float], percent: int) -> float:
    """Return a percentile."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def measure(city: BenchCity, base: Path, weathers: Sequence[Weather], windows: int, workers: int = 1) -> Iterator[Told]:
    """Have every storm, each over a city of its own."""
    epoch = epoch_of(city.cluster.url(city.template))
    material = {count: days(city, epoch, windows, count) for count in {weather.entries for weather in weathers}}
    for weather in weathers:
        yield storm(city, base, weather, material[weather.entries], workers)


__all__ = ["Told", "Weather", "key_of", "measure", "share"]
