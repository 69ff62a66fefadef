"""The department simulator: moves accepted cases on through the same door as everybody, labelled as what it is."""

from __future__ import annotations

from clerk_app.domain import bodies as b
from clerk_app.domain.case import fold
from clerk_app.domain.journal import Record, verify_chain
from clerk_app.domain.kinds import State
from sync.central.simulator import ACTOR, WINDOW, Simulator
from tests.support.city import TODAY, City, problem_code


async def test_an_accepted_case_is_numbered_taken_up_and_decided_in_time(city: City) -> None:
    window = await city.window()
    case, waiting = window.new_case(), window.new_case()
    accepted = b.Accepted(accepted_on=TODAY)
    await window.verdicts(
        [window.receive(case), window.say("case.accepted", case, accepted, seen=1), window.receive(waiting)]
    )
    simulator = await Simulator.open(city.central)
    said = [await simulator.step(city.clock())]
    for seconds in (6, 0, 30, 0, 60, 0, 600):
        city.clock.advance(seconds=seconds)
        said.append(await simulator.step(city.clock()))
    assert said == [0, 1, 0, 1, 0, 1, 0, 0]
    told = [e for e in (await window.feed()).entries if e.entry.subject == case]
    state = fold([Record(entry=e.entry, verdict=e.verdict, position=e.position) for e in told])
    assert state is not None
    assert state.decided is not None
    assert (state.state, state.official.startswith("MN"), state.ignored) == (State.DECIDED, True, ())
    theirs = [e.entry for e in told if e.entry.window == WINDOW]
    assert {e.actor for e in theirs} == {ACTOR}
    assert verify_chain(theirs) is None


async def test_a_simulator_opened_again_goes_on_with_its_chain(city: City) -> None:
    window = await city.window()
    for _ in range(2):
        case = window.new_case()
        accepted = b.Accepted(accepted_on=TODAY)
        await window.verdicts([window.receive(case), window.say("case.accepted", case, accepted, seen=1)])
        city.clock.advance(seconds=10)
        assert await (await Simulator.open(city.central)).step(city.clock()) == 1


async def test_nobody_signs_in_as_centrals_own_window(city: City) -> None:
    await Simulator.open(city.central)
    told = await city.client.post("/v1/challenges", json={"window": WINDOW})
    assert problem_code(told) == "window-unknown"
    window = await city.window()
    await window.sign_in("S1")
    assert WINDOW not in (await window.get("/v1/fleet")).text
