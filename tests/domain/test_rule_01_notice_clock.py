"""Rule 1, the dates: a notice within five working days of receipt, else the case counts as accepted."""

from __future__ import annotations

from datetime import date

from clerk_app.domain.deadlines import Calendar, DueDay, notice_due, notice_lapsed
from sync.central.catalogue.calendar_seed import seed_tables

CALENDAR = Calendar(seed_tables([2026]))


def test_the_notice_is_due_on_the_fifth_working_day_after_receipt() -> None:
    assert notice_due(CALENDAR, date(2026, 3, 2)) == DueDay(date(2026, 3, 9))


def test_a_holiday_in_between_gives_the_window_its_days_back() -> None:
    assert notice_due(CALENDAR, date(2026, 9, 30)) == DueDay(date(2026, 10, 13))


def test_the_last_day_is_still_in_time_and_the_day_after_is_not() -> None:
    assert not notice_lapsed(CALENDAR, date(2026, 3, 2), date(2026, 3, 9))
    assert notice_lapsed(CALENDAR, date(2026, 3, 2), date(2026, 3, 10))


def test_a_notice_due_in_an_uncovered_year_is_marked() -> None:
    assert notice_due(CALENDAR, date(2026, 12, 29)).provisional
