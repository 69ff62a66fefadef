"""Rule 5, the dates: suspended days are given back, each once, in the unit of the limit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.deadlines import (
    Calendar,
    Clock,
    DueDay,
    Light,
    Suspension,
    add_workdays,
    clock,
    is_paused,
    light,
    promised_due,
    remaining,
)
from sync.central.catalogue.calendar_seed import seed_tables

CALENDAR = Calendar(seed_tables([2025, 2026]))
ACCEPTED = date(2026, 3, 2)
TEN = Limit(10)
HEARING = Suspension(start=date(2026, 3, 5), end=date(2026, 3, 11), kind="hearing")
"""Thursday to Tuesday: four working days, six calendar days."""


def test_the_due_day_moves_by_the_suspended_working_days() -> None:
    assert promised_due(CALENDAR, TEN, ACCEPTED) == DueDay(date(2026, 3, 16))
    assert promised_due(CALENDAR, TEN, ACCEPTED, [HEARING]) == DueDay(date(2026, 3, 20))


def test_a_limit_in_calendar_days_moves_by_calendar_days() -> None:
    limit = Limit(14, Unit.CALENDAR_DAY)

    assert promised_due(CALENDAR, limit, ACCEPTED) == DueDay(date(2026, 3, 16))
    # 6 days later it is a Sunday, which runs to Monday.
    assert promised_due(CALENDAR, limit, ACCEPTED, [HEARING]) == DueDay(date(2026, 3, 23))


def test_a_suspension_that_ends_the_day_it_began_moves_nothing() -> None:
    moment = Suspension(start=date(2026, 3, 5), end=date(2026, 3, 5))

    assert promised_due(CALENDAR, TEN, ACCEPTED, [moment]) == promised_due(CALENDAR, TEN, ACCEPTED)


def test_days_suspended_twice_are_given_back_once() -> None:
    inside = Suspension(start=date(2026, 3, 6), end=date(2026, 3, 10), kind="review")
    overlapping = Suspension(start=date(2026, 3, 10), end=date(2026, 3, 12), kind="review")

    assert promised_due(CALENDAR, TEN, ACCEPTED, [HEARING, inside]) == DueDay(date(2026, 3, 20))
    assert promised_due(CALENDAR, TEN, ACCEPTED, [overlapping, HEARING]) == DueDay(date(2026, 3, 23))


def test_a_second_suspension_in_the_days_given_back_counts_too() -> None:
    later = Suspension(start=date(2026, 3, 18), end=date(2026, 3, 20))

    assert promised_due(CALENDAR, TEN, ACCEPTED, [HEARING, later]) == DueDay(date(2026, 3, 24))


def test_a_suspension_before_acceptance_or_after_the_due_day_moves_nothing() -> None:
    before = Suspension(start=date(2026, 2, 24), end=date(2026, 2, 27))
    after = Suspension(start=date(2026, 3, 17), end=date(2026, 3, 27))

    assert promised_due(CALENDAR, TEN, ACCEPTED, [before, after]) == promised_due(CALENDAR, TEN, ACCEPTED)


def test_a_suspension_that_lasts_moves_the_day_as_far_as_today() -> None:
    lasting = Suspension(start=date(2026, 3, 5))

    assert promised_due(CALENDAR, TEN, ACCEPTED, [lasting]) == DueDay(date(2026, 3, 16))
    assert promised_due(CALENDAR, TEN, ACCEPTED, [lasting], date(2026, 3, 10)) == DueDay(date(2026, 3, 20))


def test_the_light_says_paused_and_the_clock_stands_still() -> None:
    lasting = (Suspension(start=date(2026, 3, 5)),)
    paused = clock(CALENDAR, ACCEPTED, TEN, lasting)
    long_after = date(2026, 12, 1)

    assert light(CALENDAR, paused, long_after) is Light.PAUSED
    assert remaining(CALENDAR, paused, date(2026, 3, 4)) == 8
    assert remaining(CALENDAR, paused, date(2026, 3, 5)) == 8
    assert remaining(CALENDAR, paused, long_after) == 8


def test_on_the_day_a_suspension_ends_the_clock_runs_again() -> None:
    resumed = clock(CALENDAR, ACCEPTED, TEN, [HEARING])

    assert is_paused([HEARING], date(2026, 3, 5))
    assert is_paused([HEARING], date(2026, 3, 10))
    assert not is_paused([HEARING], date(2026, 3, 11))
    assert light(CALENDAR, resumed, date(2026, 3, 11)) is Light.GREEN
    assert remaining(CALENDAR, resumed, date(2026, 3, 11)) == 7


@given(
    limit=st.builds(Limit, st.integers(1, 60), st.sampled_from(Unit)),
    spans=st.lists(st.tuples(st.integers(-10, 60), st.integers(0, 30)), max_size=4),
)
def test_no_order_of_suspensions_and_no_overlap_changes_the_day(limit: Limit, spans: list[tuple[int, int]]) -> None:
    held = [
        Suspension(start=ACCEPTED + timedelta(days=begin), end=ACCEPTED + timedelta(days=begin + length))
        for begin, length in spans
    ]
    suspended = {s.start + timedelta(days=n) for s in held for n in range(((s.end or s.start) - s.start).days)}
    day, left = ACCEPTED, limit.days
    while left:
        day += timedelta(days=1)
        counts = limit.unit is Unit.CALENDAR_DAY or CALENDAR.is_workday(day)
        left -= counts and day not in suspended
    while not CALENDAR.is_workday(day):
        day += timedelta(days=1)

    assert promised_due(CALENDAR, limit, ACCEPTED, held).day == day
    assert promised_due(CALENDAR, limit, ACCEPTED, reversed(held)).day == day


@pytest.mark.parametrize("days", [0, 1, 9, 10])
def test_remaining_and_the_due_day_agree(days: int) -> None:
    running = Clock(started_on=ACCEPTED, due=promised_due(CALENDAR, TEN, ACCEPTED, [HEARING]), suspensions=(HEARING,))
    today = add_workdays(CALENDAR, HEARING.end or ACCEPTED, days).day

    assert remaining(CALENDAR, running, today) == 7 - days if days < 8 else remaining(CALENDAR, running, today) < 0
