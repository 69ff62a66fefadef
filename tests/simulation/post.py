"""What somebody at a simulated window does with papers that travel: through the same acts as the desk's."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar, cast

from clerk_app.bags import Bags
from clerk_app.casework import Casework
from clerk_app.dispatch import Dispatch, Signed
from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import pickup
from clerk_app.domain.couriers import ANYBODY
from clerk_app.domain.custody import Parcel
from clerk_app.domain.dispatch import Packing
from clerk_app.domain.kinds import ParcelState, State
from clerk_app.domain.people import Person
from clerk_app.domain.pickup import Pickup
from clerk_app.domain.summary import CaseSummary
from clerk_app.seat import Seat
from clerk_app.sight import Sight
from tests.support.bags import COURIER, HOME, WAYBILL

if TYPE_CHECKING:
    from clerk_app.scribe import Scribe
    from clerk_app.store.records import Records
    from tests.simulation.books import Books

T = TypeVar("T")
SIGNED = Signed(taker=COURIER, proof="pin")
LATEST = 3
"""Cases a bag is packed from: so few that two windows often pack the same papers."""


class Post:
    """One person's bags and hand-overs; raises ``Refused`` where something may not be done."""

    def __init__(
        self,
        books: Books,
        hand: Scribe,
        seat: Seat,
        person: Person,
        clock: Callable[[], datetime],
        chance: random.Random,
    ) -> None:
        records = cast("Records", books)
        sight = Sight(records, seat, person, clock)
        casework = Casework(records, hand, seat, person, clock, sight)
        self._bags = Bags(records, casework, seat, clock, sight)
        self._dispatch = Dispatch(records, hand, casework, seat, person, clock, self._bags)
        self._books, self._seat, self._clock, self._chance = books, seat, clock, chance

    def disputed(self, parcel: Parcel) -> tuple[cb.PaperLine, ...]:
        """Return what of a bag another one holds, as it is shown at this window."""
        return self._bags.disputed(parcel)

    def pack(self) -> None:
        """Bag some of what waits here, or a result that goes to its applicant."""
        results = [one for one in self._bags.results() if self._is_ready(one)]
        if results and self._chance.random() < 0.3:
            number = self._chance.choice(results).number
            to = cb.Hand(kind=cb.HandKind.APPLICANT, code=number)
            packing = self._dispatch.packing(cb.Direction.TO_APPLICANT, to, [number])
            self._dispatch.pack(replace(packing, address=HOME), "", WAYBILL, "ems")
        elif groups := self._bags.groups():
            group = self._chance.choice(groups)
            waiting = [one.number for one in group.cases][-LATEST:]
            numbers = self._chance.sample(waiting, self._chance.randint(1, min(2, len(waiting))))
            packing = self._dispatch.packing(group.direction, group.to, sorted(numbers))
            self._dispatch.pack(self._some_of(packing), "FQ1")

    def _some_of(self, packing: Packing) -> Packing:
        if self._chance.random() < 0.7 or len(packing.lines) < 2:
            return packing
        return replace(packing, lines=packing.lines[: len(packing.lines) // 2])

    def unseal(self) -> None:
        """Open a bag that still waits here."""
        if one := self._one(self._bags.parcels("packed")):
            self._dispatch.unseal(one.number, "装错")

    def address(self) -> None:
        """Say under which number a bag travels, and have it fetched, or not after all."""
        one = self._one(self._bags.parcels("packed"))
        if one is None:
            return
        doing = self._chance.randrange(3)
        if doing == 0 or not one.waybill:
            self._dispatch.waybill(one.number, WAYBILL, "ems")
        elif doing == 1:
            self._dispatch.ask_pickup(one.number, self._clock().date(), "14:00-16:00")
        else:
            self._dispatch.cancel_pickup(one.number, "")

    def hand_over(self) -> None:
        """A courier comes: most of what waits is scanned, one seal is broken, one bag is not there."""
        held = self._dispatch.begin_pickup((ANYBODY,))
        for number in held.expected:
            if self._chance.random() < 0.8:
                held, _, _ = pickup.scanned(held, number)
        if held.taken and self._chance.random() < 0.2:
            held = pickup.with_broken(held, next(iter(held.taken)), "封签一角撕开")
        if self._chance.random() < 0.1:
            held = self._with_stranger(held)
        missing = {number: "没有找到" for number in held.missing if self._chance.random() < 0.2}
        self._dispatch.close_pickup(held, SIGNED, missing)

    def _with_stranger(self, held: Pickup) -> Pickup:
        one = self._one([p for p in self._bags.parcels() if p.number not in held.expected])
        if one is None:
            return held
        held, _, number = pickup.scanned(held, one.number)
        return pickup.with_stranger(held, number, "邻窗口的袋")

    def arrive(self) -> None:
        """Take a bag in that came, or came back, whole or short of something."""
        point = self._seat.point
        back = [p for p in self._bags.parcels() if p.sender == point and p.state is ParcelState.ON_THE_WAY]
        coming = self._bags.parcels("arriving")
        one = self._one([*coming, *self._chance.sample(back, min(1, len(back)))])
        if one is None:
            return
        returned = one not in coming
        parcel = self._bags.parcel(one.number)
        found = [self._fault(parcel)] if self._chance.random() < 0.3 else []
        self._dispatch.receive(one.number, found, broken=self._chance.random() < 0.1, returned=returned)

    def _fault(self, parcel: Parcel) -> cb.Discrepancy:
        line = self._chance.choice(parcel.sealed.lines)
        fault = self._chance.choice((cb.Fault.SHORT, cb.Fault.LOST, cb.Fault.DAMAGED))
        return cb.Discrepancy(fault=fault, parcel=parcel.number, line=line, note="与清单不符")

    def log_in(self) -> None:
        """A result came another way than in a bag."""
        decided = [s for s in self._books.summaries() if s.state is State.DECIDED and not self._is_here(s)]
        if one := self._one(decided):
            self._dispatch.result_arrived(one.number, "", "")

    def hand_out(self) -> None:
        """Give an applicant a result, or the papers of a case that is over."""
        one = self._one(self._bags.results())
        if one is None:
            return
        if self._is_ready(one):
            self._dispatch.deliver(one.number, b.Delivered(on=self._clock().date(), to=one.applicant))
        else:
            self._dispatch.give_back(one.number, "paper")

    def _is_here(self, one: CaseSummary) -> bool:
        return one.result == f"point:{self._seat.point}"

    def _is_ready(self, one: CaseSummary) -> bool:
        return self._is_here(one) and one.state is State.DECIDED

    def note(self) -> None:
        """Find something wrong with a bag or a hand-over, later than on the spot."""
        bag = self._one(self._bags.parcels())
        signed = self._one(self._bags.manifests())
        if signed is not None and self._chance.random() < 0.3:
            found = cb.Discrepancy(fault=cb.Fault.MISSING_BAG, parcel=signed.number, note="少一袋")
            self._dispatch.note(signed.number, [found])
        elif bag is not None:
            self._dispatch.note(bag.number, [self._fault(self._bags.parcel(bag.number))])

    def conclude(self) -> None:
        """Close a discrepancy with evidence."""
        task = self._one(self._bags.tasks())
        if task is not None:
            code = self._chance.choice(("lost", "other"))
            closed = cb.DiscrepancyClosed(
                entry=task.open.entry, number=task.open.number, outcome="查清", evidence="监控", outcome_code=code
            )
            self._dispatch.conclude(task.subject, closed)

    def _one(self, found: Sequence[T]) -> T | None:
        return self._chance.choice(found) if found else None


DOINGS = {
    "pack": 5,
    "unseal": 1,
    "address": 1,
    "hand_over": 3,
    "arrive": 4,
    "log_in": 2,
    "hand_out": 5,
    "note": 1,
    "conclude": 2,
}
"""How often each is thought of, among a clerk's other acts."""
