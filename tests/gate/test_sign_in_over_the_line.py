"""Signing in at a window whose line leads to a real central."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app.domain.people import Role
from clerk_app.gate import Gate
from clerk_app.line import SignInRefused
from clerk_app.throttle import Secret
from sync.central.access import throttling
from tests.support.booth import Booth, Town, booth, town
from tests.support.bridge import loop_thread
from tests.support.city import PASSWORD


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    """Give a city."""
    with loop_thread() as loop, town(loop, tmp_path) as opened:
        yield opened


@pytest.fixture
def window(here: Town, tmp_path: Path) -> Iterator[Booth]:
    """Give a window."""
    with booth(here.enrol(), tmp_path / "one", here.clock, here.bridge) as opened:
        yield opened


@pytest.fixture
def gate(here: Town, window: Booth) -> Gate:
    """Give its gate."""
    return Gate(window.records, window.end, here.clock)


def refusal(gate: Gate, number: str, password: str = PASSWORD) -> SignInRefused:
    with pytest.raises(SignInRefused) as refused:
        gate.sign_in(number, password)
    return refused.value


def test_a_clerk_of_the_point_signs_in_and_is_known_when_central_is_down(here: Town, gate: Gate) -> None:
    person = gate.sign_in("C1", PASSWORD)
    assert (person.name, person.role) == ("陈甲", Role.CLERK)
    here.stop()
    assert gate.sign_in("C1", PASSWORD) == person
    assert refusal(gate, "S1").code == "offline-unknown"
    here.start()


def test_a_wrong_password_and_an_unknown_number_sound_the_same(gate: Gate) -> None:
    wrong, unknown = refusal(gate, "C1", "wrong"), refusal(gate, "NOBODY")
    assert (wrong.code, wrong.message) == (unknown.code, unknown.message) == ("credentials-wrong", wrong.message)


def test_somebody_of_another_point_or_of_a_department_is_refused(gate: Gate) -> None:
    assert refusal(gate, "C2").code == refusal(gate, "D1").code == "person-not-here"


def test_an_account_that_ended_lets_nobody_in_with_or_without_the_line(here: Town, gate: Gate) -> None:
    gate.sign_in("C1", PASSWORD)
    here.loop.run(here.central.revoke_account("C1"))
    assert refusal(gate, "C1").code == "credentials-wrong"
    here.stop()
    assert refusal(gate, "C1").code == "offline-unknown"
    here.start()


def test_central_counts_wrong_passwords_too_and_says_how_long_to_wait(
    here: Town, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate._throttle, "_secret", Secret(free=100))
    for _ in range(throttling.FREE_FAILURES):
        refusal(gate, "C1", "wrong")
    late = refusal(gate, "C1")
    assert late.code == "too-often"
    assert late.retry_after == throttling.FIRST_DELAY_MS / 1000


def test_a_clerk_whose_account_ends_mid_session_is_shut_out_at_the_next_contact(
    here: Town, window: Booth, gate: Gate
) -> None:
    window.sync()
    person = gate.sign_in("C1", PASSWORD)
    window.receive()
    window.sync()
    assert gate.standing(person) == ""
    here.loop.run(here.central.revoke_account("C1"))
    window.sync()

    assert "市中心已不认可陈甲（C1）的登录" in gate.standing(person)
    assert gate.current() is None
    here.stop()
    assert refusal(gate, "C1").code == "person-barred"
    here.start()


def test_who_is_revoked_at_another_point_is_not_told_here(here: Town, window: Booth) -> None:
    here.loop.run(here.central.revoke_account("C2"))

    assert window.end.greet().barred == []
