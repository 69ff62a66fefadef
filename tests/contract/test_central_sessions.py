"""Who may speak: enrolment, sign-in, tokens, throttling, revocation."""

from __future__ import annotations

import asyncio

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from sync import wire, wire_fleet
from sync.central.access import credentials
from sync.central.access.enrolment import UnknownPoint
from sync.central.schema import challenges, tokens
from tests.support.city import OTHER_POINT, PASSWORD, POINT, City, problem_code


def new_key() -> str:
    return Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()


async def enrol(city: City, code: str, key: str) -> httpx.Response:
    return await city.client.post("/v1/enrolments", json={"code": code, "public_key": key})


async def test_a_code_makes_one_window_and_the_lost_answer_can_be_heard_again(city: City) -> None:
    [code] = await city.central.make_enrolment_codes(POINT)
    key = new_key()
    first, again = await enrol(city, code, key), await enrol(city, code.lower().replace("-", " "), key)
    assert first.json() == again.json()
    assert (first.json()["window"], first.json()["number"]) == (f"{POINT}-01", "01")
    assert first.json()["point_name"] == "禅城区行政服务中心"
    assert problem_code(await enrol(city, code, new_key())) == "code-unknown"
    assert (await city.window()).id == f"{POINT}-02"


async def test_a_code_expires_and_an_unknown_one_is_refused(city: City) -> None:
    [code] = await city.central.make_enrolment_codes(POINT)
    city.clock.advance(days=4)
    assert problem_code(await enrol(city, code, new_key())) == "code-unknown"
    assert problem_code(await enrol(city, "AAAA-BBBB-CCCC-DDDD", new_key())) == "code-unknown"
    assert (await enrol(city, code, "not a key")).status_code == 422
    with pytest.raises(UnknownPoint):
        await city.central.make_enrolment_codes("FS9999")


async def test_two_machines_with_one_code_at_once_become_one_window(city: City) -> None:
    [code] = await city.central.make_enrolment_codes(POINT)
    told = await asyncio.gather(*(enrol(city, code, new_key()) for _ in range(4)))
    assert sorted(t.status_code for t in told) == [201, 403, 403, 403]


async def test_a_clerk_signs_in_at_a_window_of_their_point(city: City) -> None:
    window = await city.window()
    told = msgspec.json.decode((await window.sign_in("C1")).content, type=wire.Session)
    assert told.person is not None
    assert (told.person.name, told.person.role, told.offline_days > 0) == ("陈甲", "clerk", True)
    assert problem_code(await window.sign_in("C2")) == "person-not-here"
    assert problem_code(await window.sign_in("D1")) == "person-not-here"
    elsewhere = await city.window(OTHER_POINT)
    assert (await elsewhere.sign_in("S1")).status_code == 201


async def test_a_wrong_password_and_an_unknown_number_are_told_alike(city: City) -> None:
    window = await city.window()
    wrong, unknown = await window.sign_in("C1", "wrong"), await window.sign_in("nobody", "wrong")
    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
    assert problem_code(wrong) == "sign-in-refused"


async def test_guessing_is_slowed_down_and_the_right_password_waits_too(city: City) -> None:
    window = await city.window()
    for _ in range(5):
        assert problem_code(await window.sign_in("C1", "wrong")) == "sign-in-refused"
    told = await window.sign_in("C1")
    assert (problem_code(told), told.headers["retry-after"]) == ("too-often", "30")
    city.clock.advance(seconds=31)
    assert problem_code(await window.sign_in("C1", "wrong")) == "sign-in-refused"
    assert (await window.sign_in("C1")).headers["retry-after"] == "60"
    city.clock.advance(seconds=61)
    assert (await window.sign_in("C1")).status_code == 201
    assert problem_code(await window.sign_in("C1", "wrong")) == "sign-in-refused"
    assert (await window.sign_in("C1")).status_code == 201


