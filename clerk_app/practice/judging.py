"""How a lesson was played, told from what was recorded: a function of the entries and the lesson, never of the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerk_app.domain.case import Case, fold
from clerk_app.domain.custody import Parcel, fold_parcel
from clerk_app.domain.journal import Entry, Record

if TYPE_CHECKING:
    from clerk_app.practice.lesson import Scene

WHOLE = 100
"""What the points of a lesson come to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What was recorded in one play, folded."""

    scene: Scene
    cases: tuple[Case, ...]
    """Those received in it, in their order."""
    parcel: Parcel | None
    """The bag the lesson is about."""
    entries: tuple[Entry, ...]

    @property
    def case(self) -> Case | None:
        """The last case received: whoever began anew is judged by that."""
        return self.cases[-1] if self.cases else None

    @property
    def joint(self) -> tuple[Case, ...]:
        """The cases of the last joint intake."""
        groups = [case.joint.group for case in self.cases if case.joint is not None]
        return tuple(c for c in self.cases if c.joint is not None and c.joint.group == groups[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing a lesson is about."""

    id: str
    weight: int
    wanted: str
    """What is right, as the result lists it."""
    advice: str
    """What to do the next time, for whoever missed it."""
    source: str = ""
    """The rule it follows from; empty: good practice."""
    met: Callable[[Play], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a play came out."""

    met: tuple[Point, ...]
    missed: tuple[Point, ...]
    trips: int
    """How often the applicant has to come, this time included."""

    @property
    def total(self) -> int:
        """Points out of a hundred."""
        return sum(point.weight for point in self.met)


def judge(entries: Iterable[Entry], scene: Scene) -> Score:
    """Return how a lesson was played; ``entries``, in their order: about its bag all, else what was recorded in it."""
    play = play_of(tuple(entries), scene)
    met = tuple(point for point in scene.lesson.points if point.met(play))
    missed = tuple(point for point in scene.lesson.points if point not in met)
    return Score(met=met, missed=missed, trips=scene.lesson.trips(play))


def play_of(entries: Sequence[Entry], scene: Scene) -> Play:
    """Return the entries folded: cases received among them, and the bag of the lesson."""
    received = dict.fromkeys(entry.subject for entry in entries if entry.kind == "case.received")
    folded = (fold(_about(entries, subject)) for subject in received)
    return Play(
        scene=scene,
        cases=tuple(case for case in folded if case is not None),
        parcel=fold_parcel(_about(entries, scene.cast.bag)) if scene.cast.bag else None,
        entries=tuple(entries),
    )


def _about(entries: Sequence[Entry], subject: str) -> list[Record]:
    """Return one subject's entries in the order in which they are given, as a central would place them."""
    return [Record(entry=entry, position=n) for n, entry in enumerate(entries, start=1) if entry.subject == subject]
