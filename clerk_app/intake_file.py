"""Intakes from a file (补录): one JSON object a line in, one result a line out, through the same desk as the screens."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from clerk_app.desk import Desk, Outcome
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import ServiceItem, Situation
from clerk_app.domain.checklist import MAX_COUNT, Defect, DeficitKind, Tally
from clerk_app.domain.draft import Draft
from clerk_app.domain.people import Applicant
from clerk_app.domain.plain import NotPlain, from_plain, to_plain
from clerk_app.domain.text import storable
from clerk_app.planning import Decide, line_for
from clerk_app.seat import Refused

MAX_LINE = 1 << 20
"""Bytes of one line; an intake has no use for more."""
MAX_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenApplicant:
    """An applicant as the file gives them."""

    name: str
    id_number: str
    kind: str = "person"
    id_kind: str = ""
    phone: str = ""
    address: str = ""
    agent_name: str = ""
    agent_id_number: str = ""
    discredited: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenIntake:
    """One line of the file: exactly one of ``item``, ``items``, ``joint`` and ``case``."""

    item: str = ""
    items: tuple[str, ...] = ()
    joint: str = ""
    case: str = ""
    applicant: GivenApplicant | None = None
    situation: dict[str, str] = field(default_factory=dict)
    received: tuple[GivenPaper, ...] = ()
    decide: str = "auto"
    reason: str = ""
    reason_code: str = "other"
    visit_reason: str = ""


def answer(desk: Desk, line: int, raw: bytes) -> dict[str, Any]:
    """Return the result of one line; what it says is durable. A bad line is answered with its ``error``."""
    try:
        given = _read(raw)
        if given.case:
            return {"line": line, **_result(_supplement(desk, given))}
        draft = _draft(desk, given)
        result = desk.receive(
            draft, _decide(given.decide), given.reason, visit_reason=given.visit_reason, reason_code=given.reason_code
        )
    except Refused as refused:
        error = {"code": refused.code, "message": refused.message}
        return {"line": line, "error": {**error, **({"field": refused.field} if refused.field else {})}}
    results = [_result(outcome) for outcome in result.outcomes]
    if given.item:
        return {"line": line, **results[0]}
    return {"line": line, "cases": results, "saved": {"papers": result.saved.papers, "visits": result.saved.visits}}


def _read(raw: bytes) -> GivenIntake:
    if len(raw) > MAX_LINE:
        raise Refused("line-too-long", f"这一行有 {len(raw)} 字节，超过 {MAX_LINE} 字节的上限，没有登记。")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused("json-invalid", "这一行不是完整的 JSON，没有登记。") from error
    if not isinstance(data, dict):
        raise Refused("json-invalid", "这一行应是一个 JSON 对象，没有登记。")
    try:
        given = from_plain(GivenIntake, {k: v for k, v in data.items() if v is not None})
    except NotPlain as error:
        raise Refused("shape-invalid", f"这一行的内容格式不对（{_place(error)}），没有登记。") from error
    if sum(map(bool, (given.item, given.items, given.joint, given.case))) != 1:
        raise Refused("shape-invalid", "每行应有且只有 item、items、joint、case 之一，没有登记。")
    return given


def _place(error: NotPlain) -> str:
    """Msgspec's message names the place, never the value: fit to be shown."""
    return str(error)[:160]


def _draft(desk: Desk, given: GivenIntake) -> Draft:
    if given.applicant is None:
        raise Refused("applicant-missing", "没有填写申请人。", "applicant")
    who = given.applicant
    id_kind = who.id_kind or ("credit_code" if who.kind == "organisation" else "resident_id")
    if id_kind not in {"resident_id", "credit_code", "other"}:
        raise Refused("applicant-kind-invalid", "证件类型应为 resident_id、credit_code 或 other。", "id_kind")
    draft = desk.begin((given.item,) if given.item else given.items, given.joint)
    applicant = from_plain(Applicant, {**to_plain(who), "kind": who.kind, "id_kind": id_kind})
    answers = _answers(draft.open_questions(), given.situation)
    draft = Draft(items=draft.items, joint=draft.joint, applicant=applicant, answers=answers)
    for paper in given.received:
        key = _line_key(draft, paper.material)
        tally = _tally(key, paper)
        if key in draft.tallies:
            if len(draft.items) == 1:
                raise Refused("material-twice", f"材料“{paper.material[:60]}”登记了两次。", "received")
            tally = _same_papers(draft.tallies[key], tally)
        draft = draft.tallied(key, tally)
    return draft


def _same_papers(one: Tally, other: Tally) -> Tally:
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


def _answers(questions: Sequence[Situation], given: Mapping[str, str]) -> dict[str, str]:
    """Answers may be given by id or by the words on the screen; what is no question here is refused."""
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


def _line_key(draft: Draft, reference: str) -> str:
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


def _tally(key: str, paper: GivenPaper) -> Tally:
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


def _supplement(desk: Desk, given: GivenIntake) -> Outcome:
    case = desk.case(given.case)
    decide = _decide(given.decide)
    if decide is Decide.DECLINE and not given.received:
        return desk.decline(case.number, given.reason, given.reason_code)
    if decide is Decide.PROVISIONAL and not given.received:
        return desk.accept_provisionally(case.number)
    if decide is Decide.AUTO and not given.received:
        return _go_on(desk, case)
    brought: dict[str, Tally] = {}
    for paper in given.received:
        line = case.material(paper.material)
        if line is None:
            raise Refused("material-unknown", f"办件的清单中没有材料“{paper.material[:60]}”。", "received")
        if line.id in brought:
            raise Refused("material-twice", f"材料“{paper.material[:60]}”登记了两次。", "received")
        brought[line.id] = _tally(line.id, paper)
    return desk.supplement(
        case.number, list(brought.values()), decide, True, given.visit_reason, (given.reason_code, given.reason)
    )


def _go_on(desk: Desk, case: Case) -> Outcome:
    """Decide on a case of which only the receipt was recorded; one that waits for papers is not told again."""
    allowed = desk.allowed(case)
    if "accept" in allowed:
        return desk.accept(case.number)
    if "notify" in allowed:
        return desk.notify(case.number)
    raise Refused("nothing-brought", "没有登记任何补交的材料。", "received")


def _decide(word: str) -> Decide:
    try:
        return Decide(word)
    except ValueError:
        raise Refused("decide-unknown", "decide 应为 auto、receive、provisional 或 decline。", "decide") from None


def _result(outcome: Outcome) -> dict[str, Any]:
    found = [
        {"material": d.material, "name": d.name, "kind": d.kind.value, "cure": d.cure, "where": d.where}
        for d in outcome.deficits
    ]
    case = outcome.case
    return {
        "case": case.number,
        "state": case.state.value,
        "deficits": found,
        "papers": list(outcome.papers),
        "item": case.item.code,
        "visits": len(case.visits),
    }
