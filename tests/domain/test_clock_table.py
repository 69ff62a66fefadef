"""Clocks against a table of due days derived by hand from the published arrangements of 2024, 2025 and 2026."""

from __future__ import annotations

import warnings
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from clerk_app.domain.catalogue import Unit
from clerk_app.domain.reckoning import COUNTS, Why, reckon
from clerk_app.seat import Refused
from tests.support.clock_table import CALENDAR, Row, clock_of, rows, told

TABLE = tuple(rows())
DUE = [row for row in TABLE if row.due is not None]
LIMITED = [row for row in DUE if row.clock not in {"debt", "supplement"}]
KNOWN = [row for row in LIMITED if row.due is not None and not row.due.provisional and row.limit.days]


def test_the_table_is_large_and_says_everything_once() -> None:
    assert len(TABLE) >= 200
    assert len({asked(row) for row in TABLE}) == len(TABLE)
    for year in (2024, 2025, 2026):
        assert sum(row.start.year == year for row in TABLE) >= 50
    assert sum(row.due.provisional for row in DUE if row.due) >= 15
    assert sum(bool(row.pauses) for row in TABLE) >= 25


def asked(row: Row) -> tuple[object, ...]:
    return (row.clock, row.start, row.printed, row.supplements, row.pauses, row.extension)


@pytest.mark.parametrize("row", DUE, ids=str)
def test_a_case_s_clock_is_due_on_the_day_in_the_table(row: Row) -> None:
    counter = told(row)

    clock = clock_of(row, counter.case, counter.today)

    assert clock.due == row.due
    assert clock.reckoning is not None
    assert clock.reckoning.due == row.due
    assert clock.agrees


@pytest.mark.parametrize("row", LIMITED, ids=str)
def test_a_limit_laid_out_day_by_day_ends_on_the_day_in_the_table(row: Row) -> None:
    extensions = (row.extension,) if row.extension is not None else ()

    found = reckon(CALENDAR, row.start, row.limit, row.pauses, extensions=extensions)

    assert found.due == row.due
    assert found.days[-1].day == found.due.day
    assert found.counted == sum(one.days for one in found.limits)


@pytest.mark.parametrize("row", [row for row in TABLE if row.due is None], ids=str)
def test_where_the_table_has_no_day_nothing_may_be_owed(row: Row) -> None:
    with pytest.raises(Refused) as refused:
        told(row)

    assert refused.value.code == "provisional-too-short"


@pytest.mark.parametrize("row", KNOWN, ids=str)
def test_a_second_source_counts_to_the_same_day(row: Row) -> None:
    """Day by day with the days another library holds to be worked, and nothing of what is under test."""
    day = row.start
    for limit in (row.limit, *((row.extension,) if row.extension is not None else ())):
        left = limit.days
        while left:
            day += timedelta(days=1)
            paused = any(p.start <= day and p.end is not None and day < p.end for p in row.pauses)
            left -= not paused and (limit.unit is Unit.CALENDAR_DAY or worked(day))
        while not worked(day):
            day += timedelta(days=1)

    assert row.due is not None
    assert day == row.due.day


@cache
def worked(day: date) -> bool:
    return bool(second_source(day.year).is_working_day(day))


@cache
def second_source(year: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import holidays  # slow to import, and only here

        return holidays.country_holidays("CN", years=year)


def test_the_reasons_of_a_term_over_the_spring_festival() -> None:
    """29 January 2024 and ten working days, of which the special procedure takes the festival and a worked Sunday."""
    row = next(row for row in TABLE if row.start == date(2024, 1, 29) and row.pauses)
    found = reckon(CALENDAR, row.start, row.limit, row.pauses)

    told = [(f"{run.start:%m-%d}", f"{run.end:%m-%d}", run.why, run.first, run.last) for run in found.runs]

    assert told == [
        ("01-29", "01-29", Why.START, 0, 0),
        ("01-30", "02-02", Why.COUNTED, 1, 4),
        ("02-03", "02-03", Why.WEEKEND, 0, 0),
        ("02-04", "02-04", Why.MADE_UP, 5, 5),
        ("02-05", "02-18", Why.PAUSED, 0, 0),
        ("02-19", "02-23", Why.COUNTED, 6, 10),
    ]


def test_the_reasons_of_calendar_days_that_run_on() -> None:
    row = next(row for row in TABLE if row.start == date(2024, 1, 31))
    found = reckon(CALENDAR, row.start, row.limit)

    assert [day.why for day in found.days if day.day >= date(2024, 2, 15)] == [
        Why.COUNTED,
        Why.HOLIDAY,
        Why.WEEKEND,
        Why.ROLLED,
    ]
    assert {day.why for day in found.days if day.day < date(2024, 2, 15)} - COUNTS == {Why.START}
