"""The desk's doors to what needs a supervisor: the queue, and what was sent back to the window."""

from __future__ import annotations

from pathlib import Path

from clerk_app.devices.scanner import Scanner
from clerk_app.dispatch_doors import DispatchDoors
from clerk_app.docket import Docket
from clerk_app.docket_tasks import EVERYTHING, Task, TaskFilter
from clerk_app.domain.people import Person
from clerk_app.domain.supervision_words import TaskKind
from clerk_app.line import Inquiry, Line
from clerk_app.roles import guarded
from clerk_app.seat import Clock, Seat
from clerk_app.store.records import Records


@guarded
class TaskDoors(DispatchDoors):
    """What a signed-in person sees of what has to be done; a part of the ``Desk``."""

    def __init__(
        self,
        records: Records,
        seat: Seat,
        person: Person,
        signing_key: bytes,
        clock: Clock,
        line: Line,
        inquiry: Inquiry,
        scanner: Scanner | None,
        papers: Path,
    ) -> None:
        super().__init__(records, seat, person, signing_key, clock, line, inquiry, scanner, papers)
        self._docket = Docket(records, seat, person, clock)

    def refresh_tasks(self) -> frozenset[str]:
        """Bring the queue up to date and return the subjects whose tasks changed; the first time of a day all are looked at."""
        return self._docket.refresh()

    def tasks(self, wanted: TaskFilter = EVERYTHING) -> list[Task]:
        """Return what needs a supervisor, as ``refresh_tasks`` found it last, in the order asked for."""
        return self._docket.tasks(wanted)

    def task_counts(self) -> dict[TaskKind, int]:
        """Return how many there are of each kind, likewise."""
        return self._docket.counts()

    def my_returns(self) -> list[Task]:
        """Return what was sent back to this window or this clerk and waits for an answer, the nearest day first."""
        return self._docket.returns()
