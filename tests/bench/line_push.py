"""10,000 case documents from a window's store into PostgreSQL, beside the same bytes posted plainly and ``COPY``'s floor."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain.case import evolve
from clerk_app.domain.journal import Entry
from clerk_app.store.records import Records
from sync.connect import http_client
from sync.talk import Talk
from sync.window import WindowEnd
from tests.bench.line_city import BenchCity, Served, counted, folder_in, halves, in_turns, now
from tests.support.commands import environment
from tests.support.processes import running

DOCUMENTS = 10_000
BATCH = 200
ROUNDS = 3
KEY = bytes(32)
SAID = "已上报"
"""How what is shown begins when central has said its verdict, and the store has it."""
TABLE = "CREATE TABLE plain (n bigint PRIMARY KEY, document text NOT NULL)"


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """Documents in a second, and bytes on the wire for all of them."""

    ours: float
    ours_bytes: float
    plain: float
    plain_bytes: float
    copy: float
    size: float
    """Of one document."""


def fill(folder: Path, entries: list[Entry], window: str) -> None:
    """Put entries into a window's store, unsent, as its desk would have."""
    with Records.open(folder, KEY, window=window, reserve=4096) as records:
        for begin in range(0, len(entries), 500):
            share = entries[begin : begin + 500]
            cases = [case for entry in share if (case := evolve(None, entry)) is not None]
            records.append(share, cases)


def push(city: BenchCity, served: Served, folder: Path, which: int) -> tuple[float, int]:
    """Say everything a window has; return the seconds and the bytes on the wire."""
    pen = city.pen(which)
    with Records.open(folder, KEY, window=pen.window, reserve=4096) as records:
        client = http_client(served.address)
        count = counted(client)
        signer = Ed25519PrivateKey.from_private_bytes(pen.key).sign
        with closing(WindowEnd(records, pen.window, signer, Talk(client), now)) as end:
            said, sent = [time.perf_counter()], 0

            def note(shown: str) -> None:
                nonlocal sent
                if shown.startswith(SAID):
                    said.append(time.perf_counter())
                    sent = count.both

            report = end.sync(note)
            spent = said[-1] - said[0]  # what follows is hearing
        assert (report.pushed, report.refused, report.unsent) == (DOCUMENTS, 0, 0), report
    return spent, sent


@contextmanager
def plain_server(url: str) -> Iterator[str]:
    """Run an endpoint that inserts what it is posted and does nothing else."""
    words = [sys.executable, "-m", "tests.bench.line_plain", url]
    with running(words, env=environment(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()


def post(address: str, documents: list[str]) -> tuple[float, int]:
    """Post documents in batches, one in flight; return the seconds and the bytes on the wire."""
    with httpx.Client(base_url=address, timeout=60) as client:
        count = counted(client)
        start = time.perf_counter()
        for begin in range(0, len(documents), BATCH):
            told = client.post("/", content=msgspec.json.encode(documents[begin : begin + BATCH]))
            assert told.status_code == 200
        return time.perf_counter() - start, count.both


async def copy(url: str, documents: list[str]) -> float:
    """Let PostgreSQL take everything in one stream and one commit; return the seconds."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("TRUNCATE plain")
        start = time.perf_counter()
        await connection.copy_records_to_table("plain", records=list(enumerate(documents)), columns=["n", "document"])
        return time.perf_counter() - start
    finally:
        await connection.close()


async def make_plain(url: str) -> None:
    """Make the table of the plain ways."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(TABLE)
    finally:
        await connection.close()


def measure(city: BenchCity, base: Path) -> Pushed:
    """Take turns between the three ways."""
    documents: list[str] = []
    for turn in range(ROUNDS):
        pen = city.pen(turn)
        entries = [pen.receipt() for _ in range(DOCUMENTS)]
        fill(folder_in(base, f"window-{turn}"), entries, pen.window)
        documents = [msgspec.json.encode(entry).decode() for entry in entries]
    gc.collect()
    gc.freeze()  # no window has all of this in its memory
    with city.served() as served:
        asyncio.run(make_plain(served.url))
        with plain_server(served.url) as address:
            ours, plain, copied = in_turns(
                ROUNDS,
                lambda turn: push(city, served, base / f"window-{turn}", turn),
                lambda _: post(address, documents),
                lambda _: asyncio.run(copy(served.url, documents)),
            )
    return Pushed(
        ours=DOCUMENTS / halves([seconds for seconds, _ in ours]),
        ours_bytes=halves([size for _, size in ours]),
        plain=DOCUMENTS / halves([seconds for seconds, _ in plain]),
        plain_bytes=halves([size for _, size in plain]),
        copy=DOCUMENTS / halves(copied),
        size=sum(map(len, map(str.encode, documents))) / len(documents),
    )
