"""Locking and coming back: fast for who is known in this shift, as at first for anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from clerk_app.gate import SHIFT, Gate
from clerk_app.line import SignInRefused
from clerk_app.store.errors import StoreFull
from clerk_app.store.records import Records
from clerk_app.throttle import FREE_FAILURES
from tests.support.booth import open_records
from tests.support.counter import KEY, HandClock
from tests.support.door import CLERK, PASSWORD, City, Door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """Give a gate the clerk has passed."""
    clock, city = HandClock(), City()
    with open_records(tmp_path, "FS0001-01") as records:
        opened = Door(Gate(records, city, clock), city, clock, records)
        opened.gate.sign_in("C0001", PASSWORD)
        yield opened


def refused(door: Door, password: str, number: str = "C0001") -> str:
    with pytest.raises(SignInRefused) as caught:
        door.gate.unlock(number, password)
    assert caught.value.message
    return caught.value.code


def test_who_is_signed_in_in_this_shift_waits_for_no_line(door: Door) -> None:
    door.gate.lock()
    asked = door.city.asked

    assert door.gate.unlock(" c0001", PASSWORD) == CLERK
    assert door.city.asked == asked


def test_while_it_is_locked_nobody_is_signed_in_for_the_commands_either(door: Door) -> None:
    door.gate.lock()
    assert door.gate.current() is None
    door.gate.unlock("C0001", PASSWORD)
    assert door.gate.current() == CLERK


def test_a_lock_lasts_over_a_restart(door: Door, tmp_path: Path) -> None:
    door.gate.lock()
    door.records.close()
    with Records.open(tmp_path, KEY, window="FS0001-01") as records:
        assert Gate(records, door.city, door.clock).current() is None


def test_even_where_central_allowed_no_days_who_is_here_comes_back_without_the_line(door: Door) -> None:
    door.city.days = 0
    door.gate.sign_in("C0001", PASSWORD)
    door.city.reachable = False

    assert door.gate.unlock("C0001", PASSWORD) == CLERK
    for _ in range(FREE_FAILURES):
        assert refused(door, "wrong") == "credentials-wrong"
    assert refused(door, PASSWORD) == "too-many-failures"


def test_a_password_changed_at_central_opens_the_lock(door: Door) -> None:
    door.city.passwords["C0001"] = "another"

    assert door.gate.unlock("C0001", "another") == CLERK


def test_somebody_else_is_let_in_as_at_first(door: Door) -> None:
    door.city.passwords["C0002"] = "second"
    asked = door.city.asked
    door.gate.unlock("C0002", "second")

    assert door.city.asked == asked + 1


def test_after_a_shift_and_after_signing_out_central_is_asked_again(door: Door) -> None:
    asked = door.city.asked
    door.clock.now += SHIFT + timedelta(seconds=1)
    door.gate.unlock("C0001", PASSWORD)
    assert door.city.asked == asked + 1
    door.gate.sign_out()
    door.gate.unlock("C0001", PASSWORD)
    assert door.city.asked == asked + 2


def test_a_disk_that_takes_nothing_keeps_nobody_locked_out(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.gate.lock()

    def full(key: str, value: bytes) -> None:
        raise StoreFull

    monkeypatch.setattr(door.records, "put_meta", full)
    assert door.gate.unlock("C0001", PASSWORD) == CLERK


def test_who_central_shuts_out_may_not_go_on_and_not_come_back(door: Door) -> None:
    assert door.gate.standing(CLERK) == ""
    door.records.put_meta("barred", b'["C0001"]')

    assert "请联系值班主任" in door.gate.standing(CLERK)
    assert door.gate.current() is None
    door.city.reachable = False
    assert refused(door, PASSWORD) == "person-barred"
    door.city.reachable = True
    assert door.gate.unlock("C0001", PASSWORD) == CLERK, "central lets them in again"
    assert door.gate.standing(CLERK) == ""


def test_whose_password_central_takes_no_more_may_not_go_on(door: Door) -> None:
    door.city.refuses = "person-not-here"
    refused(door, "anything")

    assert door.gate.standing(CLERK)


@pytest.mark.parametrize("days", [1, 3, 30])
def test_offline_sign_in_lasts_exactly_as_long_as_central_allowed(door: Door, days: int) -> None:
    door.city.days = days
    door.gate.sign_in("C0001", PASSWORD)
    door.gate.sign_out()
    door.city.reachable = False
    since = door.clock.now

    door.clock.now = since + timedelta(days=days)
    assert door.gate.sign_in("C0001", PASSWORD) == CLERK
    door.gate.sign_out()
    door.clock.now += timedelta(microseconds=1)
    with pytest.raises(SignInRefused) as late:
        door.gate.sign_in("C0001", PASSWORD)
    assert late.value.code == "offline-expired"
    assert "请接通网络后再登录" in late.value.message


def test_a_password_remembered_by_an_earlier_version_is_still_good(door: Door, tmp_path: Path) -> None:
    kept = door.gate._password("C0001")
    door.records.put_meta("sign-ins", b"{}")
    door.gate._put("password:C0001", kept)
    door.records.close()
    door.city.reachable = False
    with Records.open(tmp_path, KEY, window="FS0001-01") as records:
        gate = Gate(records, door.city, door.clock)
        assert gate.sign_in("C0001", PASSWORD) == CLERK
        door.city.reachable, door.city.refuses = True, "person-not-here"
        with pytest.raises(SignInRefused):
            gate.sign_in("C0001", PASSWORD)
        door.city.reachable = False
        with pytest.raises(SignInRefused, match="没有在本窗口联网登录过"):
            gate.sign_in("C0001", PASSWORD)
