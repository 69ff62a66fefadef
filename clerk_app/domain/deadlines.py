"""Working days, due days and lights (rules 1 and 4 to 7).

Every period is counted alike: the day on which it begins is not counted (民法典 §201), limits in working days leave out
weekends and statutory holidays (行政许可法 §82), and a limit in calendar days whose last day is a day off runs to the end of
the next working day (民法典 §203). Zero days remaining is decided once, here: the due day itself is still in time, for
every clock; the day after is over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clerk_app.domain.catalogue import Limit, Unit

NOTICE_DAYS = 5
"""行政许可法 §32(4): working days from receipt within which everything missing is told."""
DEBT_DAYS = 20
"""Working days from acceptance within which a provisional debt is to be paid (rule 4)."""
DEBT_MARGIN = 2
"""Working days a provisional debt is to be paid before the promised day (rule 4)."""

_LAST = date.max.toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTable:
    """One year's days as the State Council's notice sets them (放假安排)."""

    year: int
    holidays: tuple[date, ...]
    """Monday to Friday, and off."""
    workdays: tuple[date, ...]
    """Saturday or Sunday, and worked (调休上班)."""


@dataclass(frozen=True, slots=True)
class DueDay:
    """The last day that is in time."""

    day: date
    provisional: bool = False
    """暂定: reckoned through a year that no table covers, on weekends alone."""

    def __str__(self) -> str:
        """Return the day as it is shown and printed, with 暂定 where that holds."""
        return self.day.isoformat() + ("（暂定）" if self.provisional else "")


class Calendar:
    """Which days are worked: the year tables where there is one, weekends elsewhere; the last table of a year holds."""

    __slots__ = ("_off", "_worked", "years")

    def __init__(self, tables: Iterable[YearTable] = ()) -> None:
        by_year = {table.year: table for table in tables}
        self.years = frozenset(by_year)
        """The years that are covered."""
        off = (d for t in by_year.values() for d in t.holidays if d.year == t.year and d.weekday() < 5)
        worked = (d for t in by_year.values() for d in t.workdays if d.year == t.year and d.weekday() >= 5)
        self._off = sorted({d.toordinal() for d in off})
        self._worked = sorted({d.toordinal() for d in worked})

    def covers(self, year: int) -> bool:
        """Whether a table of this year is known."""
        return year in self.years

    def is_workday(self, day: date) -> bool:
        """Whether offices are open on this day, as far as is known."""
        return self.count(day.toordinal() - 1, day.toordinal()) == 1

    def count(self, after: int, until: int) -> int:
        """Return how many working days lie after one ordinal day and not after another."""
        off = bisect_right(self._off, until) - bisect_right(self._off, after)
        worked = bisect_right(self._worked, until) - bisect_right(self._worked, after)
        return _weekdays(until) - _weekdays(after) - off + worked

    def guessed(self, after: int, until: int) -> bool:
        """Whether any day after one ordinal day and not after another lies in a year that no table covers."""
        first, last = min(after + 1, _LAST), min(max(until, 1), _LAST)
        years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
        return until > after and any(year not in self.years for year in years)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """特别程序: a hearing, inspection or expert review whose days are not counted.

    Not counted are ``start`` and the days up to ``end``, the first that counts again; ``end`` is ``None`` while it lasts.
    """

    start: date
    end: date | None = None
    kind: str = ""
    reason: str = ""
    told: Limit | None = None
    """How long it would take, as the applicant was told."""


def add(calendar: Calendar, start: date, limit: Limit) -> DueDay:
    """Return the last day of a limit that begins on ``start``; of 0 days, the same day."""
    return promised_due(calendar, limit, start)


def add_workdays(calendar: Calendar, start: date, days: int) -> DueDay:
    """Return the ``days``-th working day after ``start``; 0 is the same day."""
    return add(calendar, start, Limit(days))


def workdays_between(calendar: Calendar, start: date, end: date) -> tuple[int, bool]:
    """Return the working days after ``start`` up to ``end``, negative when it lies before, and whether that is 暂定."""
    low, high = sorted((start.toordinal(), end.toordinal()))
    days = calendar.count(low, high)
    return (days if start <= end else -days), calendar.guessed(low, high)


def marked(calendar: Calendar, start: date, day: date) -> DueDay:
    """Return an agreed day as a due day, 暂定 where a year between it and ``start`` is not covered."""
    return DueDay(day, calendar.guessed(start.toordinal(), day.toordinal()))


def notice_due(calendar: Calendar, received_on: date) -> DueDay:
    """Return the last day for telling the applicant, once, everything that is missing."""
    return add_workdays(calendar, received_on, NOTICE_DAYS)


def notice_lapsed(calendar: Calendar, received_on: date, today: date) -> bool:
    """Whether papers received without a notice count as accepted, from the day of receipt (行政许可法 §32(4))."""
    return today > notice_due(calendar, received_on).day


def promised_due(
    calendar: Calendar,
    limit: Limit,
    accepted_on: date,
    suspensions: Iterable[Suspension] = (),
    today: date | None = None,
) -> DueDay:
    """Return the last day of a promised or statutory limit, moved by the days the case was suspended.

    A suspension that still lasts moves it as if ``today`` were its last day; without ``today`` it does not move it yet.
    """
    if limit.days < 0:
        raise ValueError(f"a limit cannot be {limit.days} days")
    if limit.days == 0:
        return DueDay(accepted_on)
    after, paused = accepted_on.toordinal(), pauses(suspensions, today)
    low, high = after + 1, _LAST
    while low < high:
        middle = (low + high) // 2
        if counted(calendar, after, middle, limit.unit, paused) >= limit.days:
            high = middle
        else:
            low = middle + 1
    due = min(low, _LAST)
    if limit.unit is Unit.WORKDAY:
        return DueDay(date.fromordinal(due), calendar.guessed(after, due))
    rolled = _workday_from(calendar, due)
    return DueDay(date.fromordinal(rolled), calendar.guessed(due - 1, rolled))


def debt_latest(calendar: Calendar, accepted_on: date, promised: date) -> date | None:
    """Return the last day on which a provisional debt may fall due, or ``None`` where no day is left for one (rule 4).

    At most 20 working days from acceptance and at least 2 before the promised day.
    """
    latest = min(add_workdays(calendar, accepted_on, DEBT_DAYS).day.toordinal(), promised.toordinal())
    while latest > accepted_on.toordinal():
        if calendar.count(latest, promised.toordinal()) >= DEBT_MARGIN and calendar.count(latest - 1, latest):
            return date.fromordinal(latest)
        latest -= 1
    return None


def pauses(suspensions: Iterable[Suspension], today: date | None = None) -> tuple[tuple[int, int], ...]:
    """Return the suspended days as ordinals (after, until], in order and apart, so that no day is left out twice.

    A suspension that still lasts reaches through ``today``, or nowhere without it.
    """
    merged: list[tuple[int, int]] = []
    for suspension in sorted(suspensions, key=lambda s: s.start):
        after = suspension.start.toordinal() - 1
        last = today.toordinal() if today is not None else after
        until = suspension.end.toordinal() - 1 if suspension.end is not None else last
        if until <= after:
            continue
        if merged and after <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((after, until))
    return tuple(merged)


def counted(calendar: Calendar, after: int, until: int, unit: Unit, paused: Sequence[tuple[int, int]] = ()) -> int:
    """Return the days of the unit after one ordinal day and not after another, the paused ones left out."""

    def days(low: int, high: int) -> int:
        if high <= low:
            return 0
        return calendar.count(low, high) if unit is Unit.WORKDAY else high - low

    return days(after, until) - sum(days(max(after, start), min(until, end)) for start, end in paused)


class Light(StrEnum):
    """督办灯: how a clock stands."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class LightPreset:
    """When a light turns yellow; red is the same for all: the day after the due day."""

    id: str = ""
    label: str = ""
    yellow_share: float | None = 0.9
    """Yellow once this share of the term is used; ``None``: not by share."""
    yellow_days: int | None = 1
    """Yellow once no more than this many working days are left; ``None``: not by days."""


