"""The carriers' desk: orders what windows ask for, asks where bags are, and says what it hears through central's own window.

What is to be done is read from the entries alone; what is remembered here (whom was asked when) is manners. A process that
begins anew asks everybody once, and repeats orders of which it does not know the outcome, under the same numbers.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from clerk_app.domain.custody import Parcel
from clerk_app.domain.custody_bodies import PickupAnswered, Tracked, TrackEvent, Waybilled
from clerk_app.domain.numbers import check_waybill
from clerk_app.domain.tracking import follow, merged
from sync.central.carriers.arriving import follows, is_watched
from sync.central.carriers.contract import Cancelled, Carrier, CarrierDown, NotCancelled, NotOrdered, Ordered
from sync.central.carriers.manual import Manual
from sync.central.carriers.overdue import is_out, overdue, worked
from sync.central.carriers.pace import Asked, next_time
from sync.central.carriers.watching import Bag, Errand, Lease, Watch, bags, begun_at, counts, errand
from sync.central.central import Central
from sync.central.own_window import OwnWindow, Said
from sync.central.problems import ProblemError

log = logging.getLogger("clerk.carriers")

ACTOR = "承运对接"
"""Whose words they are: the carrier's, as central heard them."""
AT_ONCE = 4
"""Questions on the way to carriers at the same time."""
MOST = 40
"""Bags asked about in one step: what is heard is said before anything else is asked."""
LOOKED_AT_EVERY = timedelta(hours=6)
"""Between two looks at a bag that somebody was given and nobody received."""
LEASE_SECONDS = 300.0
"""How long another process waits until it takes over from one that is gone."""

Told = Ordered | NotOrdered | Cancelled | NotCancelled


