"""The fleet as supervisors and whoever runs the city see it: what windows said of themselves, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import update

from sync import wire_fleet
from sync.central import fleet
from sync.central.access import retiring
from sync.central.releases import rollouts
from sync.central.schema import windows
from sync.wire_fleet import MAX_WORD, WORD_HEADER, Fleet, FleetWindow
from tests.support.city import OTHER_POINT, POINT, City, Window, problem_code
from tests.support.tus import announce, png

WORD: dict[str, Any] = {
    "oldest": "2025-06-03T16:30:00+08:00",
    "refused": 0,
    "skew": 3,
    "disk": 80_000,
    "store": 4_096,
    "printer": "ok",
    "program": {"version": "0.3.0", "staged": "0.3.1"},
    "platform": "linux-x86_64",
}


async def greet(window: Window, word: Any = None, **headers: str) -> httpx.Response:
    """Greet central with a word: a value as JSON, or a header's text as it is."""
    if not window.token:
        await window.sign_in()
    if word is not None:
        headers[WORD_HEADER] = word if isinstance(word, str) else json.dumps(word)
    headers = {"User-Agent": "clerk/0.3.0", "Clerk-Backlog": "0", **window.headers, **headers}
    return await window.city.client.get("/v1/session", headers=headers)


async def asked(supervisor: Window, **query: str | int) -> Fleet:
    told = await supervisor.city.client.get("/v1/fleet", params=query, headers=supervisor.headers)
    assert told.status_code == 200, told.text
    return msgspec.json.decode(told.content, type=Fleet)


async def of(supervisor: Window, window: Window) -> FleetWindow:
    return next(one for one in (await asked(supervisor)).windows if one.window == window.id)


@pytest.fixture
async def window(city: City) -> Window:
    return await city.window()


@pytest.fixture
async def supervisor(city: City) -> Window:
    found = await city.window(OTHER_POINT)
    assert (await found.sign_in("S1")).status_code == 201
    return found


async def test_what_a_window_says_of_itself_is_told_as_it_said_it(
    city: City, window: Window, supervisor: Window
) -> None:
    word = {**WORD, "trouble": {"code": "not-pruned.OSError", "at": "2025-06-02T09:00:00+00:00"}, "later": [1]}
    assert (await greet(window, word, **{"Clerk-Backlog": "3"})).status_code == 200
    told = await of(supervisor, window)
    assert told.word is not None
    assert msgspec.to_builtins(told.word) == {
        name: value for name, value in word.items() if name not in {"later", "refused"}
    }
    assert (told.version, told.backlog, told.point_name, told.states) == ("0.3.0", 3, "禅城区行政服务中心", ())
    assert told.last_seen == told.word_at == "2025-06-03T09:00:00+00:00"


RUBBISH = (
    "x" * 20,
    "[]",
    '{"skew": "much"}',
    '{"skew": 1e300}',
    '{"refused": -1}',
    '{"printer": "黄丙的打印机"}',
    '{"printer": "\\u9ec4"}',
    '{"platform": "a b"}',
    '{"oldest": "yesterday"}',
    json.dumps(WORD | {"more": "x" * MAX_WORD}),
    "[" * MAX_WORD,
    "\xff\xfe",
)


async def test_rubbish_is_not_heard_and_fails_no_greeting(city: City, window: Window, supervisor: Window) -> None:
    await greet(window, WORD)
    for backlog, header in enumerate(RUBBISH):
        told = {"Clerk-Backlog": str(backlog), WORD_HEADER: header, **window.headers}
        raw = [(name.encode(), value.encode()) for name, value in told.items()]
        assert (await city.client.get("/v1/session", headers=raw)).status_code == 200
        known = await of(supervisor, window)
        assert known.word is not None
        assert (known.word.platform, known.backlog) == ("linux-x86_64", backlog), header


