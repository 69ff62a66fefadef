"""A window that is revoked, retired or moved is refused everywhere within one call: long polls, uploads, other processes too.

Every call of the table is here, so that a new one cannot be forgotten: a secured one by the token that was good a moment ago, any
other by what it takes.
"""

from __future__ import annotations

import asyncio
import secrets
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from sync import wire
from sync.central.access import codes, retiring
from sync.central.line.endpoints import ENDPOINTS, Endpoint
from tests.support.city import OTHER_POINT, POINT, City, Window, open_city, problem_code
from tests.support.commands import clerk, command, environment
from tests.support.postgres import Cluster
from tests.support.processes import running
from tests.support.tus import TUS, announce, begun, held, png
from tests.support.tus import append as send_piece

REFUSED = {"window-revoked", "refresh-invalid"}
SAYS_NOTHING = {"upload_options"}
"""Tells anybody what central's tus can do, and nothing of the city."""
PARTS = {
    "{number}": "FS0001-01-250603-0001-S",
    "{revision}": "1",
    "{sha256}": "0" * 64,
    "{id}": "a" * 43,
    "{name}": "timestamp.json",
}
Unsecured = Callable[[Window, str, str], Awaitable[httpx.Response]]


async def _enrol(window: Window, code: str, _: str) -> httpx.Response:
    key = window.public_key.hex()
    return await window.city.client.post("/v1/enrolments", json={"code": code, "public_key": key})


async def _challenge(window: Window, _: str, __: str) -> httpx.Response:
    return await window.city.client.post("/v1/challenges", json={"window": window.id})


async def _open_session(window: Window, _: str, challenge: str) -> httpx.Response:
    proof = window.key.sign(wire.session_bytes(challenge, window.id)).hex()
    request = {"window": window.id, "challenge": challenge, "signature": proof}
    return await window.city.client.post("/v1/sessions", json=request)


async def _refresh(window: Window, _: str, __: str) -> httpx.Response:
    return await window.city.client.post("/v1/sessions/refresh", json={"refresh_token": window.renewal})  # type: ignore[attr-defined]


UNSECURED: dict[str, Unsecured] = {
    "enrol": _enrol,
    "challenge": _challenge,
    "open_session": _open_session,
    "refresh": _refresh,
}


async def revoked(city: City, window: Window) -> None:
    assert await city.central.revoke_window(window.id)


async def retired(city: City, window: Window) -> None:
    await retiring.retire(city.central, window.id, force=True)


async def moved(city: City, window: Window) -> None:
    made = await codes.issue_move(city.central, window.id, OTHER_POINT)
    key = secrets.token_hex(32)
    proof = window.key.sign(wire.move_bytes(made.code, key)).hex()
    request = {"code": made.code, "public_key": key, "former": proof}
    assert (await city.client.post("/v1/enrolments", json=request)).status_code == 201


ENDS = (revoked, retired, moved)


async def ask(window: Window, endpoint: Endpoint) -> httpx.Response:
    """Say a secured call with the window's token; what comes with it does not matter: who speaks is looked at first."""
    path = endpoint.path
    for part, value in PARTS.items():
        path = path.replace(part, value)
    assert "{" not in path, f"no example for {path}"
    content = b"{}" if endpoint.request is not None else b""
    headers = {**window.headers, **TUS, "Content-Type": endpoint.content or "application/json"}
    return await window.city.client.request(endpoint.method, path, content=content, headers=headers)


def test_every_call_that_needs_no_token_is_here() -> None:
    assert {e.name for e in ENDPOINTS if not e.secured} == UNSECURED.keys() | SAYS_NOTHING


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.secured], ids=lambda e: e.name)
async def test_whoever_is_no_window_any_more_is_refused_at_its_next_call(city: City, endpoint: Endpoint) -> None:
    for end in ENDS:
        window = await city.window()
        await window.sign_in("S1")
        before = await ask(window, endpoint)
        assert before.request.method == "HEAD" or b"window-revoked" not in before.content
        if endpoint.name == "close_session":
            await window.sign_in("S1")
        await end(city, window)
        told = await ask(window, endpoint)
        assert told.status_code == 403
        assert told.request.method == "HEAD" or problem_code(told) == "window-revoked"


@pytest.mark.parametrize("name", UNSECURED)
async def test_nor_does_it_come_in_anew(city: City, name: str) -> None:
    for end in ENDS:
        [code] = await city.central.make_enrolment_codes(POINT, 1)
        window = await city.window()
        told = await _enrol(window, code, "")
        window.id = told.json()["window"]
        window.renewal = (await window.sign_in()).json()["refresh_token"]  # type: ignore[attr-defined]
        challenge = (await _challenge(window, "", "")).json()["challenge"]
        await end(city, window)
        assert problem_code(await UNSECURED[name](window, code, challenge)) in REFUSED


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
async def test_what_is_under_way_ends_with_the_window(
    city: City, end: Callable[[City, Window], Awaitable[None]]
) -> None:
    window, other, paper = await city.window(), await city.window(), png()
    await announce(window, [paper])
    await window.sign_in("S1")
    url = await begun(window, paper)
    heard = await window.feed()
    last = heard.next
    feed = asyncio.create_task(window.get("/v1/feed", after=last, wait=20))
    asked = {"feeds": [{"point": POINT, "after": last, "mark": heard.mark}], "wait": 20}
    feeds = asyncio.create_task(city.client.post("/v1/feeds", json=asked, headers=window.headers))
    async with asyncio.timeout(20):
        while city.central.bell.listeners < 2:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0)
    await end(city, window)
    assert (await send_piece(window, url, 0, paper.content)).status_code == 403
    await other.verdicts([other.receive()])
    assert problem_code(await feed) == "window-revoked"
    assert problem_code(await feeds) == "window-revoked"
    assert await held(city) == []


async def test_a_batch_that_waited_for_its_turn_is_not_taken_in(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """It came in while the window was one, and its turn comes when it is none any more."""
    from sync.central.entries import ingest

    window = await city.window()
    screened = ingest._screened

    async def late(said: object, key: bytes) -> object:
        await revoked(city, window)
        return await screened(said, key)  # type: ignore[arg-type]

    await window.sign_in()
    monkeypatch.setattr(ingest, "_screened", late)
    assert problem_code(await window.push([window.receive()])) == "window-revoked"


@pytest.mark.long
async def test_other_processes_of_central_refuse_it_within_one_call_too(
    postgres_cluster: Cluster, tmp_path: Path
) -> None:
    """Central serves in one process; the one that revokes is another."""
    with postgres_cluster.database() as url:
        city = await open_city(url)
        window = await city.window()
        await city.client.aclose()
        words = command("central", "serve", "--database", url, "--port", "0", "--scans", tmp_path / "scans")
        with running(words, env=environment(), stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            address = process.stdout.readline().decode().removeprefix("listening on ").strip()
            async with httpx.AsyncClient(base_url=address, timeout=30) as client:
                city.client = client
                await window.verdicts([window.receive()])
                await window.sign_in("S1")
                polls = [asyncio.create_task(window.get("/v1/feed", after=1, wait=3)) for _ in range(2)]
                assert (await window.get("/v1/session")).status_code == 200
                done = await asyncio.to_thread(clerk, "central", "revoke", "--window", window.id, "--database", url)
                done.done()
                for endpoint in ENDPOINTS:
                    if endpoint.secured:
                        assert (await ask(window, endpoint)).status_code == 403, endpoint.name
                assert problem_code(await _challenge(window, "", "")) == "window-revoked"
                assert [problem_code(await poll) for poll in polls] == ["window-revoked"] * 2
        await city.central.close()
