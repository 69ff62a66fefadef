"""寄递: packing, handing over, receiving and delivering at this window; each in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from clerk_app.bags import Bags
from clerk_app.casework import Casework
from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import dispatch, pickup
from clerk_app.domain.case import Case
from clerk_app.domain.couriers import ANYBODY
from clerk_app.domain.custody import GONE, Manifest, Parcel
from clerk_app.domain.dispatch import Packing
from clerk_app.domain.kinds import State
from clerk_app.domain.lots import DEPARTMENT, Lot, at_point, held_at, in_parcel
from clerk_app.domain.numbers import plain
from clerk_app.domain.people import Person
from clerk_app.domain.pickup import Pickup
from clerk_app.scribe import Scribe
from clerk_app.seat import Act, Clock, Refused, Seat
from clerk_app.store.records import Records

P = TypeVar("P", Parcel, Manifest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who takes the bags away, and how they signed."""

    taker: cb.Hand
    """The courier: code is the badge, person the name."""
    proof: str
    """``pin`` or ``paper``."""
    receives_for: tuple[str, ...] = (ANYBODY,)
    company: str = ""
    vehicle: str = ""
    contact: str = ""


class Dispatch:
    """One person's acts on papers that travel; raises ``Refused`` and then nothing is recorded."""

    def __init__(
        self, records: Records, scribe: Scribe, casework: Casework, seat: Seat, person: Person, clock: Clock, bags: Bags
    ) -> None:
        self._records = records
        self._bags = bags
        self._scribe = scribe
        self._casework = casework
        self._seat = seat
        self._person = person
        self._clock = clock

    @property
    def _today(self) -> date:
        return self._clock().date()

    @property
    def here(self) -> cb.Hand:
        """This point, and who stands here for it."""
        seat = self._seat
        return cb.Hand(
            kind=cb.HandKind.POINT, code=seat.point, name=seat.point_name or seat.point, person=self._person.name
        )

    # packing

    def packing(self, direction: cb.Direction, to: cb.Hand, numbers: Sequence[str]) -> Packing:
        """Return what of these cases may go into one bag, and what may not or should not."""
        cases = [self._casework.case(number) for number in numbers]
        return dispatch.packing(direction, to, cases, self._seat.point)

    def pack(self, packing: Packing, seal: str, waybill: str = "", carrier: str = "", note: str = "") -> Parcel:
        """Put papers into a bag and seal it."""

        def plan() -> list[Act]:
            number = self._scribe.new_parcel()
            sealed = cb.Sealed(
                direction=packing.direction,
                sender=self.here,
                to=packing.to,
                lines=packing.lines,
                on=self._today,
                seal=plain(seal),
                address=packing.address,
                waybill=plain(waybill),
                carrier=carrier,
                note=note,
            )
            packed = [
                Act("papers.packed", case, cb.Packed(parcel=number, lines=lines))
                for case, lines in dispatch.by_case(packing.lines).items()
            ]
            return [Act("parcel.sealed", number, sealed), *packed]

        return self._one(plan, Parcel)

    def unseal(self, number: str, reason: str) -> Parcel:
        """Open a bag nobody has taken yet; the papers lie here again."""
        parcel = self._bags.parcel(number)

        def plan() -> list[Act]:
            return [
                Act("parcel.unsealed", parcel.number, cb.Unsealed(on=self._today, reason=reason)),
                *self._taken_out(parcel),
            ]

        return self._one(plan, Parcel)

    def _taken_out(self, parcel: Parcel, found: Sequence[cb.Discrepancy] = ()) -> list[Act]:
        """Return the acts by which what is in a bag lies here, but for what is missing; of cases not known here nothing is said."""
        short = {(d.line.case, d.line.material): d.line for d in found if d.fault in GONE and d.line is not None}
        back = parcel.sealed.direction is not cb.Direction.TO_WINDOW
        acts = []
        for number in parcel.cases:
            case = self._records.case(number)
            inside = held_at(case.lots, in_parcel(parcel.number)) if case is not None else ()
            lines = [_less(lot, number, short.get((number, lot.material))) for lot in inside]
            # A result that a department sent is logged in by an entry of its own.
            there = tuple(line for line in lines if line.sheets and (back or line.material != cb.RESULT))
            if there:
                acts.append(Act("papers.unpacked", number, cb.Unpacked(parcel=parcel.number, lines=there)))
        return acts

    def waybill(self, number: str, waybill: str, carrier: str) -> Parcel:
        """Record under which number a bag travels."""
        parcel = self._bags.parcel(number)
        body = cb.Waybilled(waybill=plain(waybill), carrier=carrier)
        return self._one(lambda: [Act("parcel.waybilled", parcel.number, body)], Parcel)

    def ask_pickup(self, number: str, on: date, between: str) -> Parcel:
        """Have the bag's carrier fetch it."""
        parcel = self._bags.parcel(number)
        body = cb.PickupAsked(carrier=parcel.carrier, on=on, between=between)
        return self._one(lambda: [Act("pickup.asked", parcel.number, body)], Parcel)

    def cancel_pickup(self, number: str, reason: str) -> Parcel:
        """Take that back."""
        parcel = self._bags.parcel(number)
        body = cb.PickupCancelAsked(reason=reason)
        return self._one(lambda: [Act("pickup.cancel_asked", parcel.number, body)], Parcel)

    # the courier at the counter

    def begin_pickup(self, receives_for: tuple[str, ...]) -> Pickup:
        """Return the hand-over of all sealed bags that wait here."""
        return pickup.begin(self._bags.parcels("packed"), receives_for)

    def close_pickup(self, held: Pickup, signed: Signed, missing: Mapping[str, str]) -> Manifest:
        """Close a hand-over: the manifest, and every bag's step to the courier, in one transaction."""
        lines, found = pickup.lines(held), pickup.found(held, missing)
        unsaid = [f.parcel for f in found if not f.note.strip()]
        if unsaid:
            raise Refused("reason-missing", f"请写明原因：{unsaid[0]}。", unsaid[0])

        def plan() -> list[Act]:
            number = self._scribe.new_manifest()
            closed = cb.Closed(
                giver=self.here,
                taker=signed.taker,
                lines=lines,
                at=self._clock().isoformat(timespec="seconds"),
                company=signed.company,
                vehicle=signed.vehicle,
                contact=signed.contact,
                proof=signed.proof,
                found=found,
            )
            given = [
                Act(
                    "parcel.handed_over",
                    line.parcel,
                    cb.HandedOver(
                        giver=self.here, taker=signed.taker, manifest=number, seal=line.seal, broken=line.broken
                    ),
                )
                for line in lines
            ]
            return [Act("manifest.closed", number, closed), *given]

        return self._one(plan, Manifest)

    # what comes

    def receive(
        self, number: str, found: Sequence[cb.Discrepancy] = (), *, broken: bool = False, returned: bool = False
    ) -> Parcel:
        """Take a bag in at this point: papers and results in it lie here, what is not as listed is noted."""
        parcel = self._bags.parcel(number)
        for one in found:
            if not one.note.strip():
                raise Refused("reason-missing", "请写明差异的情况。", "found")

        def plan() -> list[Act]:
            body = cb.ParcelReceived(by=self.here, on=self._today, returned=returned, broken=broken)
            acts = [Act("parcel.received", parcel.number, body)]
            if found:
                noted = cb.Noted(found=tuple(found), by=self.here, on=self._today)
                acts.append(Act("discrepancy.noted", parcel.number, noted))
            acts += self._taken_out(parcel, found)
            short = {one.line.case for one in found if one.line is not None and one.line.material == cb.RESULT}
            return acts + [self._arrival(case, parcel) for case in self._results_in(parcel) if case not in short]

        return self._one(plan, Parcel)

    def _results_in(self, parcel: Parcel) -> list[str]:
        """Return the cases whose result the bag brings from the department, as their entries tell here.

        One that was logged in before, or is with the applicant by now, is not brought: the bag is received all the same.
        """
        if parcel.sealed.direction is not cb.Direction.TO_WINDOW:
            return []
        lines = (line.case for line in parcel.sealed.lines if line.material == cb.RESULT)
        sources = {DEPARTMENT, in_parcel(parcel.number)}
        cases = [case for number in dict.fromkeys(lines) if (case := self._records.case(number)) is not None]
        return [case.number for case in cases if case.state is State.DECIDED and sources & _places(case)]

    def _arrival(self, case: str, parcel: Parcel) -> Act:
        return Act("result.arrived", case, cb.ResultArrived(on=self._today, parcel=parcel.number))

    def result_arrived(self, number: str, document: str, note: str) -> Case:
        """Log in a result that came another way than in a bag."""
        body = cb.ResultArrived(on=self._today, document=document, note=note)
        return self._casework.say(number, "result.arrived", body)

    def give_back(self, number: str, signed: str) -> Case:
        """Give the applicant all papers of a case that lie here; the result is delivered instead."""
        case = self._casework.case(number)
        names = {material.id: material.name for material in case.checklist}
        lines = tuple(
            cb.PaperLine(
                case=case.number,
                material=lot.material,
                name=names.get(lot.material, lot.material),
                originals=lot.originals,
                copies=lot.copies,
            )
            for lot in held_at(case.lots, at_point(self._seat.point))
            if lot.material != cb.RESULT
        )
        body = cb.GivenBack(lines=lines, on=self._today, to=case.applicant.name, signed=signed)
        return self._casework.say(case.number, "papers.given_back", body)

    def deliver(self, number: str, delivered: b.Delivered) -> Case:
        """Hand a result over the counter."""
        return self._casework.say(number, "result.delivered", delivered)

    # discrepancies

    def note(self, subject: str, found: Sequence[cb.Discrepancy]) -> Parcel | Manifest:
        """Record lines against a bag or a manifest."""
        number = self._bags.subject(subject)
        noted = cb.Noted(found=tuple(found), by=self.here, on=self._today)
        return self._custody(lambda: [Act("discrepancy.noted", number, noted)])

    def conclude(self, subject: str, closed: cb.DiscrepancyClosed) -> Parcel | Manifest:
        """Close a discrepancy, with evidence."""
        number = self._bags.subject(subject)
        return self._custody(lambda: [Act("discrepancy.closed", number, closed)])

    def _one(self, plan: Callable[[], Sequence[Act]], kind: type[P]) -> P:
        done = self._scribe.record(self._person, plan)
        return next(stood for stood in done.values() if isinstance(stood, kind))

    def _custody(self, plan: Callable[[], Sequence[Act]]) -> Parcel | Manifest:
        done = self._scribe.record(self._person, plan).values()
        return next(stood for stood in done if isinstance(stood, Parcel | Manifest))


def _places(case: Case) -> set[str]:
    """Return where the result is."""
    return {lot.at for lot in case.lots if lot.material == cb.RESULT}


def _less(lot: Lot, case: str, short: cb.PaperLine | None) -> cb.PaperLine:
    """Return what of a lot is there, where some of it is missing."""
    gone = (short.originals, short.copies) if short is not None else (0, 0)
    originals, copies = max(lot.originals - gone[0], 0), max(lot.copies - gone[1], 0)
    return cb.PaperLine(case=case, material=lot.material, name="", originals=originals, copies=copies)
