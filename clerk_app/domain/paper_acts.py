"""What may be done with the papers of a case: only what was kept, and lies where it is taken from, goes on its way (rule 3)."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import Case
from clerk_app.domain.custody_numbers import parse_custody_number
from clerk_app.domain.journal import CENTRAL, Entry, point_of
from clerk_app.domain.lots import DEPARTMENT, PARCEL, at_point, held_at, in_parcel
from clerk_app.domain.refusals import Refusal

ELECTRONIC, POST = "electronic", "post"
"""How a result is delivered of which there is no paper, or which travels in a bag."""


def papers_refusal(case: Case, entry: Entry, body: cb.Packed) -> Refusal | None:
    """Return why these sheets of a case cannot be packed, or ``None``."""
    if parse_custody_number(body.parcel) is None or not body.lines:
        return Refusal(code="body-invalid", message="装袋须写明袋号和材料。")
    return _lines_refusal(case, body.lines, in_parcel(body.source) if body.source else place_of(entry))


def return_refusal(case: Case, entry: Entry, body: cb.GivenBack) -> Refusal | None:
    """Return why these sheets cannot be given back over this counter, or ``None``."""
    if not body.lines or any(line.material == cb.RESULT for line in body.lines):
        return Refusal(code="body-invalid", message="退还须写明材料；办理结果用送达登记。")
    return _lines_refusal(case, body.lines, place_of(entry))


def _lines_refusal(case: Case, lines: Sequence[cb.PaperLine], place: str) -> Refusal | None:
    there = {lot.material: (lot.originals, lot.copies) for lot in held_at(case.lots, place)}
    seen: set[str] = set()
    for line in lines:
        if line.case != case.number or line.material in seen or line.sheets < 1 or min(line.originals, line.copies) < 0:
            return Refusal(code="body-invalid", message="材料清单的份数不对。", field=line.material)
        seen.add(line.material)
        originals, copies = there.get(line.material, (0, 0))
        if line.originals > originals or line.copies > copies:
            return Refusal(
                code="papers-not-here",
                message=f"“{line.name}”在此的只有原件{originals}份、复印件{copies}份；验后退还的原件不能装袋。",
                field=line.material,
            )
    return None


def arrival_refusal(case: Case, entry: Entry) -> Refusal | None:
    """Return why a result cannot be logged in here, or ``None``."""
    if _result_at(case, place_of(entry)):
        return Refusal(code="result-here", message="办理结果已在本服务点，不用再登记。")
    return None


def delivery_refusal(case: Case, entry: Entry, body: b.Delivered) -> Refusal | None:
    """Return why a result cannot be delivered, or ``None``: handed over where it is, or posted in a bag."""
    posted = body.how == POST and any(lot.material == cb.RESULT and lot.at.startswith(PARCEL) for lot in case.lots)
    if body.how == ELECTRONIC or posted or _result_at(case, place_of(entry)):
        return None
    return Refusal(code="result-not-here", message="办理结果还没有到本服务点：先登记到达，再送达。")


def place_of(entry: Entry) -> str:
    """Return the place of what lies with who says this."""
    return DEPARTMENT if entry.window == CENTRAL else at_point(point_of(entry.window))


def _result_at(case: Case, place: str) -> bool:
    return any(lot.material == cb.RESULT for lot in held_at(case.lots, place))
