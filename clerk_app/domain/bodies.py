"""What each kind of entry about a case says: the bodies, as values.

A body holds everything the fold needs, so that a case can be told from its entries alone, on either end of the line and
years later, whatever has become of the catalogue since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clerk_app.domain.catalogue import Department, Handling, Limit, Material
from clerk_app.domain.checklist import Deficit, Tally
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.people import Applicant


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRef:
    """The item as it stood when the case was received."""

    code: str
    name: str
    department: Department
    version: int = 1
    handling: Handling = Handling.PROMISED
    promised: Limit | None = None
    statutory: Limit | None = None
    visits_cap: int = 1
    provisional_allowed: bool = True
    sample: bool = False
    depth: str = ""
    """网上办理深度, I to IV; empty where the catalogue does not say, or a window that does not tell it received the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JointRef:
    """The joint intake (一件事) a case was received with."""

    group: str
    """The number of the first case of the group."""
    name: str = ""
    cases: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """``case.received`` (收件): the window took papers; the notice clock starts."""

    item: ItemRef
    applicant: Applicant
    checklist: tuple[Material, ...]
    """The lines that apply under ``answers``."""
    received_on: date
    notice_due: DueDay
    answers: dict[str, str]
    tallies: tuple[Tally, ...] = ()
    point: str = ""
    joint: JointRef | None = None
    prefiling: str = ""
    visit_reason: str = ""
    formerly: str = ""
    """The number under which it was received first, where that had been given to another case meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """``materials.checked``: the tallies of some lines, as they now stand."""

    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeGiven:
    """``notice.given`` (一次性告知): everything missing, told once; ``stage`` is ``complete`` (补全) or ``correct`` (补正)."""

    number: int
    deficits: tuple[Deficit, ...]
    given_on: date
    stage: str = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementLine:
    """One line of a supplement receipt, against the line of the notice it answers."""

    material: str
    name: str
    brought: Tally
    """What was brought this time."""
    cured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplemented:
    """``case.supplemented`` (补收): supplements came in; ``tallies`` are the lines as they stand afterwards."""

    on: date
    lines: tuple[SupplementLine, ...]
    tallies: tuple[Tally, ...]
    notice: int = 0
    """Number of the notice that is answered; 0: none was given."""
    visit: bool = True
    """Whether the applicant came for it (false: by post)."""
    visit_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """``case.accepted`` (受理): the promised and the statutory clocks start."""

    accepted_on: date
    promised_due: DueDay | None = None
    statutory_due: DueDay | None = None
    deemed: bool = False
    """Accepted by law because no notice was given in time (行政许可法 §32(4))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A material owed under a provisional acceptance, with its last day."""

    material: str
    name: str
    by: DueDay


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedProvisionally:
    """``case.accepted_provisionally`` (容缺受理): on the applicant's signed commitment."""

    accepted_on: date
    owed: tuple[Owed, ...]
    promised_due: DueDay | None = None
    statutory_due: DueDay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """``case.declined`` (不予受理), with the remedies the applicant is told."""

    on: date
    reason: str
    reason_code: str = "other"
    basis: str = ""
    review_body: str = ""
    court: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """``case.withdrawn`` (撤件) and ``case.returned`` (退件): the papers go back."""

    on: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """``case.numbered``: central added the official number."""

    official: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenUp:
    """``case.taken_up`` (部门审查): the department began to examine."""

    on: date
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """``case.suspended`` (特别程序): days from ``on`` are not counted."""

    on: date
    reason: str
    procedure: str = ""
    """Of ``supervision_words.PROCEDURES``."""
    told: Limit | None = None
    """所需时间 as the applicant was told it in writing (行政许可法 §45)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """``case.resumed``: the special procedure is over; ``on`` is the first day that counts again."""

    on: date
    promised_due: DueDay | None = None
    statutory_due: DueDay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """``case.decided``: ``outcome`` is ``approved`` or ``denied``."""

    on: date
    outcome: str
    document: str = ""
    """文书编号."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """``result.delivered`` (送达): the result left the window or the post."""

    on: date
    to: str
    how: str = "counter"
    """``counter``, ``post`` or ``electronic``."""
    document: str = ""
    """文书编号 of what was handed out; empty: as it was decided."""
    place: str = ""
    """送达地点; empty: at the window."""
    id_kind: str = ""
    """Which document whoever took it showed, as of an applicant; empty: none was looked at."""
    id_number_masked: str = ""
    """Its number, masked (rule 15): the whole number is in no entry of this kind."""
    agent: str = ""
    """代收人: who took it in the applicant's stead."""
    agent_reason: str = ""
    agent_reason_code: str = ""
    waybill: str = ""
    carrier: str = ""
    signed: str = ""
    """``paper`` (on the printed receipt), ``screen``, or what the carrier says of it in its own words."""
    by: str = ""
    """送达人; empty: whoever said this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarked:
    """``remark.added``."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """``identity.shown`` (rule 15): somebody looked at an identity number in full."""

    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """``visit.recorded`` (rule 8): the applicant appeared without handing anything in."""

    on: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """``conflict.settled``: a supervisor lets a conflicting entry stand (``stands``) or not."""

    entry: str
    stands: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """``case.moved`` (异地续办): another point goes on with the case; both points hear of it from then on."""

    to: str
    """The point that takes it up: that of the window which says so."""
    on: date
    to_name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanAttached:
    """``scan.attached`` (附扫描件): names a file by its content; the file itself follows."""

    material: str
    sha256: str
    """Of the file, in hex."""
    size: int
    """Bytes."""
    media: str
    """``image/jpeg``, ``image/png`` or ``application/pdf``, as its content says."""
    pages: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRemoved:
    """``scan.removed`` (撤扫描件): the scan an entry attached belongs to another paper, or is unreadable."""

    entry: str
    """The id of the ``scan.attached``."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """``entry.mended`` (改报): what central refused of this window was said again in other words, or is given up."""

    entry: str
    """The id of the refused entry."""
    by: str = ""
    """The id of the entry that says it anew; empty: nothing does."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """``entry.lost``: takes the place of an entry that is nowhere any more, so that the chain goes on.

    ``stands_for`` is the SHA-256, in hex, that the following entry names as its predecessor's; empty where nobody knows it,
    because the following one is lost as well.
    """

    stands_for: str
    reason: str
    reason_code: str = "other"
