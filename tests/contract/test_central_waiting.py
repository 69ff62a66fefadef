"""What was refused holds up what follows it on the same case until it is mended; others flow. What comes too early waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clerk_app.domain import bodies as b
from clerk_app.domain.case import fold
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import Entry, Verdict
from clerk_app.domain.kinds import State
from sync import wire
from tests.support.city import OTHER_POINT, TODAY, City, Window, received

ACCEPTED = b.Accepted(accepted_on=TODAY, promised_due=DueDay(day=TODAY))
APPLIED, REFUSED, QUARANTINED = Verdict.APPLIED, Verdict.REFUSED, Verdict.QUARANTINED
CHECKED = b.Checked(tallies=received().tallies)
BARE = received(tallies=())


def code(told: wire.EntryVerdict | wire.OwnEntry) -> str:
    return "" if told.problem is None else told.problem.type.removeprefix(wire.PROBLEMS)


def mended(window: Window, case: str, refused: Entry, by: str = "", **changed: Any) -> Entry:
    return window.say("entry.mended", case, b.Mended(entry=refused.id, by=by, reason="补正"), **changed)


async def held_up(city: City) -> tuple[Window, str, Entry, Entry]:
    """A case whose acceptance was refused, and what was done with it after that."""
    window = await city.window()
    case = window.new_case()
    entries = [
        window.receive(case, body=BARE),
        window.say("case.accepted", case, ACCEPTED, seen=1),
        window.say("materials.checked", case, CHECKED, seen=2),
        window.receive(),
    ]
    told = await window.verdicts(entries)
    assert [(v.verdict, code(v)) for v in told] == [
        (APPLIED, ""),
        (REFUSED, "incomplete"),
        (QUARANTINED, "waits"),
        (APPLIED, ""),
    ]
    return window, case, entries[1], entries[2]


async def test_what_follows_a_refused_entry_on_its_case_waits_and_other_cases_flow(city: City) -> None:
    window, case, _, waiting = await held_up(city)
    told = await window.verdicts([window.say("case.withdrawn", case, b.Ended(on=TODAY), seen=3), window.receive()])
    assert [(v.verdict, code(v)) for v in told] == [(QUARANTINED, "waits"), (APPLIED, "")]
    assert waiting.id not in [r.entry.id for r in await window.records(case)]
    [again] = await window.verdicts([waiting])
    assert (again.verdict, again.position) == (QUARANTINED, None)


async def test_what_writes_nothing_waits_for_nothing(city: City) -> None:
    window, case, _, _ = await held_up(city)
    told = await window.verdicts(
        [
            window.say("remark.added", case, b.Remarked(text="x"), seen=3),
            window.say("identity.shown", case, b.Shown(), seen=4),
            window.say("visit.recorded", case, b.Visited(on=TODAY), seen=5),
        ]
    )
    assert {v.verdict for v in told} == {APPLIED}


async def test_another_window_of_the_point_waits_for_nothing(city: City) -> None:
    _, case, _, _ = await held_up(city)
    other = await city.window()
    [told] = await other.verdicts([other.say("materials.checked", case, CHECKED, seen=1)])
    assert told.verdict is APPLIED


async def test_what_is_given_up_lets_the_waiting_go_on_in_the_same_answer(city: City) -> None:
    window, case, refused, waiting = await held_up(city)
    entry = mended(window, case, refused, seen=3)
    answer = await window.answer([entry])
    assert [v.verdict for v in answer.verdicts] == [APPLIED]
    assert [(v.id, v.verdict, v.problem) for v in answer.changed] == [(waiting.id, APPLIED, None)]
    heard = await window.records(case)
    assert [r.entry.id for r in heard[1:]] == [entry.id, waiting.id]
    assert heard[-1].position == answer.changed[0].position
    assert await window.verdicts([waiting]) == answer.changed
    assert [(o.entry.id, o.verdict) for o in await window.own()][1:3] == [(refused.id, REFUSED), (waiting.id, APPLIED)]


@pytest.mark.parametrize("together", [True, False])
async def test_what_is_said_anew_stands_where_the_refused_one_stood(city: City, *, together: bool) -> None:
    """What waits is founded on it: it must not be judged before."""
    window = await city.window()
    case = window.new_case()
    refused = window.say("case.received", case, {"rubbish": 1})
    waiting = window.say("case.accepted", case, ACCEPTED, seen=1)
    told = await window.verdicts([refused, waiting])
    assert [(v.verdict, code(v)) for v in told] == [(REFUSED, "body-invalid"), (QUARANTINED, "waits")]
    anew = city.next_id()
    word = mended(window, case, refused, anew, seen=2)
    again = window.receive(case, id=anew, seen=3)
    batches = [[word, again]] if together else [[word], [again]]
    answers = [await window.answer(batch) for batch in batches]
    assert [v.verdict for answer in answers for v in answer.verdicts] == [APPLIED, APPLIED]
    assert [v.id for v in answers[-1].changed] == [waiting.id]
    state = fold(await window.records(case))
    assert state is not None
    assert state.state is State.ACCEPTED


async def test_what_is_said_anew_and_refused_again_holds_up_until_it_is_mended(city: City) -> None:
    window, case, refused, waiting = await held_up(city)
    anew = city.next_id()
    batch = [mended(window, case, refused, anew, seen=3), window.say("case.accepted", case, ACCEPTED, seen=4, id=anew)]
    answer = await window.answer(batch)
    assert [(v.verdict, code(v)) for v in answer.verdicts] == [(APPLIED, ""), (REFUSED, "incomplete")]
    assert answer.changed == []
    third = city.next_id()
    batch = [mended(window, case, batch[1], third, seen=5), window.say("case.withdrawn", case, {}, seen=6, id=third)]
    assert [code(v) for v in await window.verdicts(batch)] == ["", "body-invalid"]
    answer = await window.answer([mended(window, case, batch[1], seen=7)])
    assert [(v.id, v.verdict) for v in answer.changed] == [(waiting.id, APPLIED)]


async def test_one_that_is_still_not_allowed_stays_quarantined_with_the_reason(city: City) -> None:
    window = await city.window()
    case = window.new_case()
    entries = [
        window.receive(case, body=BARE),
        window.say("case.withdrawn", case, {}, seen=1),
        window.say("case.accepted", case, ACCEPTED, seen=2),
        window.say("materials.checked", case, CHECKED, seen=3),
    ]
    await window.verdicts(entries)
    answer = await window.answer([mended(window, case, entries[1], seen=4)])
    assert [(v.id, v.verdict, code(v)) for v in answer.changed] == [(entries[2].id, QUARANTINED, "incomplete")]
    assert [code(o) for o in (await window.own())[1:4]] == ["body-invalid", "incomplete", "waits"]
    answer = await window.answer([mended(window, case, entries[2], seen=5)])
    assert [(v.id, v.verdict) for v in answer.changed] == [(entries[3].id, APPLIED)]


async def test_what_was_given_up_itself_never_goes_on(city: City) -> None:
    window, case, refused, waiting = await held_up(city)
    answer = await window.answer([mended(window, case, waiting, seen=3), mended(window, case, refused, seen=4)])
    assert [v.verdict for v in answer.verdicts] == [APPLIED, APPLIED]
    assert answer.changed == []
    assert (await window.own(2))[0].verdict is QUARANTINED


async def test_another_window_of_the_point_may_mend(city: City) -> None:
    window, case, refused, waiting = await held_up(city)
    other = await city.window()
    answer = await other.answer([mended(other, case, refused, seen=1)])
    assert ([v.verdict for v in answer.verdicts], answer.changed) == ([APPLIED], [])
    assert [r.entry.id for r in await window.records(case)][-1] == waiting.id


@pytest.mark.parametrize("entry", ["none", "applied"])
async def test_what_mends_nothing_is_refused_and_holds_up_nobody(city: City, entry: str) -> None:
    window = await city.window()
    case = window.new_case()
    first = window.receive(case)
    named = first if entry == "applied" else replace(first, id=city.next_id())
    told = await window.verdicts(
        [first, mended(window, case, named), window.say("case.accepted", case, ACCEPTED, seen=2)]
    )
    assert [(v.verdict, code(v)) for v in told] == [(APPLIED, ""), (REFUSED, "mended-unknown"), (APPLIED, "")]


async def test_what_another_point_was_refused_is_not_to_be_mended_here(city: City) -> None:
    _, case, refused, _ = await held_up(city)
    there = await city.window(OTHER_POINT)
    told = await there.verdicts([mended(there, case, refused), mended(there, there.id, refused)])
    assert [code(v) for v in told] == ["not-your-point", "mended-unknown"]


async def test_what_was_said_of_another_points_case_is_mended_under_the_windows_own_name(city: City) -> None:
    _, case, _, _ = await held_up(city)
    there = await city.window(OTHER_POINT)
    refused = there.say("case.withdrawn", case, b.Ended(on=TODAY))
    [told] = await there.verdicts([refused])
    assert code(told) == "not-your-point"
    [told] = await there.verdicts([mended(there, there.id, refused)])
    assert told.verdict is APPLIED


async def test_what_a_revoked_person_said_is_quarantined_and_holds_up_what_follows(city: City) -> None:
    window = await city.window()
    case = window.new_case()
    first = window.receive(case)
    await window.verdicts([first])
    await city.central.revoke_account("C1")
    entries = [
        window.say("materials.checked", case, CHECKED, seen=1),
        window.say("case.accepted", case, ACCEPTED, seen=2, actor="S1"),
    ]
    assert [code(v) for v in await window.verdicts(entries)] == ["actor-revoked", "waits"]
    answer = await window.answer([mended(window, case, entries[0], seen=3, actor="S1")])
    assert [(v.id, v.verdict) for v in answer.changed] == [(entries[1].id, APPLIED)]


async def test_a_case_whose_first_entry_is_still_to_come_is_waited_for(city: City) -> None:
    """Central was restored: what one window heard of the other comes before that one's own words."""
    one, two, three = await city.window(), await city.window(), await city.window()
    case = one.new_case()
    first = one.receive(case, body=BARE)
    early = [
        two.say("remark.added", case, b.Remarked(text="x"), seen=1),
        two.say("materials.checked", case, CHECKED, seen=2),
    ]
    late = three.say("case.accepted", case, ACCEPTED, seen=3)
    assert {code(v) for v in await two.verdicts(early)} == {"case-awaited"}
    assert [code(v) for v in await three.verdicts([late])] == ["case-awaited"]
    assert await two.records(case) == []
    [told] = await one.verdicts([first])
    assert (told.verdict, told.position) == (APPLIED, 1)
    heard = await two.records(case)
    assert [r.entry.id for r in heard] == [e.id for e in (first, *early, late)]
    state = fold(heard)
    assert state is not None
    assert (state.state, len(state.remarks)) == (State.ACCEPTED, 1)
    assert [v.verdict for v in await three.verdicts([late])] == [APPLIED]


