"""Which window this is, what is to be recorded there, and why something may not be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # every screen knows these names; the rules behind them are loaded when somebody signs in
    from clerk_app.domain.refusals import Refusal

Clock = Callable[[], datetime]
"""Tells the time, with its offset; handed in, so that tests own it."""


class Refused(Exception):
    """An act may not be done; nothing was recorded. ``message`` is Chinese and says what to do."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field

    @classmethod
    def because(cls, why: Refusal) -> Refused:
        """Return the exception for a refusal of the rules."""
        return cls(why.code, why.message, why.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """This window: one desk of one service point."""

    window: str
    number: str
    """Two characters of base 36, part of every case number."""
    point: str
    point_name: str
    central: str = ""
    """Address of central."""
    lights: str = ""
    """By which rule lights turn yellow here (``deadlines.PRESETS``, by id): local policy; empty: the first."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something to be recorded: an entry's kind, subject and body."""

    kind: str
    subject: str
    body: Any
    id: str = ""
    """Of the entry to be, where another one names it beforehand."""
