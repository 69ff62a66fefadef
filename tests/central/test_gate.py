"""Shedding load: the day's work first, nobody starved, everybody told when to come again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.line.gate import BACKLOG, LIVE, Gate, lane_of
from sync.central.problems import ProblemError


class Time:
    """Seconds that pass when somebody says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def gate(at_once: int = 1, room: int = 4, time: Time | None = None, chance: Callable[[], float] = lambda: 0.5) -> Gate:
    return Gate(at_once, room, time or Time(), chance)


class Batches:
    """Batches that come to a gate; each holds its turn until it is let go."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.served: list[str] = []
        self.refused: dict[str, str] = {}
        self._ends: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, window: str, lane: str = LIVE) -> None:
        """Have a batch come, and everything happen that happens by itself."""
        self._tasks[window] = asyncio.create_task(self._one(window, lane))
        await settle()

    async def go(self, window: str) -> None:
        self._ends[window].set()
        await settle()

    async def forsake(self) -> None:
        for window in self._tasks:
            await self.leave(window)

    async def leave(self, window: str) -> None:
        """Have a batch's caller go away."""
        self._tasks[window].cancel()
        await settle()

    async def _one(self, window: str, lane: str) -> None:
        self._ends[window] = asyncio.Event()
        try:
            async with self.gate.turn(window, lane):
                self.served.append(window)
                await self._ends[window].wait()
        except ProblemError as error:
            self.refused[window] = error.headers["Retry-After"]


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("told", "lane"), [(None, LIVE), (0, LIVE), (200, LIVE), (201, BACKLOG), (10**6, BACKLOG)])
def test_what_a_window_says_is_unsent_tells_its_lane(told: int | None, lane: str) -> None:
    assert lane_of(told) == lane


async def test_so_many_at_once_so_many_waiting_and_the_next_is_told_when_to_come_again() -> None:
    batches = Batches(gate(at_once=2, room=3))
    for window in "abcdef":
        await batches.come(window)
    assert batches.served == ["a", "b"]
    assert list(batches.refused) == ["f"]
    assert int(batches.refused["f"]) >= 1
    for window in "abcde":
        await batches.go(window)
    assert batches.served == ["a", "b", "c", "d", "e"]
    assert (batches.gate.running, batches.gate.waiting) == (0, 0)


async def test_live_work_goes_first_and_the_backlog_has_every_fifth_turn() -> None:
    batches = Batches(gate(room=20))
    await batches.come("first")
    for n in range(3):
        await batches.come(f"b{n}", BACKLOG)
    for n in range(9):
        await batches.come(f"l{n}")
    for _ in range(13):
        await batches.go(batches.served[-1])
    assert batches.served == ["first", "l0", "l1", "l2", "l3", "b0", "l4", "l5", "l6", "l7", "b1", "l8", "b2"]


async def test_in_a_full_queue_live_work_takes_the_place_of_backlog_down_to_its_share() -> None:
    batches = Batches(gate(room=4))
    await batches.come("first")
    for n in range(4):
        await batches.come(f"b{n}", BACKLOG)
    for n in range(5):
        await batches.come(f"l{n}")
    assert sorted(batches.refused) == ["b1", "b2", "b3", "l3", "l4"]
    await batches.come("b4", BACKLOG)
    assert "b4" in batches.refused
    await batches.forsake()


async def test_who_was_sent_away_takes_the_place_of_who_came_later() -> None:
    time = Time()
    batches = Batches(gate(room=2, time=time))
    for window in ("first", "a", "b", "early"):
        await batches.come(window)
    assert list(batches.refused) == ["early"]
    time.now += 5
    await batches.go("first")
    await batches.come("late")
    time.now += 5
    await batches.come("early")
    assert list(batches.refused) == ["early", "late"]
    await batches.forsake()