async def test_a_window_one_version_older_says_no_word_and_goes_on(
    city: City, window: Window, supervisor: Window
) -> None:
    assert (await greet(window, **{"User-Agent": "clerk/0.2.0"})).status_code == 200
    told = await of(supervisor, window)
    assert (told.version, told.word, told.word_at, told.states) == ("0.2.0", None, "", ())


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"refused": 1}, "refused"),
        ({"oldest": "2025-06-03T15:30:00+08:00"}, "behind"),
        ({"disk": 499}, "disk"),
        ({"skew": -61}, "clock"),
        ({"printer": "stopped"}, "printer"),
        ({"program": {"version": "0.3.0", "failed": "0.3.1", "reason": "doctor"}}, "failed"),
    ],
)
async def test_what_is_the_matter_is_told_and_can_be_asked_for(
    city: City, window: Window, supervisor: Window, changed: dict[str, Any], state: str
) -> None:
    other = await city.window()
    await greet(other, WORD)
    await greet(window, WORD | changed, **{"Clerk-Backlog": "2"})
    found = await asked(supervisor, state=state)
    assert [(one.window, one.states) for one in found.windows] == [(window.id, (state,))]
    assert [one.window for one in (await asked(supervisor, point=POINT)).windows] == [window.id, other.id]


async def test_what_a_window_said_is_over_once_it_has_said_everything(
    city: City, window: Window, supervisor: Window
) -> None:
    await greet(window, WORD | {"oldest": "2025-06-02T09:00:00+08:00"}, **{"Clerk-Backlog": "2"})
    entries = [window.receive(), window.receive()]
    request = {"epoch": city.central.epoch, "entries": [json.loads(entry.canonical()) for entry in entries]}
    assert (await of(supervisor, window)).states == ("behind",)
    headers = {**window.headers, "Clerk-Backlog": "2"}
    assert (await city.client.post("/v1/entries", json=request, headers=headers)).status_code == 200
    told = await of(supervisor, window)
    assert told.word is not None
    assert (told.backlog, told.word.oldest, told.states) == (0, "", ())


async def test_silent_unseen_and_outdated_windows_are_named(city: City, window: Window, supervisor: Window) -> None:
    never = await city.window()
    await greet(window, WORD)
    city.clock.advance(hours=24, seconds=1)
    await supervisor.sign_in("S1")
    assert (await of(supervisor, window)).states == ("silent",)
    assert (await of(supervisor, never)).states == ("unseen",)
    await rollouts.offer(city.central, "0.4.0", 100)
    told = await of(supervisor, window)
    assert (told.states, told.offered) == (("silent", "outdated"), "0.4.0")
    await window.sign_in()
    await greet(window, WORD, **{"User-Agent": "clerk/0.4.0"})
    assert (await of(supervisor, window)).states == ()


async def test_a_version_given_up_is_failed_and_not_awaited(city: City, window: Window, supervisor: Window) -> None:
    await rollouts.offer(city.central, "0.4.0", 100)
    await greet(window, WORD | {"program": {"version": "0.3.0", "failed": "0.4.0", "reason": "doctor"}})
    told = await of(supervisor, window)
    assert (told.states, told.offered) == (("failed",), "0.4.0")


async def test_a_supervisor_sees_the_windows_of_their_points_only(
    city: City, window: Window, supervisor: Window
) -> None:
    await city.third_point()
    third = await city.window("FS0003")
    assert {one.window for one in (await asked(supervisor)).windows} == {window.id, supervisor.id}
    assert (await asked(supervisor, point="FS0003")).windows == []
    clerk = await city.window()
    await clerk.sign_in("C1")
    assert problem_code(await clerk.get("/v1/fleet")) == "role-needed"
    assert third.id in {one.window for one in (await city_page(city)).windows}


async def city_page(city: City) -> Fleet:
    return await fleet.page(city.central, None)


