"""One clock of a case as a value, and how one comes about from a rule, a due day and what ended it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.clock_rules import Rule
from clerk_app.domain.deadlines import (
    Calendar,
    Clock,
    DueDay,
    Light,
    LightPreset,
    Suspension,
    is_paused,
    light,
    remaining,
)
from clerk_app.domain.reckoning import Reckoning, reckon


class Standing(StrEnum):
    """How far a clock is."""

    FUTURE = "future"
    RUNNING = "running"
    PAUSED = "paused"
    KEPT = "kept"
    LATE = "late"
    STOPPED = "stopped"
    """The case ended before the due day, and the clock with it."""


STANDING_LABELS = {
    Standing.FUTURE: "未起算",
    Standing.RUNNING: "计时中",
    Standing.PAUSED: "暂停计时",
    Standing.KEPT: "按期",
    Standing.LATE: "逾期",
    Standing.STOPPED: "终止",
}
UNDER_WAY = frozenset({Standing.RUNNING, Standing.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """One extension of a clock: by how much, why, and to which day it was told to go."""

    on: date
    limit: Limit
    reason: str
    approved_by: str = ""
    due: DueDay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """One clock of a case, as it stands today."""

    key: str
    """Unique within the case: the rule's id, and what it is about where there are several."""
    rule: Rule
    standing: Standing
    limit: Limit | None = None
    """As it was published; ``None``: it is told as a day."""
    about: str = ""
    started_on: date | None = None
    pauses: tuple[Suspension, ...] = ()
    extensions: tuple[Extension, ...] = ()
    due: DueDay | None = None
    """The last day in time, as it was recorded and printed."""
    reckoning: Reckoning | None = None
    """The same, reckoned by the calendar in hand; of a clock that is still to begin, as if it began today."""
    ended_on: date | None = None
    left: int | None = None
    """Days left in the clock's unit, today or when it ended; 0: the last day in time; negative: over."""
    light: Light | None = None
    note: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the day recorded is the day reckoned; while a special procedure runs the latter is still moving."""
        open_pause = any(pause.end is None for pause in self.pauses)
        if self.due is None or self.reckoning is None or open_pause:
            return True
        return self.due.day == self.reckoning.due.day


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """What every clock of a case is told by: the calendar, the day, the preset of the lights, and when the case ended."""

    calendar: Calendar
    today: date
    preset: LightPreset
    pauses: tuple[Suspension, ...] = ()
    over_on: date | None = None
    """The day the case ended without a decision."""

    def future(self, rule: Rule, limit: Limit) -> CaseClock:
        """Return a clock that is still to begin."""
        reckoning = reckon(self.calendar, self.today, limit)
        return CaseClock(key=rule.id, rule=rule, standing=Standing.FUTURE, limit=limit, reckoning=reckoning)

    def begun(
        self,
        rule: Rule,
        due: DueDay,
        reckoning: Reckoning,
        limit: Limit | None,
        *,
        of: str = "",
        about: str = "",
        ended: date | None = None,
        stopped: date | None = None,
        note: str = "",
        late: bool = False,
        extensions: tuple[Extension, ...] = (),
    ) -> CaseClock:
        """Return a clock that has begun; ``late``: it is over though nothing ended it in time.

        ``of`` tells it from others under the same rule. ``stopped`` is the day on which it ceased to matter, where that is
        not the day the case ended.
        """
        pauses = self.pauses if rule.pauses else ()
        unit = limit.unit if limit is not None else Unit.WORKDAY
        clock = Clock(started_on=reckoning.start, due=due, unit=unit, suspensions=pauses)
        kept, ended = ended is not None, ended or stopped or self.over_on
        if late or (ended is not None and ended > due.day):
            standing = Standing.LATE
        elif ended is not None:
            standing = Standing.KEPT if kept else Standing.STOPPED
        else:
            standing = Standing.PAUSED if is_paused(pauses, self.today) else Standing.RUNNING
        under_way = standing in UNDER_WAY
        as_of = self.today if under_way else ended
        return CaseClock(
            key=f"{rule.id}:{of}" if of else rule.id,
            rule=rule,
            standing=standing,
            limit=limit,
            about=about,
            started_on=reckoning.start,
            pauses=pauses,
            extensions=extensions,
            due=due,
            reckoning=reckoning,
            ended_on=ended,
            left=remaining(self.calendar, clock, as_of) if as_of is not None else None,
            light=light(self.calendar, clock, self.today, self.preset) if under_way else None,
            note=note,
        )