async def test_a_case_of_a_window_nobody_knows_is_not_waited_for(city: City) -> None:
    window = await city.window()
    for case in ("FS0001-77-250603-0001-X", "FS0001-77", window.new_case()):
        [told] = await window.verdicts([window.say("case.accepted", case, ACCEPTED)])
        assert (told.verdict, code(told)) == (REFUSED, "case-unknown")


async def test_what_waits_for_a_case_that_begins_otherwise_stays_with_the_reason(city: City) -> None:
    one, two = await city.window(), await city.window()
    case = one.new_case()
    await two.verdicts([two.say("case.accepted", case, ACCEPTED, seen=1)])
    await one.verdicts([one.receive(case, body=BARE)])
    [own] = await two.own()
    assert (own.verdict, code(own)) == (QUARANTINED, "incomplete")


async def test_a_first_entry_that_was_lost_for_good_is_not_waited_for(city: City) -> None:
    one, two = await city.window(), await city.window()
    case = one.new_case()
    stone = one.say("entry.lost", case, b.Lost(stands_for="", reason="断电"), actor="S1")
    accepted = two.say("case.accepted", case, ACCEPTED, seen=1)
    assert [code(v) for v in await two.verdicts([accepted])] == ["case-awaited"]
    assert [v.verdict for v in await one.verdicts([stone])] == [APPLIED]
    [own] = await two.own()
    assert (own.verdict, code(own)) == (QUARANTINED, "case-unknown")


