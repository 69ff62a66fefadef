"""Signing in: on the line, and for as long as central allowed without it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from clerk_app.gate import SHIFT, Gate
from clerk_app.store.records import Records
from clerk_app.throttle import FIRST_DELAY, FREE_FAILURES
from tests.support.booth import open_records
from tests.support.counter import KEY, HandClock
from tests.support.door import CLERK, PASSWORD, City, Door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """Give a gate nobody has passed yet."""
    clock, city = HandClock(), City()
    with open_records(tmp_path, "FS0001-01") as records:
        yield Door(Gate(records, city, clock), city, clock, records)


def test_on_the_line_central_decides(door: Door) -> None:
    assert door.gate.current() is None
    assert door.code(password="wrong") == "credentials-wrong"
    assert door.gate.current() is None
    assert door.gate.sign_in("C0001", PASSWORD) == CLERK
    assert door.gate.current() == CLERK


@pytest.mark.parametrize("number", ["c0001", "  C0001 ", "Ｃ０００１"])
def test_a_number_is_taken_however_it_was_typed(door: Door, number: str) -> None:
    assert door.gate.sign_in(number, PASSWORD) == CLERK


@pytest.mark.parametrize(
    ("number", "password", "code"),
    [
        ("", PASSWORD, "credentials-missing"),
        ("C0001", "", "credentials-missing"),
        ("C" * 65, PASSWORD, "credentials-wrong"),
        ("C\0001", PASSWORD, "credentials-wrong"),
        ("C0001", "\ud800", "credentials-wrong"),
    ],
)
def test_what_cannot_be_right_is_refused_without_asking(door: Door, number: str, password: str, code: str) -> None:
    assert door.code(number, password) == code
    assert door.city.asked == 0


def test_without_the_line_only_who_signed_in_here_before_is_let_in(door: Door) -> None:
    door.city.reachable = False
    assert door.code() == "offline-unknown"
    door.city.reachable = True
    door.gate.sign_in("C0001", PASSWORD)
    door.gate.sign_out()
    door.city.reachable = False
    assert door.code(password="wrong") == "credentials-wrong"
    assert door.code() == ""
    assert door.gate.current() == CLERK


def test_a_remembered_password_is_good_for_the_days_central_allowed(door: Door) -> None:
    door.gate.sign_in("C0001", PASSWORD)
    door.city.reachable = False
    door.clock.now += timedelta(days=3)
    assert door.code() == ""
    door.clock.now += timedelta(seconds=1)
    assert door.code() == "offline-expired"
    door.city.reachable = True
    assert door.code() == ""
    door.city.reachable = False
    assert door.code() == ""


def test_a_clock_put_back_does_not_stretch_the_days(door: Door) -> None:
    door.gate.sign_in("C0001", PASSWORD)
    door.city.reachable = False
    door.clock.now -= timedelta(days=1)
    assert door.code() == "offline-expired"


def test_where_central_allows_no_days_nothing_is_remembered(door: Door) -> None:
    door.gate.sign_in("C0001", PASSWORD)
    door.city.days = 0
    door.gate.sign_in("C0001", PASSWORD)
    door.city.reachable = False
    assert door.code() == "offline-unknown"


def test_a_password_that_central_takes_no_more_opens_nothing_without_the_line(door: Door) -> None:
    """Central does not say whether the account ended or its password changed: either way the remembered one is old."""
    door.gate.sign_in("C0001", PASSWORD)
    door.city.passwords.clear()
    assert door.code() == "credentials-wrong"
    assert door.gate.current() is None, "who was signed in under it is out"
    door.city.reachable = False
    assert door.code() == "offline-unknown"


@pytest.mark.parametrize("code", ["person-not-here", "window-revoked"])
def test_who_central_shuts_out_is_not_let_in_without_the_line(door: Door, code: str) -> None:
    door.gate.sign_in("C0001", PASSWORD)
    door.city.refuses = code
    assert door.code(password="anything") == code
    door.city.reachable = False
    assert door.code() == "offline-unknown"


@pytest.mark.parametrize("code", ["too-often", "challenge-unknown", "window-unknown"])
def test_a_refusal_that_is_not_about_the_person_leaves_what_is_remembered(door: Door, code: str) -> None:
    door.gate.sign_in("C0001", PASSWORD)
    door.city.refuses = code
    assert door.code() == code
    door.city.reachable = False
    assert door.code() == ""


def test_a_slip_of_the_finger_on_the_line_leaves_the_right_password_good_without_it(door: Door) -> None:
    door.gate.sign_in("C0001", PASSWORD)
    assert door.code(password=PASSWORD + "1") == "credentials-wrong"
    assert door.gate.current() == CLERK
    door.city.reachable = False
    assert door.code() == ""


@pytest.mark.parametrize("reachable", [True, False])
def test_wrong_passwords_are_counted_and_cost_time(door: Door, reachable: bool) -> None:
    door.gate.sign_in("C0001", PASSWORD)
    door.city.reachable = reachable
    for _ in range(FREE_FAILURES):
        assert door.code(password="wrong") == "credentials-wrong"
    asked = door.city.asked
    assert door.code() == "too-many-failures"
    assert door.city.asked == asked
    door.clock.now += timedelta(seconds=FIRST_DELAY)
    assert door.code(password="wrong") == "credentials-wrong"
    assert door.code() == "too-many-failures"
    door.clock.now += timedelta(seconds=2 * FIRST_DELAY)
    assert door.code() == ""
    assert door.code(password="wrong") == "credentials-wrong", "the count began again"


def test_failures_are_counted_for_each_number_alone(door: Door) -> None:
    for _ in range(FREE_FAILURES):
        door.code(number="C0002")
    assert door.code(number="C0002") == "too-many-failures"
    assert door.code() == ""


def test_a_clock_put_back_neither_shortens_nor_stretches_the_wait(door: Door) -> None:
    for _ in range(FREE_FAILURES):
        door.code(password="wrong")
    door.clock.now -= timedelta(days=400)
    assert door.code() == "too-many-failures"
    door.clock.now += timedelta(seconds=FIRST_DELAY)
    assert door.code() == ""


def test_a_sign_in_is_over_when_it_is_ended_and_after_a_shift(door: Door) -> None:
    door.gate.sign_in("C0001", PASSWORD)
    door.gate.sign_out()
    assert door.gate.current() is None
    door.gate.sign_in("C0001", PASSWORD)
    door.clock.now += SHIFT + timedelta(seconds=1)
    assert door.gate.current() is None


def test_a_sign_in_lasts_over_a_restart_and_no_password_is_kept(door: Door, tmp_path: Path) -> None:
    door.gate.sign_in("C0001", PASSWORD)
    door.records.close()
    with Records.open(tmp_path, KEY, window="FS0001-01") as records:
        assert Gate(records, door.city, door.clock).current() == CLERK
        kept = records.get_meta("sign-ins") or b""
        assert b"derived" in kept
        assert PASSWORD.encode() not in kept
