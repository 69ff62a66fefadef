"""The five lessons, in the order in which they are learnt."""

from __future__ import annotations

from clerk_app.practice.further import BAG, JOINT
from clerk_app.practice.lesson import Lesson
from clerk_app.practice.single import INCOMPLETE, PROVISIONAL, WRONG_NUMBER

__all__ = ["BAG", "INCOMPLETE", "JOINT", "LESSONS", "PROVISIONAL", "WRONG_NUMBER", "lesson_of"]

LESSONS: tuple[Lesson, ...] = (INCOMPLETE, WRONG_NUMBER, PROVISIONAL, JOINT, BAG)


def lesson_of(words: str) -> Lesson | None:
    """Return the lesson with this number, id or title."""
    for n, lesson in enumerate(LESSONS, start=1):
        if words.strip() in {str(n), lesson.id, lesson.title}:
            return lesson
    return None
