"""Rule 4, the dates: a debt falls due within 20 working days and at least 2 before the promised day, or not at all."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.deadlines import Calendar, add_workdays, debt_latest, workdays_between
from sync.central.catalogue.calendar_seed import seed_tables

CALENDAR = Calendar(seed_tables([2026]))
ACCEPTED = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("promised_days", "latest"),
    [
        (60, date(2026, 3, 30)),  # twenty working days
        (22, date(2026, 3, 30)),
        (21, date(2026, 3, 27)),
        (10, date(2026, 3, 12)),
        (3, date(2026, 3, 3)),
        (2, None),
        (1, None),
        (0, None),
    ],
)
def test_the_nearer_of_the_two_bounds_holds(promised_days: int, latest: date | None) -> None:
    promised = add_workdays(CALENDAR, ACCEPTED, promised_days).day

    assert debt_latest(CALENDAR, ACCEPTED, promised) == latest


@given(accepted=st.dates(date(2026, 1, 1), date(2027, 6, 1)), days=st.integers(0, 40))
def test_no_debt_falls_due_too_late_or_on_a_day_off(accepted: date, days: int) -> None:
    promised = add_workdays(CALENDAR, accepted, days).day
    latest = debt_latest(CALENDAR, accepted, promised)

    if latest is None:
        assert days < 3
    else:
        assert CALENDAR.is_workday(latest)
        assert 1 <= workdays_between(CALENDAR, accepted, latest)[0] <= 20
        assert workdays_between(CALENDAR, latest, promised)[0] >= 2


def test_dates_at_the_end_of_time_leave_no_day() -> None:
    assert debt_latest(CALENDAR, date.max, date.max) is None
    assert debt_latest(CALENDAR, date.min, date.min) is None
