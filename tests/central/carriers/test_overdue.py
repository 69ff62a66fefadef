"""When a bag is looked for: working days after the last that was heard of it, once for every hand that has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody import Leg, Open, Parcel
from clerk_app.domain.deadlines import Calendar, YearTable
from clerk_app.domain.kinds import ParcelState
from clerk_app.domain.timing import BEIJING
from sync.central.carriers.overdue import IN_TOWN, POSTED, overdue

MONDAY = date(2026, 3, 2)
HERE = cb.Hand(kind=cb.HandKind.POINT, code="FS0001")
DEPARTMENT = cb.Hand(kind=cb.HandKind.DEPARTMENT, code="FS-GA", name="市公安局")
APPLICANT = cb.Hand(kind=cb.HandKind.APPLICANT, code="C", name="样例甲")


def given(on: date, by: str = "样例速递") -> Leg:
    taker = cb.Hand(kind=cb.HandKind.COURIER, code="YZ1", name=by)
    return Leg(at=f"{on}T16:00:00+08:00", giver=HERE, taker=taker, manifest="", entry=f"e{on}", window="FS0001-01")


def bag(to: cb.Hand = DEPARTMENT) -> Parcel:
    line = cb.PaperLine(case="C", material="form", name="申请表", originals=1)
    direction = cb.Direction.TO_APPLICANT if to is APPLICANT else cb.Direction.TO_DEPARTMENT
    sealed = cb.Sealed(direction=direction, sender=HERE, to=to, lines=(line,), on=MONDAY)
    return Parcel(
        number="P",
        sealed=sealed,
        sealed_at="",
        window="FS0001-01",
        clerk="C1",
        state=ParcelState.ON_THE_WAY,
        legs=(given(MONDAY),),
    )


def noted(parcel: Parcel, on: date, calendar: Calendar | None = None) -> cb.Noted | None:
    return overdue(parcel, calendar or Calendar(), datetime(on.year, on.month, on.day, 9, tzinfo=BEIJING))


def first_day(parcel: Parcel, calendar: Calendar | None = None) -> date:
    """Return the first day on which it is looked for."""
    days = (MONDAY + timedelta(days=n) for n in range(60))
    return next(day for day in days if noted(parcel, day, calendar) is not None)


@pytest.mark.parametrize(("to", "day"), [(DEPARTMENT, date(2026, 3, 6)), (APPLICANT, date(2026, 3, 17))])
def test_it_is_looked_for_on_the_day_after_its_last_working_day(to: cb.Hand, day: date) -> None:
    assert first_day(bag(to)) == day


def test_days_off_do_not_count() -> None:
    table = YearTable(year=2026, holidays=(date(2026, 3, 3), date(2026, 3, 4)), workdays=())
    assert first_day(bag(), Calendar([table])) == date(2026, 3, 10)


def test_whatever_the_carrier_told_last_counts_from_then_and_a_clock_ahead_does_not_put_it_off() -> None:
    def heard(*days: date) -> Parcel:
        events = (cb.TrackEvent(waybill="", at=f"{day}T10:00:00+08:00", code="203", name="收寄") for day in days)
        return replace(bag(APPLICANT), events=tuple(events))

    assert first_day(heard(date(2026, 3, 12), date(2026, 3, 4))) == date(2026, 3, 27)
    assert first_day(heard(date(2027, 3, 12))) == first_day(bag(APPLICANT))


def test_it_names_who_has_it_and_since_when_and_no_applicant() -> None:
    found = noted(bag(APPLICANT), date(2026, 4, 1))
    assert found is not None
    [one] = found.found
    assert (one.fault, one.parcel, one.line) == (cb.Fault.LOST, "P", None)
    assert "2026-03-02 交给样例速递" in one.note
    assert f"满 {POSTED} 个工作日" in one.note
    assert APPLICANT.name not in one.note


@pytest.mark.parametrize(
    "state", [ParcelState.SEALED, ParcelState.RECEIVED, ParcelState.RETURNED, ParcelState.UNSEALED]
)
def test_a_bag_that_is_not_on_its_way_is_not_looked_for(state: ParcelState) -> None:
    assert noted(replace(bag(), state=state), date(2026, 5, 1)) is None


def test_once_for_every_hand_that_has_it() -> None:
    day = date(2026, 3, 10)
    found = noted(bag(), day)
    assert found is not None
    before = Open(entry="e", number=1, found=found.found[0], by=found.by, on=day)
    parcel = replace(bag(), discrepancies=(before,))
    assert noted(parcel, date(2026, 5, 1)) is None
    again = replace(parcel, legs=(*parcel.legs, given(date(2026, 3, 16), "另一家")))
    assert noted(again, date(2026, 3, 16) + timedelta(days=IN_TOWN)) is None
    after = noted(again, date(2026, 5, 1))
    assert after is not None
    assert "另一家" in after.found[0].note
