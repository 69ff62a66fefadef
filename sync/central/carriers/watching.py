"""What the carriers' desk has to look at: found by the feed's own order, read from the entries, kept in memory alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import and_, or_, select

from clerk_app.domain.custody import Parcel
from clerk_app.domain.custody_bodies import Address, HandKind, PickupAnswered, PickupAsked
from clerk_app.domain.journal import Entry, Record, Verdict
from clerk_app.domain.kinds import ParcelState
from clerk_app.domain.plain import NotPlain, body_of
from clerk_app.domain.tracking import moment_of
from sync.central.carriers.contract import PickupOrder
from sync.central.carriers.pace import LOST_AFTER
from sync.central.core import Core
from sync.central.database import get_meta
from sync.central.entries.ground import home_of
from sync.central.schema import entries, meta, points, subjects

ERRANDS = ("pickup.asked", "pickup.cancel_asked")
BAGS = ("parcel.sealed", "parcel.waybilled")
HANDED = "parcel.handed_over"
KINDS = (*ERRANDS, *BAGS, HANDED)
MOVING = frozenset({ParcelState.SEALED, ParcelState.ON_THE_WAY})
POINTS_AT_ONCE = 100
"""Points one statement names."""

B = TypeVar("B")


@dataclass(kw_only=True)
class Watch:
    """Bags of which something may be due, as far as the feeds were read."""

    errands: set[str] = field(default_factory=set)
    """Bags for which something may still have to be asked of a carrier."""
    bags: dict[str, datetime] = field(default_factory=dict)
    """Bags that may be with a carrier, each with when to look at it next."""
    out: dict[str, datetime] = field(default_factory=dict)
    """Bags somebody was given, each with when to look next whether it was received."""
    read: dict[str, int] = field(default_factory=dict)
    """By point, the place in its feed up to which it was read."""

    async def look(self, core: Core, now: datetime) -> None:
        """Read on in all feeds; the first time, everything that is not too old to matter."""
        async with core.database.read() as connection:
            places: dict[str, int] = dict((await connection.execute(select(points.c.code, points.c.position))).all())
            if not self.read or any(places.get(point, 0) < place for point, place in self.read.items()):
                since = int((now - LOST_AFTER).timestamp() * 1000)
                wanted = [entries.c.received_at >= since]
            else:
                grown = [point for point, place in places.items() if place > self.read.get(point, 0)]
                wanted = [
                    or_(*(and_(entries.c.point == p, entries.c.position > self.read.get(p, 0)) for p in some))
                    for some in portions(grown, POINTS_AT_ONCE)
                ]
            columns = (entries.c.point, entries.c.subject, entries.c.kind)
            for condition in wanted:
                query = select(*columns).where(condition, entries.c.kind.in_(KINDS), entries.c.position.is_not(None))
                for point, subject, kind in await connection.execute(query):
                    if point == home_of(subject):
                        self._note(subject, kind, now)
        self.read = places

    def due(self, now: datetime, most: int) -> list[str]:
        """Return the bags to look at now, those first that have waited longest."""
        return _first(self.bags, now, most)

    def unreceived(self, now: datetime, most: int) -> list[str]:
        """Return the bags that were handed over and are to be looked at now, likewise."""
        return _first(self.out, now, most)

    def _note(self, subject: str, kind: str, now: datetime) -> None:
        if kind in ERRANDS:
            self.errands.add(subject)
        elif kind == HANDED:
            self.out[subject] = now
        else:
            self.bags[subject] = now


def _first(line: Mapping[str, datetime], now: datetime, most: int) -> list[str]:
    waiting = sorted((when, number) for number, when in line.items() if when <= now)
    return [number for _, number in waiting[:most]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """A bag as central has it now."""

    parcel: Parcel
    records: tuple[Record, ...]

    @property
    def seen(self) -> int:
        """How many entries about it there are."""
        return len(self.records)


async def bags(core: Core, numbers: Collection[str]) -> dict[str, Bag]:
    """Return the bags of these numbers."""
    async with core.database.read() as connection:
        query = select(subjects.c.subject, subjects.c.count).where(subjects.c.subject.in_(numbers))
        held = await core.states.load(connection, dict((await connection.execute(query)).all()))
    return {
        number: Bag(parcel=one.stood, records=one.records)
        for number, one in held.items()
        if isinstance(one.stood, Parcel)
    }


async def counts(core: Core, names: Collection[str]) -> dict[str, int]:
    """Return how many entries with a place there are about these subjects."""
    if not names:
        return {}
    async with core.database.read() as connection:
        query = select(subjects.c.subject, subjects.c.count).where(subjects.c.subject.in_(names))
        return dict((await connection.execute(query)).all())


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """The last thing that was asked of a carrier and has no answer."""

    entry: str
    """That asks."""
    carrier: str
    cancels: bool
    order: PickupOrder
    reason: str = ""
    standing: str = ""
    """The carrier's number of the order that is to be called off."""


