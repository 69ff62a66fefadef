"""What wrong passwords cost: for each number, for the window, over a restart, and under a clock that is moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from clerk_app.gate import Gate
from clerk_app.line import SignInRefused
from clerk_app.store.errors import StoreFull
from clerk_app.store.records import Records
from clerk_app.throttle import (
    FIRST_DELAY,
    FREE_FAILURES,
    KEY,
    LONGEST_DELAY,
    MOST_COUNTED,
    WINDOW_FAILURES,
    WINDOW_REST,
    SignIns,
    Throttle,
    delay_after,
)
from tests.support.booth import open_records
from tests.support.counter import KEY as VAULT_KEY
from tests.support.counter import HandClock
from tests.support.door import PASSWORD, City, Door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """Give a gate nobody has passed yet."""
    clock, city = HandClock(), City()
    with open_records(tmp_path, "FS0001-01") as records:
        yield Door(Gate(records, city, clock), city, clock, records)


def fail(door: Door, times: int, number: str = "C0001") -> None:
    for _ in range(times):
        assert door.code(number, "wrong") == "credentials-wrong"


def left(door: Door, number: str = "C0001") -> float:
    with pytest.raises(SignInRefused) as refused:
        door.gate.unlock(number, PASSWORD)
    assert refused.value.retry_after is not None
    return refused.value.retry_after


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert [delay_after(n) for n in range(4, 12)] == [0, 30, 60, 120, 240, 480, 900, 900]
    assert delay_after(10_000) == LONGEST_DELAY


def test_each_further_failure_makes_the_wait_longer(door: Door) -> None:
    fail(door, FREE_FAILURES)
    waits = []
    for _ in range(7):
        waits.append(left(door))
        door.clock.now += timedelta(seconds=waits[-1])
        fail(door, 1)

    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_the_wait_lasts_to_the_second(door: Door) -> None:
    fail(door, FREE_FAILURES)
    door.clock.now += timedelta(seconds=FIRST_DELAY - 1)
    assert left(door) == 1
    door.clock.now += timedelta(seconds=1)
    assert door.code() == ""


def test_the_wait_survives_a_restart(door: Door, tmp_path: Path) -> None:
    fail(door, FREE_FAILURES)
    door.records.close()
    with Records.open(tmp_path, VAULT_KEY, window="FS0001-01") as records:
        again = Door(Gate(records, door.city, door.clock), door.city, door.clock, records)
        assert left(again) == FIRST_DELAY
        again.clock.now += timedelta(seconds=FIRST_DELAY)
        fail(again, 1)
        assert left(again) == 2 * FIRST_DELAY, "the count went on, too"


@pytest.mark.parametrize("days", [400, 0.001])
def test_a_clock_put_back_costs_one_wait_and_no_more(door: Door, days: float) -> None:
    fail(door, FREE_FAILURES)
    door.clock.now -= timedelta(days=days)
    assert left(door) == FIRST_DELAY
    door.clock.now += timedelta(seconds=FIRST_DELAY)
    assert door.code() == ""


def test_signing_in_and_unlocking_count_together(door: Door) -> None:
    door.gate.sign_in("C0001", PASSWORD)
    for turn in range(FREE_FAILURES):
        with pytest.raises(SignInRefused):
            (door.gate.unlock if turn % 2 else door.gate.sign_in)("C0001", "wrong")

    assert left(door) == FIRST_DELAY
    assert door.code() == "too-many-failures"


def test_a_burst_over_many_numbers_makes_the_window_wait(door: Door) -> None:
    for n in range(WINDOW_FAILURES + 1):
        fail(door, 1, f"X{n:04}")
    asked = door.city.asked

    assert door.code() == "window-too-many-failures"
    assert door.code("X9999", "wrong") == "window-too-many-failures"
    assert door.city.asked == asked, "central is not bothered meanwhile"
    door.clock.now += timedelta(seconds=WINDOW_REST)
    assert door.code() == ""


def test_the_windows_count_is_not_wiped_out_by_a_sign_in_that_succeeds(door: Door) -> None:
    for n in range(WINDOW_FAILURES):
        fail(door, 1, f"X{n:04}")
    assert door.code() == ""
    fail(door, 1, "X9999")

    assert door.code("X8888", "wrong") == "window-too-many-failures"


def test_the_windows_count_rests_and_a_clock_put_back_does_not_make_it_wait_longer(door: Door) -> None:
    for n in range(WINDOW_FAILURES + 1):
        fail(door, 1, f"X{n:04}")
    door.clock.now -= timedelta(days=3)

    assert left(door) == WINDOW_REST


def test_the_windows_count_survives_a_restart(door: Door, tmp_path: Path) -> None:
    for n in range(WINDOW_FAILURES + 1):
        fail(door, 1, f"X{n:04}")
    door.records.close()
    with Records.open(tmp_path, VAULT_KEY, window="FS0001-01") as records:
        again = Door(Gate(records, door.city, door.clock), door.city, door.clock, records)
        assert again.code() == "window-too-many-failures"


def test_a_full_disk_gives_no_free_guesses(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(key: str, value: bytes) -> None:
        raise StoreFull

    monkeypatch.setattr(door.records, "put_meta", full)
    for _ in range(FREE_FAILURES):
        with pytest.raises(StoreFull):
            door.gate.sign_in("C0001", "wrong")

    assert door.code() == "too-many-failures"


def test_what_was_typed_as_a_number_names_no_row(door: Door, tmp_path: Path) -> None:
    """Ids of rows are not sealed: somebody may type a name or an identity number where a number is asked for."""
    fail(door, 1, "440604190001010017")
    door.gate.sign_in("C0001", PASSWORD)
    door.records.close()

    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"440604190001010017" not in content
    assert b"C0001" not in content


def test_numbers_counted_are_bounded_and_the_longest_waits_are_kept(door: Door) -> None:
    kept = SignIns(door.records)
    throttle = Throttle(kept, door.clock)
    for _ in range(FREE_FAILURES):
        throttle.count("C0001")
    for n in range(MOST_COUNTED + 50):
        throttle.count(f"X{n}")

    failures = kept.part("failures")
    assert len(failures) == MOST_COUNTED
    assert failures["C0001"]["count"] == FREE_FAILURES


def test_a_count_that_cannot_be_read_costs_one_wait_and_shuts_nobody_out(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = door.records.get_meta

    def damaged(key: str) -> bytes | None:
        if key == KEY:
            raise StoreFull
        return real(key)

    monkeypatch.setattr(door.records, "get_meta", damaged)
    assert door.code() == "window-too-many-failures"
    door.clock.now += timedelta(seconds=WINDOW_REST)
    assert door.code() == ""
