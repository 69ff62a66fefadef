"""Every clock of a case: those that run, those that are over and how they ended, and those that are still to begin.

Which clocks there are, and under which rule, is said here alone; screens, papers and commands show what this returns. The
due day of a clock is the one that was recorded and printed; beside it stands the same day reckoned anew by the calendar in
hand (``reckoning``), and where the two differ the clock says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case
from clerk_app.domain.case_clock import CaseClock, Extension, Standing, Teller
from clerk_app.domain.catalogue import Handling, Limit
from clerk_app.domain.clock_rules import DEBT, DELIVERY, NOTICE, PROCEDURE, PROMISED, STATUTORY, Rule
from clerk_app.domain.deadlines import (
    DEBT_DAYS,
    NOTICE_DAYS,
    PRESETS,
    Calendar,
    DueDay,
    LightPreset,
    debt_latest,
    promised_due,
)
from clerk_app.domain.kinds import BEFORE_ACCEPTANCE, IN_PROGRESS
from clerk_app.domain.oversight_clocks import oversight_clocks
from clerk_app.domain.reckoning import reckon, reckon_to

DELIVERY_DAYS = 10
"""行政许可法 §44: working days from the decision within which the result is delivered."""


def case_clocks(case: Case, calendar: Calendar, today: date, preset: LightPreset = PRESETS[0]) -> tuple[CaseClock, ...]:
    """Return every clock of a case in the order in which a case meets them."""
    over = case.ended.on if case.ended is not None else None
    teller = Teller(calendar=calendar, today=today, preset=preset, pauses=case.suspensions, over_on=over)
    decided = case.decided.on if case.decided is not None else None
    return (
        _notice(teller, case),
        *_handling(teller, case, decided),
        *_debts(teller, case, decided),
        *_procedures(teller, case, decided),
        *oversight_clocks(teller, case.oversight, decided),
        *_delivery(teller, case),
    )


def _notice(teller: Teller, case: Case) -> CaseClock:
    """Told, accepted or refused: whatever comes first ends it; accepted by law, nobody told in time."""
    accepted = case.accepted
    by_law = accepted is not None and accepted.deemed
    told = [n.given_on for n in case.notices if n.stage == "complete"]
    told += [accepted.accepted_on] if accepted is not None and not by_law else []
    told += [case.declined.on] if case.declined is not None else []
    limit, ended, note = Limit(NOTICE_DAYS), min(told, default=None), ""
    if ended is None and by_law:
        note = "逾期未告知，依法自收件之日起视为受理"
    elif ended is None and case.state in BEFORE_ACCEPTANCE:
        note = "逾期未告知视为受理"
    reckoning = reckon(teller.calendar, case.received_on, limit)
    return teller.begun(NOTICE, case.notice_due, reckoning, limit, ended=ended, note=note, late=by_law)


def _handling(teller: Teller, case: Case, decided: date | None) -> Iterator[CaseClock]:
    """The promised and the statutory limit, from acceptance to the decision."""
    accepted = case.accepted
    at_once = Limit(0) if case.item.handling is Handling.IMMEDIATE else None
    for rule, limit in ((PROMISED, case.item.promised or at_once), (STATUTORY, case.item.statutory)):
        if limit is None:
            continue
        if accepted is None:
            if case.state in BEFORE_ACCEPTANCE:
                yield teller.future(rule, limit)
            continue
        due = accepted.promised_due if rule is PROMISED else accepted.statutory_due
        if due is None:
            continue
        as_of = decided or teller.over_on or teller.today
        extensions = _extensions(case, rule)
        added = [one.limit for one in extensions]
        reckoning = reckon(teller.calendar, accepted.accepted_on, limit, case.suspensions, as_of, added)
        note = "特别程序中，暂停计时" if case.paused and decided is None else ""
        yield teller.begun(rule, due, reckoning, limit, ended=decided, note=note, extensions=extensions)


def _extensions(case: Case, rule: Rule) -> tuple[Extension, ...]:
    """What a clock was extended by: working days, on the organ head's approval (行政许可法 §42)."""
    told = ((one, one.promised_due if rule is PROMISED else one.statutory_due) for one in case.extensions)
    return tuple(
        Extension(on=one.on, limit=Limit(one.days), reason=one.reason, approved_by=one.approved_by, due=due)
        for one, due in told
        if due is not None
    )


def _debts(teller: Teller, case: Case, decided: date | None) -> Iterator[CaseClock]:
    """Materials owed under a commitment; each is over on the day it came in (rule 4)."""
    accepted = case.accepted
    if accepted is None:
        return
    open_now = {o.material for o in case.open_debts(teller.today)}
    for owed in case.owed:
        paid = owed.material not in open_now
        ended = _paid_on(case, owed.material) if paid else None
        clock = teller.begun(
            DEBT,
            owed.by,
            reckon_to(teller.calendar, accepted.accepted_on, owed.by.day),
            Limit(DEBT_DAYS),
            of=owed.material,
            about=owed.name,
            ended=ended,
            stopped=teller.over_on or decided,
            note=_bound(teller.calendar, case, accepted, owed.by),
        )
        if paid and ended is None:  # looked at again, which tells no day (``materials.checked``)
            clock = replace(clock, standing=Standing.STOPPED, left=None, light=None, note="已补齐，没有记日期")
        yield clock


def _paid_on(case: Case, material: str) -> date | None:
    brought = [s.on for s in case.supplements for x in s.lines if x.material == material and x.cured]
    return max(brought, default=case.checked_on.get(material))


def _bound(calendar: Calendar, case: Case, accepted: b.Accepted, by: DueDay) -> str:
    """Say which day rule 4 allows at most, by the promise as it was when the case was accepted."""
    limit = case.item.promised or case.item.statutory
    if limit is None:
        return ""
    latest = debt_latest(calendar, accepted.accepted_on, promised_due(calendar, limit, accepted.accepted_on).day)
    if latest is None:
        return "承诺时限太短，按规则不能容缺"
    return f"按规则最迟{'应为' if by.day > latest else ''} {latest}"


def _procedures(teller: Teller, case: Case, decided: date | None) -> Iterator[CaseClock]:
    """Special procedures: how long each lasted, against what the applicant was told."""
    for n, one in enumerate(case.suspensions, start=1):
        ended = max(one.start, one.end - timedelta(days=1)) if one.end is not None else decided
        if one.told is not None:
            told = reckon(teller.calendar, one.start, one.told)
            yield teller.begun(PROCEDURE, told.due, told, one.told, of=str(n), about=one.reason, ended=ended)
            continue
        over = ended or teller.over_on
        yield CaseClock(
            key=f"{PROCEDURE.id}:{n}",
            rule=PROCEDURE,
            standing=Standing.RUNNING if over is None else Standing.STOPPED,
            about=one.reason,
            started_on=one.start,
            ended_on=over,
            note="没有书面告知所需时间",
        )


def _delivery(teller: Teller, case: Case) -> Iterator[CaseClock]:
    limit = Limit(DELIVERY_DAYS)
    if case.decided is None:
        if case.state in IN_PROGRESS:
            yield teller.future(DELIVERY, limit)
        return
    reckoning = reckon(teller.calendar, case.decided.on, limit)
    ended = case.delivered.on if case.delivered is not None else None
    yield teller.begun(DELIVERY, reckoning.due, reckoning, limit, ended=ended)