PRESETS = (
    LightPreset(id="either", label="用时达90%或仅剩1个工作日"),
    LightPreset(id="share", label="用时达90%", yellow_days=None),
    LightPreset(id="days", label="仅剩1个工作日", yellow_share=None),
)
"""What places use (效能监察); the first holds where nothing else is set."""


def preset_of(id: str) -> LightPreset:
    """Return a preset by its id; the first where there is none of that id."""
    return next((preset for preset in PRESETS if preset.id == id), PRESETS[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A term that runs: notice, promise, statutory limit or provisional debt."""

    started_on: date
    due: DueDay
    unit: Unit = Unit.WORKDAY
    suspensions: tuple[Suspension, ...] = ()


def clock(calendar: Calendar, started_on: date, limit: Limit, suspensions: Iterable[Suspension] = ()) -> Clock:
    """Return the clock of a limit that began on ``started_on``."""
    held = tuple(suspensions)
    due = promised_due(calendar, limit, started_on, held)
    return Clock(started_on=started_on, due=due, unit=limit.unit, suspensions=held)


def remaining(calendar: Calendar, clock: Clock, today: date) -> int:
    """Return the days left in the clock's unit: 0 on the due day, which is still in time; negative when over.

    While a suspension without an end lasts the clock stands as it stood the day before.
    """
    stopped = (s.start.toordinal() - 1 for s in clock.suspensions if s.end is None)
    now, due = min([today.toordinal(), *stopped]), clock.due.day.toordinal()
    if now > due:
        return -max(1, counted(calendar, due, now, clock.unit))
    return counted(calendar, now, due, clock.unit, pauses(clock.suspensions))


def is_paused(suspensions: Iterable[Suspension], today: date) -> bool:
    """Whether a suspension lasts today; on the day one ends the case is worked on again."""
    return any(s.start <= today and (s.end is None or today < s.end) for s in suspensions)


def light(calendar: Calendar, clock: Clock, today: date, preset: LightPreset = PRESETS[0]) -> Light:
    """Return the light of a clock today, decided alike for every clock."""
    if is_paused(clock.suspensions, today):
        return Light.PAUSED
    start, now, due = clock.started_on.toordinal(), today.toordinal(), clock.due.day.toordinal()
    if now > due:
        return Light.RED
    if preset.yellow_days is not None and calendar.count(now, due) <= preset.yellow_days:
        return Light.YELLOW
    if preset.yellow_share is not None:
        taken = pauses(clock.suspensions)
        total = counted(calendar, start, due, clock.unit, taken)
        used = counted(calendar, start, max(start, now), clock.unit, taken)
        if used >= preset.yellow_share * total - 1e-9:
            return Light.YELLOW
    return Light.GREEN


def _weekdays(ordinal: int) -> int:
    """How many days from Monday to Friday there were from 0001-01-01, a Monday, up to this ordinal day."""
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)


def _workday_from(calendar: Calendar, day: int) -> int:
    while day < _LAST and calendar.count(day - 1, day) == 0:
        day += 1
    return day
