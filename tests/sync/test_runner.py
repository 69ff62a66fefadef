"""The line beside the client: woken by acts, patient when it is down, and never ended by what goes wrong."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clerk_app.line import LineDown, LineRefused, LineStatus
from clerk_app.store.errors import StoreFailing, StoreFull
from sync.runner import RunningLine
from sync.talk import Busy
from sync.window import Report
from tests.support.city import Clock
from tests.support.sockets import until


class Scripted:
    """The window's end as a test tells it: each round waits for its outcome."""

    def __init__(self) -> None:
        self.outcomes: queue.Queue[Any] = queue.Queue()
        self.rounds = 0
        self.opened = 0
        self.closed = 0
        self.further = 0
        """Further points a round follows."""
        self.news: queue.Queue[Any] = queue.Queue()
        self.listened = 0

    def connect(self) -> Any:
        self.opened += 1
        return self

    def listen(self, cancelled: Callable[[], bool]) -> bool | None:
        self.listened += 1
        while not cancelled():
            with contextlib.suppress(queue.Empty):
                told = self.news.get(timeout=0.005)
                if isinstance(told, Exception):
                    raise told
                return bool(told)
        return None

    def close(self) -> None:
        self.closed += 1

    def sync(self, progress: Callable[[str], None], cancelled: Callable[[], bool]) -> Report:
        self.rounds += 1
        while True:
            try:
                told = self.outcomes.get(timeout=0.005)
            except queue.Empty:
                if cancelled():
                    raise LineDown("已停止。") from None
                continue
            if isinstance(told, str):
                progress(told)
            elif isinstance(told, Exception):
                raise told
            else:
                return Report(further=self.further)


@pytest.fixture
def end() -> Scripted:
    """Give the window's end to be scripted."""
    return Scripted()


@pytest.fixture
def line(end: Scripted) -> Iterator[RunningLine]:
    """Give a line that waits for long where nothing wakes it."""
    running = RunningLine(end.connect, Clock(), pulse=600.0, chance=lambda: 0.99).start()
    yield running
    running.stop()
    assert not running._thread.is_alive()


def outcome(line: RunningLine) -> tuple[str, int]:
    """Return what every round changes."""
    return line.status().last_success, line.status().attempt


def seen(line: RunningLine, online: bool) -> LineStatus:
    until(lambda: line.status().online is online and (online or line.status().next_try_in is not None))
    return line.status()


def test_an_act_wakes_the_line(end: Scripted, line: RunningLine) -> None:
    end.outcomes.put(None)
    seen(line, online=True)
    assert end.rounds == 1
    line.poke()
    until(lambda: end.rounds == 2)


def test_an_act_during_a_round_is_followed_by_another_round(end: Scripted, line: RunningLine) -> None:
    until(lambda: end.rounds == 1)
    line.poke()
    end.outcomes.put(None)
    until(lambda: end.rounds == 2)


@pytest.mark.parametrize(
    "error",
    [
        LineDown("连不上市中心。"),
        LineRefused("窗口已停用。"),
        StoreFull(),
        StoreFailing("EIO"),
        ValueError("x"),
        OSError(5, "x"),
    ],
)
def test_whatever_goes_wrong_is_shown_and_tried_again(end: Scripted, line: RunningLine, error: Exception) -> None:
    end.outcomes.put(error)
    down = seen(line, online=False)
    assert down.attempt == 1
    assert down.last_problem
    assert down.next_try_in is not None
    assert 0 < down.next_try_in <= 2.0
    line.poke()
    end.outcomes.put(None)
    up = seen(line, online=True)
    assert (up.last_problem, up.attempt, up.next_try_in) == ("", 0, None)


def test_tries_are_counted_and_waits_grow(end: Scripted, line: RunningLine) -> None:
    waits = []
    for attempt in range(1, 6):
        end.outcomes.put(LineDown("连不上市中心。"))
        until(lambda n=attempt: line.status().attempt == n and line.status().next_try_in is not None)  # type: ignore[misc]
        waits.append(line.status().next_try_in or 0.0)
        line.poke()
    assert waits == sorted(waits)
    assert waits[-1] > 30


def test_a_line_that_is_down_does_not_spin(end: Scripted, line: RunningLine) -> None:
    end.outcomes.put(LineDown("连不上市中心。"))
    seen(line, online=False)
    for _ in range(3):
        end.outcomes.put(LineDown("连不上市中心。"))
    assert end.rounds == 1
    assert end.outcomes.qsize() == 3


@pytest.mark.parametrize("error", [LineDown("连不上市中心。"), LineRefused("窗口已停用。"), Busy("市中心忙。", 60.0)])
def test_idle_moments_are_used_while_the_line_is_down(end: Scripted, error: Exception) -> None:
    used: list[bool] = []

    def idle(cancelled: Callable[[], bool]) -> None:
        used.append(cancelled())
        raise OSError(5, "x")

    line = RunningLine(end.connect, Clock(), pulse=600.0, chance=lambda: 0.99, idle=idle).start()
    end.outcomes.put(error)
    until(lambda: used == [False])
    if not isinstance(error, Busy):
        end.outcomes.put(error)
        line.poke()
        until(lambda: used == [False, False])
        assert line.status().attempt == 2
    assert (line.status().last_problem, line.status().online) == (str(error), False)
    line.stop()
    assert not line._thread.is_alive()


