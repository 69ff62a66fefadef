"""A due day as a reader can check it: every calendar day from the start to the due day, counted or not, and why.

Nothing is counted here by a rule of its own: the due day is that of ``deadlines.promised_due``, which days are worked is
what the same calendar says, and which are suspended is what ``deadlines.pauses`` says. The days are laid out beside it, so
that whoever has a wall calendar finds the same (tests/domain/test_reckoning.py holds the two together).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.deadlines import Calendar, DueDay, Suspension, marked, pauses, promised_due

MOST_DAYS = 3660
"""Calendar days that are laid out, ten years; of a longer term the due day alone is told."""


class Why(StrEnum):
    """What one calendar day is in a reckoning."""

    START = "start"
    """The day on which it begins is not counted (民法典 §201)."""
    ON_THE_SPOT = "on_the_spot"
    """A limit of 0 days: the day on which it begins is the last."""
    COUNTED = "counted"
    MADE_UP = "made_up"
    """A Saturday or Sunday that is worked, and counts (调休上班)."""
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    """Monday to Friday, and off by the State Council's notice."""
    PAUSED = "paused"
    """A special procedure runs (行政许可法 §45)."""
    ROLLED = "rolled"
    """The last day counted was a day off: the term runs to the next working day, which is this (民法典 §203)."""


COUNTS = frozenset({Why.COUNTED, Why.MADE_UP})
WHY_LABELS = {
    Why.START: "起算日不计",
    Why.ON_THE_SPOT: "当日",
    Why.COUNTED: "计",
    Why.MADE_UP: "调休上班，计",
    Why.WEEKEND: "周末",
    Why.HOLIDAY: "节假日",
    Why.PAUSED: "特别程序",
    Why.ROLLED: "顺延至下一工作日",
}


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day of a reckoning."""

    day: date
    why: Why
    number: int = 0
    """Which day of its limit it is; 0: it is not counted."""
    provisional: bool = False
    """暂定: no table of its year is known, and whether it is worked matters."""
    part: int = 0
    """0: the limit itself; from 1 on, the days by which it was extended."""


@dataclass(frozen=True, slots=True)
class Run:
    """Days that follow each other and are alike; ``first`` and ``last`` number the counted ones."""

    start: date
    end: date
    why: Why
    first: int = 0
    last: int = 0
    provisional: bool = False
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """A term laid out day by day."""

    start: date
    limits: tuple[Limit, ...]
    """The limit, then what it was extended by."""
    due: DueDay
    days: tuple[Day, ...]
    """From the start to the due day; empty where that is more than ``MOST_DAYS``."""

    @property
    def counted(self) -> int:
        """How many days are counted."""
        return sum(day.why in COUNTS for day in self.days)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The days, those that are alike taken together."""
        return runs(self.days)


def reckon(
    calendar: Calendar,
    start: date,
    limit: Limit,
    suspensions: Iterable[Suspension] = (),
    today: date | None = None,
    extensions: Iterable[Limit] = (),
) -> Reckoning:
    """Return a limit that begins on ``start``, day by day; each extension goes on where the one before ended (§42).

    A suspension that still lasts is taken as if ``today`` were its last day, and left out without it (``promised_due``).
    """
    held, limits = tuple(suspensions), (limit, *extensions)
    due, days = DueDay(start), [Day(start, Why.START if limit.days else Why.ON_THE_SPOT)]
    for part, one in enumerate(limits):
        before = due.day
        found = promised_due(calendar, one, before, held, today)
        due = DueDay(found.day, due.provisional or found.provisional)
        if (due.day - start).days > MOST_DAYS:
            days = []
        elif days:
            days += (replace(day, part=part) for day in _laid_out(calendar, before, found.day, one, held, today))
    return Reckoning(start=start, limits=limits, due=due, days=tuple(days))


def reckon_to(calendar: Calendar, start: date, due: date) -> Reckoning:
    """Return the working days from a day to an agreed one: of a term that no limit alone gives, as that of a debt."""
    limit = Limit(calendar.count(start.toordinal(), due.toordinal()) if due > start else 0)
    first = Day(start, Why.START if due > start else Why.ON_THE_SPOT)
    told = (due - start).days <= MOST_DAYS
    days = (first, *_laid_out(calendar, start, due, limit, (), None)) if told else ()
    return Reckoning(start=start, limits=(limit,), due=marked(calendar, start, due), days=days)


def runs(days: Sequence[Day]) -> tuple[Run, ...]:
    """Return days with those that follow each other and are alike taken together."""
    found: list[Run] = []
    for before, day in pairwise((None, *days)):
        if day is None:
            continue
        if before is not None and _alike(before, day):
            found[-1] = replace(found[-1], end=day.day, last=day.number)
        else:
            found.append(Run(day.day, day.day, day.why, day.number, day.number, day.provisional, day.part))
    return tuple(found)


def _alike(one: Day, other: Day) -> bool:
    return (one.why, one.provisional, one.part) == (other.why, other.provisional, other.part)


def _laid_out(
    calendar: Calendar, after: date, until: date, limit: Limit, held: Sequence[Suspension], today: date | None
) -> Iterator[Day]:
    """Yield the days after one and up to another, as they are counted in the limit's unit."""
    paused, number = pauses(held, today), 0
    for ordinal in range(after.toordinal() + 1, until.toordinal() + 1):
        day = date.fromordinal(ordinal)
        guessed = not calendar.covers(day.year)
        last = limit.unit is Unit.CALENDAR_DAY and number >= limit.days
        if last:
            yield Day(day, Why.ROLLED if day == until else _off(day), provisional=guessed)
        elif any(low < ordinal <= high for low, high in paused):
            yield Day(day, Why.PAUSED, provisional=guessed and limit.unit is Unit.WORKDAY)
        elif limit.unit is Unit.CALENDAR_DAY:
            number += 1
            yield Day(day, Why.COUNTED, number, guessed and number == limit.days)
        elif calendar.is_workday(day):
            number += 1
            yield Day(day, Why.COUNTED if day.weekday() < 5 else Why.MADE_UP, number, guessed)
        else:
            yield Day(day, _off(day), provisional=guessed)


def _off(day: date) -> Why:
    return Why.WEEKEND if day.weekday() >= 5 else Why.HOLIDAY
