"""Hand-overs from a file: one JSON object a line in, one result a line out, through the same desk as the screens.

A line is one courier at one pickup::

    {"badge": "YZ000123", "pin": "270614", "bags": ["FS0001-01-P261123-0042-K", "EA123456785CN"],
     "broken": {"FS0001-01-P261123-0042-K": "封签裂开，未动内件"},
     "strangers": {"FS0001-02-P261123-0007-X": "二号窗口昨日所封，未带走"},
     "missing": {"FS0001-01-P261123-0043-A": "柜中未见"}}

What was met on the spot may be told as a list instead: ``"discrepancies": [{"parcel": "…", "fault": "seal_broken", "note": "…"}]``,
``fault`` being ``seal_broken``, ``not_listed`` or ``missing_bag``. ``bags`` are numbers or waybills as they were scanned. Without a ``pin`` (or with ``"proof": "paper"``) the courier
signs the printed list by hand, and the list says so. A bag that is not on the list of this point needs its reason in ``strangers``; it is noted on the
list, and not handed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from clerk_app.desk import Desk
from clerk_app.dispatch import Signed
from clerk_app.domain import pickup
from clerk_app.domain.custody import Manifest
from clerk_app.domain.custody_bodies import Fault
from clerk_app.domain.pickup import Pickup, Scan
from clerk_app.json_lines import read_line
from clerk_app.seat import Refused

PIN, PAPER = "pin", "paper"


_MAPS = {Fault.SEAL_BROKEN: "broken", Fault.NOT_LISTED: "strangers", Fault.MISSING_BAG: "missing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFault:
    """One thing that was not as the list says."""

    parcel: str
    fault: Fault
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPickup:
    """One line of the file."""

    badge: str
    pin: str = ""
    proof: str = ""
    """``pin`` or ``paper``; empty: by PIN where one is told, else on paper."""
    bags: tuple[str, ...] = ()
    broken: dict[str, str] = field(default_factory=dict)
    strangers: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    discrepancies: tuple[GivenFault, ...] = ()

    def told(self, fault: Fault) -> dict[str, str]:
        """Return the bags with this fault, each with what was written of it."""
        listed = {one.parcel: one.note for one in self.discrepancies if one.fault is fault}
        return {**getattr(self, _MAPS[fault]), **listed}


def answer(desk: Desk, line: int, raw: bytes) -> dict[str, Any]:
    """Return the result of one line; what it says is durable. Of a bad line nothing is recorded: it is answered with its ``error``."""
    try:
        given = _read(raw)
        signed = _signed(desk, given)
        held = _scanned(desk, desk.begin_pickup(signed), given)
        missing = {_expected(held, number): note for number, note in given.told(Fault.MISSING_BAG).items()}
        done = desk.close_pickup(held, signed, missing)
    except Refused as refused:
        error = {"code": refused.code, "message": refused.message}
        return {"line": line, "error": {**error, **({"field": refused.field} if refused.field else {})}}
    return {"line": line, **_result(done, held)}


def _read(raw: bytes) -> GivenPickup:
    given = read_line(GivenPickup, raw)
    if odd := [one.fault for one in given.discrepancies if one.fault not in _MAPS]:
        raise Refused("fault-elsewhere", f"交接时登记不了 {odd[0].value}：请在签收时登记。", "discrepancies")
    return given


def _signed(desk: Desk, given: GivenPickup) -> Signed:
    proof = given.proof or (PIN if given.pin else PAPER)
    if proof not in {PIN, PAPER}:
        raise Refused("proof-unknown", "proof 应为 pin 或 paper。", "proof")
    if proof == PIN:
        return desk.verify_courier(given.badge, given.pin)
    if given.pin:
        raise Refused("proof-unclear", "proof 为 paper 时不能再有 pin。", "proof")
    return desk.courier_on_paper(given.badge)


def _scanned(desk: Desk, held: Pickup, given: GivenPickup) -> Pickup:
    """Return the hand-over after every bag was scanned; raises ``Refused`` for a scan that has to be met at the counter."""
    for text in given.bags:
        held, scan, number = desk.scan_bag(held, text)
        if scan is Scan.TAKEN:
            continue
        if scan is Scan.TWICE:
            raise Refused("bag-twice", f"寄递袋 {number[:60]} 扫了两次。", "bags")
        if scan is Scan.NOT_FOR:
            raise Refused("courier-not-for", f"寄递袋 {number[:60]} 不能交给这位揽收员。", "bags")
        if scan is Scan.NOT_LISTED:
            raise Refused("bag-not-listed", f"寄递袋 {number[:60]} 不在清单上：请移到 strangers，并写明原因。", "bags")
        raise Refused("bag-unreadable", f"“{text[:60]}”不是寄递袋的编号或运单号。", "bags")
    for text, note in given.told(Fault.NOT_LISTED).items():
        held, scan, number = desk.scan_bag(held, text)
        if scan is not Scan.NOT_LISTED:
            raise Refused("bag-listed", f"“{text[:60]}”不是清单之外的寄递袋。", "strangers")
        held = pickup.with_stranger(held, number, note)
    for text, note in given.told(Fault.SEAL_BROKEN).items():
        number = _expected(held, text)
        if number not in held.taken:
            raise Refused("bag-not-taken", f"封签破损的寄递袋 {number} 没有扫到。", "broken")
        held = pickup.with_broken(held, number, note)
    return held


def _expected(held: Pickup, text: str) -> str:
    """Return the number of a bag that waits here, named as it would be scanned."""
    _, _, number = pickup.scanned(held, text)
    if number not in held.expected:
        raise Refused("bag-unknown", f"“{text[:60]}”不是在此待交接的寄递袋。", "bags")
    return number


def _result(done: Manifest, held: Pickup) -> dict[str, Any]:
    return {
        "manifest": done.number,
        "at": done.closed.at,
        "badge": done.closed.taker.code,
        "courier": done.closed.taker.person,
        "proof": done.closed.proof,
        "bags": [line.parcel for line in done.closed.lines],
        "discrepancies": [
            {"entry": one.entry, "number": one.number, "fault": one.found.fault.value, "parcel": one.found.parcel}
            for one in done.discrepancies
        ],
        "left": [number for number in held.missing if number not in {o.found.parcel for o in done.discrepancies}],
    }
