"""A point with a clerk and two supervisors over one store, and cases that need a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from clerk_app.desk import Desk
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import ServiceItem
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import YearTable
from clerk_app.domain.people import Applicant, Person, Role
from clerk_app.planning import Decide
from clerk_app.seat import Refused
from tests.support.counter import CLERK, KEY, DeadLine, Office, office
from tests.support.story import ALL, APPLICANT, PERMIT, SEAT

CHIEF = Person(number="S0001", name="黄主任", role=Role.SUPERVISOR, points=(SEAT.point,))
SECOND = Person(number="S0002", name="梁主任", role=Role.SUPERVISOR, points=(SEAT.point,))
OTHER = Applicant(kind="person", name="样例乙", id_number="440601190001010018")
YEAR = YearTable(year=2026, holidays=(), workdays=())


@dataclass
class Point:
    """Who works here; the day is moved by ``office.clock``."""

    office: Office
    clerk: Desk
    chief: Desk
    second: Desk

    def case(self, number: str) -> Case:
        return self.clerk.case(number)

    def entries(self) -> int:
        return self.office.records.entry_count()

    def receive(
        self,
        tallies: Sequence[Tally] = ALL,
        decide: Decide = Decide.AUTO,
        applicant: Applicant = APPLICANT,
        code: str = PERMIT.code,
    ) -> str:
        """Take in one case; return its number."""
        draft = replace(self.clerk.begin([code]), applicant=applicant)
        checklist = draft.checklist()
        for tally in tallies:
            key = checklist.key_of(code, tally.material)
            assert key is not None
            draft = draft.tallied(key, tally)
        return self.clerk.receive(draft, decide).outcomes[0].case.number

    def declined(self) -> str:
        """Refuse to accept a case: its task is ``declined``."""
        number = self.receive(())
        self.clerk.decline(number, "不属于本机关职权范围")
        return number

    def said(self, number: str) -> list[tuple[str, str]]:
        """What a case's history says, label and words."""
        return [(line.label, line.text) for line in self.clerk.history(number)]


@contextmanager
def point(folder: Path, *items: ServiceItem) -> Iterator[Point]:
    """Open one, with the permit and these items."""
    with office(folder, [PERMIT, *items], person=CLERK, years=[YEAR]) as opened:
        desks = [
            Desk(opened.records, SEAT, who, KEY, opened.clock, DeadLine(), opened.folder / "papers")
            for who in (CHIEF, SECOND)
        ]
        yield Point(opened, opened.desk, *desks)


@contextmanager
def refused(here: Point, code: str) -> Iterator[None]:
    """Expect a refusal by this code, in Chinese, that records nothing."""
    before = here.entries()
    with pytest.raises(Refused) as why:
        yield
    assert why.value.code == code, why.value.message
    assert any("一" <= letter <= "龥" for letter in why.value.message)
    assert here.entries() == before