async def test_pages_hold_every_window_once_and_the_same_summary(city: City, supervisor: Window) -> None:
    made = {supervisor.id} | {(await city.window()).id for _ in range(6)}
    seen: list[str] = []
    after, pages = "", 0
    while after or not pages:
        page = await asked(supervisor, limit=3, after=after)
        assert page.summary is not None
        assert page.summary.windows == 7
        seen += [one.window for one in page.windows]
        after, pages = page.next, pages + 1
    assert (seen, pages) == (sorted(made), 3)


@pytest.mark.parametrize("query", ["state=odd", "limit=0", "limit=2001", "after=%00", "point=" + "x" * 65])
async def test_a_question_that_makes_no_sense_is_refused(city: City, supervisor: Window, query: str) -> None:
    told = await city.client.get(f"/v1/fleet?{query}", headers=supervisor.headers)
    assert problem_code(told) == "malformed"


async def test_the_end_of_a_window_is_all_that_is_the_matter_with_it(
    city: City, window: Window, supervisor: Window
) -> None:
    other = await city.window()
    await greet(window, WORD | {"skew": 900})
    await greet(other, WORD)
    assert await city.central.revoke_window(window.id)
    stood = await retiring.retire(city.central, other.id)
    assert stood.in_order
    assert (await of(supervisor, window)).states == ("revoked",)
    gone = await of(supervisor, other)
    assert (gone.states, gone.retired_at, gone.revoked) == (("retired",), "2025-06-03T09:00:00+00:00", True)
    summary = (await asked(supervisor)).summary
    assert summary is not None
    assert (summary.windows, [(s.name, s.windows) for s in summary.states]) == (1, [("revoked", 1), ("retired", 1)])


@pytest.mark.parametrize("how", ["unheard", "stale", "backlog", "refused", "untold"])
async def test_a_window_is_not_retired_while_something_of_it_may_be_lost(city: City, window: Window, how: str) -> None:
    if how != "unheard":
        headers = {"Clerk-Backlog": "2" if how == "backlog" else "x" if how == "untold" else "0"}
        await greet(window, WORD | {"refused": int(how == "refused")}, **headers)
    if how == "stale":
        city.clock.advance(hours=1, seconds=1)
    stood = await retiring.retire(city.central, window.id)
    assert not stood.in_order
    assert (await city.client.post("/v1/challenges", json={"window": window.id})).status_code == 201
    assert not (await retiring.retire(city.central, window.id, force=True)).in_order
    assert problem_code(await city.client.post("/v1/challenges", json={"window": window.id})) == "window-revoked"
    with pytest.raises(retiring.UnknownWindow):
        await retiring.retire(city.central, window.id, force=True)


async def test_scans_that_have_not_come_keep_a_window_from_being_retired(city: City, window: Window) -> None:
    await announce(window, [png()])
    await greet(window, WORD)
    stood = await retiring.retire(city.central, window.id)
    assert (stood.scans, stood.in_order) == (1, False)


async def test_a_word_of_another_version_is_no_page_that_fails(city: City, window: Window, supervisor: Window) -> None:
    async with city.central.database.write() as connection:
        await connection.execute(update(windows).where(windows.c.id == window.id).values(word='{"skew":"new form"}'))
    assert (await of(supervisor, window)).word is None


def test_a_word_has_room_for_everything_at_its_longest() -> None:
    code, moment = "x" * 40, "2025-06-03T16:30:00.000000+08:00"
    word = wire_fleet.WindowWord(
        oldest=moment,
        refused=2**53 - 1,
        skew=-(2**53) + 1,
        disk=2**53 - 1,
        store=2**53 - 1,
        printer=code,
        program=wire_fleet.ProgramTold(version=code, staged=code, failed=code, reason=code),
        platform=code,
        trouble=wire_fleet.TroubleTold(code=code, at=moment),
    )
    header = msgspec.json.encode(word).decode()
    assert len(header) < MAX_WORD
    assert wire_fleet.heard(header) == word
