"""Which materials are due, what was received, and what is still wrong with it (rules 2, 3 and 10)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from clerk_app.domain.catalogue import Form, Material, Necessity, ServiceItem, Situation

MAX_COUNT = 9999
"""The largest count of one paper a tally takes; more is a slip of the hand."""


class DeficitKind(StrEnum):
    """In which way a due material is not in order (行政许可法 §32(4): everything, told once)."""

    MISSING = "missing"
    SHORT = "short"
    WRONG_KIND = "wrong_kind"
    EXPIRED = "expired"
    UNSEALED = "unsealed"
    DEFECTIVE = "defective"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """What the clerk finds wrong with a paper that was brought."""

    kind: DeficitKind
    """``wrong_kind``, ``expired``, ``unsealed`` or ``defective``."""
    note: str = ""
    """补正要点, in the clerk's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the same paper of the same applicant was verified before (rule 10)."""

    case: str
    material: str
    seen_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was received for one line: counts, not ticks (rule 3)."""

    material: str
    originals_seen: int = 0
    """Inspected and handed back over the counter; never in a parcel."""
    originals_kept: int = 0
    copies_kept: int = 0
    electronic: int = 0
    defect: Defect | None = None
    issued: date | None = None
    """The paper's date of issue, where its validity is limited."""
    evidence: Evidence | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing at all was brought for this line."""
        counts = self.originals_seen + self.originals_kept + self.copies_kept + self.electronic
        return counts == 0 and self.evidence is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deficit:
    """One thing that is missing or wrong, with what would cure it and where it is got (rule 2)."""

    material: str
    name: str
    kind: DeficitKind
    cure: str
    where: str


def unanswered(item: ServiceItem, answers: Mapping[str, str]) -> tuple[Situation, ...]:
    """Return the item's questions that have no valid answer yet."""
    return tuple(s for s in item.situations if answers.get(s.id) not in {a.id for a in s.answers})


def applicable(materials: Sequence[Material], answers: Mapping[str, str]) -> tuple[Material, ...]:
    """Return the lines that hold under these answers, optional ones included, in the catalogue's order."""
    return tuple(m for m in materials if all(answers.get(s) in allowed for s, allowed in m.when.items()))


def is_due(material: Material) -> bool:
    """Whether a line that applies is asked for at all."""
    return material.necessity is not Necessity.OPTIONAL


def expires_on(material: Material, tally: Tally) -> date | None:
    """Return the last day on which the paper may be used, or ``None`` when that is not limited or not known."""
    if material.validity_days is None or tally.issued is None:
        return None
    return _days_after(tally.issued, material.validity_days)


def deficit_of(material: Material, tally: Tally | None, today: date) -> Deficit | None:
    """Return what is wrong with one due line today, or ``None`` when it is in order or not due.

    One deficit a line, named for the gravest fault in the order missing, wrong kind or short, then what the clerk marked,
    then the date; its cure tells all of them, so that nothing has to be asked for again.
    """
    if not is_due(material):
        return None
    if tally is None or (tally.empty and tally.defect is None):
        return _deficit(material, DeficitKind.MISSING, f"请提交{demand(material)}")
    faults = []
    shortfall = None if tally.empty or tally.evidence is not None else _shortfall(material, tally)
    if shortfall is not None:
        faults.append(shortfall)
    if tally.defect is not None:
        faults.append((tally.defect.kind, _cure_of_defect(material, tally.defect)))
    last = expires_on(material, tally)
    if last is not None and last < today and DeficitKind.EXPIRED not in {kind for kind, _ in faults}:
        faults.append((DeficitKind.EXPIRED, f"已于{last.isoformat()}过有效期，请重新开具{demand(material)}"))
    return _deficit(material, faults[0][0], "；".join(cure for _, cure in faults)) if faults else None


def deficits(materials: Sequence[Material], tallies: Mapping[str, Tally], today: date) -> tuple[Deficit, ...]:
    """Return every deficit of a checklist whose lines all apply, in its order; empty means complete."""
    found = (deficit_of(m, tallies.get(m.id), today) for m in materials)
    return tuple(d for d in found if d is not None)


def demand(material: Material) -> str:
    """Return in words what a line asks for, e.g. 原件1份（验后退还）、复印件2份."""
    due = material.due
    parts = []
    if due.inspect > due.keep:
        parts.append(f"原件{due.inspect - due.keep}份（验后退还）")
    if due.keep:
        parts.append(f"原件{due.keep}份")
    if due.copies:
        parts.append(f"复印件{due.copies}份")
    if due.either > due.keep + due.copies:
        parts.append(f"原件或复印件{due.either}份")
    if due.electronic:
        parts.append(f"电子件{due.electronic}份")
    words = "、".join(parts) or "1份"
    return words + ("（或电子件）" if material.form is Form.PAPER_OR_ELECTRONIC else "")


