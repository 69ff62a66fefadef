"""Two hundred windows come back at once: all are heard, each once, the day's work first, and nobody is sent away for ever."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import msgspec
from sqlalchemy import func, select

from clerk_app.domain.journal import Entry
from sync import wire
from sync.central.line.gate import Gate
from sync.central.schema import entries
from tests.support.city import City, Window, open_city, problem_code

WINDOWS = 200
PILED_UP = 5000
"""What a window with days of work says is unsent."""


async def push(window: Window, entry: Entry, backlog: int) -> httpx.Response:
    request = wire.EntriesRequest(epoch=window.city.central.epoch, entries=[entry])
    headers = {**window.headers, "Content-Type": wire.MEDIA_TYPE, wire.BACKLOG_HEADER: str(backlog)}
    return await window.city.client.post("/v1/entries", content=msgspec.json.encode(request), headers=headers)


async def _storm(city: City, owed: dict[str, tuple[Window, Entry, int]]) -> tuple[list[str], int]:
    """Have everybody push until all are heard; return who was heard, in order, and how many were sent away."""
    heard: list[str] = []
    sent_away = 0
    due = dict.fromkeys(owed, city.clock().timestamp())

    async def one(name: str) -> None:
        nonlocal sent_away
        told = await push(*owed[name])
        if told.status_code == 200:
            heard.append(name)
            del due[name]
            return
        assert problem_code(told) == "busy"
        sent_away += 1
        due[name] = city.clock().timestamp() + int(told.headers["retry-after"])

    for _ in range(400):
        if not due:
            break
        city.clock.advance(seconds=max(0.0, min(due.values()) - city.clock().timestamp()))
        now = city.clock().timestamp()
        await asyncio.gather(*(one(name) for name, at in list(due.items()) if at <= now))
    return heard, sent_away


async def test_two_hundred_windows_at_once_are_all_heard_and_the_days_work_first(tmp_path: Path) -> None:
    city = await open_city(str(tmp_path / "central.db"))
    core = city.central
    core.settings = replace(core.settings, pushes=2, queue=24)
    core.gate = Gate(2, 24, core.seconds, core.chance, core.metrics.shed)
    owed: dict[str, tuple[Window, Entry, int]] = {}
    for n in range(WINDOWS):
        window = await city.window()
        await window.sign_in()
        owed[window.id] = (window, window.receive(), 1 if n % 2 else PILED_UP)
    heard, sent_away = await _storm(city, owed)
    assert sorted(heard) == sorted(owed)
    assert sent_away > WINDOWS
    live = [place for place, name in enumerate(heard) if owed[name][2] == 1]
    backlog = [place for place, name in enumerate(heard) if owed[name][2] == PILED_UP]
    assert sum(live) / len(live) < sum(backlog) / len(backlog)
    async with core.database.read() as connection:
        positions = (await connection.execute(select(entries.c.position).order_by(entries.c.position))).scalars().all()
        assert list(positions) == list(range(1, WINDOWS + 1))
        assert (await connection.execute(select(func.count(entries.c.id.distinct())))).scalar() == WINDOWS
    await city.client.aclose()
    await core.close()
