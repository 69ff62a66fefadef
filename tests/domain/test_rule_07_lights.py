"""Rule 7: lights come from presets; zero remaining is decided once for every clock."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.deadlines import (
    PRESETS,
    Calendar,
    Clock,
    DueDay,
    Light,
    LightPreset,
    add_workdays,
    clock,
    light,
    notice_due,
    remaining,
)
from sync.central.catalogue.calendar_seed import seed_tables

CALENDAR = Calendar(seed_tables([2026]))
START = date(2026, 3, 2)
EITHER, SHARE, DAYS = PRESETS
NEVER = LightPreset(yellow_share=None, yellow_days=None)


def after(days: int) -> date:
    return add_workdays(CALENDAR, START, days).day


@pytest.mark.parametrize(
    ("preset", "used", "expected"),
    [
        (SHARE, 17, Light.GREEN),
        (SHARE, 18, Light.YELLOW),
        (SHARE, 20, Light.YELLOW),
        (SHARE, 21, Light.RED),
        (DAYS, 18, Light.GREEN),
        (DAYS, 19, Light.YELLOW),
        (DAYS, 20, Light.YELLOW),
        (DAYS, 21, Light.RED),
        (EITHER, 17, Light.GREEN),
        (EITHER, 18, Light.YELLOW),
        (EITHER, 21, Light.RED),
        (NEVER, 20, Light.GREEN),
        (NEVER, 21, Light.RED),
    ],
)
def test_a_promise_of_twenty_days(preset: LightPreset, used: int, expected: Light) -> None:
    assert light(CALENDAR, clock(CALENDAR, START, Limit(20)), after(used), preset) is expected


@pytest.mark.parametrize("days", range(1, 101))
def test_ninety_percent_is_reckoned_exactly(days: int) -> None:
    running = clock(CALENDAR, START, Limit(days))
    lights = [light(CALENDAR, running, after(used), SHARE) for used in range(days + 1)]

    assert lights.index(Light.YELLOW) == -(-9 * days // 10)


@pytest.mark.parametrize(
    "running",
    [
        clock(CALENDAR, START, Limit(10)),
        clock(CALENDAR, START, Limit(10, Unit.CALENDAR_DAY)),
        Clock(started_on=START, due=notice_due(CALENDAR, START)),
        Clock(started_on=START, due=DueDay(date(2026, 3, 20))),
        clock(CALENDAR, START, Limit(0)),
    ],
    ids=["promise", "calendar days", "notice", "debt", "on the spot"],
)
def test_the_due_day_is_in_time_for_every_clock_and_the_next_is_not(running: Clock) -> None:
    due = running.due.day

    assert remaining(CALENDAR, running, due) == 0
    assert light(CALENDAR, running, due) is Light.YELLOW
    assert light(CALENDAR, running, due, NEVER) is Light.GREEN
    assert remaining(CALENDAR, running, due + timedelta(days=1)) == -1
    assert light(CALENDAR, running, due + timedelta(days=1)) is Light.RED
    assert light(CALENDAR, running, due + timedelta(days=1), NEVER) is Light.RED


def test_over_on_a_day_off_is_over() -> None:
    running = Clock(started_on=START, due=DueDay(date(2026, 3, 6)))

    assert remaining(CALENDAR, running, date(2026, 3, 7)) == -1
    assert remaining(CALENDAR, running, date(2026, 3, 10)) == -2


def test_calendar_days_are_left_in_calendar_days_and_warned_of_in_working_days() -> None:
    running = clock(CALENDAR, START, Limit(14, Unit.CALENDAR_DAY))
    friday = date(2026, 3, 13)

    assert remaining(CALENDAR, running, friday) == 3
    assert light(CALENDAR, running, friday, DAYS) is Light.YELLOW


def test_a_clock_that_has_not_begun_here_is_green() -> None:
    running = clock(CALENDAR, START, Limit(20))

    assert light(CALENDAR, running, START - timedelta(days=30)) is Light.GREEN


@given(days=st.integers(0, 40), unit=st.sampled_from(Unit), preset=st.sampled_from((*PRESETS, NEVER)))
def test_a_light_never_goes_back(days: int, unit: Unit, preset: LightPreset) -> None:
    running = clock(CALENDAR, START, Limit(days, unit))
    order = [Light.GREEN, Light.YELLOW, Light.RED]
    shown = [order.index(light(CALENDAR, running, START + timedelta(days=n), preset)) for n in range(90)]
    left = [remaining(CALENDAR, running, START + timedelta(days=n)) for n in range(90)]

    assert shown == sorted(shown)
    assert left == sorted(left, reverse=True)
    assert shown[-1] == 2