def satisfied_by_counts(material: Material, tally: Tally) -> bool:
    """Whether the counts alone are enough; an original that is kept was also seen."""
    return tally.evidence is not None or _shortfall(material, tally) is None


def _shortfall(material: Material, tally: Tally) -> tuple[DeficitKind, str] | None:
    due = material.due
    if material.form is Form.PAPER_OR_ELECTRONIC and tally.electronic > 0:
        return None
    lacks = []
    if tally.originals_seen + tally.originals_kept < due.inspect:
        lacks.append(f"原件{due.inspect - tally.originals_seen - tally.originals_kept}份（验后退还）")
    if tally.originals_kept < due.keep:
        lacks.append(f"原件{due.keep - tally.originals_kept}份")
    if tally.copies_kept < due.copies:
        lacks.append(f"复印件{due.copies - tally.copies_kept}份")
    if tally.originals_kept + tally.copies_kept < due.either:
        lacks.append(f"原件或复印件{due.either - tally.originals_kept - tally.copies_kept}份")
    if tally.electronic < due.electronic:
        lacks.append(f"电子件{due.electronic - tally.electronic}份")
    if not lacks:
        return None
    kind = DeficitKind.SHORT if _right_kind(material, tally) else DeficitKind.WRONG_KIND
    return kind, f"已收{received_words(tally)}，还差" + "、".join(lacks)


def _right_kind(material: Material, tally: Tally) -> bool:
    """Whether at least one paper of every kind that is due was brought, so that only the number is short."""
    due = material.due
    originals = tally.originals_seen + tally.originals_kept
    return (
        (not due.inspect or originals > 0)
        and (not due.keep or tally.originals_kept > 0)
        and (not due.copies or tally.copies_kept > 0)
        and (not due.either or tally.originals_kept + tally.copies_kept > 0)
        and (not due.electronic or tally.electronic > 0)
    )


def received_words(tally: Tally) -> str:
    """Return in words what was received for a line, e.g. 原件1份（已验退）、复印件1份."""
    parts = []
    if tally.originals_seen:
        parts.append(f"原件{tally.originals_seen}份（已验退）")
    if tally.originals_kept:
        parts.append(f"原件{tally.originals_kept}份")
    if tally.copies_kept:
        parts.append(f"复印件{tally.copies_kept}份")
    if tally.electronic:
        parts.append(f"电子件{tally.electronic}份")
    if tally.evidence is not None:
        parts.append(f"此前已核验（{tally.evidence.case}）")
    return "、".join(parts) or "无"


def seal_words(material: Material) -> str:
    """Return in words what seal or signature a line must bear; lists write 申请人 as well as 申请人签名."""
    seal = material.seal or "出具单位"
    return seal if re.search("[章签印]", seal) else f"{seal}签章"


def _cure_of_defect(material: Material, defect: Defect) -> str:
    """Return what cures a defect: the clerk's words where they say what to do, else what is wrong and what to do."""
    cure = _cure_of_kind(material, defect)
    if not defect.note:
        return cure
    return defect.note if "请" in defect.note else f"{defect.note.rstrip('。；')}；{cure}"


def _cure_of_kind(material: Material, defect: Defect) -> str:
    if defect.kind is DeficitKind.UNSEALED:
        seal = seal_words(material)
        return f"{'请补齐' if '签' in seal else '请加盖'}{seal}后重新提交"
    if defect.kind is DeficitKind.EXPIRED:
        return f"已过有效期，请重新开具{demand(material)}"
    if defect.kind is DeficitKind.WRONG_KIND:
        return f"所交不是要求的材料，请提交{demand(material)}"
    standard = (
        "" if defect.note else "不符合受理标准" + (f"（{material.standard}）" if material.standard else "") + "，"
    )
    return f"{standard}请更正后重新提交{demand(material)}"


def _deficit(material: Material, kind: DeficitKind, cure: str) -> Deficit:
    where = material.where_got
    return Deficit(material=material.id, name=material.name, kind=kind, cure=cure, where=where)


def verified_before(material: Material, tally: Tally, case: str, seen_on: date, today: date) -> Evidence | None:
    """Return the evidence that lets a paper seen in an earlier case stand for this line, or ``None`` (rule 10).

    ``material`` and ``tally`` are the earlier case's. The paper must have been in order when it was seen and, where its
    validity is limited, still be valid; a limited paper without a date of issue is counted from the day it was seen.
    """
    asked_for = replace(material, necessity=Necessity.REQUIRED)
    if tally.evidence is not None or tally.empty or deficit_of(asked_for, tally, seen_on) is not None:
        return None
    if material.validity_days is not None and _days_after(tally.issued or seen_on, material.validity_days) < today:
        return None
    return Evidence(case=case, material=material.id, seen_on=seen_on)


def _days_after(day: date, days: int) -> date:
    """Return the day ``days`` later, or the last there is: a list may say that a paper holds for ever in figures."""
    return day + timedelta(days=min(max(days, 0), (date.max - day).days))
