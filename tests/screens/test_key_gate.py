"""Keys with no time between them land where they were meant: the contract the key gate has with Textual."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.key_bench import Bench

ENTER, TAB, F2 = "enter", "tab", "f2"


def keys_of(text: str) -> list[events.Key]:
    """Return the events a terminal sends for a text; line feeds are Enter, tabs are Tab."""
    named = {"\n": ("enter", "\r"), "\t": ("tab", "\t")}
    return [events.Key(*named.get(c, (c, c))) for c in text]


def strike(app: App[Any], *keys: events.Key) -> None:
    """Put all keys into the app's queue at once, as one read from the terminal does."""
    for one in keys:
        app.post_message(one)


class Naive(Bench):
    """The same without the gate."""

    async def on_event(self, event: events.Event) -> None:
        await App.on_event(self, event)


async def settle(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, Bench)
    await pilot.pause()
    await app.gate.wait_idle()
    await pilot.pause()


async def test_a_hundred_scans_with_enter_each_land_in_their_own_field() -> None:
    scans = [f"{n:03}" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0"[:27] for n in range(100)]
    bench = Bench()
    async with bench.run_test() as pilot:
        strike(pilot.app, *(key for scan in scans for key in keys_of(scan + "\n")))
        await settle(pilot)

        assert [(f"i{n % 10}", scan) for n, scan in enumerate(scans)] == bench.taken


async def test_without_the_gate_they_do_not() -> None:
    """The fault the gate is there for still exists in this release; should it go, so may the gate."""
    scans = [f"{n:030}" for n in range(20)]
    bench = Naive()
    async with bench.run_test() as pilot:
        strike(pilot.app, *(key for scan in scans for key in keys_of(scan + "\n")))
        await settle(pilot)

        assert [(f"i{n % 10}", scan) for n, scan in enumerate(scans)] != bench.taken


async def test_tab_between_two_texts_divides_them() -> None:
    bench = Bench()
    async with bench.run_test() as pilot:
        strike(pilot.app, *keys_of("AAA\tBBB\tCCC"))
        await settle(pilot)

        assert [bench.screen.query_one(f"#i{n}", Input).value for n in range(3)] == ["AAA", "BBB", "CCC"]


@pytest.mark.parametrize("rounds", range(8))
async def test_typing_right_behind_a_function_key_goes_to_the_new_area(rounds: int) -> None:
    bench = Bench()
    async with bench.run_test() as pilot:
        strike(pilot.app, *keys_of("before"), events.Key(F2, None), *keys_of("after\tmore"))
        await settle(pilot)

        assert [bench.screen.query_one(f"#i{n}", Input).value for n in range(2)] == ["after", "more"]
        strike(pilot.app, events.Key("f3", None), *keys_of("!\n"))
        await settle(pilot)

        assert bench.taken == [("i0", "before!")]


async def test_typing_right_behind_the_key_that_opens_a_dialog_goes_into_the_dialog() -> None:
    bench = Bench()
    async with bench.run_test() as pilot:
        strike(pilot.app, *keys_of("AB"), events.Key("f4", None), *keys_of("into\n"), *keys_of("CD\n"))
        await settle(pilot)

        assert bench.taken == [("asked", "into"), ("i0", "ABCD")]


async def test_keys_wait_for_work_whose_outcome_decides_where_they_belong() -> None:
    app = Bench()
    async with app.run_test() as pilot:
        strike(app, events.Key("f5", None), *keys_of("answer\n"), *keys_of("next\n"))
        await pilot.pause()
        assert app.taken == []
        app.worked.set()
        await settle(pilot)

        assert app.taken == [("asked", "answer"), ("i0", "next")]


async def test_pasted_text_keeps_its_place_among_the_keys() -> None:
    bench = Bench()
    async with bench.run_test() as pilot:
        app = pilot.app
        strike(app, *keys_of("A\n"))
        app.post_message(events.Paste("粘贴"))
        strike(app, *keys_of("B\n"))
        await settle(pilot)

        assert bench.taken == [("i0", "A"), ("i1", "粘贴B")]


async def test_the_client_can_be_left_while_work_holds_the_keys() -> None:
    app = Bench()
    async with app.run_test() as pilot:
        strike(app, events.Key("f5", None), *keys_of("x"))
        await pilot.pause()
        strike(app, events.Key("ctrl+q", None))
        await pilot.pause()

    assert app.return_code == 0


class Shut:
    """A queue that is handled no more, with something left in it."""

    _closing = _closed = True
    _task = None
    _pending_message: object = "left"

    def call_later(self, *_: object) -> bool:
        return False


async def test_a_queue_that_is_closed_keeps_nobody_else_from_going_on(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    async with bench.run_test() as pilot:
        rounds, begun = 0, asyncio.Event()

        def chain() -> list[Any]:
            nonlocal rounds
            rounds += 1
            if rounds == 10:  # it looks at the queue again and again
                begun.set()
            assert rounds < 10_000, "nothing else comes to its turn"
            return shut

        shut = [Shut()]
        with monkeypatch.context() as closing:
            closing.setattr(bench.gate, "_chain", chain)
            strike(pilot.app, *keys_of("\n"))
            await begun.wait()
        await settle(pilot)

        strike(pilot.app, *keys_of("A\n"))
        await settle(pilot)
        assert [text for _, text in bench.taken][-1:] == ["A"]
