"""A supervisor of several points: which feeds a window hears because of them, and what they may say from afar."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from clerk_app.domain import bodies as b
from clerk_app.domain.case import fold
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import Entry, Verdict
from clerk_app.domain.people import Role
from sync import wire
from sync.central.central import Account
from sync.central.schema import entries
from tests.support.bells import ToldBell
from tests.support.city import OTHER_POINT, POINT, THIRD_POINT, TODAY, City, Window, problem_code

ACCEPTED = b.Accepted(accepted_on=TODAY, promised_due=DueDay(day=TODAY))
DECLINED = b.Declined(on=TODAY, reason="不属于受理范围")
SUSPENDED = b.Suspended(on=TODAY, reason="专家评审")


async def ask(window: Window, *places: wire.FeedPlace, limit: int = 500, wait: int = 0) -> httpx.Response:
    body = msgspec.json.encode(wire.FeedsRequest(feeds=list(places), limit=limit, wait=wait))
    headers = {**window.headers, "Content-Type": wire.MEDIA_TYPE}
    return await window.city.client.post("/v1/feeds", content=body, headers=headers)


async def feeds(window: Window, *points: str, **asked: Any) -> dict[str, wire.PointFeed]:
    told = await ask(window, *(wire.FeedPlace(point=point) for point in points), **asked)
    assert told.status_code == 200, told.text
    return {one.point: one for one in msgspec.json.decode(told.content, type=wire.Feeds).feeds}


async def session(window: Window) -> wire.SessionState:
    return msgspec.json.decode((await window.get("/v1/session")).content, type=wire.SessionState)


async def further(window: Window) -> list[str]:
    return [one.point for one in (await session(window)).further]


async def overseen(city: City) -> tuple[Window, Window]:
    """A window of the first point at which the supervisor of both signed in, and one of the other point."""
    here, there = await city.window(), await city.window(OTHER_POINT)
    await here.sign_in("S1")
    await here.sign_in()
    await there.sign_in()
    return here, there


async def accepted(there: Window) -> str:
    case = there.new_case()
    told = await there.verdicts([there.receive(case), there.say("case.accepted", case, ACCEPTED, seen=1)])
    assert [v.verdict for v in told] == [Verdict.APPLIED] * 2
    return case


def suspended(window: Window, case: str, seen: int, actor: str = "S1") -> Entry:
    return window.say("case.suspended", case, SUSPENDED, seen=seen, actor=actor)


def resumed(window: Window, case: str, seen: int) -> Entry:
    body = b.Resumed(on=TODAY, promised_due=DueDay(day=TODAY))
    return window.say("case.resumed", case, body, seen=seen, actor="S1")


def code_of(told: wire.EntryVerdict) -> str:
    return "" if told.problem is None else told.problem.type.removeprefix(wire.PROBLEMS)


async def revoke_point(city: City, *points: str, role: Role = Role.SUPERVISOR) -> None:
    account = Account(number="S1", name="黄丙", role=role, points=points, password="sample-password-1")
    await city.central.add_accounts([account])


# which feeds


async def test_a_window_hears_of_no_other_point_before_a_supervisor_of_several_signed_in(city: City) -> None:
    here, there = await city.window(), await city.window(OTHER_POINT)
    await there.verdicts([there.receive()])
    await here.sign_in()
    assert await further(here) == []
    assert (await feeds(here, OTHER_POINT))[OTHER_POINT] == wire.PointFeed(point=OTHER_POINT, code="not-your-point")
    await here.sign_in("C1")
    assert await further(here) == []


async def test_the_windows_own_session_hears_the_points_of_the_supervisor_who_signed_in(city: City) -> None:
    here, there = await overseen(city)
    await there.verdicts([there.receive(), there.receive()])
    await here.verdicts([here.receive()])
    assert await further(here) == [OTHER_POINT]
    told = await feeds(here, POINT, OTHER_POINT)
    for point, window in ((POINT, here), (OTHER_POINT, there)):
        page = await window.feed()
        assert (told[point].entries, told[point].next, told[point].mark) == (page.entries, page.next, page.mark)
    assert await further(there) == [], "the supervisor signed in at the other window only"


async def test_until_when_without_another_sign_in(city: City) -> None:
    here, there = await overseen(city)
    await there.verdicts([there.receive()])
    [told] = (await session(here)).further
    assert told.until == "2025-06-06T09:00:00+00:00"
    city.clock.advance(days=2, hours=23)
    await here.sign_in()
    assert await further(here) == [OTHER_POINT]
    city.clock.advance(hours=1)
    await here.sign_in()
    assert await further(here) == []
    assert (await feeds(here, OTHER_POINT))[OTHER_POINT].code == "not-your-point"
    await here.sign_in("S1")
    assert await further(here) == [OTHER_POINT]


@pytest.mark.parametrize("how", ["point", "own point", "role", "account"])
async def test_what_the_account_loses_its_window_hears_no_more(city: City, how: str) -> None:
    here, there = await overseen(city)
    await there.verdicts([there.receive()])
    match how:
        case "point":
            await revoke_point(city, POINT)
        case "own point":
            await revoke_point(city, OTHER_POINT)
        case "role":
            await revoke_point(city, POINT, OTHER_POINT, role=Role.CLERK)
        case _:
            await city.central.revoke_account("S1")
    assert await further(here) == []
    assert (await feeds(here, OTHER_POINT))[OTHER_POINT].code == "not-your-point"


async def test_only_feeds_with_something_new_are_told_and_each_against_its_own_mark(city: City) -> None:
    here, there = await overseen(city)
    await there.verdicts([there.receive()])
    await here.verdicts([here.receive(), here.receive()])
    heard = await feeds(here, POINT, OTHER_POINT)
    places = [wire.FeedPlace(point=p, after=heard[p].next, mark=heard[p].mark) for p in (POINT, OTHER_POINT)]
    assert (await ask(here, *places)).json() == {"feeds": []}
    await there.verdicts([there.receive()])
    [told] = msgspec.json.decode((await ask(here, *places)).content, type=wire.Feeds).feeds
    assert (told.point, [e.position for e in told.entries], told.more) == (OTHER_POINT, [2], False)
    crossed = [wire.FeedPlace(point=p.point, after=1, mark=places[0].mark) for p in places]
    codes = {f.point: f.code for f in msgspec.json.decode((await ask(here, *crossed)).content, type=wire.Feeds).feeds}
    assert codes == {POINT: "cursor-ahead", OTHER_POINT: "cursor-ahead"}


async def test_an_answer_has_a_limit_over_all_feeds(city: City) -> None:
    here, there = await overseen(city)
    await here.verdicts([here.receive() for _ in range(3)])
    await there.verdicts([there.receive() for _ in range(3)])
    places = (wire.FeedPlace(point=POINT), wire.FeedPlace(point=OTHER_POINT))
    told = msgspec.json.decode((await ask(here, *places, limit=3)).content, type=wire.Feeds)
    assert ([(f.point, f.next) for f in told.feeds], told.more) == ([(POINT, 3)], True)
    told = msgspec.json.decode((await ask(here, *places, limit=4)).content, type=wire.Feeds)
    assert [(f.point, f.next, f.more) for f in told.feeds] == [(POINT, 3, False), (OTHER_POINT, 1, True)]


@pytest.mark.parametrize(
    "asked",
    [
        {"feeds": []},
        {"feeds": [{"point": POINT}, {"point": POINT}]},
        {"feeds": [{"point": POINT}], "wait": 26},
        {"feeds": [{"point": POINT}], "limit": 0},
        {"feeds": [{"point": POINT, "after": -1}]},
        {"feeds": [{"point": ""}]},
        {"feeds": [{"point": f"P{n}"} for n in range(101)]},
    ],
)
async def test_what_is_out_of_range_is_malformed(city: City, asked: dict[str, Any]) -> None:
    here, _ = await overseen(city)
    headers = {**here.headers, "Content-Type": wire.MEDIA_TYPE}
    told = await city.client.post("/v1/feeds", content=json.dumps(asked), headers=headers)
    assert problem_code(told) == "malformed"


async def waiting(city: City, window: Window, *points: str) -> asyncio.Task[httpx.Response]:
    """Ask and return once central waits."""
    places = [wire.FeedPlace(point=point) for point in points]
    city.central.bell = bell = ToldBell()
    asked = asyncio.create_task(ask(window, *places, wait=25))
    await asyncio.wait_for(bell.somebody.wait(), 20)
    return asked


async def test_one_question_waits_for_any_of_several_feeds(city: City) -> None:
    here, there = await overseen(city)
    asked = await waiting(city, here, POINT, OTHER_POINT)
    entry = there.receive()
    await there.verdicts([entry])
    [told] = msgspec.json.decode((await asyncio.wait_for(asked, 20)).content, type=wire.Feeds).feeds
    assert (told.point, [e.entry.id for e in told.entries]) == (OTHER_POINT, [entry.id])
    assert city.central.bell.listeners == 0


async def test_who_is_revoked_while_they_wait_hears_nothing_more(city: City) -> None:
    here, there = await overseen(city)
    asked = await waiting(city, here, OTHER_POINT)
    await city.central.revoke_account("S1")
    await there.verdicts([there.receive()])
    [told] = msgspec.json.decode((await asyncio.wait_for(asked, 20)).content, type=wire.Feeds).feeds
    assert told == wire.PointFeed(point=OTHER_POINT, code="not-your-point")


async def test_what_another_process_committed_is_found_while_waiting(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await overseen(city)
    asked = await waiting(city, here, POINT, OTHER_POINT)
    monkeypatch.setattr(city.central.bell, "ring", lambda _: None)
    await there.verdicts([there.receive()])
    [told] = msgspec.json.decode((await asyncio.wait_for(asked, 20)).content, type=wire.Feeds).feeds
    assert told.point == OTHER_POINT


# what is said from afar


async def test_a_supervisors_act_on_another_points_case_stands_in_its_feed_and_in_no_other(city: City) -> None:
    here, there = await overseen(city)
    case = await accepted(there)
    entry = suspended(here, case, 2)
    [told] = await here.verdicts([entry])
    assert (told.verdict, told.position, told.problem) == (Verdict.APPLIED, None, None)
    assert [r.entry.id for r in await there.records(case)][-1] == entry.id
    assert (await here.feed()).entries == []
    state = fold(await there.records(case))
    assert state is not None
    assert state.paused
    assert await here.verdicts([entry]) == [told], "said twice it is answered alike"
    assert [(o.entry.id, o.verdict, o.position) for o in await here.own()] == [(entry.id, Verdict.APPLIED, None)]


async def test_the_window_goes_on_after_it_as_after_any_other(city: City) -> None:
    here, there = await overseen(city)
    case = await accepted(there)
    await here.verdicts([suspended(here, case, 2)])
    told = await here.verdicts([here.receive(), resumed(here, case, 3)])
    assert [(v.verdict, v.position) for v in told] == [(Verdict.APPLIED, 1), (Verdict.APPLIED, None)]
    assert len(await there.records(case)) == 4


@pytest.mark.parametrize("kind", ["remark", "decision", "clerk"])
async def test_what_a_clerk_may_say_too_is_said_at_the_point_itself(city: City, kind: str) -> None:
    here, there = await overseen(city)
    case = await accepted(there)
    entry = {
        "remark": lambda: here.say("remark.added", case, b.Remarked(text="备注"), seen=2, actor="S1"),
        "decision": lambda: here.say(
            "case.withdrawn", case, b.Ended(on=TODAY, reason="申请人撤回"), seen=2, actor="S1"
        ),
        "clerk": lambda: suspended(here, case, 2, actor="C1"),
    }[kind]()
    [told] = await here.verdicts([entry])
    assert (told.verdict, code_of(told)) == (Verdict.REFUSED, "not-your-role" if kind == "clerk" else "not-your-point")
    assert len(await there.records(case)) == 2


async def test_a_supervisor_without_the_point_may_not(city: City) -> None:
    here, there = await overseen(city)
    case = await accepted(there)
    await revoke_point(city, POINT)
    [told] = await here.verdicts([suspended(here, case, 2)])
    assert (told.verdict, code_of(told)) == (Verdict.REFUSED, "not-your-point")
    await here.verdicts([here.receive()])


async def test_one_that_was_said_late_conflicts_with_what_its_actor_had_not_seen(city: City) -> None:
    here, there = await overseen(city)
    case = await accepted(there)
    withdrawn = there.say("case.withdrawn", case, b.Ended(on=TODAY, reason="申请人撤回"), seen=2)
    await there.verdicts([withdrawn])
    late = suspended(here, case, 2)
    [told] = await here.verdicts([late])
    assert (told.verdict, told.position) == (Verdict.CONFLICTING, None)
    heard = (await feeds(here, OTHER_POINT))[OTHER_POINT]
    assert [(e.entry.id, e.verdict) for e in heard.entries][-1] == (late.id, Verdict.CONFLICTING)
    settled = here.say("conflict.settled", case, b.Settled(entry=late.id, stands=False), seen=4, actor="S1")
    assert [v.verdict for v in await here.verdicts([settled])] == [Verdict.APPLIED]
    state = fold(await there.records(case))
    assert state is not None
    assert state.conflicts == ()


async def test_it_stands_in_every_feed_of_the_audience(city: City) -> None:
    here, there = await overseen(city)
    await city.third_point()
    third = await city.window(THIRD_POINT)
    case = await accepted(there)
    await third.verdicts([third.say("case.moved", case, b.Moved(to=THIRD_POINT, on=TODAY), seen=2)])
    [told] = await here.verdicts([suspended(here, case, 3)])
    assert (told.verdict, code_of(told)) == (Verdict.REFUSED, "case-elsewhere"), "the third point is none of theirs"
    await revoke_point(city, POINT, OTHER_POINT, THIRD_POINT)
    here = await city.window()
    [told] = await here.verdicts([suspended(here, case, 3)])
    assert (told.verdict, told.position) == (Verdict.APPLIED, None)
    one, other = await there.records(case), await third.records(case)
    assert [r.entry.id for r in one] == [r.entry.id for r in other]
    assert one[-1].entry.id == told.id
    assert (await here.feed()).entries == []


async def test_a_case_that_comes_to_the_point_later_brings_what_was_said_from_there(city: City) -> None:
    here, there = await overseen(city)
    case = await accepted(there)
    entry = suspended(here, case, 2)
    await here.verdicts([entry])
    move = here.say("case.moved", case, b.Moved(to=POINT, on=TODAY), seen=3)
    [told] = await here.verdicts([move])
    assert (told.verdict, told.position) == (Verdict.APPLIED, 4)
    mine = await here.records(case)
    assert [r.entry.id for r in mine] == [r.entry.id for r in await there.records(case)]
    assert [r.position for r in mine] == [1, 2, 3, 4]
    assert [(o.entry.id, o.position) for o in await here.own()] == [(entry.id, 3), (move.id, 4)]
    async with city.central.database.read() as connection:
        query = select(entries.c.point).where(entries.c.id == entry.id).order_by(entries.c.point)
        assert [point for (point,) in await connection.execute(query)] == [POINT, OTHER_POINT]


async def test_one_about_a_case_that_is_still_to_come_waits_and_is_judged_with_it(city: City) -> None:
    here, there = await overseen(city)
    case = there.new_case()
    begun = there.receive(case)
    accept = there.say("case.accepted", case, ACCEPTED, seen=1)
    early = suspended(here, case, 2)
    [told] = await here.verdicts([early])
    assert (told.verdict, code_of(told)) == (Verdict.QUARANTINED, "case-awaited")
    await there.verdicts([begun, accept])
    [own] = await here.own()
    assert own.problem is not None
    assert (own.verdict, own.problem.type) == (Verdict.QUARANTINED, wire.PROBLEMS + "state-forbids")
    assert len(await there.records(case)) == 2


async def test_nobody_elses_window_is_held_up_by_it(city: City) -> None:
    """What is refused from afar holds up its own window's later acts on that case, and nothing at the case's point."""
    here, there = await overseen(city)
    case = await accepted(there)
    refused = resumed(here, case, 2)
    told = await here.verdicts([refused, suspended(here, case, 3), here.receive()])
    assert told[0].verdict is Verdict.REFUSED
    assert (told[1].verdict, code_of(told[1])) == (Verdict.QUARANTINED, "waits")
    assert told[2].verdict is Verdict.APPLIED
    assert [v.verdict for v in await there.verdicts([suspended(there, case, 2)])] == [Verdict.APPLIED]
    given_up = here.say("entry.mended", here.id, b.Mended(entry=refused.id, reason="不再报"), seen=0, actor="S1")
    answer = await here.answer([given_up])
    assert [(v.n, v.verdict) for v in answer.changed] == [(2, Verdict.CONFLICTING)]