async def test_a_challenge_is_good_once_for_one_window_and_five_minutes(city: City) -> None:
    window, other = await city.window(), await city.window()

    async def use(challenge: str, by: str = window.id) -> httpx.Response:
        proof = window.key.sign(wire.session_bytes(challenge, by)).hex()
        return await city.client.post("/v1/sessions", json={"window": by, "challenge": challenge, "signature": proof})

    async def fresh(of: str = window.id) -> str:
        return str((await city.client.post("/v1/challenges", json={"window": of})).json()["challenge"])

    challenge = await fresh()
    assert (await use(challenge)).status_code == 201
    assert problem_code(await use(challenge)) == "challenge-unknown"
    assert problem_code(await use(await fresh(other.id))) == "challenge-unknown"
    assert problem_code(await use(await fresh(other.id), other.id)) == "key-unproven"
    late = await fresh()
    city.clock.advance(minutes=6)
    assert problem_code(await use(late)) == "challenge-unknown"
    assert problem_code(await city.client.post("/v1/challenges", json={"window": "nowhere"})) == "window-unknown"


async def test_a_challenge_that_was_answered_wrongly_is_used_up(city: City) -> None:
    window = await city.window()
    text = (await city.client.post("/v1/challenges", json={"window": window.id})).json()["challenge"]
    right = window.key.sign(wire.session_bytes(text, window.id)).hex()
    for signature, problem in (("00" * 64, "key-unproven"), (right, "challenge-unknown")):
        asked = {"window": window.id, "challenge": text, "signature": signature}
        assert problem_code(await city.client.post("/v1/sessions", json=asked)) == problem


async def test_what_expired_is_swept_when_somebody_signs_in_later(city: City) -> None:
    window = await city.window()
    for _ in range(3):
        await city.client.post("/v1/challenges", json={"window": window.id})
    city.clock.advance(hours=25)
    await window.sign_in()
    async with city.central.database.read() as connection:
        for table, held in ((challenges, 0), (tokens, 2)):
            assert (await connection.execute(select(func.count()).select_from(table))).scalar() == held


async def test_an_access_token_ends_after_a_quarter_of_an_hour_and_is_renewed(city: City) -> None:
    window = await city.window()
    session = (await window.sign_in("C1")).json()
    assert (await window.get("/v1/session")).status_code == 200
    city.clock.advance(minutes=16)
    told = await window.get("/v1/session")
    assert (problem_code(told), told.headers["www-authenticate"]) == ("token-invalid", "Bearer")
    renewed = await city.client.post("/v1/sessions/refresh", json={"refresh_token": session["refresh_token"]})
    assert renewed.json()["person"]["number"] == "C1"
    window.token = renewed.json()["access_token"]
    assert (await window.get("/v1/session")).status_code == 200


async def test_a_refresh_token_used_twice_ends_the_family(city: City) -> None:
    window = await city.window()
    first = (await window.sign_in()).json()["refresh_token"]

    async def refresh(token: str) -> httpx.Response:
        return await city.client.post("/v1/sessions/refresh", json={"refresh_token": token})

    second = (await refresh(first)).json()
    window.token = second["access_token"]
    assert (await window.get("/v1/session")).status_code == 200
    assert problem_code(await refresh(first)) == "refresh-invalid"
    assert problem_code(await refresh(second["refresh_token"])) == "refresh-invalid"
    assert problem_code(await window.get("/v1/session")) == "token-invalid"


async def test_a_session_ends_a_day_after_the_sign_in_however_often_it_is_renewed(city: City) -> None:
    window = await city.window()
    session = (await window.sign_in("C1")).json()
    for _ in range(3):
        city.clock.advance(hours=7, minutes=55)
        told = await city.client.post("/v1/sessions/refresh", json={"refresh_token": session["refresh_token"]})
        session = told.json()
    assert session["expires_in"] == 15 * 60
    city.clock.advance(minutes=10)
    told = await city.client.post("/v1/sessions/refresh", json={"refresh_token": session["refresh_token"]})
    assert told.json()["expires_in"] == 5 * 60
    city.clock.advance(minutes=5)
    told = await city.client.post("/v1/sessions/refresh", json={"refresh_token": told.json()["refresh_token"]})
    assert problem_code(told) == "refresh-invalid"


