"""Two windows of one point and a central, through a line that loses, doubles and delays: in the end all agree.

Whatever happened, once the line is healed every queue empties soon, central has each entry once, and both windows show
the cases that central's journal tells.
"""

from __future__ import annotations

import contextlib
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clerk_app.domain.checklist import Tally
from clerk_app.domain.journal import verify_chain
from clerk_app.line import LineDown
from clerk_app.planning import Decide
from clerk_app.seat import Refused
from tests.support.booth import Booth, Town, booth, town
from tests.support.bridge import LoopThread
from tests.support.lossy import Fault, LossyLine
from tests.support.story import ALL, without

KEYS = (bytes(range(1, 33)), bytes(range(2, 34)))
SOON = 6
"""Rounds within which every queue is empty once the line is healed."""
WINDOWS = st.sampled_from((0, 1))
BROUGHT = (Tally(material="lease", copies_kept=1), Tally(material="form", originals_kept=1))
ACTS = ("remark", "accept", "notify", "decline", "withdraw", "lease", "form", "return")


class TwoWindows(RuleBasedStateMachine):
    """What may happen, in any order."""

    loop: LoopThread

    @initialize()
    def open_everything(self) -> None:
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.town: Town = self.stack.enter_context(town(self.loop, self.folder))
        self.lines = [LossyLine(self.town.bridge) for _ in KEYS]
        self.seats = [self.town.enrol(key) for key in KEYS]
        self.open = [ExitStack() for _ in KEYS]
        self.windows: list[Booth] = [self.opened(n) for n in range(2)]
        for window in self.windows:
            window.sync()
        self.numbers: list[str] = []
        self.backup: dict[str, bytes] | None = None

    def opened(self, n: int) -> Booth:
        seat, folder = self.seats[n], self.folder / str(n)
        return self.open[n].enter_context(booth(seat, folder, self.town.clock, self.lines[n], key=KEYS[n]))

    @rule(
        n=WINDOWS,
        tallies=st.sampled_from((ALL, without("form"), without("lease"))),
        decide=st.sampled_from(("auto", "receive")),
    )
    def receive(self, n: int, tallies: tuple[Tally, ...], decide: str) -> None:
        self.numbers.append(self.windows[n].receive(tallies, Decide(decide)))

    @precondition(lambda self: self.numbers)
    @rule(n=WINDOWS, which=st.integers(0, 7), act=st.sampled_from(ACTS))
    def act(self, n: int, which: int, act: str) -> None:
        number = self.numbers[which % len(self.numbers)]
        with contextlib.suppress(Refused):
            self.do(self.windows[n], number, act)

    @staticmethod
    def do(window: Booth, number: str, act: str) -> None:
        desk = window.desk
        match act:
            case "remark":
                desk.remark(number, "备注")
            case "accept":
                desk.accept(number)
            case "notify":
                desk.notify(number)
            case "decline":
                desk.decline(number, "不属于本局职权范围")
            case "withdraw":
                desk.withdraw(number, "申请人要求")
            case "return":
                desk.return_papers(number, "逾期未补")
            case "lease" | "form":
                desk.supplement(number, [t for t in BROUGHT if t.material == act])

    @rule(n=WINDOWS, faults=st.lists(st.sampled_from(list(Fault)), max_size=6))
    def sync(self, n: int, faults: list[Fault]) -> None:
        self.lines[n].faults.extend(faults)
        with contextlib.suppress(LineDown):
            self.windows[n].sync()
        self.lines[n].faults.clear()

    @rule()
    def all_is_well_for_a_while(self) -> None:
        for window in self.windows:
            window.sync()

    @rule(n=WINDOWS)
    def close_and_open_a_window(self, n: int) -> None:
        self.open[n].close()
        self.windows[n] = self.opened(n)

    @rule()
    def restart_central(self) -> None:
        self.town.restart()

    @rule()
    def back_up_central(self) -> None:
        self.backup = self.town.back_up()

    @precondition(lambda self: self.backup)
    @rule()
    def restore_central(self) -> None:
        assert self.backup is not None
        self.town.restore(self.backup)

    @rule(minutes=st.sampled_from((1, 20)))
    def time_passes(self, minutes: int) -> None:
        self.town.clock.advance(minutes=minutes)

    @invariant()
    def what_is_kept_is_what_the_journal_tells(self) -> None:
        for window in getattr(self, "windows", ()):
            assert verify_chain([r.entry for r in window.own()]) is None
            assert window.records.unsent_count() + sum(r.confirmed for r in window.own()) == len(window.own())

    def teardown(self) -> None:
        if not hasattr(self, "windows"):
            return
        try:
            self.heal_and_compare()
        finally:
            for held in (*self.open, self.stack):
                held.close()

    def heal_and_compare(self) -> None:
        for line in self.lines:
            line.heal()
        for _ in range(SOON):
            for window in self.windows:
                with contextlib.suppress(LineDown):  # a session that a late request ended is opened again
                    window.sync()
        assert [w.records.unsent_count() for w in self.windows] == [0, 0]
        feed = self.town.feed()
        said = [r.entry.id for r in feed]
        assert len(said) == len(set(said))
        for window in self.windows:
            refused = {r.entry.id for r in window.records.refused()}
            assert {r.entry.id for r in window.own()} - refused == {
                r.entry.id for r in feed if r.entry.window == window.seat.window
            }
            assert window.cases() == self.town.cases()
            assert window.records.rebuild() == []


@pytest.fixture
def machine(loop: LoopThread) -> type[TwoWindows]:
    """Give the machine with a loop to run central in."""
    return type("TwoWindows", (TwoWindows,), {"loop": loop})


def test_two_windows_and_central_agree_whatever_the_line_does(machine: type[TwoWindows]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
