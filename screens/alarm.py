"""What needs a supervisor at once: red lights and conflicts are counted in the header, and new ones ring; nothing personal is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from clerk_app.domain.deadlines import Light
from clerk_app.domain.supervision_words import TaskKind

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.seat import Refused
    from screens.app import ClerkApp
    from screens.parking import Place
    from screens.widgets.header import HeaderState

AREA = "supervision"
"""Who has this area is told."""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Urgent:
    """The tasks that ring: by subject and key, those that are red and those that are conflicts."""

    reds: frozenset[Key] = frozenset()
    conflicts: frozenset[Key] = frozenset()


def _read(desk: Desk) -> Urgent:
    desk.refresh_tasks()
    found = desk.tasks()
    return Urgent(
        frozenset((task.subject, task.key) for task in found if task.light is Light.RED),
        frozenset((task.subject, task.key) for task in found if task.kind is TaskKind.CONFLICT),
    )


class Alarm:
    """Looks again when anything was recorded or came from the city, and when a day begins."""

    def __init__(self, app: ClerkApp) -> None:
        self._app = app
        self.muted = app.services.muted
        self._known: dict[str, Urgent] = {}
        """By the person's number: what they were told of."""
        self._looked: tuple[str, int, date] | None = None

    def is_for(self, place: Place) -> bool:
        """Whether somebody is told."""
        return AREA in place.areas

    def told(self, state: HeaderState) -> HeaderState:
        """Return what the header shows with the red lights of whoever is at the window."""
        place = self._app.parking.here
        if place is None or AREA not in state.areas:
            return state
        known = self._known.get(place.person.number, Urgent())
        return replace(state, reds=len(known.reds), muted=self.muted)

    def look(self, place: Place) -> None:
        """Have the tasks brought up to date if they may be others now."""
        desk = place.desk
        now = (place.person.number, self._app.revision, desk.today)
        if not self.is_for(place) or now == self._looked:
            return
        self._looked = now
        self._app.desk_work.do(
            lambda: _read(desk), lambda found: self._tell(place, found), self._not_read, replaces="alarm", hold=False
        )

    def _tell(self, place: Place, found: Urgent) -> None:
        known = self._known.get(place.person.number)
        self._known[place.person.number] = found
        if place is not self._app.parking.here or self._app.locking.locked:
            return
        self._app.show_alarm()
        if known is None:  # signed in just now: the header says how many there are
            return
        reds, conflicts = len(found.reds - known.reds), len(found.conflicts - known.conflicts)
        if not reds and not conflicts:
            return
        if not self.muted:
            self._app.bell()
        if self._app.area == AREA:
            return  # it is before their eyes
        told = [f"新增红灯 {reds} 项"] * bool(reds) + [f"新增冲突 {conflicts} 处"] * bool(conflicts)
        self._app.notify(f"督办：{'，'.join(told)}。按 F5 查看", markup=False)

    def _not_read(self, refused: Refused) -> None:
        """Nobody asked; it is tried again when something changes, and the header says that reading fails."""
        self._looked = None

    def mute(self) -> None:
        """Ring no more, or again; that is kept for the next time the window is opened."""
        self.muted = muted = not self.muted
        keep = self._app.services.keep_muted
        self._app.show_alarm()
        said = "督办提醒已静音" if muted else "督办提醒已打开"
        self._app.desk_work.do(
            lambda: keep(muted),
            lambda _: self._app.notify(said, markup=False),
            lambda refused: self._app.notify(f"{said}，但没有存下：{refused.message}", markup=False),
            hold=False,
        )
