"""What a list shows of a case and what it is found by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clerk_app.domain.case import Case
from clerk_app.domain.custody_bodies import RESULT
from clerk_app.domain.kinds import IN_PROGRESS, State
from clerk_app.domain.lots import POINT
from clerk_app.domain.supervision import ClockStub, TaskStub, clocks_of, tasks_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """What a list shows of a case and what it is found by; small, held in memory for every case of the point."""

    number: str
    official: str
    item: str
    item_name: str
    department: str
    applicant: str
    id_number: str
    phone: str
    state: State
    received_on: date
    notice_due: date
    promised_due: date | None
    debt_due: date | None
    paused: bool
    visits: int
    visits_cap: int
    conflicts: int
    unsent: int
    """How many of its entries central has not confirmed (rule 14)."""
    updated_at: str
    formerly: str = ""
    prefiling: str = ""
    """The number of the application made online that was received."""
    place: str = ""
    """The point that handles it now; empty where that was not told yet."""
    sheets: tuple[tuple[str, int], ...] = ()
    """How many of its sheets lie at which points (``lots.POINT``); the result is not counted."""
    department_code: str = ""
    result: str = ""
    """The place of the result (``lots``); empty: there is none yet."""
    tasks: tuple[TaskStub, ...] = ()
    """What of it needs a person."""
    clocks: tuple[ClockStub, ...] = ()
    """What runs."""
    clerk: str = ""
    """Who received it."""
    window: str = ""
    marked: bool = False
    """Whether a mark against a false paper was ever added: the case tells whether it stands."""


def summary_of(case: Case, unsent: int) -> CaseSummary:
    """Return the summary of a case of which ``unsent`` entries are not confirmed."""
    accepted = case.accepted
    promised = accepted.promised_due if accepted is not None else None
    return CaseSummary(
        number=case.number,
        official=case.official,
        item=case.item.code,
        item_name=case.item.name,
        department=case.item.department.name,
        applicant=case.applicant.name,
        id_number=case.applicant.id_number,
        phone=case.applicant.phone,
        state=case.state,
        received_on=case.received_on,
        notice_due=case.notice_due.day,
        promised_due=promised.day if promised is not None else None,
        debt_due=_debt_due(case),
        paused=case.paused,
        visits=len(case.visits),
        visits_cap=case.item.visits_cap,
        conflicts=len(case.conflicts),
        unsent=unsent,
        updated_at=case.updated_at,
        formerly=case.formerly,
        prefiling=case.prefiling,
        place=case.place,
        department_code=case.item.department.code,
        sheets=tuple(sorted(_at_points(case).items())),
        tasks=tasks_of(case),
        clocks=clocks_of(case),
        clerk=case.clerk,
        window=case.window,
        marked=bool(case.oversight.marks),
        result=next((lot.at for lot in case.lots if lot.material == RESULT), ""),
    )


def _at_points(case: Case) -> dict[str, int]:
    found: dict[str, int] = {}
    for lot in case.lots:
        if lot.material != RESULT and lot.at.startswith(POINT):
            code = lot.at.removeprefix(POINT)
            found[code] = found.get(code, 0) + lot.originals + lot.copies
    return found


def _debt_due(case: Case) -> date | None:
    """Return the last day of the debts that are open, as of the last paper that came in."""
    if not case.owed or case.state not in IN_PROGRESS:
        return None
    return min((o.by.day for o in case.open_debts(case.last_paper_on)), default=None)