def errand(bag: Bag) -> Errand | None:
    """Return what is still to be asked of a carrier for a bag, if anything is."""
    parcel = bag.parcel
    asking = _asking(bag)
    if parcel.pickup is None or parcel.pickup_answer is not None or asking is None:
        return None
    last = next((r.entry for r in bag.records if r.entry.id == parcel.pickup_entry), asking)
    reason = str(last.body.get("reason", "")) if parcel.pickup_cancelled else ""
    gone = parcel.state not in MOVING
    return Errand(
        entry=parcel.pickup_entry,
        carrier=parcel.pickup.carrier,
        # Asked for, and then opened or received before anybody could order: whether it was ordered nobody knows.
        cancels=parcel.pickup_cancelled or gone,
        order=_order(parcel, parcel.pickup, asking.id),
        reason=reason or ("寄递袋已拆封或已签收" if gone else ""),
        standing=_standing(bag),
    )


def begun_at(parcel: Parcel, now: datetime) -> datetime:
    """Return when a bag was sealed, by its window's clock; ``now`` where that is no time."""
    return min(moment_of(parcel.sealed_at) or now, now)


def portions(things: Iterable[str], most: int) -> list[list[str]]:
    """Return the same in lists of at most so many."""
    line = list(things)
    return [line[begin : begin + most] for begin in range(0, len(line), most)]


def _asking(bag: Bag) -> Entry | None:
    """Return the entry whose order is in force: its id is the order's number."""
    for record in reversed(bag.records):
        if record.entry.kind == "pickup.asked" and _body(PickupAsked, record.entry) == bag.parcel.pickup:
            return record.entry
    return None


def _standing(bag: Bag) -> str:
    for record in reversed(bag.records):
        if record.entry.kind == "pickup.answered" and record.verdict is not Verdict.CONFLICTING:
            told = _body(PickupAnswered, record.entry)
            return told.order if told is not None and told.ordered else ""
    return ""


def _body(kind: type[B], entry: Entry) -> B | None:
    try:
        return body_of(kind, entry.body)
    except NotPlain:
        return None


def _order(parcel: Parcel, asked: PickupAsked, number: str) -> PickupOrder:
    sender = parcel.sealed.sender
    return PickupOrder(
        number=number,
        parcel=parcel.number,
        point=sender.code if sender.kind is HandKind.POINT else home_of(parcel.number),
        sender=Address(name=sender.name, phone="", address=""),
        day=asked.on,
        between=asked.between,
        to=parcel.sealed.address,
        waybill=parcel.waybill,
    )


@dataclass(kw_only=True)
class Lease:
    """One process of a city at a time may hold it; who is gone loses it after a while."""

    key: str
    token: str
    seconds: float
    until: float = 0.0

    async def hold(self, core: Core) -> bool:
        """Whether it is ours now: written down again only once half of its time is over."""
        now = core.seconds()
        if now < self.until - self.seconds / 2:
            return True
        async with core.database.read() as connection:
            if self._others(await get_meta(connection, self.key), now):
                return False
        async with core.database.write() as connection:
            if self._others(await get_meta(connection, self.key, lock=True), now):
                return False
            self.until = now + self.seconds
            row = {"key": self.key, "value": f"{self.token} {self.until:.0f}"}
            await core.database.upsert(connection, meta, [row])
        return True

    def _others(self, held: str | None, now: float) -> bool:
        token, _, until = (held or "").partition(" ")
        return token not in {"", self.token} and until.isdecimal() and now < int(until) <= now + 2 * self.seconds
