"""What acts of who answers for a point have in common: what they are about, and how they are recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from clerk_app.casework import Casework
from clerk_app.domain.case import Case
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.custody_numbers import parse_custody_number
from clerk_app.domain.deadlines import DueDay, add_workdays, marked
from clerk_app.domain.people import Person
from clerk_app.planning import Decide
from clerk_app.scribe import Scribe
from clerk_app.seat import Act, Clock, Refused, Seat
from clerk_app.sight import Sight
from clerk_app.store.records import Records

Overseen = Case | Parcel | Manifest


class Overseeing:
    """One person's acts on what stands here; raises ``Refused`` and then nothing is recorded."""

    def __init__(
        self,
        records: Records,
        scribe: Scribe,
        casework: Casework,
        seat: Seat,
        person: Person,
        clock: Clock,
        sight: Sight,
    ) -> None:
        self._sight = sight
        self._records = records
        self._scribe = scribe
        self._casework = casework
        self._seat = seat
        self._person = person
        self._clock = clock

    @property
    def _today(self) -> date:
        return self._clock().date()

    def stood(self, subject: str) -> Overseen:
        """Return the case, bag or hand-over somebody names."""
        custody = parse_custody_number(subject)
        if custody is None:
            return self._casework.case(subject)
        found = self._sight.stood(custody.text)
        if not isinstance(found, Parcel | Manifest):
            raise Refused("case-unknown", f"本窗口没有“{custody.text}”。", "subject")
        return found

    def _say(self, subject: str, kind: str, body: Callable[[Overseen], Any]) -> Overseen:
        number = self.stood(subject).number

        def plan() -> list[Act]:
            return [Act(kind, number, body(self.stood(number)))]

        done = self._scribe.record(self._person, plan).values()
        return next(after for after in done if isinstance(after, Case | Parcel | Manifest))

    def _on_case(self, number: str, kind: str, body: Callable[[Case], Any]) -> Case:
        return self._casework.act(number, lambda case: [Act(kind, case.number, body(case))], Decide.RECEIVE)

    def _by(self, by: date | None, days: int) -> DueDay:
        """Return the day somebody named, else the one so many working days from today."""
        self._not_past(by, "by")
        calendar = self._records.calendar()
        return add_workdays(calendar, self._today, days) if by is None else marked(calendar, self._today, by)

    def _not_past(self, day: date | None, field: str) -> None:
        if day is not None and day < self._today:
            raise Refused("day-past", f"{day} 已经过去。", field)


def named(ids: Iterable[str], text: str, otherwise: Refused) -> str:
    """Return the one id that begins so."""
    wanted = text.strip().lower()
    found = [one for one in ids if wanted and one.startswith(wanted)]
    if len(found) != 1:
        raise otherwise
    return found[0]
