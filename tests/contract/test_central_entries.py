"""POST /v1/entries: exactly once, in order, signed, in role, each with a verdict that stays."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.domain import bodies as b
from clerk_app.domain.case import fold
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import Record, Verdict, verify_chain
from clerk_app.domain.kinds import State
from clerk_app.domain.numbers import case_number
from sync import wire
from sync.central.central import Central
from tests.support.city import OTHER_POINT, TODAY, City, Window, problem_code, received

ACCEPTED = b.Accepted(accepted_on=TODAY, promised_due=DueDay(day=TODAY))


async def test_entries_are_applied_and_take_the_positions_of_the_point_without_gaps(city: City) -> None:
    one, two = await city.window(), await city.window()
    case = one.new_case()
    told = await one.verdicts([one.receive(case), one.say("case.accepted", case, ACCEPTED, seen=1)])
    told += await two.verdicts([two.receive()])
    assert [(v.n, v.verdict, v.position) for v in told] == [
        (1, Verdict.APPLIED, 1),
        (2, Verdict.APPLIED, 2),
        (1, Verdict.APPLIED, 3),
    ]
    elsewhere = await city.window(OTHER_POINT)
    assert [v.position for v in await elsewhere.verdicts([elsewhere.receive()])] == [1]


async def test_the_same_entries_again_get_the_same_verdicts(city: City) -> None:
    window = await city.window()
    case = window.new_case()
    entries = [window.receive(case), window.say("case.accepted", case, {"rubbish": 1}, seen=1), window.receive()]
    first = await window.verdicts(entries)
    assert [v.verdict for v in first] == [Verdict.APPLIED, Verdict.REFUSED, Verdict.APPLIED]
    assert await window.verdicts(entries) == first
    assert await window.verdicts(entries[1:2]) == first[1:2]
    assert len((await window.feed()).entries) == 2


async def test_a_batch_that_overlaps_what_is_held_goes_on_where_it_ended(city: City) -> None:
    window = await city.window()
    entries = [window.receive() for _ in range(5)]
    await window.verdicts(entries[:3])
    told = await window.verdicts(entries[1:])
    assert [(v.n, v.position) for v in told] == [(2, 2), (3, 3), (4, 4), (5, 5)]


async def test_a_gap_is_told_with_the_number_that_is_expected(city: City) -> None:
    window = await city.window()
    entries = [window.receive() for _ in range(3)]
    await window.verdicts(entries[:1])
    told = await window.push(entries[2:])
    assert (told.status_code, problem_code(told), told.json()["expected"]) == (409, "gap", 2)
    told = await window.push([entries[1], entries[1], entries[2]])
    assert told.status_code == 200


async def test_an_entry_that_does_not_name_its_predecessor_breaks_the_chain(city: City) -> None:
    window = await city.window()
    await window.verdicts([window.receive()])
    window.previous = "f" * 64
    told = await window.push([window.receive()])
    assert (told.status_code, problem_code(told)) == (409, "chain-broken")


async def test_a_number_used_for_another_entry_is_told_as_reused(city: City) -> None:
    """A disk image that was restored or cloned says other things under numbers that were used."""
    window = await city.window()
    clone = replace(window, journal=[])
    await window.verdicts([window.receive()])
    told = await clone.push([clone.receive()])
    assert (told.status_code, problem_code(told)) == (409, "entry-reused")
    assert (await window.get("/v1/session")).json()["last_digest"] == window.previous


async def test_an_id_used_for_another_entry_is_told_as_reused_and_nothing_of_the_batch_is_kept(city: City) -> None:
    window = await city.window()
    first = window.receive()
    await window.verdicts([first])
    told = await window.push([window.receive(), window.receive(id=first.id)])
    assert (told.status_code, problem_code(told)) == (409, "entry-reused")
    assert (await window.get("/v1/session")).json()["last_n"] == 1


async def test_a_bad_signature_refuses_its_entry_and_lets_the_next_go_on(city: City) -> None:
    window = await city.window()
    stranger = replace(window, key=Ed25519PrivateKey.generate())
    forged = stranger.receive()
    window.n, window.previous = stranger.n, stranger.previous
    told = await window.verdicts([forged, window.receive(stranger.new_case())])
    assert [v.verdict for v in told] == [Verdict.REFUSED, Verdict.APPLIED]
    assert told[0].problem is not None
    assert told[0].problem.type == wire.PROBLEMS + "signature-invalid"
    assert (told[0].position, told[1].position) == (None, 1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"actor": "nobody"}, "actor-unknown"),
        ({"actor": "C2"}, "actor-unknown"),
        ({"actor": "D1"}, "actor-unknown"),
        ({"kind": "case.decided"}, "not-your-role"),
        ({"kind": "case.suspended"}, "not-your-role"),
        ({"kind": "no.such.kind"}, "unknown-kind"),
        ({"kind": ""}, "entry-malformed"),
        ({"subject": "x\0y"}, "entry-malformed"),
        ({"subject": "长" * 5000}, "entry-malformed"),
        ({"actor": "\u202e"}, "entry-malformed"),
        ({"seen": -1}, "entry-malformed"),
        ({"at": "yesterday"}, "entry-malformed"),
        ({"at": "2025-06-03T09:00:00"}, "entry-malformed"),
        ({"subject": case_number("FS0001", "77", TODAY, 1)}, "number-foreign"),
        ({"subject": "FS0001-01-250603-0001-0"}, "number-foreign"),
        ({"seen": 2**62}, "entry-malformed"),
        ({"subject": "FS0002-01-250603-0001-X"}, "not-your-point"),
        ({"body": {}}, "body-invalid"),
        ({"kind": "case.accepted", "body": ACCEPTED}, "case-unknown"),
    ],
)
async def test_what_a_window_may_not_say_is_refused_and_stays_in_its_chain(
    city: City, changed: dict[str, Any], code: str
) -> None:
    window = await city.window()
    entry = window.receive(**changed)
    [told] = await window.verdicts([entry])
    assert told.verdict is Verdict.REFUSED
    assert told.problem is not None
    assert told.problem.type == wire.PROBLEMS + code
    assert told.problem.detail
    assert [v.verdict for v in await window.verdicts([window.receive()])] == [Verdict.APPLIED]


async def test_a_supervisor_may_say_what_a_clerk_may_not(city: City) -> None:
    window = await city.window()
    case = window.new_case()
    suspended = b.Suspended(on=TODAY, reason="现场勘验")
    other = window.new_case()
    told = await window.verdicts(
        [
            window.receive(case),
            window.say("case.accepted", case, ACCEPTED, seen=1),
            window.say("case.suspended", case, suspended, seen=2, actor="S1"),
            window.receive(other),
            window.say("case.accepted", other, ACCEPTED, seen=1),
            window.say("case.suspended", other, suspended, seen=2),
        ]
    )
    assert [v.verdict for v in told] == [Verdict.APPLIED] * 5 + [Verdict.REFUSED]


async def test_a_case_of_another_point_is_not_to_be_touched(city: City) -> None:
    here, there = await city.window(), await city.window(OTHER_POINT)
    case = here.new_case()
    await here.verdicts([here.receive(case)])
    [told] = await there.verdicts([there.say("remark.added", case, b.Remarked(text="备注"))])
    assert told.problem is not None
    assert told.problem.type == wire.PROBLEMS + "not-your-point"


async def test_a_revoked_actor_is_quarantined_for_the_supervisor(city: City) -> None:
    window = await city.window()
    await city.central.revoke_account("C1")
    [told] = await window.verdicts([window.receive()])
    assert (told.verdict, told.position) == (Verdict.QUARANTINED, None)


async def test_a_window_speaks_only_for_itself(city: City) -> None:
    one, two = await city.window(), await city.window()
    told = await one.push([two.receive()])
    assert (told.status_code, problem_code(told)) == (403, "not-your-window")


async def test_entries_meant_for_another_life_of_central_are_not_taken(city: City) -> None:
    window = await city.window()
    told = await window.push([window.receive()], epoch="another")
    assert (told.status_code, problem_code(told)) == (409, "epoch-changed")
    await city.central.begin_epoch()
    assert (await window.push(window.journal)).headers[wire.EPOCH_HEADER] == city.central.epoch


async def test_acts_that_commute_merge_and_decisions_that_do_not_are_kept_as_conflicting(city: City) -> None:
    one, two = await city.window(), await city.window()
    case = one.new_case()
    await one.verdicts([one.receive(case)])
    remark = two.say("remark.added", case, b.Remarked(text="申请人将补交照片"), seen=1)
    accepted = one.say("case.accepted", case, ACCEPTED, seen=1)
    declined = two.say("case.declined", case, b.Declined(on=TODAY, reason="不属于受理范围"), seen=2)
    assert [v.verdict for v in await one.verdicts([accepted])] == [Verdict.APPLIED]
    assert [v.verdict for v in await two.verdicts([remark, declined])] == [Verdict.MERGED, Verdict.CONFLICTING]
    told = (await one.feed()).entries
    state = fold([Record(entry=e.entry, verdict=e.verdict, position=e.position) for e in told])
    assert state is not None
    assert (state.state, state.conflicts, len(state.remarks)) == (State.ACCEPTED, (declined.id,), 1)


async def test_an_act_the_case_no_longer_allows_is_refused_when_everything_was_seen(city: City) -> None:
    window = await city.window()
    case = window.new_case()
    entries = [window.receive(case), window.say("case.accepted", case, ACCEPTED, seen=1)]
    entries.append(window.say("case.declined", case, b.Declined(on=TODAY, reason="其他"), seen=2))
    told = await window.verdicts(entries)
    assert [v.verdict for v in told] == [Verdict.APPLIED, Verdict.APPLIED, Verdict.REFUSED]


async def test_an_incomplete_case_cannot_be_accepted_whatever_the_window_says(city: City) -> None:
    window = await city.window()
    case = window.new_case()
    bare = window.say("case.received", case, received(tallies=()))
    told = await window.verdicts([bare, window.say("case.accepted", case, ACCEPTED, seen=1)])
    assert told[1].problem is not None
    assert told[1].problem.type == wire.PROBLEMS + "incomplete"


async def test_a_state_learnt_from_the_database_judges_as_the_one_remembered(central_url: str, city: City) -> None:
    """Two processes over one database: each must notice what the other stored."""
    window = await city.window()
    case = window.new_case()
    entries = [window.receive(case), window.say("no.such.kind", case, seen=1)]
    entries.append(window.say("entry.mended", case, b.Mended(entry=entries[1].id), seen=2))
    await window.verdicts(entries)
    elsewhere = await Central.open(central_url, city.clock)
    try:
        accepted = window.say("case.accepted", case, ACCEPTED, seen=3)
        [told] = (await elsewhere.ingest(window.id, window.public_key, [accepted])).verdicts
        assert told.verdict is Verdict.APPLIED
        declined = window.say("case.declined", case, b.Declined(on=TODAY, reason="其他"), seen=4)
        [told] = await window.verdicts([declined])
        assert told.verdict is Verdict.REFUSED
    finally:
        await elsewhere.close()


async def test_windows_of_a_point_that_speak_at_once_get_positions_without_gaps_or_doubles(city: City) -> None:
    windows = [await city.window() for _ in range(4)]
    for window in windows:
        await window.sign_in()

    async def speak(window: Window) -> list[int | None]:
        found: list[int | None] = []
        for _ in range(3):
            found += [v.position for v in await window.verdicts([window.receive() for _ in range(5)])]
        return found

    taken = [p for found in await asyncio.gather(*map(speak, windows)) for p in found]
    assert sorted(p for p in taken if p is not None) == list(range(1, 61))
    told = (await windows[0].feed()).entries
    assert [e.position for e in told] == list(range(1, 61))
    for window in windows:
        assert verify_chain([e.entry for e in told if e.entry.window == window.id]) is None


async def test_the_same_batch_twice_at_once_is_stored_once(city: City) -> None:
    window = await city.window()
    await window.sign_in()
    entries = [window.receive() for _ in range(20)]
    one, two = await asyncio.gather(window.verdicts(entries), window.verdicts(entries))
    assert one == two
    assert len((await window.feed()).entries) == 20


async def test_more_than_200_entries_or_a_megabyte_are_too_large(city: City) -> None:
    window = await city.window()
    told = await window.push([window.receive() for _ in range(201)])
    assert (told.status_code, problem_code(told)) == (413, "too-large")
    long = replace(window, n=0, previous="0" * 64, journal=[])
    told = await window.push([long.say("remark.added", "FS0001-01", {"text": "字" * 400_000})])
    assert (told.status_code, problem_code(told)) == (413, "too-large")


async def test_an_entry_comes_back_as_it_was_said(city: City) -> None:
    """Whatever a body holds, its hash and its signature must hold at the other end."""
    window = await city.window()
    text = "𠮷㐂䶮 🙂 <b>[red]'; DROP TABLE entries;--\0 \u2028"
    case = window.new_case()
    body = {"text": text, "n": 1.5, "big": 10**30, "nested": {"b": [], "a": None}}
    entries = [window.receive(case), window.say("remark.added", case, body, seen=1)]
    await window.verdicts(entries)
    assert [e.entry for e in (await window.feed()).entries] == entries


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(slices=st.lists(st.tuples(st.integers(0, 11), st.integers(1, 6)), max_size=10))
async def test_whatever_is_doubled_delayed_or_reordered_each_entry_is_held_once(
    city: City, slices: list[tuple[int, int]]
) -> None:
    window = await city.window()
    entries = [window.receive() for _ in range(12)]
    held = 0
    said: dict[str, wire.EntryVerdict] = {}
    for start, length in [*slices, (0, 12)]:
        told = await window.push(entries[start : start + length])
        if start > held:
            assert (told.status_code, told.json()["expected"]) == (409, held + 1)
            continue
        for verdict in msgspec.json.decode(told.content, type=wire.EntriesAnswer).verdicts:
            assert said.setdefault(verdict.id, verdict) == verdict
        held = max(held, min(12, start + length))
    mine = [e.entry for e in (await window.feed()).entries if e.entry.window == window.id]
    assert mine == entries
