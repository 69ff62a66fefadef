"""A case that was taken up at another point: both points hear everything, in one order, and either may go on as far as it may."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from clerk_app.domain import bodies as b
from clerk_app.domain.case import fold
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import Entry, Record, Verdict
from clerk_app.domain.kinds import State
from sync import wire
from sync.central.access import incidents
from sync.central.central import Central
from sync.central.entries.taking import ID_TAKEN_TOLD
from tests.support.city import OTHER_POINT, POINT, THIRD_POINT, TODAY, City, Window, problem_code

ACCEPTED = b.Accepted(accepted_on=TODAY, promised_due=DueDay(day=TODAY))
DECLINED = b.Declined(on=TODAY, reason="不属于受理范围")


def moved(window: Window, case: str, seen: int, **changed: object) -> Entry:
    body = b.Moved(to=window.point, to_name="本服务点", on=TODAY, reason="申请人已搬家")
    return window.say("case.moved", case, body, seen=seen, **changed)


def remark(window: Window, case: str, seen: int, text: str = "备注") -> Entry:
    return window.say("remark.added", case, b.Remarked(text=text), seen=seen)


async def fetched(window: Window, case: str) -> list[Record]:
    told = await window.get(f"/v1/cases/{case}")
    records = msgspec.json.decode(told.content, type=wire.CaseRecords)
    return [Record(entry=e.entry, verdict=e.verdict, position=e.position) for e in records.entries]


async def apart(city: City) -> tuple[Window, Window, str]:
    """A case with a remark at one point, and a window of another."""
    here, there = await city.window(), await city.window(OTHER_POINT)
    await there.sign_in()
    case = here.new_case()
    await here.verdicts([here.receive(), here.receive(case), remark(here, case, 1)])
    return here, there, case


async def together(city: City) -> tuple[Window, Window, str]:
    """A case the other point has taken up."""
    here, there, case = await apart(city)
    [told] = await there.verdicts([moved(there, case, 2)])
    assert told.verdict is Verdict.APPLIED
    return here, there, case


def ids(records: Sequence[Record]) -> list[str]:
    return [record.entry.id for record in records]


async def test_a_point_that_takes_a_case_up_hears_all_that_was_said_before_and_then_the_move(city: City) -> None:
    here, there, case = await apart(city)
    await there.verdicts([there.receive()])
    seen = await fetched(there, case)
    entry = moved(there, case, len(seen))
    [told] = await there.verdicts([entry])
    assert (told.verdict, told.position) == (Verdict.APPLIED, 4)
    heard = await there.records(case)
    assert ids(heard) == [*ids(seen), entry.id]
    assert [r.position for r in heard] == [2, 3, 4]
    assert ids(await here.records(case)) == ids(heard)
    assert [e.position for e in (await here.feed()).entries] == [1, 2, 3, 4]
    state = fold(heard)
    assert state is not None
    assert (state.place, state.point) == (OTHER_POINT, POINT)
    assert ids(await fetched(here, case)) == ids(heard)


async def test_both_points_go_on_in_one_order_and_fold_to_one_case(city: City) -> None:
    here, there, case = await together(city)
    said = [
        await here.verdicts([remark(here, case, 3, "一")]),
        await there.verdicts([remark(there, case, 4, "二"), there.say("case.accepted", case, ACCEPTED, seen=5)]),
        await here.verdicts([here.receive(), remark(here, case, 6, "三")]),
    ]
    assert {v.verdict for told in said for v in told} == {Verdict.APPLIED}
    one, other = await here.records(case), await there.records(case)
    assert ids(one) == ids(other)
    assert fold(one) == fold(other)
    assert [e.position for e in (await there.feed()).entries] == list(range(1, 8))


async def test_the_verdict_names_the_place_in_the_feed_of_the_point_that_said_it(city: City) -> None:
    here, there, case = await together(city)
    await here.verdicts([here.receive(), here.receive()])
    [told] = await there.verdicts([remark(there, case, 3)])
    places = {r.entry.id: r.position for r in await there.records(case)}
    assert places[told.id] == told.position
    assert told.position != {r.entry.id: r.position for r in await here.records(case)}[told.id]
    assert await there.verdicts(there.journal[-1:]) == [told]
    assert [(o.entry.id, o.position) for o in (await there.own())][-1] == (told.id, told.position)
    assert len(await there.own()) == len(there.journal)


async def test_a_third_point_hears_all_of_it_too(city: City) -> None:
    here, there, case = await together(city)
    await city.third_point()
    third = await city.window(THIRD_POINT)
    await third.sign_in()
    [told] = await third.verdicts([moved(third, case, len(await fetched(third, case)))])
    assert told.verdict is Verdict.APPLIED
    await there.verdicts([remark(there, case, 4)])
    feeds = [ids(await window.records(case)) for window in (here, there, third)]
    assert feeds[0] == feeds[1] == feeds[2]
    assert len(feeds[0]) == 5


async def test_a_case_may_come_back(city: City) -> None:
    here, there, case = await together(city)
    back = moved(here, case, 3)
    assert [v.verdict for v in await here.verdicts([back])] == [Verdict.APPLIED]
    [told] = await there.verdicts([there.say("case.accepted", case, ACCEPTED, seen=4)])
    assert told.problem is not None
    assert told.problem.type == wire.PROBLEMS + "case-elsewhere"
    [told] = await here.verdicts([here.say("case.accepted", case, ACCEPTED, seen=4)])
    assert told.verdict is Verdict.APPLIED
    assert len(await there.records(case)) == 5


async def test_who_gave_it_away_may_add_to_it_but_not_decide(city: City) -> None:
    here, _, case = await together(city)
    visit = here.say("visit.recorded", case, b.Visited(on=TODAY), seen=3)
    told = await here.verdicts([visit, here.say("case.declined", case, DECLINED, seen=4)])
    assert [v.verdict for v in told] == [Verdict.APPLIED, Verdict.REFUSED]
    assert told[1].problem is not None
    assert told[1].problem.type == wire.PROBLEMS + "case-elsewhere"


async def test_a_decision_made_without_knowing_of_the_move_conflicts_and_either_points_supervisor_settles_it(
    city: City,
) -> None:
    here, there, case = await together(city)
    [told] = await here.verdicts([here.say("case.declined", case, DECLINED, seen=2)])
    assert told.verdict is Verdict.CONFLICTING
    heard = await there.records(case)
    state = fold(heard)
    assert state is not None
    assert (state.state, state.conflicts) == (State.RECEIVED, (told.id,))
    settled = there.say("conflict.settled", case, b.Settled(entry=told.id, stands=True), seen=4, actor="S1")
    assert [v.verdict for v in await there.verdicts([settled])] == [Verdict.APPLIED]
    states = [fold(await window.records(case)) for window in (here, there)]
    assert states[0] == states[1]
    assert states[0] is not None
    assert (states[0].state, states[0].conflicts) == (State.DECLINED, ())


async def test_a_conflict_may_be_settled_from_where_the_case_is_no_longer_handled(city: City) -> None:
    here, there, case = await together(city)
    [told] = await here.verdicts([here.say("case.declined", case, DECLINED, seen=2)])
    settled = here.say("conflict.settled", case, b.Settled(entry=told.id, stands=False), seen=4, actor="S1")
    assert [v.verdict for v in await here.verdicts([settled])] == [Verdict.APPLIED]
    state = fold(await there.records(case))
    assert state is not None
    assert (state.state, state.conflicts) == (State.RECEIVED, ())


async def test_two_points_that_take_one_case_up_unseen_conflict_and_both_hear_of_it(city: City) -> None:
    here, there, case = await together(city)
    await city.third_point()
    third = await city.window(THIRD_POINT)
    [told] = await third.verdicts([moved(third, case, 2)])
    assert told.verdict is Verdict.CONFLICTING
    feeds = [ids(await window.records(case)) for window in (here, there, third)]
    assert feeds[0] == feeds[1] == feeds[2]
    [told] = await third.verdicts([third.say("case.accepted", case, ACCEPTED, seen=4)])
    assert told.problem is not None
    assert told.problem.type == wire.PROBLEMS + "case-elsewhere"


async def test_what_commutes_with_a_move_merges_from_either_point(city: City) -> None:
    here, there, case = await together(city)
    [unseen] = await here.verdicts([remark(here, case, 2)])
    [other] = await there.verdicts([remark(there, case, 3)])
    assert [unseen.verdict, other.verdict] == [Verdict.MERGED, Verdict.MERGED]


async def test_only_the_move_itself_may_be_said_of_another_points_case(city: City) -> None:
    _, there, case = await apart(city)
    told = await there.verdicts([remark(there, case, 2), moved(there, case, 3), remark(there, case, 4)])
    assert [v.verdict for v in told] == [Verdict.REFUSED, Verdict.APPLIED, Verdict.APPLIED]
    assert told[0].problem is not None
    assert told[0].problem.type == wire.PROBLEMS + "not-your-point"


@pytest.mark.parametrize("to", [POINT, THIRD_POINT, ""])
async def test_a_point_takes_a_case_up_for_itself_only(city: City, to: str) -> None:
    _, there, case = await apart(city)
    [told] = await there.verdicts([there.say("case.moved", case, b.Moved(to=to, on=TODAY), seen=2)])
    assert told.problem is not None
    assert (told.verdict, told.problem.type) == (Verdict.REFUSED, wire.PROBLEMS + "rule")
    assert await there.records(case) == []


async def test_a_case_nobody_knows_cannot_be_taken_up(city: City) -> None:
    _, there, _ = await apart(city)
    [told] = await there.verdicts([moved(there, "FS0001-77-250603-0001-X", 0)])
    assert told.problem is not None
    assert (told.verdict, told.problem.type) == (Verdict.REFUSED, wire.PROBLEMS + "not-your-point")
    assert problem_code(await there.get("/v1/cases/FS0001-77-250603-0001-X")) == "case-unknown"


async def test_the_feed_of_a_point_that_hears_of_a_move_is_woken(city: City) -> None:
    here, there, case = await apart(city)
    asked = asyncio.create_task(here.get("/v1/feed", after=3, wait=25))
    entry = moved(there, case, 2)
    await there.verdicts([entry])
    told = msgspec.json.decode((await asyncio.wait_for(asked, 20)).content, type=wire.Feed)
    assert [e.entry.id for e in told.entries] == [entry.id]


async def test_a_process_that_learns_a_moved_case_from_the_database_judges_as_the_one_that_moved_it(
    central_url: str, city: City
) -> None:
    here, there, case = await together(city)
    elsewhere = await Central.open(central_url, city.clock)
    try:
        entry = there.say("case.accepted", case, ACCEPTED, seen=3)
        [told] = (await elsewhere.ingest(there.id, there.public_key, [entry])).verdicts
        assert told.verdict is Verdict.APPLIED
    finally:
        await elsewhere.close()
    [told] = await here.verdicts([remark(here, case, 4)])
    assert told.verdict is Verdict.APPLIED
    assert ids(await here.records(case)) == ids(await there.records(case))


async def test_two_points_that_speak_of_one_case_at_once_are_both_stored(city: City) -> None:
    here, there, case = await together(city)
    cases = [case]
    for _ in range(3):
        other = here.new_case()
        await here.verdicts([here.receive(other)])
        await there.verdicts([moved(there, other, 1)])
        cases.append(other)
    windows = [here, there, await city.window(), await city.window(OTHER_POINT)]
    for window in windows:
        await window.sign_in()

    async def speak(window: Window) -> None:
        for _ in range(4):
            told = await window.verdicts([*(remark(window, one, 0) for one in cases), window.receive()])
            assert {v.verdict for v in told} <= {Verdict.APPLIED, Verdict.MERGED}

    await asyncio.gather(*map(speak, windows))
    for one in cases:
        assert ids(await here.records(one)) == ids(await there.records(one))
    for window in (here, there):
        positions = [e.position for e in (await window.feed()).entries]
        assert positions == list(range(1, len(positions) + 1))


async def test_points_that_take_one_case_up_at_once_are_all_heard(city: City) -> None:
    here, there, case = await apart(city)
    await city.third_point()
    third = await city.window(THIRD_POINT)
    windows = (here, there, third)
    for window in windows:
        await window.sign_in()
    batches = [
        here.verdicts([remark(here, case, 2)]),
        there.verdicts([moved(there, case, 2)]),
        third.verdicts([moved(third, case, 2)]),
    ]
    told = [verdicts[0].verdict for verdicts in await asyncio.gather(*batches)]
    assert sorted(told[1:]) != [Verdict.CONFLICTING, Verdict.CONFLICTING]
    assert Verdict.CONFLICTING in told[1:]
    feeds = [ids(await window.records(case)) for window in windows]
    assert feeds[0] == feeds[1] == feeds[2]
    assert len(feeds[0]) == 5


@pytest.mark.parametrize("placed", [True, False])
async def test_an_id_used_twice_stops_the_move_of_its_case_and_nothing_else(city: City, placed: bool) -> None:
    """Whoever looks a case up elsewhere learns its ids, and may use one at his own point before the case comes there."""
    here, there, case = await apart(city)
    insider, used = await city.window(OTHER_POINT), here.journal[-1]
    [first] = await insider.verdicts([insider.receive(insider.new_case() if placed else case, id=used.id)])
    assert (first.position is None) is not placed
    move, fine = moved(there, case, 2), there.receive()
    told = await there.verdicts([move, fine])
    assert [v.verdict for v in told] == [Verdict.REFUSED, Verdict.APPLIED]
    assert told[0].problem is not None
    assert (told[0].problem.type, told[0].problem.detail) == (wire.PROBLEMS + "entry-reused", ID_TAKEN_TOLD)
    assert {(i.window, i.code, i.last_n) for i in await incidents.told(city.central)} == {
        (here.id, "entry-reused", used.n),
        (insider.id, "entry-reused", 1),
    }
    said = [e.entry.id for e in (await there.feed()).entries]
    assert len(said) == len(set(said))
    await city.third_point()
    third = await city.window(THIRD_POINT)
    assert [v.verdict for v in await third.verdicts([moved(third, case, 2)])] == [Verdict.APPLIED]


async def test_an_id_used_twice_stops_a_move_that_waited_for_the_case(city: City) -> None:
    here, there, insider = await city.window(), await city.window(OTHER_POINT), await city.window(OTHER_POINT)
    received = here.receive()
    await there.verdicts([moved(there, received.subject, 1)])
    await insider.verdicts([insider.receive(id=received.id)])
    assert [v.verdict for v in await here.verdicts([received])] == [Verdict.APPLIED]
    [held] = await there.own()
    assert (held.verdict, held.problem and held.problem.type) == (
        Verdict.QUARANTINED,
        wire.PROBLEMS + "entry-reused",
    )
    assert [v.verdict for v in await there.verdicts([there.receive()])] == [Verdict.APPLIED]