async def test_those_sent_away_come_back_spread_over_as_long_as_their_work_takes() -> None:
    random = Random(7)
    batches = Batches(gate(at_once=1, room=0, chance=random.random))
    await batches.come("first")
    for n in range(400):
        await batches.come(f"w{n}")
    told = [int(seconds) for seconds in batches.refused.values()]
    assert max(told[:20]) <= 3
    assert max(told[-50:]) > 15
    assert len(set(told[-50:])) > 10
    assert max(told) <= 301
    await batches.forsake()


async def test_whoever_goes_away_while_waiting_leaves_its_place_and_its_turn() -> None:
    batches = Batches(gate(room=2))
    await batches.come("first")
    await batches.come("gone")
    await batches.leave("gone")
    await batches.come("next")
    await batches.go("first")
    assert batches.served == ["first", "next"]
    await batches.go("next")
    assert (batches.gate.running, batches.gate.waiting) == (0, 0)


async def storm(windows: dict[str, int], at_once: int, room: int, seed: int) -> tuple[dict[str, float], int]:
    """Have all windows come at once with so many batches each; return when each was done, and how many were refused."""
    time, random = Time(), Random(seed)
    one = Gate(at_once, room, time, random.random)
    done: dict[str, float] = {}
    refused = 0
    queue: list[tuple[float, str, int]] = [(time.now, name, batches) for name, batches in windows.items()]
    running: list[tuple[float, str, int, asyncio.Event, asyncio.Task[None]]] = []

    async def push(name: str, left: int, began: asyncio.Event, end: asyncio.Event) -> None:
        lane = BACKLOG if left > 1 else LIVE
        async with one.turn(name, lane):
            began.set()
            await end.wait()

    pending: list[tuple[str, int, asyncio.Event, asyncio.Event, asyncio.Task[None]]] = []
    while queue or pending or running:
        due = [item for item in queue if item[0] <= time.now]
        queue = [item for item in queue if item[0] > time.now]
        for _, name, left in due:
            began, end = asyncio.Event(), asyncio.Event()
            pending.append((name, left, began, end, asyncio.create_task(push(name, left, began, end))))
        await settle()
        still = []
        for name, left, began, end, task in pending:
            if task.done():
                refused += 1
                error = task.exception()
                assert isinstance(error, ProblemError)
                queue.append((time.now + int(error.headers["Retry-After"]) + random.random(), name, left))
            elif began.is_set():
                running.append((time.now + 0.1, name, left, end, task))
            else:
                still.append((name, left, began, end, task))
        pending = still
        assert len(running) <= at_once
        assert len(pending) <= room
        time.now = min([at for at, *_ in running] or [at for at, *_ in queue] or [time.now])
        for at, name, left, end, task in [item for item in running if item[0] <= time.now]:
            end.set()
            await task
            running.remove((at, name, left, end, task))
            if left > 1:
                queue.append((time.now, name, left - 1))
            else:
                done[name] = time.now - 1000.0
    return done, refused


async def test_in_a_storm_of_two_hundred_windows_all_are_done_and_the_days_work_first() -> None:
    windows = {f"live{n}": 1 for n in range(100)} | {f"back{n}": 6 for n in range(100)}
    done, refused = await storm(windows, at_once=4, room=32, seed=1)
    assert done.keys() == windows.keys()
    assert refused > 0
    live = sorted(at for name, at in done.items() if name.startswith("live"))
    back = sorted(at for name, at in done.items() if name.startswith("back"))
    assert live[len(live) // 2] < back[0]
    ideal = sum(windows.values()) * 0.1 / 4
    assert max(done.values()) < 4 * ideal


@given(
    batches=st.lists(st.integers(1, 4), min_size=1, max_size=30),
    at_once=st.integers(1, 4),
    room=st.integers(0, 8),
    seed=st.integers(0, 2**16),
)
def test_whatever_comes_everything_is_served(batches: list[int], at_once: int, room: int, seed: int) -> None:
    windows = {f"w{n}": count for n, count in enumerate(batches)}
    done, _ = asyncio.run(storm(windows, at_once, room, seed))
    assert done.keys() == windows.keys()
