"""Intakes from a file (补录): one JSON object a line in, one result a line out, through the same desk as the screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clerk_app.desk import Desk, Outcome
from clerk_app.domain.case import Case
from clerk_app.domain.checklist import Tally
from clerk_app.domain.draft import Draft, HeldScan
from clerk_app.domain.joint import questions
from clerk_app.domain.people import Applicant
from clerk_app.domain.plain import from_plain, to_plain
from clerk_app.domain.prefiling import asked_for
from clerk_app.filling import GivenPaper, answers_of, line_key, same_papers, tally_of
from clerk_app.json_lines import read_line
from clerk_app.line import LineDown, LineRefused
from clerk_app.planning import Decide
from clerk_app.seat import Refused


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
class GivenIntake:
    """One line of the file: exactly one of ``item``, ``items``, ``joint``, ``case`` and ``prefiling``.

    Beside an ``item`` the ``prefiling`` is only named: everything was typed by hand, and nobody is asked.
    """

    item: str = ""
    items: tuple[str, ...] = ()
    joint: str = ""
    case: str = ""
    prefiling: str = ""
    applicant: GivenApplicant | None = None
    situation: dict[str, str] = field(default_factory=dict)
    received: tuple[GivenPaper, ...] = ()
    decide: str = "auto"
    reason: str = ""
    reason_code: str = "other"
    visit_reason: str = ""


def answer(desk: Desk, line: int, raw: bytes, folder: Path = Path()) -> dict[str, Any]:
    """Return the result of one line; what it says is durable. A bad line is answered with its ``error``.

    ``folder``: where the intake file lies; the scans it names are looked for from there.
    """
    hand = Hand(desk, folder)
    try:
        given = _read(raw)
        if given.case:
            return {"line": line, **_result(_supplement(desk, given, hand))}
        draft, notes = _prefiled(desk, given) if _is_prefiled(given) else (_draft(desk, given), ())
        draft = hand.scanned(draft, given.received)
        result = desk.receive(
            draft, _decide(given.decide), given.reason, visit_reason=given.visit_reason, reason_code=given.reason_code
        )
        hand.done()
    except Refused as refused:
        error = {"code": refused.code, "message": refused.message}
        return {"line": line, "error": {**error, **({"field": refused.field} if refused.field else {})}}
    except LineDown as down:
        message = f"{down}预申报要向市中心取，这一行没有登记；恢复后再来，或照申请人所带材料逐项登记。"
        return {"line": line, "error": {"code": "line-down", "message": message}}
    except LineRefused as told:
        return {"line": line, "error": {"code": "line-refused", "message": str(told)}}
    finally:
        hand.let_go()
    results = [_result(outcome) for outcome in result.outcomes]
    if given.prefiling:
        results[0] |= {"prefiling": result.outcomes[0].case.prefiling, "notes": list(notes)}
    if given.item or given.prefiling:
        return {"line": line, **results[0]}
    return {"line": line, "cases": results, "saved": {"papers": result.saved.papers, "visits": result.saved.visits}}


class Hand:
    """The scans one line of the file names: taken in hand while it is recorded."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self._desk = desk
        self._folder = folder
        self._held: list[HeldScan] = []

    def held(self, paper: GivenPaper) -> tuple[HeldScan, ...]:
        """Take the files of one paper in hand; raises ``Refused``."""
        found = []
        for name in paper.scans:
            try:
                found.append(self._desk.hold_scan((self._folder / name).resolve()))
            except Refused as refused:
                raise Refused(refused.code, f"扫描件 {name[-60:]}：{refused.message}", "scans") from refused
            except (OSError, ValueError) as error:
                raise Refused("scan-unreadable", f"扫描件 {name[-60:]!r} 不是可用的文件名。", "scans") from error
            self._held.append(found[-1])
        return tuple(found)

    def scanned(self, draft: Draft, received: Sequence[GivenPaper]) -> Draft:
        """Return the draft with the scans of every paper."""
        for paper in received:
            for held in self.held(paper):
                draft = draft.scanned(line_key(draft, paper.material), held)
        return draft

    def done(self) -> None:
        """What was in hand was attached."""
        self._held.clear()

    def let_go(self) -> None:
        """Let go what was not."""
        if self._held:
            self._desk.release_scans(self._held)


