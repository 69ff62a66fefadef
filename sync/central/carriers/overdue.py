"""Bags that were handed over and of which nothing is heard any more: after some working days a person has to look for them.

How many days, no text that could be read says (the terms of DB4406/T 14-2021 are not public): provisional, and only here.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from sqlalchemy import select

from clerk_app.domain.custody import Parcel
from clerk_app.domain.custody_bodies import Discrepancy, Fault, Hand, HandKind, Noted
from clerk_app.domain.deadlines import Calendar, YearTable, add_workdays
from clerk_app.domain.journal import CENTRAL
from clerk_app.domain.kinds import ParcelState
from clerk_app.domain.plain import from_plain
from clerk_app.domain.timing import BEIJING
from clerk_app.domain.tracking import moment_of
from sync.central.core import Core
from sync.central.schema import catalogue

IN_TOWN, POSTED = 3, 10
"""Working days after the last that was heard of a bag: one that a courier carries through the city, and one in the post."""
LOOKED_FOR = frozenset({Fault.LOST, Fault.RETURNED, Fault.REFUSED})
"""Discrepancies by which somebody looks for a bag already."""


async def worked(core: Core) -> Calendar:
    """Return the working calendar as it is published."""
    query = select(catalogue.c.body).where(catalogue.c.kind == "calendar", catalogue.c.withdrawn.is_(False))
    async with core.database.read() as connection:
        rows = (await connection.execute(query)).scalars().all()
    return Calendar(from_plain(YearTable, msgspec.json.decode(body)) for body in rows)


def is_out(parcel: Parcel) -> bool:
    """Whether somebody was given a bag and nobody received it."""
    return parcel.state is ParcelState.ON_THE_WAY and bool(parcel.legs)


def overdue(parcel: Parcel, calendar: Calendar, now: datetime) -> Noted | None:
    """Return what to note against a bag nobody received in time, once for every hand that has it; else ``None``."""
    if not is_out(parcel):
        return None
    today = now.astimezone(BEIJING).date()
    given = min(_day(parcel.legs[-1].at, today), today)
    if any(one.found.fault in LOOKED_FOR and one.on >= given for one in parcel.discrepancies):
        return None
    # A carrier's clock may be ahead by days: what it tells of tomorrow is not believed.
    days = POSTED if parcel.sealed.to.kind is HandKind.APPLICANT else IN_TOWN
    heard = max(day for day in (given, *(_day(event.at, given) for event in parcel.events)) if day <= today)
    if today <= add_workdays(calendar, heard, days).day:
        return None
    taker = parcel.legs[-1].taker
    note = f"{given} 交给{taker.name or taker.code}，{heard} 后满 {days} 个工作日没有消息，也没有签收：请查找"
    by = Hand(kind=HandKind.DEPARTMENT, code=CENTRAL, name="市中心")
    return Noted(found=(Discrepancy(fault=Fault.LOST, parcel=parcel.number, note=note),), by=by, on=today)


def _day(at: str, otherwise: date) -> date:
    moment = moment_of(at)
    return moment.astimezone(BEIJING).date() if moment is not None else otherwise
