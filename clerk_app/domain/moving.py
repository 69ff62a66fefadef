"""To which days the clocks of an accepted case move when it is extended, or goes on after a special procedure (rule 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.deadlines import Calendar, DueDay, Suspension, counted, promised_due
from clerk_app.domain.reckoning import reckon

Dues = tuple[DueDay | None, DueDay | None]
"""The promised and the statutory day; ``None``: the case has none."""


def extended_dues(case: Case, days: int, calendar: Calendar) -> Dues:
    """Return the days of a case that may take so many working days more (行政许可法 §42, §82)."""
    more = Limit(days)

    def later(due: DueDay, _: Unit) -> DueDay:
        return promised_due(calendar, more, due.day, case.suspensions)

    return _moved(case, calendar, (more,), case.suspensions, later)


def resumed_dues(case: Case, on: date, calendar: Calendar) -> Dues:
    """Return the days of a suspended case that goes on; ``on`` is the first day that counts again."""
    begun = next((s.start for s in case.suspensions if s.end is None), on)
    held = tuple(replace(s, end=on) if s.end is None else s for s in case.suspensions)

    def later(due: DueDay, unit: Unit) -> DueDay:
        left = counted(calendar, begun.toordinal() - 1, due.day.toordinal(), unit)
        return promised_due(calendar, Limit(left, unit), on - timedelta(days=1)) if left > 0 else due

    return _moved(case, calendar, (), held, later)


def _moved(
    case: Case,
    calendar: Calendar,
    more: tuple[Limit, ...],
    held: tuple[Suspension, ...],
    later: Callable[[DueDay, Unit], DueDay],
) -> Dues:
    """Count anew from acceptance; where a day is not as the limit tells it (the department said another), move that day."""
    accepted = case.accepted
    if accepted is None:
        return None, None
    since = accepted.accepted_on
    before = tuple(Limit(extension.days) for extension in case.extensions)

    def one(due: DueDay | None, limit: Limit | None) -> DueDay | None:
        if due is None:
            return None
        limit = limit or Limit(0)
        told = reckon(calendar, since, limit, case.suspensions, extensions=before).due
        as_told = told.day == due.day and (limit.days > 0 or bool(before))
        if as_told:
            after = reckon(calendar, since, limit, held, extensions=(*before, *more)).due
        else:
            after = later(due, limit.unit)
            after = replace(after, provisional=after.provisional or due.provisional)
        return after if after.day >= due.day else due

    return one(accepted.promised_due, case.item.promised), one(accepted.statutory_due, case.item.statutory)
