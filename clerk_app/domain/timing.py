"""What time it is where the machine's clock may be wrong: reckoned from what is known, never a reason to stop work.

All times are POSIX seconds. Nothing is ordered by them: what came first is told by the journal's own order, and times are
for people, for due days and for how long something is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

BEIJING = timezone(timedelta(hours=8))
"""The time at the counter: the country has one, whatever zone a machine was set up with."""
MAY_SLIP = 120.0
"""Seconds a clock may go back, as clocks do that are kept by the network, before that means anything."""
MAY_LEAP = 45 * 86400.0
"""Seconds beyond the last trusted time that are believed of a machine's clock alone: a long holiday, not a wrong year."""
SKEW = 60.0
"""Seconds a clock may differ from central's before it is corrected."""
SLIGHT = 86400.0
"""A correction up to this is kept on a clock that might have been put right: clocks mostly stay as they are."""
EARLIEST = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
"""Before there was any window."""
LATEST = datetime(2099, 12, 30, tzinfo=UTC).timestamp()
"""Case numbers are read as of the years 2000 to 2099."""


class Doubt(StrEnum):
    """What is wrong with the machine's clock."""

    NONE = ""
    BEHIND = "behind"
    AHEAD = "ahead"
    CORRECTED = "corrected"


DOUBT_LABELS = {Doubt.BEHIND: "时钟落后", Doubt.AHEAD: "时钟超前", Doubt.CORRECTED: "时钟不准，已校正"}
"""In a header: a few characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a window knows of the time from before."""

    trusted: float | None = None
    """The last time nobody had to doubt; ``None``: there was none yet."""
    skew: float = 0.0
    """Seconds the machine's clock was ahead when it was measured; 0: it was right."""
    said_by: str = ""
    """Who told the skew: ``central``, ``person``, or nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What time it is, and how sure that is."""

    now: float
    doubt: Doubt = Doubt.NONE
    skew: float = 0.0
    """The correction that was made, in seconds."""
    steady: float = 0.0
    """A time that is not later than the true one as far as is known: what an allowance is measured by."""


def read(system: float, known: Known, elapsed: float, *, exact: bool = False) -> Reading:
    """Return the time to go by when the machine's clock says ``system``.

    ``elapsed``: seconds that have surely passed since the trusted time; ``exact``: all that have passed are counted, so
    that of two times that are possible the nearer one is right.
    """
    elapsed = max(0.0, elapsed)
    if known.trusted is None:
        return _first(system, elapsed)
    floor = min(known.trusted + elapsed, LATEST)
    corrected = system - known.skew
    possible = [time for time in (corrected, system) if floor - MAY_SLIP <= time <= floor + MAY_LEAP]
    if possible:
        slight = abs(known.skew) <= SLIGHT and not exact
        now = possible[0] if slight else min(possible, key=lambda time: abs(time - floor))
        skew = system - now
        return Reading(now=min(now, LATEST), doubt=Doubt.CORRECTED if skew else Doubt.NONE, skew=skew, steady=now)
    later = [time for time in (corrected, system) if time > floor]
    if not later:
        return Reading(now=floor, doubt=Doubt.BEHIND, skew=system - floor, steady=floor)
    return Reading(now=min(*later, LATEST), doubt=Doubt.AHEAD, steady=floor)


def _first(system: float, elapsed: float) -> Reading:
    """Nothing is known yet: every time is as good as another, but for those that cannot be."""
    begun = EARLIEST + elapsed
    if system < EARLIEST:
        return Reading(now=begun, doubt=Doubt.BEHIND, skew=system - begun, steady=begun)
    if system > LATEST:
        return Reading(now=LATEST, doubt=Doubt.AHEAD, steady=begun)
    return Reading(now=system, steady=system)


def learn(system: float, true: float, said_by: str) -> Known:
    """Return what is known once somebody who knows has said that it is ``true``."""
    skew = system - true
    return Known(trusted=true, skew=skew if abs(skew) > SKEW else 0.0, said_by=said_by)


def keep(known: Known, reading: Reading) -> Known:
    """Return what is known after an act was recorded at this reading.

    A time far ahead does not become trusted, so that all is as before once the clock is put right; a correction that was
    not needed is dropped, for the clock was put right.
    """
    trusted = reading.steady if known.trusted is None else max(known.trusted, reading.steady)
    right = reading.doubt is Doubt.NONE and known.skew != 0
    return replace(known, trusted=trusted, skew=0.0 if right else known.skew)


def believable(true: float) -> bool:
    """Whether somebody can have meant this time."""
    return EARLIEST <= true <= LATEST


def runs_back(before: str, after: str) -> bool:
    """Whether the later of two RFC 3339 times of one window's journal is the earlier one, by more than clocks may slip."""
    try:
        difference = datetime.fromisoformat(after) - datetime.fromisoformat(before)
    except (TypeError, ValueError):  # one without an offset, or no time at all
        return False
    return difference.total_seconds() < -MAY_SLIP
