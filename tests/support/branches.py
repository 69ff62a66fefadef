"""Windows of two points of one city, each with its clerk, and a supervisor who may sit down at any."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from clerk_app.desk import Desk
from clerk_app.domain.people import Person, Role
from sync import wire
from tests.support.booth import CLERK, SECRET, Booth, Town, booth
from tests.support.city import OTHER_POINT, POINT
from tests.support.counter import DeadLine
from tests.support.story import PERMIT

THERE = Person(number="C2", name="李乙", role=Role.CLERK, points=(OTHER_POINT,))
CHIEF = Person(number="S1", name="黄丙", role=Role.SUPERVISOR, points=(POINT, OTHER_POINT))
ITEM = PERMIT.code


@dataclass
class Branches:
    """Two windows of the first point and one of the other."""

    town: Town
    home: Booth
    beside: Booth
    away: Booth
    keys: dict[str, bytes]

    def sync(self) -> None:
        """Have everybody say and hear everything, twice: what the last one said reaches the first."""
        for one in (self.home, self.beside, self.away) * 2:
            one.sync()

    def chief(self, at: Booth) -> Desk:
        """Return the supervisor's desk at a window."""
        papers = at.folder / "papers"
        key = self.keys[at.seat.window]
        return Desk(at.records, at.seat, CHIEF, key, self.town.clock, DeadLine(), papers, inquiry=at.end)

    def file(self, number: str = "YS20260001", **changed: object) -> None:
        """Have somebody apply online for the permit."""
        whole = {
            "number": number,
            "item": ITEM,
            "applicant": {
                "kind": "person",
                "name": "王[/b]䶮",
                "id_number": "440604190001010017",
                "phone": "13800000000",
            },
            "situation": {},
            "received": [{"material": "lease", "electronic": 1, "copies_kept": 0}],
        }
        told = msgspec.convert({**whole, **changed}, wire.Prefiling)
        self.town.loop.run(self.town.central.put_prefiling(told))


@contextlib.contextmanager
def branches(town: Town, folder: Path) -> Iterator[Branches]:
    """Open the windows; each has everything central published."""
    keys = {"beside": bytes(range(2, 34)), "away": bytes(range(3, 35))}
    home, beside = town.enrol(), town.enrol(keys["beside"])
    away = town.enrol(keys["away"], OTHER_POINT)
    with (
        booth(home, folder / "home", town.clock, town.bridge, person=CLERK) as first,
        booth(beside, folder / "beside", town.clock, town.bridge, key=keys["beside"], person=CLERK) as second,
        booth(away, folder / "away", town.clock, town.bridge, key=keys["away"], person=THERE) as third,
    ):
        by_window = {home.window: SECRET, beside.window: keys["beside"], away.window: keys["away"]}
        opened = Branches(town, first, second, third, by_window)
        opened.sync()
        yield opened
