"""A 20 MB scan over tus: how fast, and how much of it goes up the line twice when that breaks five times.

Central makes every piece and where it stands durable before it counts, and proves the file at the end; the public server beside
it, in the same run, with the same client, does neither. So what this disk takes to make as much durable as often is measured as
well, and added to the public server's time. Each is a process of its own; the client and both share the machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from sync.central.settings import Settings
from sync.engine.uploading import LARGER, LARGEST_PIECE, PIECE
from tests.support.city import Window, open_city
from tests.support.cutter import cutter
from tests.support.processes import running
from tests.support.tus import Paper, announce, png
from tests.support.tus_server import PLAIN, Uploader

SIZE = 20 << 20
ROUNDS = 5
CUTS = 5
ROOT = Path(__file__).parents[2]
CENTRAL = """
import sys
from pathlib import Path
from sync.central.line.serve import serve
from sync.central.settings import Settings
from sync.engine.uploading import LARGER, LARGEST_PIECE, PIECE
serve(Settings(database=sys.argv[1], scans=Path(sys.argv[2]), port=0))
"""
PUBLIC = """
import socket, sys, uvicorn
from pathlib import Path
from tests.support.tus_server import public_app
listener = socket.create_server(("127.0.0.1", 0))
print("listening on http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
config = uvicorn.Config(public_app(Path(sys.argv[1])), log_config=None, access_log=False, lifespan="off")
uvicorn.Server(config).run(sockets=[listener])
"""


@dataclass(frozen=True)
class Figures:
    """What central came to: medians."""

    mb_per_second: float
    """Of a line that holds."""
    sent_per_byte: float
    """Bytes that went up a line that breaks five times, heads and all, for each byte of the file; the worst round."""
    cut_mb_per_second: float
    """The same rounds, from the first byte to the proven file."""


@dataclass(frozen=True)
class Beside:
    """The public server's figure, and what durability costs on this disk."""

    mb_per_second: float
    durable_seconds: float
    """Of as many pieces, each with a note of where it stands: a median."""

    @property
    def durable_mb_per_second(self) -> float:
        """What the public server would come to, were it to make everything durable."""
        return SIZE / 1e6 / (SIZE / 1e6 / self.mb_per_second + self.durable_seconds)


@dataclass
class Server:
    """One of the two: how a paper is made ready for it, and what it had of them."""

    port: int
    path: str
    ready: Callable[[Paper], str]
    """Announces a paper, where that is needed; returns the token."""
    cuttable: bool
    """The public one keeps the lock of a request whose line broke for half a minute."""
    whole: list[float] = field(default_factory=list)
    cut: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)


def upload_figures() -> tuple[Figures, Beside]:
    """Return the figures of central and of the public server."""
    with tempfile.TemporaryDirectory(prefix="clerk-bench-") as name, contextlib.ExitStack() as end:
        folder = Path(name)
        (folder / "public").mkdir()
        servers = {"central": end.enter_context(_central(folder)), "public": end.enter_context(_public(folder))}
        durable = []
        for round_ in range(ROUNDS):
            durable.append(_durable(folder))
            for number, server in enumerate(servers.values()):
                _measure(server, png(SIZE, seed=4 * round_ + 2 * number), png(SIZE, seed=4 * round_ + 2 * number + 1))
        ours, public = servers["central"], servers["public"]
        figures = Figures(statistics.median(ours.whole), max(ours.sent), statistics.median(ours.cut))
        return figures, Beside(statistics.median(public.whole), statistics.median(durable))


def _durable(folder: Path) -> float:
    """Make as many bytes durable as often as central does, with nothing around it; return the seconds."""
    content = random.Random(1).randbytes(LARGEST_PIECE)
    began = time.perf_counter()
    with (folder / "pieces").open("wb", buffering=0) as pieces, (folder / "notes").open("wb", buffering=0) as notes:
        at, size = 0, PIECE
        while at < SIZE:
            piece = content[: min(size, SIZE - at)]
            at, size = at + len(piece), min(size * LARGER, LARGEST_PIECE)
            pieces.write(piece)
            os.fsync(pieces.fileno())
            notes.write(content[:4096])
            os.fsync(notes.fileno())
    return time.perf_counter() - began


def _measure(server: Server, whole: Paper, broken: Paper) -> None:
    token = server.ready(whole)
    began = time.perf_counter()
    _upload(server, server.port, whole, token)
    server.whole.append(SIZE / 1e6 / (time.perf_counter() - began))
    if not server.cuttable:
        return
    cuts = sorted(random.Random(broken.sha256).sample(range(1, SIZE), CUTS))
    token = server.ready(broken)
    with cutter(server.port, cuts) as line:
        began = time.perf_counter()
        _upload(server, int(line.address.rpartition(":")[2]), broken, token)
        server.cut.append(SIZE / 1e6 / (time.perf_counter() - began))
        assert line.cut == CUTS, line.cut
        server.sent.append(line.up / SIZE)


def _upload(server: Server, port: int, paper: Paper, token: str) -> None:
    """Send a paper; a line that breaks is tried again at once."""
    endpoint = f"http://127.0.0.1:{port}{server.path}"
    uploader = Uploader(endpoint, [paper], token=token)
    for _ in range(CUTS * 4):
        if uploader.run().failure is None:
            break
    assert uploader.uploaded == [paper.sha256], uploader


@contextlib.contextmanager
def _process(program: str, *words: str) -> Iterator[int]:
    with running([sys.executable, "-c", program, *words], cwd=ROOT, stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        yield int(started.stdout.readline().decode().rpartition(":")[2])


@contextlib.contextmanager
def _central(folder: Path) -> Iterator[Server]:
    database, scans = str(folder / "central.db"), folder / "scans"
    with asyncio.Runner() as runner, _process(CENTRAL, database, str(scans)) as port:
        window = runner.run(_window(database, scans, port))

        def ready(paper: Paper) -> str:
            runner.run(_announced(window, port, paper))
            return window.token

        yield Server(port, "/v1/uploads", ready, cuttable=True)
        runner.run(window.city.central.close())


async def _window(database: str, scans: Path, port: int) -> Window:
    city = await open_city(database, Settings(database=database, scans=scans))
    city.clock.now = datetime.now(UTC)
    await city.client.aclose()
    async with _line(port) as city.client:
        return await city.window()


async def _announced(window: Window, port: int, paper: Paper) -> None:
    async with _line(port) as window.city.client:
        await announce(window, [paper])


def _line(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False, verify=PLAIN)


@contextlib.contextmanager
def _public(folder: Path) -> Iterator[Server]:
    with _process(PUBLIC, str(folder / "public")) as port:
        yield Server(port, "/files", lambda _: "none", cuttable=False)


def main() -> None:
    """Print the figures."""
    for figures in upload_figures():
        print({key: round(value, 3) for key, value in asdict(figures).items()})


if __name__ == "__main__":
    main()
