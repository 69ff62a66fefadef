"""What central tells whoever watches it: whether it lives and may be used, what it counted, and a log that names nobody."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import text

from sync import wire
from sync.central import reading
from sync.central.line import transport
from sync.central.line.app import build_app
from sync.central.line.gate import LIVE, Gate
from sync.central.line.limits import RATES, Rate
from sync.central.line.logs import Discreet
from sync.central.schema import VERSION
from tests.support.city import APPLICANT, PASSWORD, POINT, City, problem_code


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Collect everything that is logged, as a process writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet())
    handler.addFilter(lambda record: not record.name.startswith(("httpx", "httpcore")))  # the other end's
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("clerk").setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)
    logging.getLogger("clerk").setLevel(logging.NOTSET)


def counted(told: str, name: str, **labels: str) -> float:
    """Return a sample from what Prometheus would read."""
    for line in told.splitlines():
        found = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
        if found and dict(re.findall(r'(\w+)="([^"]*)"', found[1] or "")) == labels:
            return float(found[2])
    return 0.0


async def test_it_lives_and_is_ready_until_it_is_told_to_stop(city: City) -> None:
    assert (await city.client.get("/healthz")).text == "ok\n"
    assert (await city.client.get("/readyz")).text == "ready\n"
    city.central.stopping = True
    assert problem_code(await city.client.get("/readyz")) == "unavailable"
    assert (await city.client.get("/healthz")).status_code == 200


async def test_it_is_not_ready_once_the_database_needs_a_newer_program(city: City) -> None:
    async with city.central.database.write() as connection:
        await connection.execute(text(f"UPDATE meta SET value = '{VERSION + 1}' WHERE key = 'schema'"))
    assert problem_code(await city.client.get("/readyz")) == "unavailable"


async def test_what_was_asked_and_judged_is_counted_and_nobody_is_a_label(city: City) -> None:
    window = await city.window()
    case = window.new_case()
    await window.verdicts([window.receive(case), window.say("case.accepted", case, {"x": 1}, seen=1)])
    await window.get("/v1/prefilings/P-1")
    told = (await city.client.get("/metrics")).text
    assert counted(told, "clerk_requests_total", operation="push", status="200") == 1
    assert counted(told, "clerk_requests_total", operation="prefiling", status="404") == 1
    assert counted(told, "clerk_problems_total", operation="prefiling", code="prefiling-unknown") == 1
    assert counted(told, "clerk_request_seconds_count", operation="push") == 1
    assert counted(told, "clerk_entries_total", verdict="applied") == 1
    assert counted(told, "clerk_entries_total", verdict="refused") == 1
    assert counted(told, "clerk_pool_in_use") == 0
    for private in (POINT, case, "C1", "P-1"):
        assert private not in told


async def test_a_bad_signature_is_counted_as_an_incident(city: City) -> None:
    window = await city.window()
    await window.push([replace(window.receive(), signature="00" * 64)])
    told = (await city.client.get("/metrics")).text
    assert counted(told, "clerk_incidents_total", code="signature-invalid") == 1


async def test_metrics_may_be_off(city: City) -> None:
    city.central.settings = replace(city.central.settings, metrics="off")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(build_app(city.central)), base_url="http://central.test"
    ) as line:
        assert problem_code(await line.get("/metrics")) == "not-found"
        assert (await line.get("/readyz")).status_code == 200


async def test_metrics_are_for_this_machine_alone_and_everybody_may_ask_whether_it_is_ready(city: City) -> None:
    away = httpx.ASGITransport(build_app(city.central), client=("10.1.2.3", 4000))
    async with httpx.AsyncClient(transport=away, base_url="http://central.test") as line:
        assert problem_code(await line.get("/metrics")) == "not-found"
        assert (await line.get("/readyz")).status_code == 200


async def test_a_request_keeps_its_id_and_gets_one_where_it_has_none_that_is_plain(city: City) -> None:
    told = await city.client.get("/healthz", headers={"Request-Id": "from-the-proxy.7"})
    assert told.headers["request-id"] == "from-the-proxy.7"
    made = {(await city.client.get("/healthz", headers=h)).headers["request-id"] for h in ({}, {"Request-Id": "a b"})}
    assert len(made) == 2
    assert all(re.fullmatch(r"[0-9a-f]{16}", one) for one in made)


async def test_answers_tell_browsers_to_do_nothing_with_them(city: City) -> None:
    for path in ("/v1/session", "/healthz", "/nowhere"):
        told = await city.client.get(path)
        assert told.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in told.headers["content-security-policy"]
        assert "strict-transport-security" not in told.headers
    told = await city.client.get("https://central.test/healthz")
    assert "max-age=" in told.headers["strict-transport-security"]


async def _a_days_traffic(city: City, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Do a bit of everything, well and badly; return what must not be found anywhere."""
    window = await city.window()
    await window.sign_in("C1")
    await window.sign_in("C1", "wrong-secret")
    await window.sign_in("S1")
    case = window.new_case()
    await window.verdicts([window.receive(case), window.say("remark.added", case, {"text": "口角"}, seen=1)])
    await window.push([replace(window.receive(), signature="00" * 64)])
    await window.get("/v1/feed", after=0, wait=1)
    await window.get("/v1/fleet")
    await window.get(f"/v1/cases/{case}")
    await window.get("/v1/prefilings/YSB-20250603-7")
    await city.client.get(f"/v1/cases/{case}?id_number={APPLICANT.id_number}", headers=window.headers)
    await city.client.post("/v1/sessions", content=b'{"password": "' + PASSWORD.encode(), headers=window.headers)

    async def broken(*_: object) -> None:
        raise RuntimeError(f"办件 {case} 的申请人 {APPLICANT.name} {APPLICANT.id_number}")

    monkeypatch.setattr(reading, "case", broken)
    with pytest.raises(RuntimeError):
        await window.get(f"/v1/cases/{case}")
    personal = [APPLICANT.name, APPLICANT.id_number, "陈甲", "黄丙", "口角", PASSWORD, "wrong-secret", window.token]
    return [*personal, case, case[-6:], "YSB-20250603", '"C1"', '"S1"', "/v1/"]


