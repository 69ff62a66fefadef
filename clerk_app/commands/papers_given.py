"""Papers as somebody names them on the command line: ``CASE/MATERIAL=N``."""

from __future__ import annotations

from collections.abc import Iterable

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.checklist import MAX_COUNT
from clerk_app.domain.custody import Parcel
from clerk_app.seat import Refused


def discrepancy(parcel: Parcel, fault: cb.Fault, text: str, note: str) -> cb.Discrepancy:
    """Return what is wrong with a paper of a bag; raises ``Refused`` where the bag's list knows no such paper.

    ``CASE/MATERIAL=N``: so many sheets of it, copies before originals; ``CASE/MATERIAL``: all of them.
    """
    paper, _, count = text.partition("=")
    wanted = _listed(parcel.sealed.lines, paper)
    if wanted is None:
        raise Refused("paper-not-listed", f"寄递袋 {parcel.number} 的清单中没有“{paper[:60]}”。", "line")
    most = MAX_COUNT if fault is cb.Fault.EXTRA else wanted.sheets
    if count and not (count.isascii() and count.isdecimal() and len(count) < 9 and 1 <= int(count) <= most):
        raise Refused("count-invalid", f"“{text[:60]}”的份数应为 1 到 {most}。", "line")
    sheets = int(count) if count else wanted.sheets
    copies = sheets if fault is cb.Fault.EXTRA else min(sheets, wanted.copies)
    some = cb.PaperLine(
        case=wanted.case, material=wanted.material, name=wanted.name, originals=sheets - copies, copies=copies
    )
    return cb.Discrepancy(fault=fault, parcel=parcel.number, line=some, note=note)


def _listed(lines: Iterable[cb.PaperLine], paper: str) -> cb.PaperLine | None:
    case, _, material = paper.strip().partition("/")
    found = [line for line in lines if line.case == case.strip().upper()]
    return next((line for line in found if material.strip() in {line.material, line.name}), None)
