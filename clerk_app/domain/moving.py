"""To which days the clocks of an accepted case move when it is extended, or goes on after a special procedure (rule 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.deadlines import Calendar, DueDay, Suspension, counted, promised_due

Dues = tuple[DueDay | None, DueDay | None]
"""The promised and the statutory day; ``None``: the case has none."""


def extended_dues(case: Case, days: int, calendar: Calendar) -> Dues:
    """Return the days of a case that may take so many more days, counted in each limit's own unit (行政许可法 §42)."""

    def later(due: DueDay, unit: Unit) -> DueDay:
        return promised_due(calendar, Limit(days, unit), due.day, case.suspensions)

    return _moved(case, calendar, days, case.suspensions, later)


def resumed_dues(case: Case, on: date, calendar: Calendar) -> Dues:
    """Return the days of a suspended case that goes on; ``on`` is the first day that counts again."""
    begun = next((s.start for s in case.suspensions if s.end is None), on)
    held = tuple(replace(s, end=on) if s.end is None else s for s in case.suspensions)

    def later(due: DueDay, unit: Unit) -> DueDay:
        left = counted(calendar, begun.toordinal() - 1, due.day.toordinal(), unit)
        return promised_due(calendar, Limit(left, unit), on - timedelta(days=1)) if left > 0 else due

    return _moved(case, calendar, 0, held, later)


def _moved(
    case: Case, calendar: Calendar, more: int, held: tuple[Suspension, ...], later: Callable[[DueDay, Unit], DueDay]
) -> Dues:
    """Count anew from acceptance; where a day is not as the limit tells it (the department said another), move that day."""
    accepted = case.accepted
    if accepted is None:
        return None, None
    since = accepted.accepted_on
    longer = sum(extension.days for extension in case.extensions)

    def one(due: DueDay | None, limit: Limit | None) -> DueDay | None:
        if due is None:
            return None
        so_far = Limit((limit.days if limit else 0) + longer, limit.unit if limit else Unit.WORKDAY)
        as_told = promised_due(calendar, so_far, since, case.suspensions).day == due.day
        if so_far.days and as_told:
            whole = Limit(so_far.days + more, so_far.unit)
            after = promised_due(calendar, whole, since, held)
        else:
            after = later(due, so_far.unit)
        after = replace(after, provisional=after.provisional or (due.provisional and not as_told))
        return after if after.day >= due.day else due

    return one(accepted.promised_due, case.item.promised), one(accepted.statutory_due, case.item.statutory)
