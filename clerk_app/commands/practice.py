"""``clerk practice``: scripted applicants at a window of their own; nothing of it ever reaches central."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from clerk_app.commands.output import DONE, REFUSED, Stop, say
from clerk_app.practice.coach import Coach
from clerk_app.practice.lesson import Cast, Lesson
from clerk_app.practice.lessons import LESSONS, lesson_of
from clerk_app.practice.results import Results, told

if TYPE_CHECKING:
    from clerk_app.commands.opening import Opening
    from clerk_app.commands.practice_window import PracticeWindow
    from clerk_app.domain.journal import Entry


class OpeningStage:
    """The stage, once the window behind the first screen is open."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening

    @property
    def _window(self) -> PracticeWindow:
        return cast("PracticeWindow", self._opening.window())

    def cast(self, lesson: Lesson, turn: int) -> Cast:
        """Return who plays."""
        return self._window.cast(lesson, turn)

    def head(self) -> int:
        """Return the number of the last own entry."""
        return self._window.head()

    def entries(self, after: int, bag: str) -> list[Entry]:
        """Return what a play came to."""
        return self._window.entries(after, bag)


def practice(options: argparse.Namespace) -> int:
    """Open the client over the practice window, or tell what was practised there."""
    from clerk_app.commands.practice_window import default_practice_folder

    folder = getattr(options, "data", None) or default_practice_folder()
    wanted = _wanted(options.lesson)
    if options.list or options.json:
        return _tell(folder, options.json)
    from clerk_app.commands.client import need_terminal

    need_terminal()
    return _play(folder, wanted)


def _play(folder: Path, wanted: Lesson | None) -> int:
    from clerk_app.commands.client import rehearse
    from clerk_app.commands.practice_window import PracticeFolderHeld

    with ExitStack() as held:
        place = PracticeFolderHeld(folder)
        held.callback(place.release)

        def coach(opening: Opening) -> Coach:
            return Coach(OpeningStage(opening), place.results, lambda: datetime.now().astimezone(), wanted)

        return rehearse(place.open, place.people, place.settings, folder, coach)


def _wanted(words: str) -> Lesson | None:
    if not words:
        return None
    lesson = lesson_of(words)
    if lesson is None:
        known = "、".join(f"{n} {one.title}" for n, one in enumerate(LESSONS, start=1))
        raise Stop(REFUSED, f"没有“{words}”这一课。可选：{known}。", "lesson-unknown")
    return lesson


def _tell(folder: Path, as_json: bool) -> int:
    value = told(Results(folder), LESSONS)
    say(value, as_json, _lines(value["lessons"]))
    return DONE


def _lines(lessons: Iterable[dict[str, object]]) -> Iterable[str]:
    for n, one in enumerate(lessons, start=1):
        best = cast("dict[str, object] | None", one["best"])
        stands = f"练过 {one['plays']} 次，最好 {best['score']} 分" if best is not None else "还没有练过"
        yield f"{n}  {one['title']}  {stands}"
        yield f"   {one['about']}"
