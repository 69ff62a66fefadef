"""Whose screens these are: each person's areas are modes of their own, and stay as they are while somebody else works here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from clerk_app.domain.people import Role
from screens.base import AreaScreen
from screens.widgets.header import FOR_CLERKS

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.domain.people import Person
    from screens.app import ClerkApp

MOST = 4
"""People whose half-done work is kept beside that of whoever is at the window."""


def _intake() -> AreaScreen:
    from screens.intake.screen import Intake

    return Intake()


def _cases() -> AreaScreen:
    from screens.cases.screen import Cases

    return Cases()


def _dispatch() -> AreaScreen:
    from screens.dispatch.screen import Dispatch

    return Dispatch()


def _supervision() -> AreaScreen:
    from screens.supervision.screen import Supervision

    return Supervision()


def _line() -> AreaScreen:
    from screens.line.screen import LineArea

    return LineArea()


def _settings() -> AreaScreen:
    from screens.settings.screen import SettingsArea

    return SettingsArea()


def _visitor() -> AreaScreen:
    from screens.visitor.screen import Visitor

    return Visitor()


AREAS: dict[str, Callable[[], AreaScreen]] = {
    "intake": _intake,
    "cases": _cases,
    "dispatch": _dispatch,
    "supervision": _supervision,
    "line": _line,
    "settings": _settings,
    "visitor": _visitor,
}
FOR_SUPERVISORS = ("intake", "cases", "dispatch", "supervision", "line", "settings")
FOR_VISITORS = ("visitor",)


@dataclass(slots=True)
class Place:
    """One person's screens at this window."""

    person: Person
    desk: Desk
    areas: tuple[str, ...]
    area: str
    """The area they are in."""
    left_at: float = 0.0
    """On the clock of ``Services.ticks``: when they last left the window to somebody else."""

    def mode(self, area: str = "") -> str:
        """Return the app's name for one of this person's areas, or for the one they are in."""
        return f"{area or self.area} {self.person.number}"


def areas_of(person: Person) -> tuple[str, ...]:
    """Return the areas somebody has; the desk checks roles, this only spares a person screens they could not use."""
    by_role = {Role.CLERK: FOR_CLERKS, Role.SUPERVISOR: FOR_SUPERVISORS}
    return by_role.get(person.role, FOR_VISITORS)


class Parking:
    """The places of everybody whose work is kept at this window; one of them is at the window."""

    def __init__(self, app: ClerkApp) -> None:
        self._app = app
        self._places: dict[str, Place] = {}
        self.here: Place | None = None
        """Whose place is at the window, locked or not."""

    @property
    def parked(self) -> list[Place]:
        """Everybody else's places, the one left longest ago first."""
        return [place for place in self._places.values() if place is not self.here]

    def enter(self, person: Person) -> Place:
        """Bring somebody to the window: to their own place as they left it, or to a new one."""
        place = self._places.get(person.number)
        if place is not None and place.person != person:
            place = self._changed(place, person)
        place = place or self._open(person)
        if place is not self.here:
            self.leave()
            self.here = place
        return place

    def leave(self) -> None:
        """Nobody is at the window; whoever was there is parked, as the last."""
        place = self.here
        if place is None:
            return
        place.left_at = self._app.services.ticks()
        self._places[place.person.number] = self._places.pop(place.person.number)
        self.here = None

    def too_many(self, person: Person) -> Place | None:
        """Return whose half-done work would have to go if somebody came to the window now.

        Places in which nothing was begun make room without a question.
        """
        last = [self.here] if self.here is not None else []
        others = [place for place in [*self.parked, *last] if place.person.number != person.number]
        for place in [place for place in others if not self.begun(place)]:
            if len(others) > MOST:
                others.remove(place)
                self.forget(place)
        return others[0] if len(others) > MOST else None

    def forget(self, place: Place) -> None:
        """Throw somebody's screens away; none of them may be the one that is shown."""
        if place is self.here:
            self.here = None
        self._drop(place)

    def screens(self, place: Place) -> Iterator[Screen[Any]]:
        """Yield every screen of a place."""
        for area in place.areas:
            yield from self._app.screens_of(place.mode(area))

    def begun(self, place: Place) -> bool:
        """Whether something is half done in a place."""
        return any(isinstance(screen, AreaScreen) and screen.begun for screen in self.screens(place))

    def conceal(self) -> None:
        """Hide again whatever was unmasked, in every place."""
        for place in self._places.values():
            for screen in self.screens(place):
                if isinstance(screen, AreaScreen):
                    screen.conceal()

    def words(self) -> list[str]:
        """Return in words whose half-done work lies here, without saying what it is."""
        now = self._app.services.ticks()
        return [
            f"{place.person.name}（{place.person.number}）没有办完的内容，{_ago(now - place.left_at)}离开"
            for place in self.parked
            if self.begun(place)
        ]

    def _open(self, person: Person) -> Place:
        areas = areas_of(person)
        place = Place(person, self._app.services.open_desk(person), areas, areas[0])
        for area in areas:
            self._app.add_mode(place.mode(area), self._maker(area, place))
        self._places[person.number] = place
        return place

    def _changed(self, place: Place, person: Person) -> Place | None:
        """Central tells otherwise of somebody than before: the screens of a role they had are no more."""
        if areas_of(person) != place.areas:
            self.forget(place)
            return None
        place.person, place.desk = person, self._app.services.open_desk(person)
        return place

    def _drop(self, place: Place) -> None:
        for area in place.areas:
            self._app.remove_mode(place.mode(area))
        del self._places[place.person.number]

    @staticmethod
    def _maker(area: str, place: Place) -> Callable[[], AreaScreen]:
        def make() -> AreaScreen:
            screen = AREAS[area]()
            screen.place = place
            return screen

        return make


def _ago(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes // 60} 小时前" if minutes >= 60 else f"{minutes} 分钟前" if minutes else "刚刚"
