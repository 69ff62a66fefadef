"""How long is waited, as functions of values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.policy import (
    FIRST_DELAY,
    LONG_OUTAGE,
    LONGEST_DELAY,
    LONGEST_PATIENCE,
    RECONNECT_SPREAD,
    next_delay,
    next_look,
    retry_after_seconds,
)

CHANCE = st.floats(0, 1, exclude_max=True)


@given(attempt=st.integers(1, 10_000), chance=CHANCE)
def test_a_wait_is_somewhere_under_a_ceiling_that_doubles_and_stays(attempt: int, chance: float) -> None:
    ceiling = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(attempt, 20))
    assert 0 <= next_delay(attempt, None, chance) <= ceiling
    assert next_delay(attempt, None, chance) == pytest.approx(chance * ceiling)


@given(attempt=st.integers(1, 20), chance=CHANCE, asked=st.floats(0, LONGEST_PATIENCE))
def test_nobody_comes_before_central_said_and_not_all_come_then(attempt: int, chance: float, asked: float) -> None:
    assert asked <= next_delay(attempt, asked, chance) <= asked + LONGEST_DELAY
    assert next_delay(attempt, asked, 0.9) > next_delay(attempt, asked, 0.1)


@given(attempt=st.integers(1, 20), chance=CHANCE, outage=st.floats(LONG_OUTAGE, 1e6))
def test_after_a_long_outage_a_city_comes_back_over_two_minutes_at_least(
    attempt: int, chance: float, outage: float
) -> None:
    assert next_delay(attempt, None, chance, outage) >= chance * RECONNECT_SPREAD
    assert next_delay(attempt, None, chance, outage) <= LONGEST_DELAY
    assert next_delay(1, None, chance, LONG_OUTAGE - 1.0) == next_delay(1, None, chance)


@given(chance=CHANCE)
def test_looks_are_spread_around_the_pulse(chance: float) -> None:
    assert 8.0 <= next_look(10.0, chance) <= 12.0


@pytest.mark.parametrize(
    ("header", "now", "seconds"),
    [
        ("5", None, 5.0),
        (" 120 ", None, 120.0),
        ("0", None, 0.0),
        ("99999999999", None, LONGEST_PATIENCE),
        ("Tue, 03 Jun 2025 09:00:30 GMT", "Tue, 03 Jun 2025 09:00:00 GMT", 30.0),
        ("Tue, 03 Jun 2025 08:00:00 GMT", "Tue, 03 Jun 2025 09:00:00 GMT", 0.0),
        ("Tue, 03 Jun 2035 09:00:00 GMT", "Tue, 03 Jun 2025 09:00:00 GMT", LONGEST_PATIENCE),
        ("Tue, 03 Jun 2025 09:00:30 GMT", None, None),
        (None, None, None),
        ("", "", None),
        ("-1", None, None),
        ("1.5", None, None),
        ("٣", None, None),
        ("soon", "Tue, 03 Jun 2025 09:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_the_standard_says(header: str | None, now: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, now) == seconds
