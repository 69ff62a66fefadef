"""What awaits dispatch and where it must go: grouping, what may go into a bag, and the acts that pack it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import Case
from clerk_app.domain.custody import Parcel
from clerk_app.domain.kinds import BEFORE_ACCEPTANCE, STATE_LABELS, State
from clerk_app.domain.lots import POINT, at_point, held_at, in_parcel
from clerk_app.domain.people import Applicant
from clerk_app.domain.summary import CaseSummary

RESULT_NAME = "办理结果"
GIVEN_UP = frozenset({State.DECLINED, State.WITHDRAWN, State.RETURNED})
"""States in which papers go back to the applicant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One case of which papers lie here."""

    number: str
    applicant: str
    item_name: str
    sheets: int
    state: State
    warning: str = ""
    """Why one might wait with it; empty: nothing speaks against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What goes to one place."""

    direction: cb.Direction
    to: cb.Hand
    cases: tuple[Waiting, ...]

    @property
    def sheets(self) -> int:
        return sum(one.sheets for one in self.cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """An original that was inspected and given back: it cannot be put in (rule 3)."""

    case: str
    name: str
    originals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """What would go into a bag: every paper with its counts, and what cannot or should not be."""

    direction: cb.Direction
    to: cb.Hand
    lines: tuple[cb.PaperLine, ...]
    returned: tuple[Returned, ...]
    warnings: tuple[str, ...]
    address: cb.Address | None = None


def groups(summaries: Iterable[CaseSummary], point: str, point_name: Callable[[str], str]) -> list[Group]:
    """Return what lies at a point and must go elsewhere, the group with most cases first.

    Results that lie here are handed out, not grouped.
    """
    found: dict[tuple[cb.Direction, str], tuple[cb.Hand, list[Waiting]]] = {}
    for summary in summaries:
        sheets = dict(summary.sheets).get(point, 0)
        to = _goes_to(summary, point, point_name) if sheets else None
        if to is None:
            continue
        direction, hand = to
        one = Waiting(
            number=summary.number,
            applicant=summary.applicant,
            item_name=summary.item_name,
            sheets=sheets,
            state=summary.state,
            warning=warning_of(summary.state, summary.conflicts),
        )
        found.setdefault((direction, hand.code or hand.name), (hand, []))[1].append(one)
    made = [Group(direction=key[0], to=hand, cases=tuple(cases)) for key, (hand, cases) in found.items()]
    return sorted(made, key=lambda group: (group.direction, -len(group.cases), group.to.name))


def goes_back(summary: CaseSummary, point: str) -> bool:
    """Whether papers lie at a point that no department will get: they are the applicant's."""
    return summary.state in GIVEN_UP and dict(summary.sheets).get(point, 0) > 0


def _goes_to(summary: CaseSummary, point: str, point_name: Callable[[str], str]) -> tuple[cb.Direction, cb.Hand] | None:
    if summary.state in GIVEN_UP:
        return None
    if summary.place and summary.place != point:
        name = point_name(summary.place)
        return cb.Direction.TO_POINT, cb.Hand(kind=cb.HandKind.POINT, code=summary.place, name=name)
    code, name = summary.department_code, summary.department
    return cb.Direction.TO_DEPARTMENT, cb.Hand(kind=cb.HandKind.DEPARTMENT, code=code, name=name)


def warning_of(state: State, conflicts: int) -> str:
    """Return why one might wait with a case's papers."""
    if conflicts:
        return "办件有冲突，等值班主任处理"
    return f"材料还在核对（{STATE_LABELS[state]}）" if state in BEFORE_ACCEPTANCE else ""


def packing(direction: cb.Direction, to: cb.Hand, cases: Sequence[Case], point: str) -> Packing:
    """Return what of these cases lies at a point and may go into one bag."""
    lines: list[cb.PaperLine] = []
    returned: list[Returned] = []
    warnings: list[str] = []
    for case in cases:
        names = {material.id: material.name for material in case.checklist}
        for lot in held_at(case.lots, at_point(point)):
            if (lot.material == cb.RESULT) is not (direction is cb.Direction.TO_APPLICANT):
                continue
            name = names.get(lot.material, RESULT_NAME)
            lines.append(
                cb.PaperLine(
                    case=case.number, material=lot.material, name=name, originals=lot.originals, copies=lot.copies
                )
            )
        seen = ((names.get(t.material, t.material), t.originals_seen) for t in case.tallies.values())
        returned += [Returned(case=case.number, name=name, originals=count) for name, count in seen if count]
        why = warning_of(case.state, len(case.conflicts))
        warnings += [f"{case.number}：{why}"] if why else []
    address = _address(cases[0].applicant) if direction is cb.Direction.TO_APPLICANT and cases else None
    return Packing(
        direction=direction,
        to=to,
        lines=tuple(lines),
        returned=tuple(returned),
        warnings=tuple(warnings),
        address=address,
    )


def _address(applicant: Applicant) -> cb.Address:
    return cb.Address(name=applicant.name, phone=applicant.phone, address=applicant.address)


def by_case(lines: Iterable[cb.PaperLine]) -> dict[str, tuple[cb.PaperLine, ...]]:
    """Return a bag's lines by case, in their order."""
    found: dict[str, list[cb.PaperLine]] = {}
    for line in lines:
        found.setdefault(line.case, []).append(line)
    return {case: tuple(theirs) for case, theirs in found.items()}


def disputed(parcel: Parcel, case: Case) -> tuple[cb.PaperLine, ...]:
    """Return the lines of a bag that its case does not know to be in it: somebody else packed these sheets too."""
    inside = {lot.material: lot for lot in held_at(case.lots, in_parcel(parcel.number))}
    found = []
    for line in parcel.sealed.lines:
        lot = inside.get(line.material)
        if line.case == case.number and (lot is None or lot.originals < line.originals or lot.copies < line.copies):
            found.append(line)
    return tuple(found)


def points_with_papers(case: Case) -> tuple[str, ...]:
    """Return the points at which papers of a case lie."""
    return tuple(dict.fromkeys(lot.at.removeprefix(POINT) for lot in case.lots if lot.at.startswith(POINT)))
