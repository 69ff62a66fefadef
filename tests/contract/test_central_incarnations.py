"""A window whose disk is an old copy, or a twin, goes on under a new number; both histories stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain.journal import GENESIS, Entry, Verdict
from sync import wire, wire_fleet
from tests.support.city import City, Window, problem_code


async def parted(city: City) -> tuple[Window, Window, list[Entry]]:
    """A window central heard of, the twin made of its disk after two entries, and what the twin wrote alone."""
    window = await city.window()
    await window.verdicts([window.receive() for _ in range(2)])
    twin = replace(window, journal=[*window.journal])
    await window.verdicts([window.receive()])
    return window, twin, [twin.receive(), twin.receive()]


async def ask(twin: Window, key: Ed25519PrivateKey, **changed: Any) -> httpx.Response:
    told: dict[str, Any] = {
        "public_key": key.public_key().public_bytes_raw().hex(),
        "shared_n": 2,
        "shared_digest": twin.journal[1].digest(),
        "fork_digest": twin.journal[2].digest(),
    }
    body = msgspec.json.encode(told | changed)
    headers = {**twin.headers, "Content-Type": wire.MEDIA_TYPE}
    return await twin.city.client.post("/v1/incarnations", content=body, headers=headers)


async def begun(twin: Window) -> Window:
    """The twin as the window it goes on as."""
    key = Ed25519PrivateKey.generate()
    told = await ask(twin, key)
    assert told.status_code == 201, told.text
    enrolment = msgspec.json.decode(told.content, type=wire.Enrolment)
    assert (enrolment.point, enrolment.epoch) == (twin.point, twin.city.central.epoch)
    return Window(twin.city, enrolment.window, twin.point, key)


async def test_it_gets_a_new_number_and_says_anew_what_it_alone_wrote(city: City) -> None:
    window, twin, alone = await parted(city)
    assert problem_code(await twin.push(alone)) == "entry-reused"
    new = await begun(twin)
    assert new.id != window.id
    entry = new.receive()
    assert [v.verdict for v in await new.verdicts([entry])] == [Verdict.APPLIED]
    told = [e.entry for e in (await new.feed()).entries]
    assert told == [*window.journal, entry]
    assert [v.verdict for v in await window.verdicts([window.receive()])] == [Verdict.APPLIED]


async def test_a_case_keeps_the_number_that_was_printed_unless_the_other_history_gave_it_too(city: City) -> None:
    _, twin, alone = await parted(city)
    new = await begun(twin)
    told = await new.verdicts([new.receive(entry.subject) for entry in alone])
    assert [v.verdict for v in told] == [Verdict.REFUSED, Verdict.APPLIED]
    assert told[0].problem is not None
    assert told[0].problem.type == wire.PROBLEMS + "case-exists"


async def test_the_same_key_again_gets_the_same_window(city: City) -> None:
    _, twin, _ = await parted(city)
    key = Ed25519PrivateKey.generate()
    first, again, other = [await ask(twin, k) for k in (key, key, Ed25519PrivateKey.generate())]
    assert first.json() == again.json()
    assert other.json()["window"] != first.json()["window"]


@pytest.mark.parametrize(
    "changed",
    [
        {"shared_digest": "f" * 64},
        {"shared_n": 1},
        {"shared_n": 3},
        {"shared_n": 40},
        {"shared_n": 0, "shared_digest": "e" * 64},
    ],
)
async def test_where_the_histories_do_not_part_there_it_is_needless(city: City, changed: dict[str, Any]) -> None:
    _, twin, _ = await parted(city)
    assert problem_code(await ask(twin, Ed25519PrivateKey.generate(), **changed)) == "incarnation-needless"


async def test_a_history_that_is_centrals_own_needs_none(city: City) -> None:
    window, twin, _ = await parted(city)
    told = await ask(twin, Ed25519PrivateKey.generate(), fork_digest=window.journal[2].digest())
    assert problem_code(told) == "incarnation-needless"
    window.receive()
    held = {"shared_n": 3, "shared_digest": window.journal[2].digest(), "fork_digest": window.journal[3].digest()}
    told = await ask(window, Ed25519PrivateKey.generate(), **held)
    assert problem_code(told) == "incarnation-needless"


async def test_histories_may_part_at_the_first_entry(city: City) -> None:
    _, twin, _ = await parted(city)
    told = await ask(twin, Ed25519PrivateKey.generate(), shared_n=0, shared_digest=GENESIS)
    assert told.status_code == 201


@pytest.mark.parametrize("changed", [{"public_key": "00"}, {"public_key": "zz" * 32}, {"shared_n": -1}])
async def test_what_is_no_key_or_number_is_malformed(city: City, changed: dict[str, Any]) -> None:
    _, twin, _ = await parted(city)
    assert problem_code(await ask(twin, Ed25519PrivateKey.generate(), **changed)) == "malformed"
    assert problem_code(await ask(twin, twin.key)) == "malformed"


async def test_the_fleet_shows_whose_incarnation_a_window_is(city: City) -> None:
    window, twin, _ = await parted(city)
    new = await begun(twin)
    await window.sign_in("S1")
    told = msgspec.json.decode((await window.get("/v1/fleet")).content, type=wire_fleet.Fleet)
    assert {w.window: w.parent for w in told.windows} == {window.id: "", new.id: window.id}
