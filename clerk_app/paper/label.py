"""寄递袋标签: where a bag goes, from whom, how much is in it, and its number for every kind of scanner."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.domain.custody_bodies import Direction, Hand, HandKind, Sealed
from clerk_app.domain.custody_words import CARRIER_LABELS, DIRECTION_LABELS
from clerk_app.paper.common import CONFIRMED, SAMPLE, UNCONFIRMED
from clerk_app.paper.context import HandContext
from clerk_app.paper.words import again, day, minute

TITLE = "寄递袋标签"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a label says: whose papers are in the bag, and which, stands in the bag only."""

    number: str
    issuer: str
    direction: str
    boxes: tuple[str, ...]
    """Whether it is sample data, and whether central has confirmed it (rule 14)."""
    to: tuple[str, ...]
    """To whom, largest first."""
    sender: tuple[str, ...]
    counts: tuple[str, ...]
    seal: str
    sealed_on: str
    carrier: str
    """Whose waybill it is; empty where there is none."""
    waybill: str
    foot: str
    again: str = ""
    """In a box below the others, where the label was printed before."""

    def texts(self) -> tuple[str, ...]:
        """Return every string that comes from the label's maker."""
        head = (self.number, self.issuer, self.direction, *self.boxes)
        return (
            *head,
            *self.to,
            *self.sender,
            *self.counts,
            self.seal,
            self.sealed_on,
            self.carrier,
            self.waybill,
            self.foot,
            self.again,
        )


def label(number: str, sealed: Sealed, context: HandContext) -> Label:
    """Return the label of a bag: of an applicant what delivery needs and nothing more, of papers their number only."""
    originals = sum(line.originals for line in sealed.lines)
    copies = sum(line.copies for line in sealed.lines)
    standing = CONFIRMED if context.confirmed else UNCONFIRMED
    return Label(
        number=number,
        issuer=context.point_name,
        direction=DIRECTION_LABELS[sealed.direction],
        boxes=(SAMPLE, standing) if context.sample else (standing,),
        to=_receiver(sealed),
        sender=_place(sealed.sender),
        counts=(
            f"办件 {len({line.case for line in sealed.lines})} 件",
            f"原件 {originals} 份",
            f"复印件 {copies} 份",
        ),
        seal=sealed.seal or "（无封签）",
        sealed_on=day(sealed.on),
        carrier=CARRIER_LABELS.get(sealed.carrier, sealed.carrier) if sealed.waybill else "",
        waybill=sealed.waybill,
        foot=f"窗口 {context.window}　打印时间：{minute(context.printed_at)}",
        again=again(context.nth, context.printed_at),
    )


def _receiver(sealed: Sealed) -> tuple[str, ...]:
    """Return the lines of the address; an applicant's case number, kept as their code, is not among them."""
    address = sealed.address
    if sealed.direction is Direction.TO_APPLICANT or sealed.to.kind is HandKind.APPLICANT:
        return _told(address.name, address.phone, address.address) if address else (sealed.to.name or "申请人",)
    posted = _told(f"收件：{address.name}　{address.phone}", address.address) if address else ()
    return (*_place(sealed.to), *posted)


def _place(hand: Hand) -> tuple[str, ...]:
    """Return a point's or a department's name and code; who stood there is nobody's business on the way."""
    return (hand.name, f"代码 {hand.code}") if hand.name else (hand.code,)


def _told(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