async def test_the_log_of_a_day_tells_every_request_and_names_nobody(
    city: City, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = await _a_days_traffic(city, monkeypatch)
    written = log.getvalue()
    assert [word for word in private if word in written] == []
    lines = [json.loads(line) for line in written.splitlines()]
    requests = [line for line in lines if line["logger"] == "clerk.central.requests"]
    assert {"push", "feed_wait", "case", "open_session"} <= {line["operation"] for line in requests}
    assert all({"time", "level", "status", "ms", "window", "request"} <= line.keys() for line in requests)
    assert all(line["time"].endswith("+00:00") for line in lines)
    [failed] = [line for line in lines if line["event"] == "failed"]
    assert (failed["operation"], failed["level"]) == ("case", "ERROR")
    assert failed["exc_info"].startswith("RuntimeError < broken:")
    assert {line["problem"] for line in requests} >= {"sign-in-refused", "prefiling-unknown", "internal"}


async def test_a_library_may_quote_in_its_messages_and_the_log_does_not(log: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("bad value '%s' of %s, 440601199001010017", "secret", "区桂芳")
    line = json.loads(log.getvalue().splitlines()[-1])
    assert line["event"] == "bad value … of …, …"


async def test_a_window_gone_wild_is_told_to_slow_down_and_others_are_not(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RATES, "window", Rate(5, 0.5))
    window, other = await city.window(), await city.window()
    for one in (window, other):
        await one.sign_in()
    told = [await window.get("/v1/session") for _ in range(6)]
    assert [t.status_code for t in told] == [200] * 5 + [429]
    assert (problem_code(told[-1]), told[-1].headers["retry-after"]) == ("too-fast", "2")
    assert (await other.get("/v1/session")).status_code == 200
    city.clock.advance(seconds=2)
    assert (await window.get("/v1/session")).status_code == 200


async def test_challenges_and_sign_ins_are_limited_too(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RATES, "challenge", Rate(4, 1))
    monkeypatch.setitem(RATES, "sign-in", Rate(2, 1))
    window, other = await city.window(), await city.window()
    told = [await window.sign_in("C1") for _ in range(3)]
    assert [t.status_code for t in told[:2]] == [201, 201]
    assert problem_code(told[2]) == "too-fast"
    for _ in range(2):
        last = await city.client.post("/v1/challenges", json={"window": window.id})
    assert problem_code(last) == "too-fast"
    assert (await city.client.post("/v1/challenges", json={"window": other.id})).status_code == 201


async def test_a_push_beyond_what_is_taken_in_at_once_is_told_when_to_come_again(city: City) -> None:
    window = await city.window()
    await window.sign_in()
    core = city.central
    core.gate = Gate(1, 0, core.seconds, core.chance, core.metrics.shed)
    async with core.gate.turn("another", LIVE):
        told = await window.push([window.receive()])
        assert problem_code(told) == "busy"
        assert int(told.headers["retry-after"]) >= 1
    assert (await window.push([window.journal[-1]])).status_code == 200
    assert counted((await city.client.get("/metrics")).text, "clerk_pushes_shed_total", lane="live") == 1


async def test_a_body_that_does_not_come_is_not_waited_for(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(transport, "SLOWEST", 1e9)

    sent: list[dict[str, object]] = []
    messages = iter([{"type": "http.request", "body": b'{"window": ', "more_body": True}])

    async def receive() -> dict[str, object]:
        for message in messages:
            return message
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/challenges", "headers": [], "query_string": b""}
    await build_app(city.central)(scope, receive, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 408
    assert wire.PROBLEMS + "too-slow" in bytes(sent[1]["body"]).decode()  # type: ignore[call-overload]
