"""What came of the lessons played here: kept in the practice folder and nowhere else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clerk_app.domain.plain import NotPlain, from_plain
from clerk_app.practice.lesson import Lesson
from clerk_app.store.file.durable import write_private_file

FILE = "practice.json"
MOST = 500
"""Plays that are remembered, the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One lesson played to its end."""

    lesson: str
    at: str
    """When it was finished, RFC 3339."""
    score: int
    seconds: int
    trips: int
    missed: tuple[str, ...] = ()
    """Ids of the points that were missed."""


class Results:
    """The plays of one folder; a file that cannot be read is put aside, and counting begins anew."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._plays = self._read()

    def plays(self, lesson: str = "") -> list[Result]:
        """Return the plays of one lesson, or all, the earliest first."""
        return [one for one in self._plays if not lesson or one.lesson == lesson]

    def best(self, lesson: str) -> Result | None:
        """Return the best play of a lesson: the most points, then the least time."""
        return max(self.plays(lesson), key=lambda one: (one.score, -one.seconds), default=None)

    def add(self, play: Result) -> None:
        """Keep one more, durably."""
        self._plays = [*self._plays, play][-MOST:]
        self.keep()

    def keep(self) -> None:
        """Write the file."""
        told = {"version": 1, "plays": [asdict(one) for one in self._plays]}
        write_private_file(self._path, json.dumps(told, ensure_ascii=False, indent=1).encode())

    def _read(self) -> list[Result]:
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            return [from_plain(Result, one) for one in told["plays"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, NotPlain):
            with contextlib.suppress(OSError):
                self._path.replace(self._path.with_suffix(".damaged"))
            return []


def told(results: Results, lessons: Sequence[Lesson]) -> dict[str, Any]:
    """Return what a trainer reads: every lesson with its plays, and all plays in their order."""
    return {"lessons": [_lesson(results, one) for one in lessons], "history": [asdict(one) for one in results.plays()]}


def _lesson(results: Results, lesson: Lesson) -> dict[str, Any]:
    best, plays = results.best(lesson.id), results.plays(lesson.id)
    points = {point.id: point.wanted for point in lesson.points}
    last = plays[-1] if plays else None
    return {
        "id": lesson.id,
        "title": lesson.title,
        "about": lesson.about,
        "plays": len(plays),
        "best": asdict(best) if best is not None else None,
        "last": asdict(last) if last is not None else None,
        "last_missed": [points[id] for id in last.missed if id in points] if last is not None else [],
    }
