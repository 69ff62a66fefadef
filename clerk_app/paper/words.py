"""Dates, days and limits in the words of a Chinese form."""

from __future__ import annotations

from datetime import date, datetime

from clerk_app.domain import clock_words
from clerk_app.domain.catalogue import Limit
from clerk_app.domain.deadlines import DueDay


def day(value: date) -> str:
    """Return a date, e.g. 2026年7月14日."""
    return f"{value.year}年{value.month}月{value.day}日"


def due_day(value: DueDay) -> str:
    """Return a due date, marked 暂定 where a year without a calendar was counted (rule 6)."""
    return day(value.day) + ("（暂定）" if value.provisional else "")


def due_by(value: DueDay) -> str:
    """Return by which day something is due, e.g. 2026年7月21日前（含当日）: the due day is still in time (rule 7)."""
    return f"{day(value.day)}前（含当日{'，暂定' if value.provisional else ''}）"


def minute(value: datetime) -> str:
    """Return a date and time to the minute."""
    return f"{day(value)} {value:%H:%M}"


def again(nth: int, printed_at: datetime) -> str:
    """Return the mark of a paper that was printed before; empty on the first."""
    return f"补打 第{nth}次 {minute(printed_at)}" if nth > 1 else ""


def limit_words(limit: Limit | None) -> str:
    """Return a time limit, e.g. 15个工作日, or 当场办结."""
    return clock_words.limit_words(limit) if limit is not None else "未作规定"
