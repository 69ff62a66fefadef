"""From what others wrote down to a draft: answers, materials and counts, as an intake file or a prefiling gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from clerk_app.domain.catalogue import ServiceItem, Situation
from clerk_app.domain.checklist import MAX_COUNT, Defect, DeficitKind, Tally
from clerk_app.domain.draft import Draft
from clerk_app.domain.text import storable
from clerk_app.planning import line_for
from clerk_app.seat import Refused

MAX_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPaper:
    """What was brought for one material."""

    material: str
    originals_seen: int = 0
    originals_kept: int = 0
    copies_kept: int = 0
    electronic: int = 0
    defect: str | dict[str, str] | None = None
    issued: date | None = None
    scans: tuple[str, ...] = ()
    """Files, where the intake comes from a file."""


def answers_of(questions: Sequence[Situation], given: Mapping[str, str]) -> dict[str, str]:
    """Return answers by question; given by id or by the words on the screen. Raises ``Refused`` for what is no question here."""
    answers: dict[str, str] = {}
    for key, said in given.items():
        question = next((q for q in questions if key in {q.id, q.question}), None)
        if question is None:
            raise Refused("situation-unknown", f"没有“{key[:60]}”这个情形问题。", "situation")
        chosen = next((a.id for a in question.answers if said in {a.id, a.label}), None)
        if chosen is None:
            options = "、".join(f"{a.id}={a.label}" for a in question.answers[:6])
            raise Refused(
                "situation-answer-unknown", f"“{question.question}”没有这个选项，可选：{options}", question.id
            )
        answers[question.id] = chosen
    return answers


def line_key(draft: Draft, reference: str) -> str:
    """Return the key of the line a reference means: a material's id or exact name, ``CODE/ID`` where items share ids."""
    checklist = draft.checklist()
    keys = set()
    for item in draft.items:
        own = reference.removeprefix(f"{item.code}/")
        line = line_for(draft.lines_of(item), own)
        key = checklist.key_of(item.code, line.id) if line is not None else None
        if key is not None:
            keys.add(key)
    if len(keys) == 1:
        return keys.pop()
    if keys:
        raise Refused(
            "material-ambiguous", f"“{reference[:60]}”在几个事项中指不同的材料，请写成“事项代码/材料编号”。", "received"
        )
    raise _no_such_line(draft.items, reference)


def _no_such_line(items: Sequence[ServiceItem], reference: str) -> Refused:
    if any(line_for(item.materials, reference.removeprefix(f"{item.code}/")) for item in items):
        return Refused("material-not-due", f"按所答情形不需要材料“{reference[:60]}”。", "received")
    return Refused("material-unknown", f"清单中没有材料“{reference[:60]}”，或有几项同名（请用材料编号）。", "received")


def tally_of(key: str, paper: GivenPaper) -> Tally:
    """Return what was brought for one line of the checklist; raises ``Refused``."""
    counts = (paper.originals_seen, paper.originals_kept, paper.copies_kept, paper.electronic)
    if any(not 0 <= count <= MAX_COUNT for count in counts):
        raise Refused("count-invalid", f"份数应在 0 到 {MAX_COUNT} 之间。", "received")
    return Tally(
        material=key,
        originals_seen=paper.originals_seen,
        originals_kept=paper.originals_kept,
        copies_kept=paper.copies_kept,
        electronic=paper.electronic,
        defect=_defect(paper.defect),
        issued=paper.issued,
    )


def same_papers(one: Tally, other: Tally) -> Tally:
    """In a joint intake each item may list the one set of papers: the larger count of each kind is what was brought."""
    return Tally(
        material=one.material,
        originals_seen=max(one.originals_seen, other.originals_seen),
        originals_kept=max(one.originals_kept, other.originals_kept),
        copies_kept=max(one.copies_kept, other.copies_kept),
        electronic=max(one.electronic, other.electronic),
        defect=one.defect or other.defect,
        issued=one.issued or other.issued,
    )


def _defect(given: str | dict[str, str] | None) -> Defect | None:
    """A defect is one of the kinds, free words, or ``{"kind", "note"}``."""
    if not given:
        return None
    kinds = {k.value for k in DeficitKind} - {"missing", "short"}
    kind, note = (
        ("defective", given) if isinstance(given, str) else (given.get("kind", "defective"), given.get("note", ""))
    )
    if isinstance(given, str) and given in set(DeficitKind):
        kind, note = given, ""
    if kind not in kinds:
        raise Refused("defect-unknown", f"缺陷种类应为：{'、'.join(sorted(kinds))}。", "received")
    problem = storable(note, MAX_NOTE)
    if problem is not None:
        raise Refused("text-invalid", problem, "received")
    return Defect(kind=DeficitKind(kind), note=note)