@dataclass(kw_only=True)
class CarrierDesk:
    """One of a city: whichever process holds the lease."""

    central: Central
    carriers: Mapping[str, Carrier]
    watch: Watch = field(default_factory=Watch)
    lease: Lease = field(
        default_factory=lambda: Lease(key="carriers_desk", token=secrets.token_hex(8), seconds=LEASE_SECONDS)
    )
    asked: defaultdict[str, Asked] = field(default_factory=lambda: defaultdict(Asked))
    """Bags, by their numbers."""
    lines: defaultdict[str, Asked] = field(default_factory=lambda: defaultdict(Asked))
    """Carriers, by their names: one that does not answer is left alone, whatever the bag."""
    window: OwnWindow | None = None

    async def step(self, now: datetime) -> int:
        """Do what is due by ``now``; how many entries were said. While another process has the lease, nothing is."""
        await self.watch.look(self.central, now)
        if not (self.watch.errands or self.watch.due(now, 1) or self.watch.unreceived(now, 1)):
            return 0
        if not await self.lease.hold(self.central):
            return 0
        said = 0
        for number in sorted(self.watch.errands):
            said += await self._errand(number, now)
        return said + await self._questions(now) + await self._unreceived(now)

    async def _errand(self, number: str, now: datetime) -> int:
        """Do the last thing that was asked of a carrier, and say what came of it; unknown: it stays to be done."""
        bag = (await bags(self.central, [number])).get(number)
        todo = None if bag is None else errand(bag)
        if bag is None or todo is None:
            self.watch.errands.discard(number)
            return 0
        carrier = self.carriers.get(todo.carrier) or Manual()
        if self._resting(carrier, now) is not None:
            return 0
        try:
            told = await _done(carrier, todo)
        except CarrierDown as down:
            self._fell_silent(carrier, down, now)
            return 0
        self.lines[carrier.name] = Asked(last=now)
        things = [Said(kind="pickup.answered", subject=number, seen=bag.seen, body=answer(told, todo))]
        waybill = told.waybill if isinstance(told, Ordered) else ""
        if waybill and not bag.parcel.waybill and check_waybill(waybill).problem is None:
            body = Waybilled(waybill=waybill, carrier=carrier.name)
            things.append(Said(kind="parcel.waybilled", subject=number, seen=bag.seen + 1, body=body))
        return await self._say(things, now)

    async def _questions(self, now: datetime) -> int:
        """Ask about the bags that are due, a few at a time, and say what is new."""
        due = self.watch.due(now, MOST)
        found = await bags(self.central, due)
        for number in due:
            self._put_off(number, found.get(number), now)
        asked = [found[number] for number in due if self.watch.bags.get(number) == now]
        room = asyncio.Semaphore(AT_ONCE)
        heard = await asyncio.gather(*(self._heard(room, bag.parcel, now) for bag in asked))
        things: list[Said] = []
        for bag, told in zip(asked, heard, strict=True):
            if events := new_events(bag.parcel, told):
                body = Tracked(events=events)
                things.append(Said(kind="parcel.tracked", subject=bag.parcel.number, seen=bag.seen, body=body))
                things += await self._ending(bag, events, now)
        said = await self._say(things, now)
        for bag, told in zip(asked, heard, strict=True):
            after = replace(bag.parcel, events=merged(bag.parcel.events, told))
            self._put_off(bag.parcel.number, replace(bag, parcel=after), now)
        return said

    async def _ending(self, bag: Bag, events: tuple[TrackEvent, ...], now: datetime) -> list[Said]:
        """Return what follows for the bag and its cases where the carrier has done with it."""
        parcel = bag.parcel
        tracking = follow(merged(parcel.events, events), parcel.carrier, parcel.waybill)
        told = follows(parcel, tracking, now)
        seen = await counts(self.central, [subject for _, subject, _ in told]) | {parcel.number: bag.seen + 1}
        return [Said(kind=kind, subject=subject, seen=seen.get(subject, 0), body=body) for kind, subject, body in told]

    async def _unreceived(self, now: datetime) -> int:
        """Note against the bags nobody received in time that somebody has to look for them."""
        numbers = self.watch.unreceived(now, MOST)
        if not numbers:
            return 0
        found, calendar = await bags(self.central, numbers), await worked(self.central)
        things = [
            Said(kind="discrepancy.noted", subject=number, seen=bag.seen, body=noted)
            for number, bag in found.items()
            if (noted := overdue(bag.parcel, calendar, now)) is not None
        ]
        said = await self._say(things, now)
        for number in numbers:
            if number in found and is_out(found[number].parcel):
                self.watch.out[number] = now + LOOKED_AT_EVERY
            else:
                self.watch.out.pop(number, None)
        return said

    def _put_off(self, number: str, bag: Bag | None, now: datetime) -> None:
        """Note when a bag is to be looked at next: ``now`` means at once; one that is not with a carrier any more, never."""
        carrier = None if bag is None else self.carriers.get(bag.parcel.carrier)
        if bag is None or carrier is None or not carrier.tracks or not is_watched(bag.parcel):
            when = None
        else:
            parcel, asked = bag.parcel, self.asked[number]
            when = next_time(parcel.waybill, parcel.carrier, parcel.events, asked, begun_at(parcel, now), now)
        if when is None or carrier is None:
            self.watch.bags.pop(number, None)
            self.asked.pop(number, None)
        else:
            self.watch.bags[number] = max(when, self._resting(carrier, now) or now, now)

    async def _heard(self, room: asyncio.Semaphore, parcel: Parcel, now: datetime) -> list[TrackEvent]:
        carrier = self.carriers[parcel.carrier]
        async with room:
            if self._resting(carrier, now) is not None:
                return []
            try:
                told = await carrier.track(parcel.waybill)
            except CarrierDown as down:
                self.asked[parcel.number] = self.asked[parcel.number].failed(now, down.retry_after)
                self._fell_silent(carrier, down, now)
                return []
            self.asked[parcel.number] = Asked(last=now)
            self.lines[carrier.name] = Asked(last=now)
            return told

    def _resting(self, carrier: Carrier, now: datetime) -> datetime | None:
        until = self.lines[carrier.name].backed_off
        return until if until is not None and now < until else None

    def _fell_silent(self, carrier: Carrier, down: CarrierDown, now: datetime) -> None:
        log.warning("carrier %s: %s", carrier.name, down.reason)
        if not down.this_alone:
            self.lines[carrier.name] = self.lines[carrier.name].failed(now, down.retry_after)

    async def _say(self, things: list[Said], now: datetime) -> int:
        if not things:
            return 0
        self.window = self.window or await OwnWindow.open(self.central)
        verdicts = await self.window.say(things, ACTOR, now)
        for verdict in verdicts:
            if verdict.problem is not None:
                log.warning("an entry of the carriers' desk was %s", verdict.verdict.value)
        return len(verdicts)


async def run_desk(central: Central, carriers: Mapping[str, Carrier], every: float = 5.0) -> None:
    """Step for ever; a step that fails is tried again at the next."""
    desk = CarrierDesk(central=central, carriers=carriers)
    while True:
        try:
            await desk.step(central.clock())
        except (ProblemError, SQLAlchemyError, OSError) as error:
            log.warning("carriers: %s", type(error).__name__)
        except Exception:  # a desk that is gone asks nobody, and nobody would notice
            log.exception("carriers: unexpected")
        await asyncio.sleep(every)


def new_events(parcel: Parcel, told: Iterable[TrackEvent]) -> tuple[TrackEvent, ...]:
    """Return what was not said of the bag before, in the carrier's order, nothing twice."""
    known = set(parcel.events)
    return tuple(event for event in dict.fromkeys(told) if event not in known)


def answer(told: Told, todo: Errand) -> PickupAnswered:
    """Return what to say of a carrier's word on what it was asked."""
    match told:
        case Ordered():
            return PickupAnswered(ordered=True, order=told.order, note=told.note, asked=todo.entry)
        case NotCancelled():
            return PickupAnswered(ordered=True, order=todo.standing, note=told.note, asked=todo.entry)
        case Cancelled():
            return PickupAnswered(ordered=False, note=told.note or "已取消揽收。", asked=todo.entry)
        case NotOrdered():
            return PickupAnswered(ordered=False, note=told.note, asked=todo.entry)


async def _done(carrier: Carrier, todo: Errand) -> Told:
    if todo.cancels:
        return await carrier.cancel_pickup(todo.order.number, todo.reason)
    return await carrier.order_pickup(todo.order)
