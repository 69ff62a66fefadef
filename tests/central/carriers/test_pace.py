"""How often a carrier is asked about a bag: a matter of what was heard of it, of failures, and of time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.custody_bodies import TrackEvent
from clerk_app.domain.timing import BEIJING
from clerk_app.domain.tracking_codes import Leg
from sync.central.carriers.pace import (
    EVERY,
    LONGEST_BACKOFF,
    LOST_AFTER,
    QUIET_AFTER,
    QUIET_EVERY,
    SETTLED_AFTER,
    SPREAD,
    Asked,
    due,
    next_time,
)

WAYBILL = "1200000000017"
BEGUN = datetime(2025, 6, 3, 16, 0, tzinfo=BEIJING)
HOUR = timedelta(hours=1)


def heard(code: str, after: timedelta = HOUR) -> tuple[TrackEvent, ...]:
    return (TrackEvent(waybill=WAYBILL, at=(BEGUN + after).isoformat(), code=code, name="环节"),)


def wait(events: tuple[TrackEvent, ...], asked: Asked, now: datetime) -> timedelta | None:
    when = next_time(WAYBILL, "ems", events, asked, BEGUN, now)
    return None if when is None or asked.last is None else when - asked.last


def test_a_bag_nobody_was_asked_about_is_due_at_once_and_one_without_a_waybill_never() -> None:
    assert due(WAYBILL, "ems", (), Asked(), BEGUN, BEGUN)
    assert not due("", "ems", (), Asked(), BEGUN, BEGUN + HOUR)


@pytest.mark.parametrize(
    ("code", "leg"),
    [
        ("", Leg.UNKNOWN),
        ("203", Leg.ACCEPTED),
        ("702", Leg.OUT_FOR_DELIVERY),
        ("705", Leg.ATTEMPTED),
        ("704", Leg.DELIVERED),
    ],
)
def test_the_leg_it_is_on_says_how_often(code: str, leg: Leg) -> None:
    events = heard(code) if code else ()
    asked = Asked(last=BEGUN + 2 * HOUR)
    told = wait(events, asked, BEGUN + 2 * HOUR)

    assert told is not None
    assert EVERY[leg] <= told <= EVERY[leg] * (1 + SPREAD)
    when = asked.last
    assert when is not None
    assert not due(WAYBILL, "ems", events, asked, BEGUN, when + EVERY[leg] - HOUR / 60)
    assert due(WAYBILL, "ems", events, asked, BEGUN, when + told)


def test_bags_are_not_all_asked_about_at_once() -> None:
    asked = Asked(last=BEGUN)
    times = {next_time(f"12000000000{n:02}", "ems", (), asked, BEGUN, BEGUN) for n in range(50)}

    assert len(times) > 25


def test_a_bag_nothing_is_heard_of_is_asked_about_once_a_day_and_at_last_not_at_all() -> None:
    quiet = BEGUN + HOUR + QUIET_AFTER
    told = wait(heard("389"), Asked(last=quiet), quiet)

    assert told is not None
    assert told >= QUIET_EVERY
    assert wait(heard("389"), Asked(last=BEGUN + HOUR + LOST_AFTER), BEGUN + HOUR + LOST_AFTER) is None


def test_a_delivery_is_looked_after_until_it_has_settled() -> None:
    settled = BEGUN + HOUR + SETTLED_AFTER

    assert due(WAYBILL, "ems", heard("704"), Asked(last=settled - 13 * HOUR - HOUR), BEGUN, settled - HOUR / 60)
    assert not due(WAYBILL, "ems", heard("704"), Asked(), BEGUN, settled)


def test_a_carriers_clock_that_is_years_ahead_keeps_nothing_alive() -> None:
    ahead = heard("389", timedelta(days=10_000))

    assert next_time(WAYBILL, "ems", ahead, Asked(), BEGUN, BEGUN + LOST_AFTER) is None


def test_failures_are_waited_out_longer_each_time_and_the_carriers_own_word_is_kept() -> None:
    asked, waits = Asked(), []
    for _ in range(9):
        asked = asked.failed(BEGUN)
        waits.append(wait((), asked, BEGUN))

    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits[-1] == LONGEST_BACKOFF
    assert wait((), Asked().failed(BEGUN, 7200.0), BEGUN) == timedelta(hours=2)
    assert Asked().failed(BEGUN).answered(BEGUN).backed_off is None


@given(
    st.sampled_from(["", "203", "389", "702", "704", "705", "998"]),
    st.integers(0, 90 * 24),
    st.integers(0, 90 * 24),
    st.integers(0, 100),
)
def test_nobody_is_asked_twice_within_a_minute_or_for_ever(code: str, after: int, last: int, failures: int) -> None:
    events = heard(code, HOUR * after) if code else ()
    asked = Asked(last=BEGUN + HOUR * last, failures=failures)
    now = BEGUN + HOUR * max(after, last)
    told = wait(events, asked, now)

    assert told is None or told >= timedelta(minutes=1)
    assert next_time(WAYBILL, "ems", events, asked, BEGUN, BEGUN + HOUR * after + LOST_AFTER) is None
