"""Rule 6: working days come from published year tables; outside them weekends count, marked 暂定, and nothing crashes."""

from __future__ import annotations

import warnings
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.deadlines import Calendar, DueDay, YearTable, add, add_workdays, marked, workdays_between
from sync.central.catalogue.calendar_seed import seed_tables

KNOWN = range(2004, 2027)
CALENDAR = Calendar(seed_tables(KNOWN))
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def by_hand(calendar: Calendar, start: date, days: int) -> date:
    """Count day by day, as a clerk would on a wall calendar."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= calendar.is_workday(day)
    return day


def test_the_day_of_receipt_is_not_counted() -> None:
    assert add_workdays(CALENDAR, date(2026, 3, 2), 1) == DueDay(date(2026, 3, 3))


def test_papers_brought_on_a_saturday_count_from_monday() -> None:
    assert add_workdays(CALENDAR, date(2026, 3, 7), 1) == DueDay(date(2026, 3, 9))


def test_a_holiday_is_left_out_and_a_worked_weekend_counts() -> None:
    # 2026: 1 to 7 October are off, Saturday 10 October is worked.
    assert add_workdays(CALENDAR, date(2026, 9, 30), 1) == DueDay(date(2026, 10, 8))
    assert add_workdays(CALENDAR, date(2026, 9, 30), 3) == DueDay(date(2026, 10, 10))


def test_zero_days_are_the_same_day_even_on_a_day_off() -> None:
    assert add_workdays(CALENDAR, date(2026, 10, 1), 0) == DueDay(date(2026, 10, 1))


def test_calendar_days_that_end_on_a_day_off_run_to_the_next_working_day() -> None:
    limit = Limit(15, Unit.CALENDAR_DAY)

    assert add(CALENDAR, date(2026, 3, 2), limit) == DueDay(date(2026, 3, 17))
    assert add(CALENDAR, date(2026, 9, 18), limit) == DueDay(date(2026, 10, 8))


@pytest.mark.parametrize("start", [date(2026, 12, 31), date(2027, 1, 1), date(2003, 12, 31), date(1905, 5, 5)])
def test_a_year_without_a_table_is_counted_on_weekends_and_marked(start: date) -> None:
    due = add_workdays(CALENDAR, start, 3)

    assert due.provisional == (start.year != 2003)
    assert due.provisional == str(due).endswith("（暂定）")


def test_the_mark_depends_on_every_year_on_the_way_not_only_on_the_last() -> None:
    with_a_gap = Calendar(t for t in seed_tables(KNOWN) if t.year != 2025)

    assert add_workdays(with_a_gap, date(2024, 12, 30), 260).provisional
    assert not add_workdays(CALENDAR, date(2024, 12, 30), 260).provisional
    assert marked(with_a_gap, date(2024, 12, 30), date(2026, 1, 5)).provisional
    assert workdays_between(with_a_gap, date(2024, 12, 30), date(2026, 1, 5))[1]


@given(start=DAYS, days=st.integers(0, 60))
def test_counting_by_table_equals_counting_by_hand(start: date, days: int) -> None:
    due = add_workdays(CALENDAR, start, days)

    assert due.day == by_hand(CALENDAR, start, days)
    assert workdays_between(CALENDAR, start, due.day) == (days, due.provisional)
    assert workdays_between(CALENDAR, due.day, start) == (-days, due.provisional)


@given(start=st.dates(), days=st.integers(0, 10**7), unit=st.sampled_from(Unit))
def test_no_date_and_no_limit_crashes(start: date, days: int, unit: Unit) -> None:
    due = add(CALENDAR, start, Limit(days, unit))

    assert due.day >= start
    assert due.day == date.max or days == 0 or CALENDAR.is_workday(due.day)


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        add_workdays(CALENDAR, date(2026, 3, 2), -1)


def test_a_table_speaks_for_its_own_year_only_and_the_last_one_holds() -> None:
    first = YearTable(year=2027, holidays=(date(2027, 1, 1), date(2028, 1, 3)), workdays=())
    second = YearTable(year=2027, holidays=(), workdays=(date(2027, 1, 2),))

    assert not Calendar([first]).is_workday(date(2027, 1, 1))
    assert Calendar([first]).is_workday(date(2028, 1, 3))
    assert Calendar([first, second]).is_workday(date(2027, 1, 1))
    assert Calendar([first, second]).is_workday(date(2027, 1, 2))


def test_days_named_as_they_are_anyway_change_nothing() -> None:
    plain = YearTable(year=2027, holidays=(date(2027, 1, 2),), workdays=(date(2027, 1, 1),))

    assert Calendar([plain]).is_workday(date(2027, 1, 1))
    assert add_workdays(Calendar([plain]), date(2026, 12, 31), 2).day == date(2027, 1, 4)


def test_the_seed_leaves_out_years_whose_notice_is_not_out() -> None:
    assert [table.year for table in seed_tables([2003, 2004, 2026, 2100])] == [2004, 2026]
    assert CALENDAR.covers(2026)
    assert not CALENDAR.covers(2100)


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_the_seed_agrees_with_a_second_source(year: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import holidays  # slow to import, and only here

        second = holidays.country_holidays("CN", years=year)
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]

    assert [d for d in days if CALENDAR.is_workday(d) != second.is_working_day(d)] == []
