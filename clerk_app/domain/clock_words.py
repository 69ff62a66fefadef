"""A clock in words: its rule, its pauses and extensions, and the calendar days it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from clerk_app.domain.case_clock import STANDING_LABELS, CaseClock, Extension, Standing
from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.codes import UNIT_LABELS
from clerk_app.domain.deadlines import Calendar, Suspension
from clerk_app.domain.reckoning import COUNTS, WHY_LABELS, Reckoning, Run, Why

OFF = frozenset({Why.WEEKEND, Why.HOLIDAY})


def limit_words(limit: Limit) -> str:
    """Return a limit as it is printed, e.g. 15个工作日, or 当场办结."""
    return "当场办结" if limit.days == 0 else f"{limit.days}个{UNIT_LABELS[limit.unit]}"


def title_words(clock: CaseClock) -> str:
    """Return what a clock is called, with what it is about where a case has several."""
    return clock.rule.name + (f"（{clock.about}）" if clock.about else "")


def standing_words(clock: CaseClock) -> str:
    """Return how far a clock is: 还有 5 个工作日, 今天到期, 超期 1 个自然日, 2026-03-10 按期."""
    unit = f"个{UNIT_LABELS[clock.limit.unit if clock.limit is not None else Unit.WORKDAY]}"
    if clock.light is not None and clock.left is not None:
        return "今天到期" if clock.left == 0 else f"{'还有' if clock.left > 0 else '超期'} {abs(clock.left)} {unit}"
    label = STANDING_LABELS[clock.standing]
    ended = f"{clock.ended_on} {label}" if clock.ended_on is not None else label
    over = f" {-clock.left} {unit}" if clock.standing is Standing.LATE and clock.left is not None else ""
    return ended + over


def rule_words(clock: CaseClock) -> tuple[str, ...]:
    """Return the rule: the limit as printed, from which day it counts, where it is written."""
    limit = clock.rule.text or (limit_words(clock.limit) if clock.limit is not None else "")
    began = f"{clock.rule.start}{f' {clock.started_on} ' if clock.started_on is not None else ''}起算"
    return tuple(filter(None, (limit, began, clock.rule.basis)))


def pause_words(pause: Suspension) -> str:
    """Return one special procedure; its last day is the one before days count again."""
    last = f"至 {pause.end - timedelta(days=1)} 不计" if pause.end is not None else "起不计，尚未结束"
    return f"{pause.start} {last}：特别程序" + (f"，{pause.reason}" if pause.reason else "")


def extension_words(one: Extension) -> str:
    """Return one extension: by how much, why, to which day."""
    to = f"，至 {one.due}" if one.due is not None else ""
    by = f"（{one.approved_by}批准）" if one.approved_by else ""
    return f"{one.on} 延长{limit_words(one.limit)}{by}{to}" + (f"：{one.reason}" if one.reason else "")


def check_words(clock: CaseClock) -> str:
    """Return what the reckoning by the calendar in hand says of the day recorded; empty: nothing."""
    if clock.reckoning is None:
        return ""
    due = clock.reckoning.due
    if clock.standing is Standing.FUTURE:
        return f"如今天起算，至 {due}"
    if any(pause.end is None for pause in clock.pauses) and clock.standing is Standing.PAUSED:
        return f"特别程序还没有结束；如今天结束，至 {due}"
    return "" if clock.agrees else f"按现行日历应为 {due}，与登记的 {clock.due} 不一致"


def days_words(reckoning: Reckoning) -> tuple[str, ...]:
    """Return the days, alike ones together: 2026-11-02 起算日不计, 11-03至06 计 1-4, 11-07、08 周末."""
    if not reckoning.days:
        return ("超过十年，不逐日列出",)
    return tuple(_runs_words(reckoning))


def _runs_words(reckoning: Reckoning) -> Iterator[str]:
    year = 0
    for run, why in _together(reckoning.runs):
        yield f"{_span(run, year)} {why}"
        year = run.end.year


def _together(runs: Sequence[Run]) -> Iterator[tuple[Run, str]]:
    """Weekends and holidays that follow each other are told as one."""
    for _, group in groupby(runs, key=lambda run: (run.why not in OFF and run, run.provisional, run.part)):
        few = list(group)
        whole = replace(few[0], end=few[-1].end)
        yield whole, _why(whole) if len({run.why for run in few}) == 1 else "节假日、周末" + _doubt(whole)


def _span(run: Run, year: int) -> str:
    """A year is named where it changes."""
    first = run.start.isoformat() if run.start.year != year else f"{run.start:%m-%d}"
    if run.start == run.end:
        return first
    mark = "、" if run.end - run.start == timedelta(days=1) else "至"
    return first + mark + _short(run.end, run.start)


def _short(day: date, after: date) -> str:
    if day.year != after.year:
        return day.isoformat()
    return f"{day:%d}" if day.month == after.month else f"{day:%m-%d}"


def _why(run: Run) -> str:
    words = WHY_LABELS[run.why]
    if run.why in COUNTS:
        words += f" {run.first}" + (f"-{run.last}" if run.last != run.first else "")
        words = f"延长期，{words}" if run.part else words
    elif run.why is Why.ROLLED:
        words = f"{words}，到期"
    return words + _doubt(run)


def _doubt(run: Run) -> str:
    return "（暂定）" if run.provisional else ""


def calendar_words(calendar: Calendar, since: date) -> str:
    """Return which years from one on are counted by a published table, and what is done in the others."""
    years = "、".join(str(year) for year in sorted(calendar.years) if year >= since.year)
    return f"{years} 年按国务院公布的放假安排，其余年份只除周末，暂定" if years else "没有年历，只除周末，暂定"
