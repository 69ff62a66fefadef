"""The desk's doors to what needs a supervisor: the queue, what was sent back to the window, tips and ratings."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_app.devices.scanner import Scanner
from clerk_app.dispatch_doors import DispatchDoors
from clerk_app.docket import Docket
from clerk_app.docket_tasks import EVERYTHING, Task, TaskFilter
from clerk_app.domain.case import Case
from clerk_app.domain.people import Person
from clerk_app.domain.supervision_words import TaskKind
from clerk_app.domain.tips import Tip, TipSummary
from clerk_app.line import Inquiry, Line
from clerk_app.printing import Printing
from clerk_app.roles import guarded
from clerk_app.seat import Clock, Seat
from clerk_app.store.records import Records
from clerk_app.tipping import Tipping


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
        printing: Printing,
    ) -> None:
        super().__init__(records, seat, person, signing_key, clock, line, inquiry, scanner, printing)
        self._docket = Docket(records, seat, person, clock)
        self._tipping = Tipping(records, self._scribe, self._casework, person, clock)

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

    # tips and ratings

    def tips(self, scope: str = "all") -> list[TipSummary]:
        """Return tips for the guide: ``offered`` and waiting, ``approved``, or ``all``, the latest change first."""
        return self._tipping.tips(scope)

    def tip(self, number: str) -> Tip:
        """Return a tip by its number."""
        return self._tipping.tip(number)

    def offer_tip(self, item: str, material: str, text: str) -> Tip:
        """Write down what a clerk knows of a material: where to get it, what the office really asks for."""
        self._check_text(text, "text")
        return self._sent(self._tipping.offer(item, material, text))

    def approve_tip(self, number: str, text: str = "") -> Tip:
        """Let a tip be printed on the notices of every point, in these words or its own."""
        self._check_text(text, "text")
        return self._sent(self._tipping.decide(number, "tip.approved", text, ""))

    def decline_tip(self, number: str, reason: str) -> Tip:
        """Not let it be printed."""
        self._check_text(reason, "reason")
        return self._sent(self._tipping.decide(number, "tip.declined", "", reason))

    def withdraw_tip(self, number: str, reason: str) -> Tip:
        """Have it printed no more."""
        self._check_text(reason, "reason")
        return self._sent(self._tipping.decide(number, "tip.withdrawn", "", reason))

    def rate(self, number: str, level: int, tags: Sequence[str] = ()) -> Case:
        """Record what the applicant chose, from 1 非常不满意 to 5 非常满意; shown only in sums."""
        return self._sent(self._tipping.rate(number, level, tags))
