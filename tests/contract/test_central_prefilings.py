"""An application made online is received once, at whichever window comes first."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from clerk_app.domain import bodies as b
from clerk_app.domain.journal import Verdict
from sync import wire
from tests.support.city import OTHER_POINT, City, Window, received

APPLIED, REFUSED = Verdict.APPLIED, Verdict.REFUSED
PREFILING = wire.Prefiling(number="YSB-1", item="SAMPLE-1", applicant={"kind": "person", "name": "区桂芳"})


def receipt(window: Window, **changed: Any) -> b.Received:
    return received(window.point, **({"prefiling": "YSB-1"} | changed))


async def told_of(window: Window) -> str:
    await window.sign_in()
    told = await window.get("/v1/prefilings/YSB-1")
    return msgspec.json.decode(told.content, type=wire.Prefiling).received_as


async def test_a_prefiling_that_was_received_tells_which_case_it_became(city: City) -> None:
    await city.central.put_prefiling(PREFILING)
    window, there = await city.window(), await city.window(OTHER_POINT)
    assert await told_of(there) == ""
    entry = window.receive(body=receipt(window))
    assert [v.verdict for v in await window.verdicts([entry])] == [APPLIED]
    assert await told_of(there) == entry.subject
    await city.central.put_prefiling(PREFILING)
    assert await told_of(there) == entry.subject


async def test_received_again_at_another_window_it_is_refused_with_the_number_of_the_case(city: City) -> None:
    await city.central.put_prefiling(PREFILING)
    window, there = await city.window(), await city.window(OTHER_POINT)
    first = window.receive(body=receipt(window))
    await window.verdicts([first])
    [told] = await there.verdicts([there.receive(body=receipt(there))])
    assert told.problem is not None
    assert (told.verdict, told.problem.type) == (REFUSED, wire.PROBLEMS + "prefiling-received")
    assert first.subject in told.problem.detail
    assert [v.verdict for v in await window.verdicts([first])] == [APPLIED]


async def test_twice_in_one_batch_it_is_received_once(city: City) -> None:
    await city.central.put_prefiling(PREFILING)
    window = await city.window()
    entries = [window.receive(body=receipt(window)) for _ in range(2)]
    assert [v.verdict for v in await window.verdicts(entries)] == [APPLIED, REFUSED]
    assert await told_of(window) == entries[0].subject


async def test_received_at_two_points_at_once_it_becomes_one_case(city: City) -> None:
    await city.central.put_prefiling(PREFILING)
    windows = [await city.window(), await city.window(OTHER_POINT)]
    for window in windows:
        await window.sign_in()
    entries = [window.receive(body=receipt(window)) for window in windows]
    told = await asyncio.gather(*(w.verdicts([e]) for w, e in zip(windows, entries, strict=True)))
    assert sorted(verdicts[0].verdict for verdicts in told) == [APPLIED, REFUSED]
    won = next(e for e, verdicts in zip(entries, told, strict=True) if verdicts[0].verdict is APPLIED)
    assert await told_of(windows[0]) == won.subject


async def test_a_refused_receipt_takes_no_prefiling(city: City) -> None:
    await city.central.put_prefiling(PREFILING)
    window = await city.window()
    [told] = await window.verdicts([window.receive("FS0001-77-250603-0001-X", body=receipt(window))])
    assert told.verdict is REFUSED
    assert await told_of(window) == ""


async def test_a_number_central_does_not_know_is_kept_as_it_was_said(city: City) -> None:
    window = await city.window()
    told = await window.verdicts([window.receive(body=receipt(window, prefiling="elsewhere-7")) for _ in range(2)])
    assert [v.verdict for v in told] == [APPLIED, APPLIED]
