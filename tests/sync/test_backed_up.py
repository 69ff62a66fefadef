"""What central's backups hold may be forgotten at the window, and is found again after a restore from such a backup."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.central import backups
from sync.runner import RunningLine
from sync.window import Report
from tests.support.booth import Booth, Town, booth

DAYS = 90


def back_up(here: Town) -> dict[str, bytes]:
    """Make a backup as an operator does: noted before, said to be completed afterwards."""
    token = here.loop.run(backups.begin(here.central))
    files = here.back_up()
    here.loop.run(backups.done(here.central, token))
    return files


def ended(window: Booth) -> str:
    number = window.receive()
    window.desk.withdraw(number, "申请人撤回")
    return number


def test_a_window_prunes_by_what_central_tells_of_its_backups(here: Town, window: Booth) -> None:
    old, running = ended(window), window.receive()
    window.sync()
    here.clock.advance(days=DAYS + 1)
    window.sync()
    assert window.records.pruning.prune(DAYS, here.clock()).blocked == "uncovered"

    back_up(here)
    late = ended(window)
    window.sync()
    came_to = window.records.pruning.prune(DAYS, here.clock())

    assert (came_to.cases, came_to.kept) == (1, {"open": 1, "recent": 1})
    assert set(window.cases()) == {running, late}
    assert old in here.cases()
    assert window.sync().pushed == 0


def test_nothing_pruned_is_lost_when_central_is_restored_from_that_backup(
    here: Town, window: Booth, tmp_path: Path
) -> None:
    with booth(
        here.enrol(bytes(range(2, 34))), tmp_path / "two", here.clock, here.bridge, key=bytes(range(2, 34))
    ) as other:
        other.sync()
        mine, theirs, running = ended(window), ended(other), window.receive()
        window.sync()
        other.sync()
        files = back_up(here)
        after = window.receive()
        here.clock.advance(days=DAYS + 1)
        window.sync()
        told = here.cases()
        assert window.records.pruning.prune(DAYS, here.clock()).cases == 2
        assert {mine, theirs}.isdisjoint(window.cases())

        here.restore(files)
        assert {mine, theirs} <= here.cases().keys()
        later = window.receive()
        window.sync()
        other.sync()

        assert here.cases() == {**told, later: window.cases()[later]}
        assert {running, after, later} <= window.cases().keys()
        assert all(window.cases()[number] == here.cases()[number] for number in window.cases())
        assert window.records.rebuild() == []
        assert window.records.damages() == []
        numbers = [r.entry.n for r in here.feed() if r.entry.window == window.seat.window]
        assert numbers == list(range(1, window.records.head()[0] + 1))

        assert theirs in window.cases()  # heard again, and the restored central does not know yet that it is backed up
        assert window.records.pruning.prune(DAYS, here.clock()).cases == 0
        back_up(here)
        window.sync()
        window.records.pruning.prune(DAYS, here.clock())
        assert {mine, theirs}.isdisjoint(window.cases())
        assert all(not r.entry.subject.startswith(theirs) for r in window.records.journal())


def test_beside_the_client_it_waits_for_a_round_in_which_nothing_is_said_or_heard(
    here: Town, window: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(window)
    rounds: list[tuple[int, int]] = []
    quiet = threading.Event()
    real = window.end.sync

    def sync(*given: Any) -> Report:
        report = real(*given)
        rounds.append((report.pushed, report.pulled))
        return report

    def idle(stop: Callable[[], bool]) -> None:
        assert not stop()
        rounds.append((-1, -1))
        quiet.set()

    monkeypatch.setattr(window.end, "sync", sync)
    line = RunningLine(lambda: window.end, here.clock, pulse=0.01, idle=idle).start()
    assert quiet.wait(30)
    line.stop()
    busy = [n for n, (pushed, _) in enumerate(rounds) if pushed > 0]
    assert busy
    assert all(rounds[n + 1] != (-1, -1) for n in busy)
    assert all(rounds[n - 1] == (0, 0) for n, said in enumerate(rounds) if said == (-1, -1))
