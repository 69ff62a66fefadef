"""Three windows of two points and a central, all real, through a line that loses, doubles and delays: in the end all agree.

Whatever happened, once the line is healed every queue empties soon, central has each entry once, and every window shows
the cases that central's journal tells its point. How many steps were done is printed (``pytest -s``) and recorded.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clerk_app.domain import bodies as b
from clerk_app.domain.checklist import Tally
from clerk_app.domain.journal import Record, verify_chain
from clerk_app.domain.kinds import IN_PROGRESS
from clerk_app.domain.people import Person, Role
from clerk_app.line import LineDown, LineRefused, SignInRefused
from clerk_app.planning import Decide
from clerk_app.seat import Act, Refused
from tests.support.booth import Booth, Town, booth, town
from tests.support.bridge import LoopThread
from tests.support.city import OTHER_POINT, PASSWORD, POINT
from tests.support.lossy import Fault, LossyLine
from tests.support.served import served_town
from tests.support.story import ALL, without
from tests.support.tus import png

PLACES = (POINT, POINT, OTHER_POINT)
KEYS = tuple(bytes(range(n, n + 32)) for n in (1, 2, 3))
PEOPLE = (
    Person(number="C1", name="陈甲", role=Role.CLERK, points=(POINT,)),
    Person(number="S1", name="黄丙", role=Role.SUPERVISOR, points=(POINT, OTHER_POINT)),
    Person(number="S1", name="黄丙", role=Role.SUPERVISOR, points=(POINT, OTHER_POINT)),
)
SOON = 6
"""Rounds within which every queue is empty once the line is healed."""
EXAMPLES, STEPS = int(os.environ.get("CLERK_MACHINE_EXAMPLES", "8")), 120
"""In the soak there are more, and other ones each time."""
LEAST_STEPS = 640
WINDOWS = st.sampled_from((0, 1, 2))
OTHERWISE = ("reopen", "restart", "back up", "restore", "restore in silence", "minute", "long while")
BROUGHT = (Tally(material="lease", copies_kept=1), Tally(material="form", originals_kept=1))
ACTS = ("remark", "accept", "notify", "decline", "withdraw", "lease", "form", "return")
Opened = Callable[[Path], AbstractContextManager[Town]]


class ThreeWindows(RuleBasedStateMachine):
    """What may happen, in any order."""

    opened_town: Opened
    restorable = True
    done: list[str]

    @initialize()
    def open_everything(self) -> None:
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.town: Town = self.stack.enter_context(self.opened_town(self.folder))
        self.lines = [LossyLine(self.town.bridge) for _ in KEYS]
        self.seats = [self.town.enrol(key, point) for key, point in zip(KEYS, PLACES, strict=True)]
        self.open = [ExitStack() for _ in KEYS]
        self.windows: list[Booth] = [self.opened(n) for n in range(3)]
        self.windows[1].end.authenticate("S1", PASSWORD)
        for window in self.windows:
            window.sync()
        self.numbers: list[str] = []
        self.backup: dict[str, bytes] | None = None
        self.files = 0

    def opened(self, n: int) -> Booth:
        seat, folder = self.seats[n], self.folder / str(n)
        one = booth(seat, folder, self.town.clock, self.lines[n], key=KEYS[n], person=PEOPLE[n])
        return self.open[n].enter_context(one)

    # what people do

    @rule(
        n=WINDOWS,
        tallies=st.sampled_from((ALL, without("form"), without("lease"))),
        decide=st.sampled_from(("auto", "receive")),
    )
    def receive(self, n: int, tallies: tuple[Tally, ...], decide: str) -> None:
        self.done.append("receive")
        self.numbers.append(self.windows[n].receive(tallies, Decide(decide)))

    @precondition(lambda self: self.numbers)
    @rule(acts=st.lists(st.tuples(WINDOWS, st.integers(0, 7), st.sampled_from(ACTS)), min_size=1, max_size=5))
    def act(self, acts: list[tuple[int, int, str]]) -> None:
        for n, which, act in acts:
            self.done.append(act)
            with contextlib.suppress(Refused):
                self.do(self.windows[n], self.number(which), act)

    def number(self, which: int) -> str:
        """Return one of the latest cases."""
        latest = self.numbers[-8:]
        return latest[which % len(latest)]

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

    @precondition(lambda self: self.numbers)
    @rule(n=WINDOWS, which=st.integers(0, 7), again=st.booleans())
    def attach_a_scan(self, n: int, which: int, again: bool) -> None:
        self.done.append("scan")
        self.files += not again
        path = self.folder / "scan.png"
        path.write_bytes(png(600, self.files).content)
        with contextlib.suppress(Refused):
            self.windows[n].desk.attach_scan(self.number(which), "form", path)

    @precondition(lambda self: self.numbers)
    @rule(n=WINDOWS, which=st.integers(0, 7))
    def go_on_elsewhere(self, n: int, which: int) -> None:
        self.done.append("move")
        desk = self.windows[n].desk
        with contextlib.suppress(Refused, LineDown, LineRefused):
            desk.take_up_case(desk.look_elsewhere(self.number(which)), "就近办理")

    @rule(n=WINDOWS, yes=st.booleans(), what=st.sampled_from(("settle", "mend")))
    def see_to_what_lies_there(self, n: int, yes: bool, what: str) -> None:
        """A conflict is settled, or what central refused is said again or given up."""
        self.done.append(what)
        desk = self.windows[n].desk
        with contextlib.suppress(Refused):
            if what == "settle":
                for dispute in desk.disputes()[:1]:
                    desk.settle(dispute.subject, dispute.act.entry, yes, "核对原件")
                return
            for refused in desk.refusals()[:1]:
                if yes:
                    desk.say_again(refused.record.entry.id, "情况已变")
                else:
                    desk.give_up(refused.record.entry.id, "登记有误")

    @precondition(lambda self: self.numbers)
    @rule(n=st.sampled_from((1, 2)), which=st.integers(0, 31))
    def oversee(self, n: int, which: int) -> None:
        """The supervisor of both points signs in, or begins or ends a special procedure at whichever of them the case is."""
        if which % 4 == 0:
            self.done.append("sign in")
            with contextlib.suppress(LineDown, SignInRefused):
                self.windows[n].end.authenticate("S1", PASSWORD)
            return
        desk = self.windows[n].desk
        ready = [summary.number for summary in desk.cases() if summary.state in IN_PROGRESS]
        if not ready:
            return
        case = desk.case(ready[which % len(ready)])
        accepted = case.accepted or b.Accepted(accepted_on=case.received_on)
        body: b.Suspended | b.Resumed = b.Suspended(on=desk.today, reason="专家评审")
        if case.paused:
            dates = accepted.promised_due, accepted.statutory_due
            body = b.Resumed(on=desk.today, promised_due=dates[0], statutory_due=dates[1])
        kind = "case.resumed" if case.paused else "case.suspended"
        far = desk.seat.point not in desk.points_of(case.number)
        with contextlib.suppress(Refused):
            desk._scribe.record(desk.person, lambda: [Act(kind, case.number, body)])
            self.done.append("oversee from afar" if far else "oversee")

    # what happens to lines and machines

    @rule(n=WINDOWS, faults=st.lists(st.sampled_from(list(Fault)), max_size=6))
    def sync(self, n: int, faults: list[Fault]) -> None:
        self.done.append("sync")
        self.lines[n].faults.extend(faults)
        with contextlib.suppress(LineDown, LineRefused):  # the latter where it is told several times of another central
            self.windows[n].sync()
        self.lines[n].faults.clear()

    @rule()
    def all_is_well_for_a_while(self) -> None:
        self.done.append("well")
        for window in self.windows:
            window.sync()

    @rule(n=WINDOWS, what=st.sampled_from(OTHERWISE))
    def something_else_happens(self, n: int, what: str) -> None:
        match what:
            case "reopen":
                self.open[n].close()
                self.windows[n] = self.opened(n)
            case "restart":
                self.town.restart()
            case "back up" if self.restorable:
                self.backup = self.town.back_up()
            case "restore" | "restore in silence" if self.backup is not None:
                self.town.restore(self.backup, new_epoch=what == "restore")
            case "minute" | "long while":
                self.town.clock.advance(minutes=1 if what == "minute" else 20)
            case _:
                return
        self.done.append(what)

    # what holds

    @invariant()
    def what_is_kept_is_what_the_journal_tells(self) -> None:
        for window in getattr(self, "windows", ()):
            own = sorted(window.own(), key=lambda r: r.entry.n)
            assert verify_chain([r.entry for r in own]) is None
            assert window.records.unsent_count() + sum(r.confirmed for r in own) == len(own)

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
        assert [w.records.unsent_count() for w in self.windows] == [0, 0, 0]
        everywhere = [record for point in sorted(set(PLACES)) for record in self.town.feed(point)]
        for window, point in zip(self.windows, PLACES, strict=True):
            feed = self.town.feed(point)
            said = [r.entry.id for r in feed]
            assert len(said) == len(set(said))
            refused = {r.entry.id for r in window.records.refused()}
            assert {r.entry.id for r in window.own()} - refused == own_ids(everywhere, window)
            assert window.cases() == self.town.cases(point)
            assert window.records.rebuild() == []
            assert list(window.records.scans.owed()) == []
            for further in (one.point for one in window.records.further.points()):
                told = window.records.summaries(frozenset({further}))
                assert {s.number: window.records.case(s.number) for s in told} == self.town.cases(further)


def own_ids(feed: list[Record], window: Booth) -> set[str]:
    return {r.entry.id for r in feed if r.entry.window == window.seat.window}


def played(opened: Opened, examples: int, *, restorable: bool = True) -> list[str]:
    """Run the machine; return what was done, step by step."""
    done: list[str] = []
    machine = type(
        "ThreeWindows", (ThreeWindows,), {"opened_town": staticmethod(opened), "restorable": restorable, "done": done}
    )
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize="CLERK_MACHINE_EXAMPLES" not in os.environ,
            phases=(Phase.generate,),  # a step is too dear for shrinking
        ),
    )
    return done


@pytest.mark.long
def test_windows_of_two_points_and_central_agree_whatever_the_line_does(
    loop: LoopThread, record_property: Callable[[str, object], None]
) -> None:
    done = played(lambda folder: town(loop, folder), EXAMPLES)
    record_property("steps", len(done))
    print(f"{len(done)} steps:", {name: done.count(name) for name in sorted(set(done))})  # noqa: T201
    assert len(done) >= LEAST_STEPS
    assert {"receive", "sync", "scan", "move", "settle", "mend", "restore", "restore in silence", "restart"} <= set(
        done
    )
    assert {"sign in", "oversee", "oversee from afar"} <= set(done)


@pytest.mark.long
def test_the_same_holds_on_postgresql(loop: LoopThread, postgres_url: str, tmp_path: Path) -> None:
    done = played(lambda folder: served_town(loop, postgres_url, folder), 4, restorable=False)
    assert len(done) > 2 * STEPS
