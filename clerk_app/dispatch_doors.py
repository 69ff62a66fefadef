"""The desk's doors to papers that travel: packing, the courier at the counter, what comes, who holds what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from clerk_app import bag_papers
from clerk_app.bags import Bags, Task
from clerk_app.couriers import Couriers
from clerk_app.devices.scanner import Scanner
from clerk_app.dispatch import Dispatch, Signed
from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import pickup
from clerk_app.domain.case import Case
from clerk_app.domain.couriers import ANYBODY, Courier
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary
from clerk_app.domain.dispatch import Group, Packing
from clerk_app.domain.people import Person
from clerk_app.domain.pickup import Pickup, Scan
from clerk_app.domain.summary import CaseSummary
from clerk_app.domain.tracing import Step, Whereabout, parcel_steps
from clerk_app.line import Inquiry, Line
from clerk_app.print_doors import PrintDoors
from clerk_app.printing import Handed, Printing
from clerk_app.roles import guarded
from clerk_app.seat import Clock, Seat
from clerk_app.store.records import Records
from clerk_app.window_clock import WindowClock

T = TypeVar("T")


def _signature(courier: Courier, proof: str) -> Signed:
    taker = cb.Hand(kind=cb.HandKind.COURIER, code=courier.badge, name=courier.company, person=courier.name)
    return Signed(
        taker=taker,
        proof=proof,
        receives_for=courier.receives_for,
        company=courier.company,
        vehicle=courier.vehicle,
        contact=courier.contact,
    )


@guarded
class DispatchDoors(PrintDoors):
    """What a signed-in person can do with papers on their way; a part of the ``Desk``."""

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
        self._bags = Bags(records, self._casework, seat, clock, self._sight)
        self._couriers = Couriers(records, clock.steady if isinstance(clock, WindowClock) else clock)
        self._dispatch = Dispatch(records, self._scribe, self._casework, seat, person, clock, self._bags)

    # what waits, and bags

    def to_pack(self) -> list[Group]:
        """Return what lies at this point and must go elsewhere, grouped by where."""
        return self._bags.groups()

    def results_here(self) -> list[CaseSummary]:
        """Return the cases of which something lies here for the applicant: the result, or papers of a case that is over."""
        return self._bags.results()

    def parcels(self, scope: str = "all", point: str = "") -> list[ParcelSummary]:
        """Return bags: ``packed`` and still here, ``moving``, ``arriving`` here, with a ``discrepancy``, or ``all``.

        ``point``: one of ``points``; empty: all of them.
        """
        return self._bags.parcels(scope, point)

    def find_parcels(self, words: str, scope: str = "all", point: str = "") -> list[ParcelSummary]:
        """Return the bags of these in which every word is found: in what a list shows of a bag, or in a case of which it holds something."""
        return self._bags.find(words, scope, point)

    def manifests(self, point: str = "") -> list[ManifestSummary]:
        """Return the hand-overs likewise, the latest first."""
        return self._bags.manifests(point)

    def parcel(self, number: str) -> Parcel:
        """Return a bag by its number or its waybill."""
        return self._bags.parcel(number)

    def manifest(self, number: str) -> Manifest:
        """Return a hand-over."""
        return self._bags.manifest(number)

    def disputed(self, parcel: Parcel) -> tuple[cb.PaperLine, ...]:
        """Return the lines of a bag whose papers are not in it, as the cases tell: somebody else packed them too."""
        return self._bags.disputed(parcel)

    def way_of(self, parcel: Parcel) -> list[Step]:
        """Return the hands a bag went through."""
        return parcel_steps(parcel)

    # packing

    def packing(self, direction: cb.Direction, to: cb.Hand, numbers: Sequence[str]) -> Packing:
        """Return what of these cases may go into one bag, what went back to the applicant, and what warns."""
        return self._dispatch.packing(direction, to, numbers)

    def packing_for_applicant(self, number: str) -> Packing:
        """Return the same for posting a case's result to its applicant."""
        case = self._casework.case(number)
        to = cb.Hand(kind=cb.HandKind.APPLICANT, code=case.number, name=case.applicant.name)
        return self._dispatch.packing(cb.Direction.TO_APPLICANT, to, [case.number])

    def pack(self, packing: Packing, seal: str = "", waybill: str = "", carrier: str = "", note: str = "") -> Parcel:
        """Put the papers into a bag and seal it."""
        self._check_text(note, "note")
        return self._sent(self._dispatch.pack(packing, seal, waybill, carrier, note))

    def unseal(self, number: str, reason: str) -> Parcel:
        """Open a bag nobody has taken yet; its papers lie here again."""
        self._check_text(reason, "reason")
        return self._sent(self._dispatch.unseal(number, reason))

    def set_waybill(self, number: str, waybill: str, carrier: str) -> Parcel:
        """Record under which number, and with whom, a bag travels."""
        return self._sent(self._dispatch.waybill(number, waybill, carrier))

    def ask_pickup(self, number: str, on: date, between: str = "") -> Parcel:
        """Have the carrier fetch a bag."""
        self._check_text(between, "between")
        return self._sent(self._dispatch.ask_pickup(number, on, between))

    def cancel_pickup(self, number: str, reason: str = "") -> Parcel:
        """Take that back."""
        self._check_text(reason, "reason")
        return self._sent(self._dispatch.cancel_pickup(number, reason))

    # the courier at the counter

    def courier(self, badge: str) -> Courier:
        """Return whose badge was scanned, if they may collect here today."""
        return self._couriers.admitted(badge, self._clock().date())

    def verify_courier(self, badge: str, pin: str) -> Signed:
        """Return a courier's signature by badge and PIN; takes some 0.1 s."""
        return _signature(self._couriers.verify(badge, pin, self._clock().date()), "pin")

    def courier_on_paper(self, badge: str) -> Signed:
        """Return the signature of a courier who signs the printed list by hand: the PIN is forgotten, the badge is theirs."""
        return _signature(self._couriers.admitted(badge, self._clock().date()), "paper")

    def begin_pickup(self, signed: Signed | None = None) -> Pickup:
        """Return a hand-over of all bags that wait here; it is a value, nothing is recorded before it is closed."""
        return self._dispatch.begin_pickup(signed.receives_for if signed is not None else (ANYBODY,))

    def scan_bag(self, held: Pickup, text: str) -> tuple[Pickup, Scan, str]:
        """Return the hand-over after a bag was scanned, what that came to, and the bag's number; looks at memory only."""
        return pickup.scanned(held, text)

    def close_pickup(self, held: Pickup, signed: Signed, missing: Mapping[str, str]) -> Manifest:
        """Close a hand-over; ``missing``: bags that should have gone and are not there, with the reason."""
        for note in (*held.broken.values(), *held.strangers.values(), *missing.values()):
            self._check_text(note, "reason")
        return self._sent(self._dispatch.close_pickup(held, signed, missing))

    # what comes

    def receive_parcel(
        self, number: str, found: Sequence[cb.Discrepancy] = (), *, broken: bool = False, returned: bool = False
    ) -> Parcel:
        """Take a bag in at this point; what is not as its list says is noted against it."""
        return self._sent(self._dispatch.receive(number, found, broken=broken, returned=returned))

    def result_arrived(self, number: str, document: str = "", note: str = "") -> Case:
        """Log in a result that came another way than in a bag."""
        self._check_text(note, "note")
        return self._sent(self._dispatch.result_arrived(number, document, note))

    def give_back(self, number: str, signed: str = "paper") -> Case:
        """Give the applicant back all papers of a case that lie here."""
        return self._sent(self._dispatch.give_back(number, signed))

    def deliver(self, number: str, delivered: b.Delivered) -> Case:
        """Hand a result to the applicant, or to who collects for them."""
        return self._sent(self._dispatch.deliver(number, delivered))

    # papers

    def label(self, number: str) -> bytes:
        """Return a bag's label as PDF."""
        parcel = self._bags.parcel(number)
        return bag_papers.label(parcel, self._on_paper(parcel.number))

    def print_label(self, number: str) -> Handed:
        """Have a bag's label printed and return where it went."""
        return self._printing.print(bag_papers.LABEL, self._bags.parcel(number).number, self.person.name)

    def manifest_paper(self, number: str) -> bytes:
        """Return both copies of a hand-over's list as PDF."""
        manifest = self._bags.manifest(number)
        return bag_papers.manifest(manifest, self._on_paper(manifest.number))

    def print_manifest(self, number: str) -> Handed:
        """Have them printed and return where they went."""
        return self._printing.print(bag_papers.MANIFEST, self._bags.manifest(number).number, self.person.name)

    def _on_paper(self, subject: str) -> bag_papers.Printed:
        confirmed = all(record.confirmed for record in self._records.records_of(subject))
        return bag_papers.Printed(seat=self.seat, now=self._clock(), confirmed=confirmed)

    # discrepancies

    def custody_tasks(self, point: str = "") -> list[Task]:
        """Return the discrepancies that are open, the oldest first; ``point`` as in ``parcels``."""
        return self._bags.tasks(point)

    def note_discrepancy(self, subject: str, found: Sequence[cb.Discrepancy]) -> Parcel | Manifest:
        """Record lines against a bag or a manifest."""
        return self._sent(self._dispatch.note(subject, found))

    def close_discrepancy(
        self, subject: str, entry: str, number: int, outcome: str, evidence: str, *, outcome_code: str = "other"
    ) -> Parcel | Manifest:
        """Close one of them, with evidence; ``outcome_code``: ``lost`` where what is missing stays missing."""
        self._check_text(outcome, "outcome")
        self._check_text(evidence, "evidence")
        closed = cb.DiscrepancyClosed(
            entry=entry, number=number, outcome=outcome, evidence=evidence, outcome_code=outcome_code
        )
        return self._sent(self._dispatch.conclude(subject, closed))

    # where is it

    def trace(self, text: str) -> list[Whereabout]:
        """Return who holds the papers of a case (``CASE``), one of them (``CASE/MATERIAL``) or those of a bag, and every hand."""
        return self._bags.trace(text)

    def _sent(self, done: T) -> T:
        """What was recorded goes out as soon as the line allows."""
        self._line.poke()
        return done
