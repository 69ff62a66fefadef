"""Every clock of a case: those that run, those that are over and how they ended, and those that are still to begin.

Which clocks there are, and under which rule, is said here alone; screens, papers and commands show what this returns. The
due day of a clock is the one that was recorded and printed; beside it stands the same day reckoned anew by the calendar in
hand (``reckoning``), and where the two differ the clock says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Handling, Limit
from clerk_app.domain.clock_rules import DEBT, DELIVERY, NOTICE, PROCEDURE, PROMISED, STATUTORY, Rule
from clerk_app.domain.deadlines import (
    DEBT_DAYS,
    NOTICE_DAYS,
    PRESETS,
    Calendar,
    Clock,
    DueDay,
    Light,
    LightPreset,
    Suspension,
    debt_latest,
    is_paused,
    light,
    promised_due,
    remaining,
)
from clerk_app.domain.kinds import BEFORE_ACCEPTANCE, IN_PROGRESS
from clerk_app.domain.reckoning import Reckoning, reckon, reckon_to

DELIVERY_DAYS = 10
"""行政许可法 §44: working days from the decision within which the result is delivered."""


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


def case_clocks(case: Case, calendar: Calendar, today: date, preset: LightPreset = PRESETS[0]) -> tuple[CaseClock, ...]:
    """Return every clock of a case in the order in which a case meets them."""
    return tuple(_Clocks(case, calendar, today, preset).all())


@dataclass(frozen=True, slots=True)
class _Clocks:
    case: Case
    calendar: Calendar
    today: date
    preset: LightPreset

    def all(self) -> Iterator[CaseClock]:
        yield self._notice()
        yield from self._handling()
        yield from self._debts()
        yield from self._procedures()
        yield from self._delivery()

    def _notice(self) -> CaseClock:
        """Told, accepted or refused: whatever comes first ends it; accepted by law, nobody told in time."""
        case, accepted = self.case, self.case.accepted
        by_law = accepted is not None and accepted.deemed
        told = [n.given_on for n in case.notices if n.stage == "complete"]
        told += [accepted.accepted_on] if accepted is not None and not by_law else []
        told += [case.declined.on] if case.declined is not None else []
        reckoning = reckon(self.calendar, case.received_on, Limit(NOTICE_DAYS))
        ended, note = min(told, default=None), ""
        if ended is None and by_law:
            note = "逾期未告知，依法自收件之日起视为受理"
        elif case.state in BEFORE_ACCEPTANCE and ended is None:
            note = "逾期未告知视为受理"
        return self._clock(NOTICE, case.notice_due, reckoning, Limit(NOTICE_DAYS), ended=ended, note=note, late=by_law)

    def _handling(self) -> Iterator[CaseClock]:
        """The promised and the statutory limit, from acceptance to the decision."""
        case, accepted = self.case, self.case.accepted
        at_once = Limit(0) if case.item.handling is Handling.IMMEDIATE else None
        for rule, limit in ((PROMISED, case.item.promised or at_once), (STATUTORY, case.item.statutory)):
            if limit is None:
                continue
            if accepted is None:
                if case.state in BEFORE_ACCEPTANCE:
                    yield self._future(rule, limit)
                continue
            due = accepted.promised_due if rule is PROMISED else accepted.statutory_due
            if due is None:
                continue
            ended = self._decided_on
            as_of = ended or self._over_on or self.today
            extensions = self._extensions(rule)
            added = tuple(one.limit for one in extensions)
            reckoning = reckon(self.calendar, accepted.accepted_on, limit, case.suspensions, as_of, added)
            note = "特别程序中，暂停计时" if case.paused and ended is None else ""
            yield self._clock(rule, due, reckoning, limit, ended=ended, note=note, extensions=extensions)

    def _extensions(self, rule: Rule) -> tuple[Extension, ...]:
        return ()

    def _debts(self) -> Iterator[CaseClock]:
        """Materials owed under a commitment; each is over on the day it came in (rule 4)."""
        accepted = self.case.accepted
        if accepted is None:
            return
        open_now = {o.material for o in self.case.open_debts(self.today)}
        for owed in self.case.owed:
            paid = owed.material not in open_now
            ended = self._paid_on(owed.material) if paid else None
            clock = self._clock(
                DEBT,
                owed.by,
                reckon_to(self.calendar, accepted.accepted_on, owed.by.day),
                Limit(DEBT_DAYS),
                key=f"{DEBT.id}:{owed.material}",
                about=owed.name,
                ended=ended,
                stopped=self._over_on or self._decided_on,
                note=self._bound(accepted, owed),
            )
            if paid and ended is None:  # looked at again, which tells no day (``materials.checked``)
                clock = replace(clock, standing=Standing.STOPPED, left=None, light=None, note="已补齐，没有记日期")
            yield clock

    def _paid_on(self, material: str) -> date | None:
        brought = [s.on for s in self.case.supplements for x in s.lines if x.material == material and x.cured]
        return max(brought, default=self.case.checked_on.get(material))

    def _bound(self, accepted: b.Accepted, owed: b.Owed) -> str:
        """Say which day rule 4 allows at most, by the promise as it was when the case was accepted."""
        limit = self.case.item.promised or self.case.item.statutory
        if limit is None:
            return ""
        promised = promised_due(self.calendar, limit, accepted.accepted_on).day
        latest = debt_latest(self.calendar, accepted.accepted_on, promised)
        if latest is None or owed.by.day > latest:
            return f"按规则最迟应为 {latest}" if latest else "承诺时限太短，按规则不能容缺"
        return f"按规则最迟 {latest}"

    def _procedures(self) -> Iterator[CaseClock]:
        """Special procedures: how long each lasted, against what the applicant was told."""
        for n, one in enumerate(self.case.suspensions, start=1):
            key = f"{PROCEDURE.id}:{n}"
            ended = max(one.start, one.end - timedelta(days=1)) if one.end is not None else self._decided_on
            if one.told is not None:
                reckoning = reckon(self.calendar, one.start, one.told)
                yield self._clock(PROCEDURE, reckoning.due, reckoning, one.told, key=key, about=one.reason, ended=ended)
                continue
            over = ended or self._over_on
            yield CaseClock(
                key=key,
                rule=PROCEDURE,
                standing=Standing.RUNNING if over is None else Standing.STOPPED,
                about=one.reason,
                started_on=one.start,
                ended_on=over,
                note="没有书面告知所需时间",
            )

    def _delivery(self) -> Iterator[CaseClock]:
        decided, delivered = self.case.decided, self.case.delivered
        limit = Limit(DELIVERY_DAYS)
        if decided is None:
            if self.case.state in IN_PROGRESS:
                yield self._future(DELIVERY, limit)
            return
        reckoning = reckon(self.calendar, decided.on, limit)
        ended = delivered.on if delivered is not None else None
        yield self._clock(DELIVERY, reckoning.due, reckoning, limit, ended=ended)

    @property
    def _over_on(self) -> date | None:
        """The day the case ended without a decision."""
        return self.case.ended.on if self.case.ended is not None else None

    @property
    def _decided_on(self) -> date | None:
        return self.case.decided.on if self.case.decided is not None else None

    def _future(self, rule: Rule, limit: Limit) -> CaseClock:
        return CaseClock(
            key=rule.id,
            rule=rule,
            standing=Standing.FUTURE,
            limit=limit,
            reckoning=reckon(self.calendar, self.today, limit),
        )

    def _clock(
        self,
        rule: Rule,
        due: DueDay,
        reckoning: Reckoning,
        limit: Limit,
        *,
        key: str = "",
        about: str = "",
        ended: date | None = None,
        stopped: date | None = None,
        note: str = "",
        late: bool = False,
        extensions: tuple[Extension, ...] = (),
    ) -> CaseClock:
        """Return a clock that has begun; ``late``: it is over though nothing ended it in time.

        ``stopped`` is the day on which it ceased to matter, where that is not the day the case ended.
        """
        pauses = self.case.suspensions if rule.pauses else ()
        clock = Clock(started_on=reckoning.start, due=due, unit=limit.unit, suspensions=pauses)
        stopped = stopped or self._over_on
        kept, ended = ended is not None, ended or stopped
        if late or (ended is not None and ended > due.day):
            standing = Standing.LATE
        elif ended is not None:
            standing = Standing.KEPT if kept else Standing.STOPPED
        else:
            standing = Standing.PAUSED if is_paused(pauses, self.today) else Standing.RUNNING
        under_way = standing in UNDER_WAY
        as_of = self.today if under_way else ended
        return CaseClock(
            key=key or rule.id,
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
