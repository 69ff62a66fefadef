"""When a window speaks with central, as a step: a round, a rest, a round; patient while central is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sync.engine.values import Failure, Rest, Round
from sync.policy import PULSE, next_delay, next_look


@dataclass(frozen=True, slots=True)
class Started:
    """The line begins."""


@dataclass(frozen=True, slots=True)
class Came:
    """A round came to its end."""

    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Woken:
    """The rest is over, or somebody acted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceEvent:
    """What happened, and when."""

    what: Started | Came | Woken
    now: float
    """Seconds, of a clock that only goes forward."""
    chance: float
    """In [0, 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The line as far as its patience is concerned."""

    pulse: float = PULSE
    attempt: int = 0
    """How many rounds in a row have failed."""
    down_since: float | None = None
    """When central was first not there; ``None``: it was, the last time."""
    resting: bool = False


PaceEffect: TypeAlias = Round | Rest


def begin(pulse: float = PULSE) -> Pace:
    """Return a line about to begin: step it with ``Started``."""
    return Pace(pulse=pulse)


def step(pace: Pace, event: PaceEvent) -> tuple[Pace, PaceEffect]:
    """Return what follows from what happened: a round, or a rest."""
    match event.what:
        case Came(failure=None):
            return Pace(pulse=pace.pulse, resting=True), Rest(next_look(pace.pulse, event.chance))
        case Came(failure=Failure() as failure):
            since = event.now if pace.down_since is None else pace.down_since
            attempt = pace.attempt + 1
            delay = next_delay(attempt, failure.retry_after, event.chance, event.now - since)
            failing = Pace(pulse=pace.pulse, attempt=attempt, down_since=since, resting=True)
            return failing, Rest(delay, patient=bool(failure.retry_after))
        case _:
            going = Pace(pulse=pace.pulse, attempt=pace.attempt, down_since=pace.down_since)
            return going, Round()
