"""Papers on their way at a client whose line is moved by hand: cases to pack, bags that come, results, a courier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from clerk_app.desk import Desk
from clerk_app.dispatch import Signed
from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.catalogue import ServiceItem
from clerk_app.domain.checklist import Tally
from clerk_app.domain.couriers import ANYBODY, Courier, verifier_of
from clerk_app.domain.custody import Parcel
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.people import Applicant
from clerk_app.store.books.couriers import CourierList, keep_couriers
from tests.support.client import ID_NUMBER, PERMIT, POLICE, SEAT, Client
from tests.support.over_the_line import another, confirm

CENTRAL = "CENTRAL"
BADGE, PIN = "YZ000123", "739251"
RIDER = Courier(
    badge=BADGE,
    name="孙样例",
    company="样例速递",
    receives_for=(ANYBODY,),
    verifier=verifier_of(PIN, bytes(16)),
)
NASTY = "王[/b]䶮"
BROUGHT = (
    Tally(material="form", originals_kept=1),
    Tally(material="card", originals_seen=1, copies_kept=1),
    Tally(material="lease", originals_seen=1, copies_kept=1),
    Tally(material="photo", copies_kept=2),
    Tally(material="proof", originals_kept=1),
)
S10, DOMESTIC = "EB000717595HK", "1234567890123"


def desk_of(client: Client) -> Desk:
    """Return the desk of whoever is at the window."""
    place = client.app.parking.here
    assert place is not None
    return place.desk


def receive(
    client: Client, name: str = "样例甲", item: ServiceItem = PERMIT, brought: Sequence[Tally] = BROUGHT
) -> str:
    """Take in a case of which papers are kept; return its number."""
    desk = desk_of(client)
    who = Applicant(kind="person", name=name, id_number=ID_NUMBER, phone="13800000000", address="文昌路2号")
    draft = replace(desk.begin([item.code]), applicant=who, answers={"living": "rented"})
    checklist = draft.checklist()
    for tally in brought:
        line = checklist.key_of(item.code, tally.material)
        if line is not None:
            draft = draft.tallied(line, tally)
    return desk.receive(draft).outcomes[0].case.number


def pack(client: Client, *cases: str, seal: str = "FQ001") -> Parcel:
    """Seal the papers of these cases, or all that wait for the first place, into one bag."""
    desk = desk_of(client)
    group = desk.to_pack()[0]
    numbers = cases or tuple(one.number for one in group.cases)
    return desk.pack(desk.packing(group.direction, group.to, numbers), seal)


def hand_over(client: Client, *bags: str) -> str:
    """Give bags to the courier; return the manifest's number."""
    desk = desk_of(client)
    held = desk.begin_pickup()
    for bag in bags:
        held, _, _ = desk.scan_bag(held, bag)
    taker = cb.Hand(kind=cb.HandKind.COURIER, code=BADGE, name=RIDER.company, person=RIDER.name)
    return desk.close_pickup(held, Signed(taker=taker, proof="pin"), {}).number


def coming(client: Client, *lines: cb.PaperLine, serial: int = 7, seal: str = "GA-1") -> str:
    """Have the department send a bag to this point; return its number."""
    day = client.clock().date()
    number = parcel_number(SEAT.point, CENTRAL, day, serial)
    sealed = cb.Sealed(
        direction=cb.Direction.TO_WINDOW,
        sender=cb.Hand(kind=cb.HandKind.DEPARTMENT, code=POLICE.code, name=POLICE.name),
        to=cb.Hand(kind=cb.HandKind.POINT, code=SEAT.point, name=SEAT.point_name),
        lines=lines,
        on=day,
        seal=seal,
    )
    another(client, "parcel.sealed", number, sealed, window=CENTRAL)
    return number


def sent_back(client: Client, case: str, *, copies: int = 2, serial: int = 7) -> str:
    """Have the department decide a case and send its result, with a paper, to this point; return the bag's number."""
    day = client.clock().date()
    confirm(client)
    another(
        client,
        "case.decided",
        case,
        b.Decided(on=day, outcome="approved", document="丰公居〔2026〕7号"),
        window=CENTRAL,
    )
    return coming(
        client,
        cb.PaperLine(case=case, material=cb.RESULT, name="居住证", originals=1),
        cb.PaperLine(case=case, material="photo", name="相片采集回执", copies=copies),
        serial=serial,
    )


def result_here(client: Client, name: str = "样例甲") -> str:
    """Have a case whose result lies here; return its number."""
    case = receive(client, name)
    desk_of(client).receive_parcel(sent_back(client, case))
    return case


def told(client: Client, bag: str, *, late: bool = True) -> None:
    """Have the carrier tell of a bag; ``late``: what happened first comes last."""
    desk_of(client).set_waybill(bag, S10, "ems")
    confirm(client)
    day = client.clock().date()
    events = [
        cb.TrackEvent(waybill=S10, at=f"{day}T09:10:00+08:00", code="203", name="收寄", place="祖庙揽投部"),
        cb.TrackEvent(waybill=S10, at=f"{day}T10:45:00+08:00", code="306", name="揽投解车", place="样例[/b]揽投部"),
    ]
    for event in reversed(events) if late else events:
        another(client, "parcel.tracked", bag, cb.Tracked(events=(event,)), window=CENTRAL)


def stranger(day: date, serial: int = 900) -> str:
    """Return the number of a bag another window sealed."""
    return parcel_number(SEAT.point, "05", day, serial)


def know_couriers(client: Client) -> None:
    """Have central's list of couriers here."""
    keep_couriers(client.records, CourierList(revision="1", couriers=(RIDER,)))
