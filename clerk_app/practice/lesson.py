"""What a lesson is made of: who comes, what lies on the desk, what is said, and what is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clerk_app.practice.judging import Play, Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays a lesson this time: the sample's people, another one each time."""

    name: str
    id_number: str
    phone: str = ""
    wrong_number: str = ""
    """The number as it was written wrongly."""
    case: str = ""
    bag: str = ""
    """The bag that came for this lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper on the desk, as it looks."""

    name: str
    looks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing that is said."""

    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A scripted visit; texts name the cast in braces."""

    id: str
    title: str
    about: str
    """What is practised, in a sentence."""
    papers: tuple[Paper, ...]
    words: tuple[Said, ...]
    points: tuple[Point, ...]
    trips: Callable[[Play], int]
    """How often the applicant has to come, as the play left it."""
    least_trips: int = 1
    """How often at the least."""
    organisation: bool = False
    """Whether a firm comes, and no person."""
    bag: bool = False
    """Whether a bag comes for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A lesson with its cast."""

    lesson: Lesson
    cast: Cast

    @property
    def words(self) -> tuple[Said, ...]:
        """What is said, in its order."""
        return tuple(Said(who=self.filled(one.who), text=self.filled(one.text)) for one in self.lesson.words)

    @property
    def papers(self) -> tuple[Paper, ...]:
        """What lies on the desk."""
        return tuple(Paper(name=one.name, looks=self.filled(one.looks)) for one in self.lesson.papers)

    def filled(self, text: str) -> str:
        """Return a text of the lesson with the cast in it."""
        cast = self.cast
        return text.format(
            name=cast.name, id=cast.id_number, phone=cast.phone, wrong=cast.wrong_number, case=cast.case, bag=cast.bag
        )
