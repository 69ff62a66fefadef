"""To which days a case's clocks move: counted anew where the limit tells them, moved on where somebody said another day (rule 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.deadlines import Calendar, DueDay, Suspension, YearTable, promised_due
from clerk_app.domain.moving import extended_dues, resumed_dues
from clerk_app.domain.reckoning import reckon
from tests.support.story import MONDAY, Counter

HOLIDAYS = YearTable(year=2026, holidays=(date(2026, 3, 12), date(2026, 3, 13)), workdays=(date(2026, 3, 14),))
CALENDAR = Calendar((HOLIDAYS,))


def case(unit: Unit = Unit.WORKDAY, days: int = 10) -> Case:
    """A case accepted on Monday 2 March 2026 whose promised limit is this."""
    counter = Counter(calendar=CALENDAR)
    received = counter.receive()
    limit = Limit(days, unit)
    assert received.accepted is not None
    accepted = replace(received.accepted, promised_due=promised_due(CALENDAR, limit, MONDAY), statutory_due=None)
    return replace(received, item=replace(received.item, promised=limit, statutory=None), accepted=accepted)


def promised(held: Case) -> DueDay:
    assert held.accepted is not None
    assert held.accepted.promised_due is not None
    return held.accepted.promised_due


def due_on(held: Case, day: date) -> Case:
    assert held.accepted is not None
    return replace(held, accepted=replace(held.accepted, promised_due=DueDay(day)))


def suspended(held: Case, start: date) -> Case:
    return replace(held, suspensions=(*held.suspensions, Suspension(start=start, kind="hearing")))


def test_days_off_and_days_made_up_count_as_they_do_for_any_limit() -> None:
    """10 working days after 2 March, with 12 and 13 off and Saturday 14 worked: 17 March; 3 more: 20."""
    held = case()
    assert promised(held).day == date(2026, 3, 17)
    assert extended_dues(held, 3, CALENDAR) == (DueDay(date(2026, 3, 20)), None)


def test_a_day_that_is_not_the_limits_is_moved_on_from_where_it_is() -> None:
    held = due_on(case(), date(2026, 3, 25))
    assert extended_dues(held, 3, CALENDAR)[0] == DueDay(date(2026, 3, 30))
    held = suspended(held, date(2026, 3, 24))
    assert resumed_dues(held, date(2026, 4, 1), CALENDAR)[0] == DueDay(date(2026, 4, 2)), "two days were left"


def test_a_day_that_had_passed_before_the_procedure_began_stays() -> None:
    held = suspended(case(), date(2026, 3, 24))
    assert resumed_dues(held, date(2026, 4, 1), CALENDAR)[0] == promised(held)


def test_days_are_marked_where_a_year_is_not_known() -> None:
    [due, _] = extended_dues(case(), 250, CALENDAR)
    assert due is not None
    assert due.provisional


def test_a_case_that_is_not_accepted_has_no_days() -> None:
    held = replace(case(), accepted=None)
    assert extended_dues(held, 3, CALENDAR) == (None, None)
    assert resumed_dues(held, MONDAY, CALENDAR) == (None, None)


@given(
    unit=st.sampled_from(list(Unit)),
    days=st.integers(1, 60),
    gaps=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=3),
    more=st.integers(1, 15),
    when=st.integers(0, 3),
)
def test_counted_step_by_step_it_is_as_counted_at_once(
    unit: Unit, days: int, gaps: list[tuple[int, int]], more: int, when: int
) -> None:
    """Suspensions one after the other, and an extension at any time between them, give what one count from acceptance gives."""
    held, today = case(unit, days), MONDAY
    for number, (work, pause) in enumerate([*gaps, (0, 0)]):
        if number == min(when, len(gaps)):
            held = _with(held, extended_dues(held, more, CALENDAR)[0])
            told = sb.Extended(on=today, days=more, reason="", approved_by="")
            held = replace(held, extensions=(told,))
        today += timedelta(days=work)
        if number == len(gaps) or today > promised(held).day:
            continue
        held = suspended(held, today)
        today += timedelta(days=pause)
        moved = resumed_dues(held, today, CALENDAR)[0]
        held = _with(held, moved)
        held = replace(held, suspensions=(*held.suspensions[:-1], replace(held.suspensions[-1], end=today)))

    whole = reckon(CALENDAR, MONDAY, Limit(days, unit), held.suspensions, extensions=[Limit(more)])
    assert promised(held).day == whole.due.day


@given(unit=st.sampled_from(list(Unit)), days=st.integers(1, 40), start=st.integers(0, 60), pause=st.integers(0, 30))
def test_a_longer_procedure_never_brings_the_day_nearer(unit: Unit, days: int, start: int, pause: int) -> None:
    begun = MONDAY + timedelta(days=start)
    held = suspended(case(unit, days), begun)
    [shorter, longer] = (resumed_dues(held, begun + timedelta(days=n), CALENDAR)[0] for n in (pause, pause + 1))
    assert shorter is not None
    assert longer is not None
    assert promised(held).day <= shorter.day <= longer.day


def _with(held: Case, due: DueDay | None) -> Case:
    assert due is not None
    return due_on(held, due.day)
