"""The first year tables central publishes, from the State Council's notices as ``chinesecalendar`` carries them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import chinese_calendar

from clerk_app.domain.deadlines import YearTable


def seed_tables(years: Iterable[int]) -> tuple[YearTable, ...]:
    """Return the tables of those of these years that are known; a year whose notice is not out yet is left out."""
    return tuple(table for year in years if (table := _table(year)) is not None)


def _table(year: int) -> YearTable | None:
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1)]
    try:
        off = [(day, bool(chinese_calendar.is_holiday(day))) for day in days]
    except NotImplementedError:
        return None
    return YearTable(
        year=year,
        holidays=tuple(day for day, free in off if free and day.weekday() < 5),
        workdays=tuple(day for day, free in off if not free and day.weekday() >= 5),
    )