async def test_who_is_revoked_while_a_long_poll_waits_hears_nothing_more(city: City) -> None:
    window, other = await city.window(), await city.window()
    await window.sign_in("C1")
    await other.sign_in()
    waiting = asyncio.create_task(window.get("/v1/feed", after=0, wait=20))
    while not city.central.bell.listeners:  # noqa: ASYNC110  nothing tells of it
        await asyncio.sleep(0)
    await city.central.revoke_window(window.id)
    await other.verdicts([other.receive()])
    assert problem_code(await waiting) == "window-revoked"


async def test_an_account_that_does_not_exist_costs_a_guesser_as_much_as_one_that_does(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = await city.window()
    checked: list[str | None] = []

    def note(password: str, held: str | None) -> bool:
        checked.append(held)
        return False

    monkeypatch.setattr(credentials, "_verify", note)
    for number in ("C1", "nobody"):
        assert problem_code(await window.sign_in(number, "wrong")) == "sign-in-refused"
    assert [held is None for held in checked] == [False, True]


async def test_failed_attempts_are_forgotten_after_a_day(city: City) -> None:
    window = await city.window()
    for number in ("C1", "nobody", "nobody either"):
        await window.sign_in(number, "wrong")
    city.clock.advance(hours=25)
    await window.sign_in("S1", "wrong")
    async with city.central.database.read() as connection:
        rows = await connection.exec_driver_sql("SELECT account FROM throttle")
        assert [account for (account,) in rows] == ["S1"]


async def test_signing_out_ends_both_tokens(city: City) -> None:
    window = await city.window()
    renewal = (await window.sign_in()).json()["refresh_token"]
    assert (await city.client.delete("/v1/sessions", headers=window.headers)).status_code == 204
    assert problem_code(await window.get("/v1/session")) == "token-invalid"
    told = await city.client.post("/v1/sessions/refresh", json={"refresh_token": renewal})
    assert problem_code(told) == "refresh-invalid"


async def test_a_refresh_token_is_no_access_token(city: City) -> None:
    window = await city.window()
    window.token = (await window.sign_in()).json()["refresh_token"]
    assert problem_code(await window.get("/v1/session")) == "token-invalid"
    window.token = ""
    assert problem_code(await window.get("/v1/session")) == "token-invalid"


async def test_a_revoked_window_or_person_finds_out_at_the_next_call(city: City) -> None:
    window = await city.window()
    await window.sign_in("C1")
    await city.central.revoke_account("C1")
    assert problem_code(await window.get("/v1/session")) == "token-invalid"
    assert problem_code(await window.sign_in("C1")) == "sign-in-refused"
    await window.sign_in()
    assert await city.central.revoke_window(window.id)
    assert problem_code(await window.get("/v1/session")) == "window-revoked"
    told = await city.client.post("/v1/challenges", json={"window": window.id})
    assert problem_code(told) == "window-revoked"


async def test_the_session_tells_where_both_ends_stand_and_the_fleet_what_was_told(city: City) -> None:
    window = await city.window()
    await window.verdicts([window.receive()])
    headers = {**window.headers, "User-Agent": "clerk/0.1.0 (x)", wire.BACKLOG_HEADER: "7"}
    told = msgspec.json.decode((await city.client.get("/v1/session", headers=headers)).content, type=wire.SessionState)
    assert (told.last_n, told.last_digest, told.epoch) == (1, window.previous, city.central.epoch)
    await window.sign_in("C1")
    assert problem_code(await window.get("/v1/fleet")) == "role-needed"
    await window.sign_in("S1", PASSWORD)
    fleet = msgspec.json.decode((await window.get("/v1/fleet")).content, type=wire_fleet.Fleet)
    assert [(w.window, w.version, w.backlog, w.last_n) for w in fleet.windows] == [(window.id, "0.1.0", 7, 1)]


async def test_no_secret_is_kept_as_it_is(city: City) -> None:
    window = await city.window()
    [code] = await city.central.make_enrolment_codes(POINT)
    told = (await window.sign_in("C1")).json()
    secrets = [code, code.replace("-", ""), told["access_token"], told["refresh_token"], PASSWORD]
    async with city.central.database.read() as connection:
        for table in ("enrolment_codes", "accounts", "tokens", "challenges"):
            rows = (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()
            assert not [s for s in secrets if s in repr(rows)]
