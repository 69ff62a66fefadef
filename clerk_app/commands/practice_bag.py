"""The bag a lesson is about: a case's papers went to the department, and what came of them comes back, less than is listed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import ServiceItem
from clerk_app.domain.checklist import Tally
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.journal import CENTRAL, GENESIS, Entry, Record, Verdict
from clerk_app.domain.numbers import uuid7
from clerk_app.domain.people import Applicant, Person
from clerk_app.domain.plain import to_plain
from clerk_app.practice.lesson import Cast
from clerk_app.wiring import Window

ITEM, SEAL = "居住证", "LX-0001"
ANSWERS = {"living": "rented", "ground": "job", "agent": "self"}
PAPER, PAPER_NAME = "rental-contract", "房屋租赁合同"
COPIES = 2
"""Copies of that paper that were handed in, and are on the list of the bag."""
COURIER = cb.Hand(kind=cb.HandKind.COURIER, code="YZ000123", name="样例邮政速递", person="揽收员")


def bring_bag(window: Window, clerk: Person, items: Sequence[ServiceItem], cast: Cast) -> Cast:
    """Have a case received, sent to its department and decided, and a bag with its result come; return whose it is."""
    desk = window.desk(clerk)
    item = next(one for one in items if one.name == ITEM)
    who = Applicant(kind="person", name=cast.name, id_number=cast.id_number, phone=cast.phone)
    draft = replace(desk.begin([item.code]), applicant=who, answers=ANSWERS)
    for line in draft.checklist().lines:
        due = line.material.due
        copies = COPIES if line.material.id == PAPER else due.copies
        tally = Tally(material=line.key, originals_seen=due.inspect, originals_kept=due.keep, copies_kept=copies)
        draft = draft.tallied(line.key, tally)
    case = desk.receive(draft).outcomes[0].case
    to = cb.Hand(kind=cb.HandKind.DEPARTMENT, code=case.item.department.code, name=case.item.department.name)
    sent = desk.pack(desk.packing(cb.Direction.TO_DEPARTMENT, to, [case.number]), "LX-0000")
    confirm(window)
    return replace(cast, case=case.number, bag=_come(window, case, to, sent.number))


def _come(window: Window, case: Case, office: cb.Hand, sent: str) -> str:
    """Have the department take its bag in, decide, and send another; return that one's number."""
    seat, day = window.seat, window.clock().date()
    bag = parcel_number(seat.point, CENTRAL, day, window.records.entry_count() + 1)
    result = cb.PaperLine(case=case.number, material=cb.RESULT, name=ITEM, originals=1)
    paper = cb.PaperLine(case=case.number, material=PAPER, name=PAPER_NAME, copies=COPIES)
    sealed = cb.Sealed(
        direction=cb.Direction.TO_WINDOW,
        sender=office,
        to=cb.Hand(kind=cb.HandKind.POINT, code=seat.point, name=seat.point_name),
        lines=(result, paper),
        on=day,
        seal=SEAL,
    )
    for kind, subject, body in (
        ("parcel.received", sent, cb.ParcelReceived(by=office, on=day)),
        ("case.decided", case.number, b.Decided(on=day, outcome="approved", document="练习〔1〕号")),
        ("parcel.sealed", bag, sealed),
        ("papers.packed", case.number, cb.Packed(parcel=bag, lines=(result,))),
        ("papers.packed", case.number, cb.Packed(parcel=bag, lines=(paper,), source=sent)),
        ("parcel.handed_over", bag, cb.HandedOver(giver=office, taker=COURIER)),
    ):
        _hear(window, kind, subject, body)
    return bag


def confirm(window: Window) -> None:
    """What is recorded so far counts: the department has had it."""
    position = window.records.feed_cursor()
    for entry in window.records.unsent(1000, 1 << 26):
        position += 1
        window.records.settle([(entry.id, Verdict.APPLIED, position, None)])
    window.records.take_feed([], position)


def _hear(window: Window, kind: str, subject: str, body: object) -> None:
    """Hear of an act of the department's."""
    position, now = window.records.feed_cursor() + 1, window.clock()
    entry = Entry(
        id=uuid7(int(now.timestamp() * 1000), os.urandom(10)),
        kind=kind,
        subject=subject,
        at=now.isoformat(timespec="milliseconds"),
        actor=CENTRAL,
        window=CENTRAL,
        n=position,
        seen=0,
        previous=GENESIS,
        body=to_plain(body),
    )
    window.records.take_feed([Record(entry=entry, verdict=Verdict.APPLIED, position=position)], position)
