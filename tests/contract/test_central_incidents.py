"""What should never come from a window that is what it says is refused, counted, and told without personal data."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import wire
from sync.central.access import incidents
from tests.support.city import City, Window, problem_code


async def counted(city: City) -> dict[tuple[str, str], tuple[int, int | None]]:
    return {(i.window, i.code): (i.count, i.last_n) for i in await incidents.told(city.central)}


async def forged(city: City) -> tuple[Window, Window]:
    """A window, and somebody who speaks in its name with another key."""
    window = await city.window()
    await window.sign_in()
    return window, replace(window, key=Ed25519PrivateKey.generate())


async def test_a_bad_signature_an_unknown_actor_and_a_role_that_may_not_are_counted(city: City) -> None:
    window, stranger = await forged(city)
    entry = stranger.receive()
    window.n, window.previous = stranger.n, stranger.previous
    others = [window.receive(actor="nobody"), window.receive(kind="case.decided"), window.receive(actor="nobody")]
    await window.verdicts([entry, *others, window.receive()])
    assert await counted(city) == {
        (window.id, "signature-invalid"): (1, 1),
        (window.id, "actor-unknown"): (2, 4),
        (window.id, "not-your-role"): (1, 3),
    }


async def test_what_is_said_again_is_counted_once(city: City) -> None:
    window = await city.window()
    entries = [window.receive(actor="nobody")]
    for _ in range(3):
        await window.verdicts(entries)
    assert await counted(city) == {(window.id, "actor-unknown"): (1, 1)}


async def test_a_request_that_is_refused_as_a_whole_is_counted_each_time(city: City) -> None:
    window, other = await city.window(), await city.window()
    first = window.receive()
    await window.verdicts([first])
    broken = replace(window, previous="f" * 64, journal=[])
    assert problem_code(await window.push([broken.receive()])) == "chain-broken"
    clone = replace(window, n=0, previous="0" * 64, journal=[])
    for _ in range(2):
        assert problem_code(await window.push([clone.receive(n=1, previous="0" * 64)])) == "entry-reused"
    assert problem_code(await window.push([other.receive()])) == "not-your-window"
    assert await counted(city) == {
        (window.id, "chain-broken"): (1, 2),
        (window.id, "entry-reused"): (2, 1),
        (window.id, "not-your-window"): (1, 1),
    }


async def test_a_gap_and_a_rule_are_no_incidents(city: City) -> None:
    window = await city.window()
    entries = [window.receive(), window.receive()]
    assert problem_code(await window.push(entries[1:])) == "gap"
    await window.verdicts([entries[0], entries[1], window.say("case.accepted", entries[0].subject, {}, seen=1)])
    assert await counted(city) == {}


async def test_a_key_that_does_not_prove_the_window_is_counted(city: City) -> None:
    window, stranger = await forged(city)
    told = await stranger.sign_in()
    assert problem_code(told) == "key-unproven"
    assert await counted(city) == {(window.id, "key-unproven"): (1, None)}


async def test_they_are_counted_by_the_day(city: City) -> None:
    window = await city.window()
    await window.verdicts([window.receive(actor="nobody")])
    city.clock.now += timedelta(days=1)
    await window.sign_in()
    await window.verdicts([window.receive(actor="nobody")])
    assert [(i.day, i.count) for i in await incidents.told(city.central)] == [("2025-06-04", 1), ("2025-06-03", 1)]


async def test_the_log_names_the_window_and_nobody(city: City, caplog: pytest.LogCaptureFixture) -> None:
    window = await city.window()
    with caplog.at_level(logging.WARNING, "clerk.central.incidents"):
        await window.verdicts([window.receive(actor="44060119900101001X")])
    [line] = [r.getMessage() for r in caplog.records if r.name == "clerk.central.incidents"]
    assert (window.id in line, "actor-unknown" in line, "440601" in line) == (True, True, False)
    assert wire.PROBLEMS not in line
