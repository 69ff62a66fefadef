"""One practising clerk's coach: which lesson is on, what has been said of it, and how it came out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from clerk_app.domain.journal import Entry
from clerk_app.practice.judging import Score, judge
from clerk_app.practice.lesson import Cast, Lesson, Said, Scene
from clerk_app.practice.lessons import LESSONS
from clerk_app.practice.results import Result, Results


class Stage(Protocol):
    """The practice window as the coach sees it."""

    def cast(self, lesson: Lesson, turn: int) -> Cast:
        """Return who plays, another one each turn; a bag the lesson is about has come by then."""
        ...

    def head(self) -> int:
        """Return the number of the window's last own entry."""
        ...

    def entries(self, after: int, bag: str) -> list[Entry]:
        """Return what a bag's entries tell, and every own entry past ``after``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A lesson that was played to its end."""

    scene: Scene
    score: Score
    result: Result
    best: int
    """The best score of this lesson so far, this one included."""


class Coach:
    """Begins lessons, says what comes next, and judges; only ``begin`` and ``finish`` touch the disk."""

    def __init__(
        self, stage: Stage, results: Results, clock: Callable[[], datetime], wanted: Lesson | None = None
    ) -> None:
        """``wanted``: the lesson to begin with."""
        self._stage = stage
        self._results = results
        self._clock = clock
        self._begun = clock()
        self._head = 0
        self._turns: dict[str, int] = {}
        self.wanted = wanted
        self.scene: Scene | None = None
        self.said = 0
        """How many of the scene's words have been said."""

    @property
    def lessons(self) -> Sequence[Lesson]:
        """Every lesson there is."""
        return LESSONS

    def best(self, lesson: Lesson) -> int | None:
        """Return the best score of a lesson, or ``None`` where it was never played to its end."""
        best = self._results.best(lesson.id)
        return best.score if best is not None else None

    def begin(self, lesson: Lesson) -> Scene:
        """Begin a lesson, or the same one anew: somebody else comes to the desk."""
        turn = self._turns.get(lesson.id, len(self._results.plays(lesson.id)))
        self._turns[lesson.id] = turn + 1
        cast = self._stage.cast(lesson, turn)
        self._head = self._stage.head()
        self._begun = self._clock()
        self.scene, self.said = Scene(lesson=lesson, cast=cast), 1
        return self.scene

    def words(self) -> tuple[Said, ...]:
        """Return what has been said so far."""
        return self.scene.words[: self.said] if self.scene is not None else ()

    def say_next(self) -> bool:
        """Have the next thing said; whether there was anything left to say."""
        if self.scene is None or self.said >= len(self.scene.words):
            return False
        self.said += 1
        return True

    def leave(self) -> None:
        """End the lesson without a score."""
        self.scene, self.said = None, 0

    def finish(self) -> Finished | None:
        """End the lesson, judge what was recorded, and keep how it came out; ``None``: none is on."""
        scene = self.scene
        if scene is None:
            return None
        score = judge(self._stage.entries(self._head, scene.cast.bag), scene)
        now = self._clock()
        result = Result(
            lesson=scene.lesson.id,
            at=now.isoformat(timespec="seconds"),
            score=score.total,
            seconds=max(0, round((now - self._begun).total_seconds())),
            trips=score.trips,
            missed=tuple(point.id for point in score.missed),
        )
        self._results.add(result)
        self.leave()
        best = self._results.best(result.lesson)
        return Finished(scene=scene, score=score, result=result, best=best.score if best is not None else score.total)