def _read(raw: bytes) -> GivenIntake:
    given = read_line(GivenIntake, raw)
    named = (given.item, given.items, given.joint, given.case, given.prefiling and not given.item)
    if sum(map(bool, named)) != 1:
        raise Refused("shape-invalid", "每行应有且只有 item、items、joint、case、prefiling 之一，没有登记。")
    return given


def _is_prefiled(given: GivenIntake) -> bool:
    return bool(given.prefiling) and not given.item


def _prefiled(desk: Desk, given: GivenIntake) -> tuple[Draft, Sequence[str]]:
    """Return what was filed online with what the line of the file says anew, and what could not be taken over."""
    prefiled = desk.prefiling(given.prefiling)
    draft = prefiled.draft
    if given.applicant is not None:
        draft = replace(draft, applicant=_applicant(given.applicant))
    answers = {**draft.answers, **answers_of(questions(draft.items), given.situation)}
    return _with_papers(replace(draft, answers=answers), given.received), prefiled.notes


def _draft(desk: Desk, given: GivenIntake) -> Draft:
    if given.applicant is None:
        raise Refused("applicant-missing", "没有填写申请人。", "applicant")
    applicant = _applicant(given.applicant)
    draft = desk.begin((given.item,) if given.item else given.items, given.joint)
    answers = answers_of(draft.open_questions(), given.situation)
    draft = replace(draft, applicant=applicant, answers=answers, prefiling=asked_for(given.prefiling))
    return _with_papers(draft, given.received)


def _applicant(who: GivenApplicant) -> Applicant:
    id_kind = who.id_kind or ("credit_code" if who.kind == "organisation" else "resident_id")
    if id_kind not in {"resident_id", "credit_code", "other"}:
        raise Refused("applicant-kind-invalid", "证件类型应为 resident_id、credit_code 或 other。", "id_kind")
    return from_plain(Applicant, {**to_plain(who), "kind": who.kind, "id_kind": id_kind})


def _with_papers(draft: Draft, received: Sequence[GivenPaper]) -> Draft:
    """Return the draft with what was brought; electronic files that were handed in before stay."""
    named: set[str] = set()
    for paper in received:
        key = line_key(draft, paper.material)
        tally = tally_of(key, paper)
        if key in named and len(draft.items) == 1:
            raise Refused("material-twice", f"材料“{paper.material[:60]}”登记了两次。", "received")
        if key in draft.tallies:
            tally = same_papers(draft.tallies[key], tally)
        named.add(key)
        draft = draft.tallied(key, tally)
    return draft


def _supplement(desk: Desk, given: GivenIntake, hand: Hand) -> Outcome:
    case = desk.case(given.case)
    decide = _decide(given.decide)
    if decide is Decide.DECLINE and not given.received:
        return desk.decline(case.number, given.reason, given.reason_code)
    if decide is Decide.PROVISIONAL and not given.received:
        return desk.accept_provisionally(case.number)
    if decide is Decide.AUTO and not given.received:
        return _go_on(desk, case)
    brought: dict[str, Tally] = {}
    scans: dict[str, tuple[HeldScan, ...]] = {}
    for paper in given.received:
        line = case.material(paper.material)
        if line is None:
            raise Refused("material-unknown", f"办件的清单中没有材料“{paper.material[:60]}”。", "received")
        if line.id in brought:
            raise Refused("material-twice", f"材料“{paper.material[:60]}”登记了两次。", "received")
        brought[line.id] = tally_of(line.id, paper)
        scans[line.id] = hand.held(paper)
    reason = (given.reason_code, given.reason)
    outcome = desk.supplement(case.number, list(brought.values()), decide, True, given.visit_reason, reason, scans)
    hand.done()
    return outcome


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
