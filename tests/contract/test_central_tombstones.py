"""An entry that was lost is stood for by a tombstone: the chain goes on, and nothing central holds is passed over or replaced."""

from __future__ import annotations

import msgspec
import pytest

from clerk_app.domain import bodies as b
from clerk_app.domain.journal import Entry, Verdict, verify_chain
from sync import wire
from tests.support.city import City, Window, problem_code


def tombstone(window: Window, lost: Entry, previous: str, *, actor: str = "S1", **changed: object) -> Entry:
    """Write what stands for a lost entry; the window's own count goes on behind the lost one."""
    n, digest = window.n, window.previous
    window.n, window.previous = lost.n - 1, previous
    body = b.Lost(stands_for=lost.digest(), reason="断电损坏")
    whole = {"kind": "entry.lost", "subject": lost.subject, "body": body, "actor": actor}
    entry = window.say(**(whole | changed))  # type: ignore[arg-type]
    window.n, window.previous = n, digest
    return entry


async def lost_one(city: City) -> tuple[Window, Entry, Entry, Entry]:
    """A window that said one entry, lost the second and still has the third."""
    window = await city.window()
    one, lost, three = window.receive(), window.receive(), window.receive()
    await window.verdicts([one])
    return window, one, lost, three


@pytest.mark.parametrize("together", [True, False])
async def test_the_chain_goes_on_behind_a_tombstone(city: City, *, together: bool) -> None:
    window, one, lost, three = await lost_one(city)
    stone = tombstone(window, lost, one.digest())
    batches = [[stone, three]] if together else [[stone], [three]]
    told = [verdict for batch in batches for verdict in await window.verdicts(batch)]
    assert [(v.n, v.verdict) for v in told] == [(2, Verdict.APPLIED), (3, Verdict.APPLIED)]
    assert verify_chain([one, stone, three]) is None
    assert verify_chain([one, stone, window.receive()]) is not None
    assert await window.verdicts([stone, three]) == told


async def test_what_follows_may_name_the_tombstone_itself(city: City) -> None:
    window, one, lost, _ = await lost_one(city)
    stone = tombstone(window, lost, one.digest())
    window.n, window.previous = stone.n, stone.digest()
    told = await window.verdicts([stone, window.receive()])
    assert [v.verdict for v in told] == [Verdict.APPLIED, Verdict.APPLIED]


async def test_several_in_a_row_stand_for_several(city: City) -> None:
    window = await city.window()
    entries = [window.receive() for _ in range(5)]
    await window.verdicts(entries[:1])
    stones: list[Entry] = []
    previous = entries[0].digest()
    for lost in entries[1:4]:
        known = lost.digest() if lost is entries[3] else ""
        stones.append(tombstone(window, lost, previous, body=b.Lost(stands_for=known, reason="断电损坏")))
        previous = stones[-1].digest()
    told = await window.verdicts([*stones, entries[4]])
    assert {v.verdict for v in told} == {Verdict.APPLIED}


async def test_a_tombstone_takes_the_place_of_nothing_central_holds(city: City) -> None:
    window, one, lost, three = await lost_one(city)
    await window.verdicts([lost])
    told = await window.push([tombstone(window, lost, one.digest()), three])
    assert (told.status_code, problem_code(told)) == (409, "entry-reused")
    assert [v.n for v in await window.verdicts([three])] == [3]


async def test_a_tombstone_passes_over_nothing(city: City) -> None:
    window, one, lost, three = await lost_one(city)
    four = window.receive()
    told = await window.push([tombstone(window, three, lost.digest()), four])
    assert (told.status_code, problem_code(told), told.json()["expected"]) == (409, "gap", 2)
    told = await window.push([tombstone(window, lost, one.digest()), four])
    assert problem_code(told) == "gap"
    told = await window.push([tombstone(window, lost, "f" * 64)])
    assert problem_code(told) == "chain-broken"
    stone = tombstone(window, lost, one.digest(), body=b.Lost(stands_for="e" * 64, reason="x"))
    told = await window.push([stone, three])
    assert problem_code(told) == "chain-broken", "what follows names another than the tombstone stands for"


async def test_what_turns_up_after_a_tombstone_is_told_as_reused(city: City) -> None:
    window, one, lost, three = await lost_one(city)
    await window.verdicts([tombstone(window, lost, one.digest()), three])
    told = await window.push([lost])
    assert (told.status_code, problem_code(told)) == (409, "entry-reused")


async def test_only_a_supervisor_may_say_it_and_like_every_refused_entry_it_takes_its_number(city: City) -> None:
    window, one, lost, three = await lost_one(city)
    told = await window.verdicts([tombstone(window, lost, one.digest(), actor="C1"), three])
    assert [(v.verdict, v.position) for v in told] == [(Verdict.REFUSED, None), (Verdict.APPLIED, 2)]
    assert told[0].problem is not None


async def test_a_tombstone_with_a_wrong_signature_stands_for_nothing(city: City) -> None:
    window, one, lost, three = await lost_one(city)
    stone = tombstone(window, lost, one.digest())
    forged = Entry(**{**{f: getattr(stone, f) for f in stone.__slots__}, "signature": "00" * 64})
    told = await window.push([forged, three])
    assert (told.status_code, problem_code(told)) == (409, "chain-broken")
    assert [v.verdict for v in await window.verdicts([forged])] == [Verdict.REFUSED]
    assert problem_code(await window.push([three])) == "chain-broken"


@pytest.mark.parametrize(
    "body", [{"stands_for": "x", "reason": ""}, {"reason": ""}, {"stands_for": "E" * 64, "reason": ""}]
)
async def test_a_tombstone_with_no_digest_is_refused(city: City, body: dict[str, str]) -> None:
    window, one, lost, _ = await lost_one(city)
    told = await window.verdicts([tombstone(window, lost, one.digest(), body=body)])
    assert [v.verdict for v in told] == [Verdict.REFUSED]


async def test_where_the_case_is_not_known_the_window_is_the_subject(city: City) -> None:
    window, one, lost, three = await lost_one(city)
    told = await window.verdicts([tombstone(window, lost, one.digest(), subject=window.id), three])
    assert [v.verdict for v in told] == [Verdict.APPLIED, Verdict.APPLIED]
    assert [f.entry.subject for f in (await window.feed()).entries][1] == window.id


async def test_a_window_gets_its_own_entries_again_with_what_was_said_of_them(city: City) -> None:
    window = await city.window()
    case = window.new_case()
    entries = [window.receive(case), window.say("case.accepted", case, {"rubbish": 1}, seen=1), window.receive()]
    said = await window.verdicts(entries)
    elsewhere = await city.window()
    await elsewhere.verdicts([elsewhere.receive()])

    async def asked(after: int, limit: int = 500) -> wire.OwnEntries:
        answer = await window.get("/v1/entries", after=after, limit=limit)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=wire.OwnEntries)

    told = await asked(0)
    assert [own.entry for own in told.entries] == entries
    assert [(o.verdict, o.position, o.problem) for o in told.entries] == [
        (v.verdict, v.position, v.problem) for v in said
    ]
    assert not told.more
    assert [own.entry.n for own in (await asked(1, 1)).entries] == [2]
    assert (await asked(1, 1)).more
    assert (await asked(3)).entries == []
