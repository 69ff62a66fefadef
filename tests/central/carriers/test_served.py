"""The desk in a central that is served: over a real socket to whoever the environment names, again and again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.journal import Verdict
from sync.central.carriers.configured import KEY, SENDER, URL
from sync.central.carriers.desk import CarrierDesk, run_desk
from sync.central.carriers.manual import Manual
from sync.central.core import utc_now
from sync.central.line.serve import ended, serve_async
from sync.central.settings import Settings
from tests.support.city import POINT, TODAY, City, open_city

PATIENCE = 20.0


@dataclass
class Socket:
    """A carrier on a port of this machine: takes every order, and tells of it."""

    port: int = 0
    orders: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        body = json.loads(await reader.readexactly(length))
        answer = json.dumps({"success": True, "pickupNo": "PK1"}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer))
        await writer.drain()
        writer.close()
        await self.orders.put({"head": head.lower(), "body": body})


@contextlib.asynccontextmanager
async def carrier() -> AsyncIterator[Socket]:
    told = Socket()
    server = await asyncio.start_server(told.serve, "127.0.0.1", 0)
    told.port = server.sockets[0].getsockname()[1]
    async with server:
        yield told


async def asked(city: City) -> str:
    """Have a window seal a bag and ask for a pickup; return the id of the entry that asks."""
    window = await city.window()
    number = parcel_number(POINT, window.id[-2:], TODAY, 1)
    sealed = cb.Sealed(
        direction=cb.Direction.TO_DEPARTMENT,
        sender=cb.Hand(kind=cb.HandKind.POINT, code=POINT),
        to=cb.Hand(kind=cb.HandKind.DEPARTMENT, code="GA"),
        lines=(cb.PaperLine(case="C", material="m1", name="申请表", originals=1),),
        on=TODAY,
    )
    entries = [
        window.say("parcel.sealed", number, sealed),
        window.say("pickup.asked", number, cb.PickupAsked(carrier="ems", on=TODAY), seen=1),
    ]
    told = await window.verdicts(entries)
    assert [one.verdict for one in told] == [Verdict.APPLIED] * 2
    return entries[1].id


async def test_a_served_central_orders_from_whom_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "central.db")
    city = await open_city(path)
    city.clock.now = utc_now()  # what is many weeks old is not looked for
    entry = await asked(city)
    await city.client.aclose()
    await city.central.close()
    async with carrier() as told:
        monkeypatch.setenv(URL, f"http://127.0.0.1:{told.port}/clerk")
        monkeypatch.setenv(SENDER, "SAMPLE-CITY")
        monkeypatch.setenv(KEY, "sample-key-not-a-secret")
        served = asyncio.create_task(serve_async(Settings(database=path, port=0)))
        try:
            order = await asyncio.wait_for(told.orders.get(), PATIENCE)
        finally:
            served.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await served

    assert order["head"].startswith("post /clerk/pickups http/1.1")
    assert "clerk-sender: sample-city" in order["head"]
    assert (order["body"]["orderNo"], order["body"]["receiver"]) == (entry, None)


async def test_a_step_that_fails_is_tried_again(
    city: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await asked(city)
    steps: list[bool] = []
    failures = [OSError("no disk"), ValueError("nobody thought of it")]
    answered = asyncio.Event()
    step = CarrierDesk.step

    async def sometimes(desk: CarrierDesk, now: Any) -> int:
        steps.append(True)
        if len(steps) <= len(failures):
            raise failures[len(steps) - 1]
        said = await step(desk, now)
        if said:
            answered.set()
        return said

    monkeypatch.setattr(CarrierDesk, "step", sometimes)
    with caplog.at_level(logging.WARNING, logger="clerk.carriers"):
        running = asyncio.create_task(run_desk(city.central, {"manual": Manual()}, every=0))
        try:
            await asyncio.wait_for(answered.wait(), PATIENCE)
        finally:
            await ended(running)

    assert len(steps) > len(failures)
    assert [record.getMessage() for record in caplog.records] == ["carriers: OSError", "carriers: unexpected"]
