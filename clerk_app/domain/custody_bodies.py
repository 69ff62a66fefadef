"""What each kind of entry about papers on their way says: bags, hand-overs, tracking, discrepancies (rule 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

RESULT = "@result"
"""Stands where a material's id stands, for what a department decided (办理结果): no line of any checklist is called that."""


class HandKind(StrEnum):
    """Who can hold a paper."""

    POINT = "point"
    """服务点."""
    DEPARTMENT = "department"
    """部门."""
    COURIER = "courier"
    """揽收员."""
    CARRIER = "carrier"
    """承运企业, once its courier is not known by name."""
    APPLICANT = "applicant"
    """申请人, or who collects for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """经手: who holds, gives or takes."""

    kind: HandKind
    code: str
    """The point's or department's code, the courier's badge, the carrier's short name; of an applicant the case number."""
    name: str = ""
    person: str = ""
    """Who stood there for it, where that was told."""


class Direction(StrEnum):
    """Between whom a bag travels."""

    TO_DEPARTMENT = "to_department"
    TO_WINDOW = "to_window"
    TO_APPLICANT = "to_applicant"
    TO_POINT = "to_point"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """Some sheets of one paper of one case: counts, not ticks (rule 3)."""

    case: str
    material: str
    """The line of the checklist, or ``RESULT``."""
    name: str
    originals: int = 0
    copies: int = 0

    @property
    def sheets(self) -> int:
        """How many sheets that is."""
        return self.originals + self.copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to and to whom something is posted: what delivery needs, no more."""

    name: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """``papers.packed`` (装袋), about a case: these sheets leave whoever holds them for a bag."""

    parcel: str
    lines: tuple[PaperLine, ...]
    source: str = ""
    """The bag they came in; empty: they lie with who says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """``papers.unpacked`` (取出), about a case: what of it was in a bag that was opened is with who opened it."""

    parcel: str
    lines: tuple[PaperLine, ...]
    """What that is: other papers may be packed meanwhile by somebody who has not heard of it, and some may be missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """``papers.given_back`` (退还材料), about a case: papers that came back, or are needed no more, go over the counter."""

    lines: tuple[PaperLine, ...]
    on: date
    to: str
    signed: str = ""
    """``paper`` or ``screen``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultArrived:
    """``result.arrived`` (结果到达), about a case: the result is at this point, in whatever way it came."""

    on: date
    document: str = ""
    """文书编号."""
    parcel: str = ""
    """The bag it came in; empty: another way."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """``parcel.sealed`` (封袋) begins a bag: from whom, to whom, what is in it, under which seal."""

    direction: Direction
    sender: Hand
    to: Hand
    lines: tuple[PaperLine, ...]
    on: date
    seal: str = ""
    """封签号."""
    address: Address | None = None
    """Where it goes by post."""
    waybill: str = ""
    carrier: str = ""
    """``ems``, ``manual`` or another adapter's name; empty: the city's courier carries it."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsealed:
    """``parcel.unsealed`` (拆袋): opened again before anybody took it; the papers are where they were."""

    on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waybilled:
    """``parcel.waybilled`` (登记运单): the bag travels under this number; a second one takes the first one's place."""

    waybill: str
    carrier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """``parcel.handed_over`` (交接): one hand gives the sealed bag to another."""

    giver: Hand
    taker: Hand
    manifest: str = ""
    seal: str = ""
    """The seal as it was found; empty: as it was put."""
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelReceived:
    """``parcel.received`` (签收): it is where it was going, or back with its sender (``returned``)."""

    by: Hand
    on: date
    returned: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackEvent:
    """One event of a carrier, as the carrier tells it."""

    waybill: str
    at: str
    """RFC 3339 with offset; the carrier's clock."""
    code: str
    name: str
    place: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """``parcel.tracked`` (物流轨迹): what a carrier told, new or again; events add up, whatever their order."""

    events: tuple[TrackEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupAsked:
    """``pickup.asked`` (约揽收): have the carrier fetch the bag."""

    carrier: str
    on: date
    between: str = ""
    """Such as ``14:00-16:00``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupAnswered:
    """``pickup.answered``: what the carrier said to the last thing asked of it."""

    ordered: bool
    order: str = ""
    """The carrier's number."""
    note: str = ""
    asked: str = ""
    """The id of the entry that is answered: what was asked meanwhile is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupCancelAsked:
    """``pickup.cancel_asked`` (取消揽收)."""

    reason: str = ""


class Fault(StrEnum):
    """What may be wrong with a bag or a paper in it."""

    SHORT = "short"
    """短少."""
    DAMAGED = "damaged"
    """破损."""
    EXTRA = "extra"
    """多出."""
    WRONG_ADDRESS = "wrong_address"
    """地址有误."""
    REFUSED = "refused"
    """拒收."""
    RETURNED = "returned"
    """退回."""
    LOST = "lost"
    """遗失."""
    SEAL_BROKEN = "seal_broken"
    """封签破损."""
    NOT_LISTED = "not_listed"
    """清单之外的袋."""
    MISSING_BAG = "missing_bag"
    """应交未见的袋."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One thing that is not as the list says."""

    fault: Fault
    parcel: str = ""
    line: PaperLine | None = None
    """The paper, and by how many sheets."""
    note: str = ""
    reason_code: str = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """``discrepancy.noted`` (差异登记), about a bag or a manifest: lines against it, never an edit."""

    found: tuple[Discrepancy, ...]
    by: Hand
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyClosed:
    """``discrepancy.closed`` (差异结案): how it came out, with evidence."""

    entry: str
    """The id of the entry that told of it."""
    number: int
    """Which of those it told, counted from 1."""
    outcome: str
    evidence: str
    outcome_code: str = "other"
    """``lost``: what is missing stays missing; anything else: it is where it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestLine:
    """One bag of a hand-over as it was given."""

    parcel: str
    to: Hand
    papers: int
    """How many sheets it says are in it."""
    seal: str = ""
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """``manifest.closed`` (交接清单) begins and ends a manifest: one courier, one point, one pickup."""

    giver: Hand
    taker: Hand
    """The courier: code is the badge."""
    lines: tuple[ManifestLine, ...]
    at: str
    """RFC 3339 with offset: when both signed."""
    company: str = ""
    vehicle: str = ""
    contact: str = ""
    proof: str = ""
    """How the courier signed: ``pin`` (badge scanned, PIN held) or ``paper`` (on the printed list alone)."""
    found: tuple[Discrepancy, ...] = ()
    """What was not as it should be, met on the spot."""