async def test_a_moved_case_is_waited_for_at_the_point_that_took_it_up(city: City) -> None:
    """Central was restored to before the case: the other point speaks first."""
    here, there, beside = await city.window(), await city.window(OTHER_POINT), await city.window(OTHER_POINT)
    case = here.new_case()
    before, first = here.receive(), here.receive(case)
    move = there.say("case.moved", case, b.Moved(to=OTHER_POINT, on=TODAY), seen=1)
    accepted = there.say("case.accepted", case, ACCEPTED, seen=2)
    remark = beside.say("remark.added", case, b.Remarked(text="x"), seen=3)
    assert [code(v) for v in await beside.verdicts([remark])] == ["case-awaited"]
    assert [code(v) for v in await there.verdicts([move, accepted])] == ["case-awaited", "case-awaited"]
    await here.verdicts([before, first])
    one, other = await here.records(case), await there.records(case)
    assert {r.entry.id for r in one} == {e.id for e in (first, move, accepted, remark)}
    assert [r.entry.id for r in one] == [r.entry.id for r in other]
    assert fold(one) == fold(other)
    assert [r.position for r in one] == [2, 3, 4, 5]
    assert [r.position for r in other] == [1, 2, 3, 4]


async def test_what_was_said_at_a_point_that_joins_later_waits_until_it_does(city: City) -> None:
    here, there, beside = await city.window(), await city.window(OTHER_POINT), await city.window(OTHER_POINT)
    case = here.new_case()
    first = here.receive(case)
    remark = beside.say("remark.added", case, b.Remarked(text="x"), seen=2)
    assert [code(v) for v in await beside.verdicts([remark])] == ["case-awaited"]
    await here.verdicts([first])
    assert [(o.verdict, code(o)) for o in await beside.own()] == [(QUARANTINED, "not-your-point")]
    move = there.say("case.moved", case, b.Moved(to=OTHER_POINT, on=TODAY), seen=1)
    assert [v.verdict for v in await there.verdicts([move])] == [APPLIED]
    assert [r.entry.id for r in await here.records(case)] == [first.id, move.id, remark.id]


async def test_central_waits_for_nothing(city: City) -> None:
    from sync.central.simulator import Simulator  # the one that speaks as central's own window

    window, case, _, _ = await held_up(city)
    await window.verdicts([mended(window, case, window.journal[1], seen=3)])
    await window.verdicts([window.say("case.accepted", case, ACCEPTED, seen=4)])
    simulator = await Simulator.open(city.central)
    city.clock.advance(seconds=600)
    assert [await simulator.step(city.clock()) for _ in range(2)] == [1, 1]
