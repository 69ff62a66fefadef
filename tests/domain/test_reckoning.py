"""A term laid out day by day tells the due day that is counted elsewhere, and leaves no calendar day unexplained."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.deadlines import (
    Calendar,
    Suspension,
    add,
    add_workdays,
    is_paused,
    marked,
    pauses,
    promised_due,
    workdays_between,
)
from clerk_app.domain.reckoning import COUNTS, MOST_DAYS, Day, Why, reckon, reckon_to, runs
from sync.central.catalogue.calendar_seed import seed_tables

CALENDAR = Calendar(seed_tables([2024, 2026]))
"""2025 is left out: terms run into, through and out of a year without a table."""
DAYS = st.dates(date(2023, 12, 1), date(2027, 6, 30))
LIMITS = st.builds(Limit, st.integers(0, 90), st.sampled_from(Unit))


@st.composite
def suspensions(draw: st.DrawFn, start: date) -> list[Suspension]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        begun = start + timedelta(days=draw(st.integers(-5, 80)))
        end = begun + timedelta(days=draw(st.integers(0, 40)))
        found.append(Suspension(start=begun, end=draw(st.sampled_from([end, end, end, None]))))
    return found


@given(start=DAYS, limit=LIMITS, data=st.data())
def test_the_due_day_told_is_the_due_day_counted(start: date, limit: Limit, data: st.DataObject) -> None:
    held = data.draw(suspensions(start))
    today = data.draw(st.none() | DAYS)

    found = reckon(CALENDAR, start, limit, held, today)

    assert found.due == promised_due(CALENDAR, limit, start, held, today)
    assert found.counted == limit.days
    assert found.due.provisional == any(day.provisional for day in found.days)
    numbers = [day.number for day in found.days if day.why in COUNTS]
    assert numbers == list(range(1, limit.days + 1))


@given(start=DAYS, limit=LIMITS, data=st.data())
def test_every_calendar_day_has_its_reason(start: date, limit: Limit, data: st.DataObject) -> None:
    held = [one for one in data.draw(suspensions(start)) if one.end is not None]

    days = reckon(CALENDAR, start, limit, held).days

    assert [day.day for day in days] == [start + timedelta(days=n) for n in range(len(days))]
    for day in days[1:]:
        assert right(day, limit, held), day


def right(told: Day, limit: Limit, held: list[Suspension]) -> bool:
    """Whether a reason fits its day, looked at by itself."""
    worked, weekend, paused = CALENDAR.is_workday(told.day), told.day.weekday() >= 5, is_paused(held, told.day)
    by_workdays = limit.unit is Unit.WORKDAY
    match told.why:
        case Why.COUNTED:
            return not paused and (not by_workdays or (worked and not weekend))
        case Why.MADE_UP:
            return not paused and by_workdays and worked and weekend
        case Why.WEEKEND:
            return not worked and weekend
        case Why.HOLIDAY:
            return not worked and not weekend
        case Why.PAUSED:
            return paused
        case Why.ROLLED:
            return worked and not by_workdays
        case _:
            return False


@given(start=DAYS, limit=LIMITS, added=st.lists(LIMITS, max_size=2))
def test_an_extension_goes_on_where_the_term_ended(start: date, limit: Limit, added: list[Limit]) -> None:
    found = reckon(CALENDAR, start, limit, extensions=added)

    due = add(CALENDAR, start, limit).day
    for one in added:
        due = add(CALENDAR, due, one).day
    assert found.due.day == due
    for part, one in enumerate(found.limits):
        assert sum(day.part == part and day.why in COUNTS for day in found.days) == one.days


@given(start=DAYS, first=st.integers(0, 40), more=st.integers(0, 20))
def test_working_days_added_are_working_days_of_one_longer_term(start: date, first: int, more: int) -> None:
    extended = reckon(CALENDAR, start, Limit(first), extensions=[Limit(more)])

    assert extended.due == add_workdays(CALENDAR, start, first + more)


@given(start=DAYS, limit=LIMITS, data=st.data())
def test_runs_are_the_same_days_taken_together(start: date, limit: Limit, data: st.DataObject) -> None:
    found = reckon(CALENDAR, start, limit, data.draw(suspensions(start)))

    again = []
    for run in found.runs:
        for n in range((run.end - run.start).days + 1):
            number = run.first + n if run.first else 0
            again.append(Day(run.start + timedelta(days=n), run.why, number, run.provisional, run.part))
        assert run.last == (run.first + (run.end - run.start).days if run.first else 0)
    assert tuple(again) == found.days
    assert all(one != other for one, other in zip(found.runs, found.runs[1:], strict=False))


@given(start=DAYS, after=st.integers(0, 60))
def test_an_agreed_working_day_is_reckoned_to_itself(start: date, after: int) -> None:
    due = add_workdays(CALENDAR, start, after)

    assert reckon_to(CALENDAR, start, due.day) == reckon(CALENDAR, start, Limit(after))


@given(start=DAYS, after=st.integers(-3, 60))
def test_any_agreed_day_is_reckoned_to_itself_with_every_day_on_the_way(start: date, after: int) -> None:
    due = start + timedelta(days=after)

    found = reckon_to(CALENDAR, start, due)

    assert found.due == marked(CALENDAR, start, due)
    assert [day.day for day in found.days] == [start + timedelta(days=n) for n in range(max(after, 0) + 1)]
    assert found.counted == max(0, workdays_between(CALENDAR, start, due)[0])


def test_a_term_beyond_ten_years_is_told_by_its_day_alone() -> None:
    start = date(2026, 3, 2)
    near, far = Limit(MOST_DAYS - 5, Unit.CALENDAR_DAY), Limit(10**7)

    assert len(reckon(CALENDAR, start, near).days) >= MOST_DAYS - 4
    assert reckon(CALENDAR, start, far).days == ()
    assert reckon(CALENDAR, start, far).due == promised_due(CALENDAR, far, start)
    assert reckon(CALENDAR, start, Limit(3), extensions=[far, Limit(1)]).days == ()
    assert reckon_to(CALENDAR, start, start + timedelta(days=MOST_DAYS + 1)).days == ()


def test_a_suspension_that_lasts_reaches_through_today() -> None:
    start, held = date(2026, 3, 2), [Suspension(start=date(2026, 3, 4))]

    found = reckon(CALENDAR, start, Limit(3), held, today=date(2026, 3, 6))

    assert pauses(held, date(2026, 3, 6))
    assert [(run.start.day, run.end.day, run.why) for run in found.runs] == [
        (2, 2, Why.START),
        (3, 3, Why.COUNTED),
        (4, 6, Why.PAUSED),
        (7, 8, Why.WEEKEND),
        (9, 10, Why.COUNTED),
    ]


def test_nothing_is_no_run() -> None:
    assert runs(()) == ()
