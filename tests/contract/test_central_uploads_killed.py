"""Central is killed in the middle of a piece, or has several processes: no byte that counted is lost, none comes twice."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from sync.central.central import Central
from sync.central.files.upload_writing import SAVE_EVERY
from sync.central.schema import uploads
from sync.central.settings import Settings
from tests.support.city import City, Window, open_city
from tests.support.processes import running
from tests.support.tus import Paper, announce, append, begun, png, stand

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from sync.central.line.serve import serve
from sync.central.settings import Settings
serve(Settings(database=sys.argv[1], scans=Path(sys.argv[2]), port=0))
"""
MIB = 1 << 20


@contextlib.contextmanager
def process(url: str, shelf: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run central as a process; give it with its address."""
    command = [sys.executable, "-c", PROGRAM, url, str(shelf)]
    with running(command, cwd=ROOT, stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        yield started, started.stdout.readline().decode().split()[-1]


@pytest.fixture
async def city(central_url: str, shelf: Path) -> AsyncIterator[City]:
    """Give a city whose clock is the machine's, as that of its processes."""
    city = await open_city(central_url, Settings(database=central_url, scans=shelf))
    city.clock.now = datetime.now(UTC)
    yield city
    await city.client.aclose()
    await city.central.close()


@contextlib.asynccontextmanager
async def over(city: City, window: Window, address: str) -> AsyncIterator[None]:
    """Have the city's windows speak with a process for the length of the block."""
    before = city.client
    async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as client:
        city.client = client
        try:
            yield
        finally:
            city.client = before


async def offset_of(central: Central) -> int:
    async with central.database.read() as connection:
        return int((await connection.execute(select(uploads.c.offset))).scalar_one())


async def until_offset(central: Central, least: int) -> None:
    """Wait until central has made so many bytes durable."""
    async with asyncio.timeout(20):
        while await offset_of(central) < least:  # noqa: ASYNC110 - what moves it is another process
            await asyncio.sleep(0.01)


async def half(paper: Paper, end: int, stay: asyncio.Event) -> AsyncIterator[bytes]:
    """Bring bytes up to a place, then nothing."""
    for at in range(0, end, 65536):
        yield paper.content[at : min(end, at + 65536)]
    await stay.wait()


async def test_an_upload_goes_on_after_central_was_killed_in_the_middle_of_a_piece(
    city: City, central_url: str, shelf: Path
) -> None:
    window, paper, stay = await city.window(), png(SAVE_EVERY + 2 * MIB), asyncio.Event()
    with process(central_url, shelf) as (killed, address):
        async with over(city, window, address):
            await announce(window, [paper])
            url = await begun(window, paper)
            sending = asyncio.ensure_future(append(window, url, 0, half(paper, SAVE_EVERY + 700_000, stay)))
            await until_offset(city.central, SAVE_EVERY)
            killed.kill()
            stay.set()
            with pytest.raises(httpx.TransportError):
                await sending
    with process(central_url, shelf) as (_, address):
        async with over(city, window, address):
            at = await stand(window, url)
            assert SAVE_EVERY <= at <= SAVE_EVERY + 700_000
            told = await append(window, url, at, paper.content[at:])
            assert (told.status_code, told.headers["upload-offset"]) == (204, str(paper.size)), told.text
            read = await window.get(f"/v1/scans/{paper.sha256}")
            assert read.content == paper.content


async def test_one_process_ends_the_dying_request_of_another(city: City, central_url: str, shelf: Path) -> None:
    window, paper, stay = await city.window(), png(SAVE_EVERY + MIB), asyncio.Event()
    with process(central_url, shelf) as (_, one), process(central_url, shelf) as (_, two):
        async with over(city, window, one):
            await announce(window, [paper])
            url = await begun(window, paper)
            sending = asyncio.ensure_future(append(window, url, 0, half(paper, SAVE_EVERY + 80_000, stay)))
            await until_offset(city.central, SAVE_EVERY)
            async with over(city, window, two):
                at = await stand(window, url)
                assert SAVE_EVERY <= at <= SAVE_EVERY + 80_000
                told = await append(window, url, at, paper.content[at:])
                assert told.status_code == 204, told.text
            sending.cancel()
            await asyncio.wait({sending})


async def test_of_two_processes_that_get_the_same_piece_exactly_one_takes_it(
    city: City, central_url: str, shelf: Path
) -> None:
    window, paper = await city.window(), png(MIB)
    with process(central_url, shelf) as (_, one), process(central_url, shelf) as (_, two):
        async with over(city, window, one):
            await announce(window, [paper])
            url = await begun(window, paper)
            headers = {**window.headers, "Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
            headers["Content-Type"] = "application/offset+octet-stream"
            async with httpx.AsyncClient(base_url=two, timeout=30, trust_env=False) as other:
                told = await asyncio.gather(
                    append(window, url, 0, paper.content), other.patch(url, content=paper.content, headers=headers)
                )
            assert sorted(answer.status_code for answer in told) == [204, 409]
            assert await stand(window, url) == paper.size
