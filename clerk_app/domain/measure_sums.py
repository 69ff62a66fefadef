"""The counts of a period and some points, gathered from the sums (``domain.measures``) and asked by what they are told apart by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from clerk_app.domain.catalogue import Unit
from clerk_app.domain.deadlines import PRESETS, Calendar, Clock, DueDay, Light, LightPreset, Suspension, light
from clerk_app.domain.measures import BAG, CLOCK, SEPARATOR

NOW = frozenset({BAG, CLOCK})
"""Measures of what stands now: no period narrows them."""
Told = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """Days, the last one with them."""

    first: date
    last: date

    @classmethod
    def of(cls, kind: str, on: date) -> Period:
        """Return the ``day``, ``week`` (from Monday) or ``month`` a day lies in."""
        if kind == "week":
            monday = on - timedelta(days=on.weekday())
            return cls(monday, monday + timedelta(days=6))
        if kind == "month":
            begin = on.replace(day=1)
            return cls(begin, (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        return cls(on, on)

    def moved(self, by: int) -> Period:
        """Return the period as long that many periods later; a month moves by months."""
        if self == Period.of("month", self.first):
            step = self.last + timedelta(days=1) if by > 0 else self.first - timedelta(days=1)
            return Period.of("month", step)
        days = timedelta(days=((self.last - self.first).days + 1) * by)
        return Period(self.first + days, self.last + days)

    def __str__(self) -> str:
        """Return the days as they are shown and printed."""
        return self.first.isoformat() + ("" if self.first == self.last else f" 至 {self.last.isoformat()}")


@dataclass(slots=True)
class Sums:
    """Counts by measure; keys are what a measure is told apart by, without point and day."""

    counts: dict[str, dict[Told, int]] = field(default_factory=dict)

    def by(self, measure: str, *places: int) -> dict[Told, int]:
        """Return the counts of a measure by some of what it is told apart by."""
        found: dict[Told, int] = {}
        for told, n in self.counts.get(measure, {}).items():
            key = tuple(told[place] for place in places)
            found[key] = found.get(key, 0) + n
        return found

    def total(self, measure: str) -> int:
        """Return all of a measure."""
        return sum(self.counts.get(measure, {}).values())


def gathered(counts: Mapping[str, int], period: Period, points: Collection[str] = ()) -> Sums:
    """Return what was counted at these points (none: at all) on the days of a period, and what stands now.

    Bags are told apart by the day they were sealed, too.
    """
    sums = Sums()
    first, last = period.first.isoformat(), period.last.isoformat()
    for key, n in counts.items():
        measure, point, day, *told = key.split(SEPARATOR)
        if (points and point not in points) or not (measure in NOW or first <= day <= last):
            continue
        held = sums.counts.setdefault(measure, {})
        name = (*told, day) if measure == BAG else tuple(told)
        held[name] = held.get(name, 0) + n
    return sums


def points_of(counts: Iterable[str]) -> list[str]:
    """Return the points anything was counted at."""
    return sorted({point for key in counts if (point := key.split(SEPARATOR, 2)[1])})


def lights(
    sums: Sums, calendar: Calendar, today: date, preset: LightPreset = PRESETS[0]
) -> dict[str, dict[Light, int]]:
    """Return the lights of the clocks that run, by department: read from the sums, whatever the calendar and rule are today."""
    found: dict[str, dict[Light, int]] = {}
    for (department, _, started, due, unit, pauses), n in sums.counts.get(CLOCK, {}).items():
        clock = Clock(
            started_on=date.fromisoformat(started),
            due=DueDay(date.fromisoformat(due)),
            unit=Unit(unit),
            suspensions=tuple(map(_pause, filter(None, pauses.split(";")))),
        )
        shown = found.setdefault(department, {})
        colour = light(calendar, clock, today, preset)
        shown[colour] = shown.get(colour, 0) + n
    return found


def _pause(text: str) -> Suspension:
    start, _, end = text.partition("~")
    return Suspension(start=date.fromisoformat(start), end=date.fromisoformat(end) if end else None)