def test_patience_central_asks_for_is_not_shortened_by_acts(end: Scripted, line: RunningLine) -> None:
    end.outcomes.put(Busy("市中心忙。", 60.0))
    down = seen(line, online=False)
    assert down.next_try_in is not None
    assert 60.0 <= down.next_try_in <= 62.0
    for _ in range(3):
        line.poke()
    assert not line._stopping.wait(0.05)
    assert end.rounds == 1


def test_patience_is_over_when_it_is_over(end: Scripted, line: RunningLine) -> None:
    line._chance = lambda: 0.0
    end.outcomes.put(Busy("市中心忙。", 0.01))
    until(lambda: end.rounds == 2)


def test_while_a_long_delivery_is_under_way_the_line_is_up_and_says_what_it_does(
    end: Scripted, line: RunningLine
) -> None:
    assert not line.status().online
    end.outcomes.put("已更新目录 2000 条")
    assert seen(line, online=True).doing == "已更新目录 2000 条"
    end.outcomes.put(None)
    until(lambda: line.status().last_success)
    assert line.status().doing == ""
    line.poke()
    end.outcomes.put("已上报 3 条")
    until(lambda: line.status().doing)
    end.outcomes.put(LineDown("连不上市中心。"))
    assert seen(line, online=False).doing == ""


def test_since_is_when_the_state_began(end: Scripted) -> None:
    clock = Clock()
    line = RunningLine(end.connect, clock, pulse=600.0, chance=lambda: 0.99).start()
    began = []
    for n, told in enumerate((None, None, LineDown("x"), LineDown("x"), None), start=1):
        until(lambda n=n: end.rounds == n)  # type: ignore[misc]
        clock.advance(minutes=1)
        before = outcome(line)
        end.outcomes.put(told)
        until(lambda before=before: outcome(line) != before)  # type: ignore[misc]
        began.append(line.status().since[11:16])
        line.poke()
    line.stop()
    assert began == ["09:01", "09:01", "09:03", "09:03", "09:05"]


def test_a_conversation_that_cannot_be_opened_is_tried_again(end: Scripted) -> None:
    calls: list[int] = []

    def connect() -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise LineDown("市中心的地址不对，请检查设置。")
        return end

    line = RunningLine(connect, Clock(), chance=lambda: 0.99).start()
    assert "地址不对" in seen(line, online=False).last_problem
    line.poke()
    end.outcomes.put(None)
    seen(line, online=True)
    line.stop()
    assert end.closed == 1


@pytest.mark.parametrize("told", [None, LineDown("x"), Busy("x", 60.0), ValueError("x")])
def test_the_end_comes_at_once_whatever_is_waited_for(end: Scripted, told: Exception | None) -> None:
    line = RunningLine(end.connect, Clock(), pulse=600.0, chance=lambda: 0.99).start()
    end.outcomes.put(told)
    until(lambda: line.status().last_success or line.status().last_problem)
    begin = time.monotonic()
    line.stop()
    assert time.monotonic() - begin < 1.0
    assert end.closed == end.opened == 1
    assert "line" not in {t.name for t in threading.enumerate()}


def test_a_line_never_started_can_be_stopped(end: Scripted) -> None:
    RunningLine(end.connect, Clock()).stop()
    assert end.opened == 0


def test_a_window_that_hears_its_own_point_alone_listens_to_nothing(end: Scripted, line: RunningLine) -> None:
    end.outcomes.put(None)
    seen(line, online=True)
    assert (end.opened, end.listened) == (1, 0)


def test_news_of_a_further_point_wakes_the_line_at_once(end: Scripted, line: RunningLine) -> None:
    end.further = 2
    end.outcomes.put(None)
    until(lambda: end.listened == 1)
    assert (end.rounds, end.opened) == (1, 2)
    end.news.put(False)
    until(lambda: end.listened == 2)
    assert end.rounds == 1
    end.news.put(True)
    until(lambda: end.rounds == 2)
    assert end.listened == 2, "what is there to be heard is asked for once"
    end.outcomes.put(None)
    until(lambda: end.listened == 3)


@pytest.mark.parametrize("error", [LineDown("连不上市中心。"), ValueError("x")])
def test_an_ear_that_fails_is_opened_again_after_the_next_round(
    end: Scripted, line: RunningLine, error: Exception
) -> None:
    end.further = 1
    end.outcomes.put(None)
    until(lambda: end.listened == 1)
    end.news.put(error)
    until(lambda: end.closed == 1)
    assert line.status().online
    line.poke()
    end.outcomes.put(None)
    until(lambda: end.rounds == 2)
    line.poke()
    end.outcomes.put(None)
    until(lambda: end.listened == 2)
    assert end.opened == 3
