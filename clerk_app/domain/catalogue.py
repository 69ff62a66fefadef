"""What can be applied for: service items, their situations and their checklists, as values.

The code tables of the national standard, the provinces and the vendors disagree (``codes.py``); what the rules of this
package depend on is translated once, on import, into the few words below.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from clerk_app.domain.editions import Edition, edition_key


class Necessity(StrEnum):
    """材料必要性: whether a line of the checklist is due, and whether it may come later."""

    REQUIRED = "required"
    """必要."""
    OPTIONAL = "optional"
    """非必要: taken if brought, never asked for."""
    DEFERRABLE = "deferrable"
    """容缺后补: due, but may be owed under a signed commitment."""


class Handling(StrEnum):
    """办件类型."""

    IMMEDIATE = "immediate"
    """即办件: decided while the applicant waits."""
    PROMISED = "promised"
    """承诺件: decided within the promised limit."""
    OTHER = "other"


class Unit(StrEnum):
    """What a time limit is counted in."""

    WORKDAY = "workday"
    """工作日."""
    CALENDAR_DAY = "calendar_day"
    """自然日."""


class Form(StrEnum):
    """材料形式."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    PAPER_OR_ELECTRONIC = "paper_or_electronic"


@dataclass(frozen=True, slots=True)
class Due:
    """How many papers of each kind one line of a checklist asks for (原件/复印件 × 验/收).

    The five counts are independent lower bounds, so two checklists merge by taking the larger of each:
    ``inspect`` originals shown and handed back (验), ``keep`` originals kept (收), ``copies`` copies kept, ``either``
    papers kept that may be originals or copies, ``electronic`` files.
    """

    inspect: int = 0
    keep: int = 0
    copies: int = 0
    either: int = 0
    electronic: int = 0

    def __or__(self, other: Due) -> Due:
        """Return the least demand that satisfies both."""
        return Due(
            max(self.inspect, other.inspect),
            max(self.keep, other.keep),
            max(self.copies, other.copies),
            max(self.either, other.either),
            max(self.electronic, other.electronic),
        )

    @property
    def papers(self) -> int:
        """Sheets of paper the applicant has to bring at least; an original that is kept also serves to be inspected."""
        originals = max(self.inspect, self.keep)
        kept = self.keep + self.copies
        return originals + self.copies + max(0, self.either - kept)


ONE_PAPER = Due(either=1)
"""What is due where the source does not say: one paper, original or copy, kept."""


UNSTATED = "目录未写明，可询问本窗口或受理部门"
"""Where a paper is got, when the catalogue does not say: no guess is passed on to the applicant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """申请材料: one line of a checklist."""

    id: str
    """Unique within its item."""
    name: str
    due: Due = ONE_PAPER
    necessity: Necessity = Necessity.REQUIRED
    document: str = ""
    """The kind of paper, the same in every item that asks for it; empty: the normalised name (``paper_key``)."""
    form: Form = Form.PAPER
    source: str = ""
    """来源渠道: who issues it."""
    where: str = ""
    """Where the applicant gets it: office, address or page, and what to ask for."""
    standard: str = ""
    """受理标准: what the clerk looks at."""
    seal: str = ""
    """Whose seal or signature it must bear; empty: none."""
    validity_days: int | None = None
    """Calendar days for which it may be used after its date of issue; ``None``: no limit."""
    when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Situation id → the answers under which this line is due; all of them must hold. Empty: always."""
    basis: str = ""
    """依据: the rule that allows asking for it."""
    note: str = ""

    @property
    def where_got(self) -> str:
        """Where the paper is got, as far as the catalogue says; never empty."""
        return self.where or self.source or UNSTATED

    @property
    def paper_key(self) -> str:
        """The key under which the same paper is recognised across items."""
        return self.document or normal_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to a situation's question."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """情形: a question whose answer decides which materials are due."""

    id: str
    question: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of days in a unit; 0 days: on the spot."""

    days: int
    unit: Unit = Unit.WORKDAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """实施主体: the organ that decides."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceItem:
    """政务服务事项: what can be applied for, and under which conditions."""

    code: str
    """实施编码 as the source writes it: opaque text, never parsed to decide anything."""
    name: str
    department: Department
    version: int = 1
    """事项版本; several versions of one code may be published at once (``in_force``)."""
    scheme: str = "gb39046"
    """Which table of ``codes.TABLES`` the raw codes ``kind`` and ``level`` are written in."""
    kind: str = ""
    """事项类型 as a code of ``scheme``."""
    level: str = ""
    """行使层级 as a code of ``scheme``."""
    handling: Handling = Handling.PROMISED
    promised: Limit | None = None
    """承诺办结时限."""
    statutory: Limit | None = None
    """法定办结时限."""
    visits_cap: int = 1
    """到现场次数上限."""
    visits_reason: str = ""
    """必须现场办理原因说明."""
    depth: str = ""
    """网上办理深度, I to IV."""
    subjects: tuple[str, ...] = ("person", "organisation")
    """服务对象: who may apply."""
    situations: tuple[Situation, ...] = ()
    materials: tuple[Material, ...] = ()
    provisional_allowed: bool = True
    """是否容缺受理; False forbids it even where single materials are marked 容缺后补."""
    express: bool = True
    """是否支持物流快递."""
    fee: str = ""
    """Empty: free of charge."""
    basis: str = ""
    """设定依据."""
    result: str = ""
    """结果名称."""
    scope: str = "city"
    """At which level's windows it is received: city, district, town."""
    theme: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    """咨询电话."""
    complaint_phone: str = ""
    """监督投诉电话."""
    review_body: str = ""
    """行政复议机关."""
    court: str = ""
    """行政诉讼管辖法院."""
    effective_from: date | None = None
    """启用日期: the first day on which this version is received; ``None``: it always was."""
    effective_until: date | None = None
    """停用日期: the last such day; ``None``: until something else is published."""
    sample: bool = False
    """Sample data, labelled as such wherever it is shown or printed."""

    @property
    def edition(self) -> Edition:
        """This version and its days."""
        return Edition(
            key=edition_key(self.code, self.version),
            code=self.code,
            version=self.version,
            starts=self.effective_from,
            ends=self.effective_until,
        )

    def material(self, reference: str) -> Material | None:
        """Return the line with this id, else the one with exactly this name, else ``None``."""
        for line in self.materials:
            if line.id == reference:
                return line
        named = [line for line in self.materials if line.name == reference]
        return named[0] if len(named) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class JointService:
    """一件事: several items of several departments taken in at once, with one set of papers."""

    code: str
    name: str
    items: tuple[str, ...]
    """Item codes, in the order the cases are made."""
    note: str = ""
    sample: bool = False


_BRACKETED_FORM = re.compile(r"\((?:[^()]*(?:原件|复印件|份)[^()]*)\)$")


def normal_name(name: str) -> str:
    """Return a material's name without width variants, spaces and a trailing （原件）/（复印件）/（N份）, to compare by."""
    folded = unicodedata.normalize("NFKC", name)
    folded = "".join(folded.split()).lower()
    previous = None
    while previous != folded:
        previous = folded
        folded = _BRACKETED_FORM.sub("", folded)
    return folded or name
