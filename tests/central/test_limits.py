"""Token buckets: a caller gone wild is slowed down, one at full speed is not, and nobody pays for another."""

from __future__ import annotations

import pytest

from sync.central.line.limits import RATES, REMEMBERED, Limits
from sync.central.problems import ProblemError


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(limits: Limits, bucket: str, key: str, times: int) -> int:
    """Return how many of so many requests pass."""
    passed = 0
    for _ in range(times):
        try:
            limits.take(bucket, key)
        except ProblemError:
            continue
        passed += 1
    return passed


@pytest.mark.parametrize("bucket", RATES)
def test_a_burst_passes_then_so_many_a_second(bucket: str) -> None:
    time, rate = Time(), RATES[bucket]
    limits = Limits(time)
    assert taken(limits, bucket, "a", int(rate.burst) + 10) == rate.burst
    assert taken(limits, bucket, "b", 1) == 1
    time.now += 10 / rate.per_second
    assert 9 <= taken(limits, bucket, "a", 20) <= 10
    time.now += 1e6
    assert taken(limits, bucket, "a", int(rate.burst) + 10) == rate.burst


def test_what_is_told_to_wait_for_is_enough() -> None:
    time = Time()
    limits = Limits(time)
    taken(limits, "sign-in", "C1", int(RATES["sign-in"].burst))
    with pytest.raises(ProblemError) as told:
        limits.take("sign-in", "C1")
    assert told.value.code == "too-fast"
    time.now += int(told.value.headers["Retry-After"])
    limits.take("sign-in", "C1")


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    time = Time()
    limits = Limits(time)
    taken(limits, "window", "a", int(RATES["window"].burst))
    time.now -= 86_400
    assert taken(limits, "window", "a", 1) == 0
    time.now += 1
    assert taken(limits, "window", "a", 1) == 1


def test_a_window_at_full_speed_does_not_come_near_it() -> None:
    """Twenty batches, ten pages and two hundred pieces of scans a second, for ten minutes."""
    time = Time()
    limits = Limits(time)
    for _ in range(600):
        assert taken(limits, "window", "a", 30) == 30
        assert taken(limits, "upload", "a", 200) == 200
        time.now += 1


def test_callers_without_number_cost_no_memory_without_bound() -> None:
    limits = Limits(Time())
    for n in range(REMEMBERED + 100):
        limits.take("challenge", str(n))
    assert len(limits._held) == REMEMBERED
