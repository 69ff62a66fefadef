"""A department's post room that is not there: takes in the bags that were sent to it, and sends results back; demonstrations only.

The same bags at the same times get the same outcomes; in one of so many something is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from clerk_app.domain.case import Case
from clerk_app.domain.custody import Parcel
from clerk_app.domain.custody_bodies import (
    RESULT,
    Direction,
    Discrepancy,
    Fault,
    Hand,
    HandedOver,
    HandKind,
    Noted,
    Packed,
    PaperLine,
    ParcelReceived,
    Sealed,
)
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.journal import CENTRAL
from clerk_app.domain.kinds import ParcelState
from clerk_app.domain.lots import DEPARTMENT
from clerk_app.domain.timing import BEIJING
from sync.central.central import Central
from sync.central.due import due
from sync.central.entries.judging import Held
from sync.central.own_window import OwnWindow, Said
from sync.central.schema import points

ACTOR = "部门收发室（模拟）"
COURIER = Hand(kind=HandKind.COURIER, code="YZ000000", name="邮政速递（模拟）", person="揽收员（模拟）")
TAKES, SENDS = timedelta(seconds=40), timedelta(seconds=20)
"""So long after a bag was handed over it is there; so long after a decision its paper goes out."""
SHORT_IN = 4
"""In one bag of so many, of those with more than one copy of something, a copy is missing."""
MOST = 50


@dataclass(kw_only=True)
class BagSimulator:
    """Says at each step what is due."""

    central: Central
    window: OwnWindow

    async def step(self, now: datetime) -> int:
        """Say what has become due by ``now``; how many entries that were."""
        return await self._take_in(now) + await self._send(now)

    async def _take_in(self, now: datetime) -> int:
        found = await due(self.central, "parcel.received", ("parcel.handed_over",), TAKES, now)
        things: list[Said] = []
        for held in list(found.values())[:MOST]:
            parcel = held.stood
            if isinstance(parcel, Parcel) and _is_coming(parcel):
                things += taken_in(parcel, len(held.records), now.astimezone(BEIJING).date())
        return len(await self.window.say(things, ACTOR, now))

    async def _send(self, now: datetime) -> int:
        found = await due(self.central, "papers.packed", ("case.decided",), SENDS, now)
        said = 0
        names = await self._points() if found else {}
        for (point, _), cases in _by_place(found).items():
            things = sent(cases, names.get(point, point), now.astimezone(BEIJING).date())
            said += len(await self.window.say(things, ACTOR, now))
        return said

    async def _points(self) -> dict[str, str]:
        async with self.central.database.read() as connection:
            return dict((await connection.execute(select(points.c.code, points.c.name))).all())


def _is_coming(parcel: Parcel) -> bool:
    return parcel.state is ParcelState.ON_THE_WAY and parcel.sealed.direction is Direction.TO_DEPARTMENT


def taken_in(parcel: Parcel, seen: int, today: date) -> list[Said]:
    """Return what the post room says of a bag that came: that it did, and what is missing."""
    to = parcel.sealed.to
    by = Hand(kind=HandKind.DEPARTMENT, code=to.code, name=to.name, person=ACTOR)
    said = [Said(kind="parcel.received", subject=parcel.number, seen=seen, body=ParcelReceived(by=by, on=today))]
    twice = [line for line in parcel.sealed.lines if line.copies > 1]
    if twice and _chance(parcel.number) % SHORT_IN == 0:
        line = twice[0]
        one = PaperLine(case=line.case, material=line.material, name=line.name, copies=1)
        short = Discrepancy(fault=Fault.SHORT, parcel=parcel.number, line=one, note=f"{line.name}少一份复印件（模拟）")
        noted = Noted(found=(short,), by=by, on=today)
        said.append(Said(kind="discrepancy.noted", subject=parcel.number, seen=seen + 1, body=noted))
    return said


def sent(cases: Mapping[str, tuple[Case, int]], place: str, today: date) -> list[Said]:
    """Return what the post room says when it sends the results of one department to one point; ``cases`` with what was seen, ``place``: its name."""
    first = next(iter(cases.values()))[0]
    point = first.place
    serial = _chance("".join(sorted(cases))) % 900_000_000 + 100_000
    number = parcel_number(point, CENTRAL, today, serial)
    department = Hand(kind=HandKind.DEPARTMENT, code=first.item.department.code, name=first.item.department.name)
    lines = {name: PaperLine(case=name, material=RESULT, name="办理结果", originals=1) for name in cases}
    sealed = Sealed(
        direction=Direction.TO_WINDOW,
        sender=department,
        to=Hand(kind=HandKind.POINT, code=point, name=place),
        lines=tuple(lines.values()),
        on=today,
        seal=f"M{serial % 1_000_000:06d}",
    )
    packed = [
        Said(kind="papers.packed", subject=name, seen=seen, body=Packed(parcel=number, lines=(lines[name],)))
        for name, (_, seen) in cases.items()
    ]
    given = HandedOver(giver=department, taker=COURIER)
    return [
        Said(kind="parcel.sealed", subject=number, seen=0, body=sealed),
        *packed,
        Said(kind="parcel.handed_over", subject=number, seen=1, body=given),
    ]


def _by_place(found: Mapping[str, Held]) -> dict[tuple[str, str], dict[str, tuple[Case, int]]]:
    """Return the cases whose result lies with its department, by point and department."""
    places: dict[tuple[str, str], dict[str, tuple[Case, int]]] = {}
    for number, held in found.items():
        case = held.case
        if case is not None and _has_result(case):
            key = (case.place, case.item.department.code)
            places.setdefault(key, {})[number] = (case, len(held.records))
    return {key: dict(_first(cases.items())) for key, cases in places.items()}


def _first(cases: Iterable[tuple[str, tuple[Case, int]]]) -> list[tuple[str, tuple[Case, int]]]:
    return list(cases)[:MOST]


def _has_result(case: Case) -> bool:
    return any(lot.material == RESULT and lot.at == DEPARTMENT for lot in case.lots)


def _chance(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
