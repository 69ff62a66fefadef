"""A wrong clock neither locks anybody out nor lets anybody in for longer than central allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.gate import Gate
from clerk_app.line import Admission, LineDown, SignInRefused
from tests.support.clocks import DAY, YEAR, Machine, Post, post
from tests.support.counter import CLERK

PASSWORD = "sample-password-1"


class Cut:
    """A line that was up once."""

    def __init__(self) -> None:
        self.up = True

    def authenticate(self, number: str, password: str) -> Admission:
        if not self.up:
            raise LineDown("连不上市中心。")
        return Admission(person=CLERK, offline_days=3)


def gate_of(here: Post, line: Cut) -> Gate:
    return Gate(here.records, line, here.clock.steady)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine at whose window somebody signed in on the line, an hour ago."""
    machine = Machine()
    with post(tmp_path, machine) as here:
        here.clock.heard(machine.moment)
        gate_of(here, Cut()).sign_in(CLERK.number, PASSWORD)
    machine.sleep(3600)
    return machine


def offline() -> Cut:
    line = Cut()
    line.up = False
    return line


@pytest.mark.parametrize("off", [-56 * YEAR, -DAY, YEAR, 20 * YEAR, 0.0])
def test_whoever_signed_in_before_is_let_in_without_the_line(machine: Machine, tmp_path: Path, off: float) -> None:
    machine.off = off
    with post(tmp_path, machine) as here:
        gate = gate_of(here, offline())
        assert gate.current() == CLERK
        assert gate.sign_in(CLERK.number, PASSWORD) == CLERK
        machine.off = 0.0
        assert gate.current() == CLERK
        assert gate.unlock(CLERK.number, PASSWORD) == CLERK


@pytest.mark.parametrize("off", [-56 * YEAR, -DAY])
def test_a_clock_put_back_stretches_no_days(machine: Machine, tmp_path: Path, off: float) -> None:
    machine.off = off
    with post(tmp_path, machine) as here:
        gate = gate_of(here, offline())
        machine.wait(4 * DAY)

        assert gate.current() is None
        with pytest.raises(SignInRefused, match="期限已过"):
            gate.sign_in(CLERK.number, PASSWORD)


def test_wrong_passwords_cost_the_same_whatever_the_clock_does(machine: Machine, tmp_path: Path) -> None:
    with post(tmp_path, machine) as here:
        gate = gate_of(here, offline())
        for off in (0.0, YEAR, -YEAR, 20 * YEAR, 0.0):
            machine.off = off
            with pytest.raises(SignInRefused, match="不对"):
                gate.sign_in(CLERK.number, "wrong")
        for off in (0.0, 20 * YEAR, -56 * YEAR):
            machine.off = off
            with pytest.raises(SignInRefused) as refused:
                gate.sign_in(CLERK.number, PASSWORD)
            assert refused.value.retry_after == pytest.approx(30, abs=1)
        machine.wait(31)
        assert gate.sign_in(CLERK.number, PASSWORD) == CLERK
