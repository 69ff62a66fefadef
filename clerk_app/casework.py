"""Acts on cases that exist: found by number, planned, checked and recorded in one transaction with what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from clerk_app import applicants, planning
from clerk_app.applicants import normal_number
from clerk_app.domain.acts import overdue_debts
from clerk_app.domain.case import Case
from clerk_app.domain.kinds import BEFORE_ACCEPTANCE, IN_PROGRESS, OPEN, STATE_LABELS, State
from clerk_app.domain.people import Person
from clerk_app.domain.summary import CaseSummary
from clerk_app.planning import Decide
from clerk_app.scribe import Scribe
from clerk_app.seat import Act, Clock, Refused, Seat
from clerk_app.sight import Sight
from clerk_app.store.records import Records

Plan = Callable[[Case], Sequence[Act]]


class Casework:
    """One person's acts on this window's cases; raises ``Refused`` and then nothing is recorded."""

    def __init__(
        self, records: Records, scribe: Scribe, seat: Seat, person: Person, clock: Clock, sight: Sight
    ) -> None:
        self._records = records
        self._scribe = scribe
        self._seat = seat
        self._person = person
        self._clock = clock
        self._sight = sight

    @property
    def _today(self) -> date:
        return self._clock().date()

    def case(self, number: str) -> Case:
        """Return one case, by its number in any form or its official number."""
        case = self._sight.case(number)
        if case is None and number.strip():
            found = [s for s in self._sight.find_cases(number) if _is_named(s, number)]
            case = self._records.case(found[0].number) if len(found) == 1 else None
        if case is None:
            raise Refused("case-unknown", f"本窗口没有编号为“{number[:40]}”的办件。", "case")
        return case

    def act(self, number: str, plan: Plan, decide: Decide, reason: tuple[str, str] = ("", "")) -> Case:
        """Record what ``plan`` says and, in the same transaction, what ``decide`` then asks for."""
        number = self.case(number).number

        def whole() -> list[Act]:
            case = self.case(number)
            first = list(plan(case))
            after = self._scribe.preview(self._person, case, first)
            item = self._records.item(case.item.code, version=case.item.version)
            # Papers are taken in wherever they are brought; what then follows, the point decides that handles the case.
            then = Decide.RECEIVE if first and not self._is_here(case) else decide
            after = self._as_marked(after) if then is Decide.PROVISIONAL else after
            acts = first + planning.next_step(after, then, item, reason, self._records.calendar(), self._today)
            if not acts:
                raise Refused("state-forbids", f"办件现为“{STATE_LABELS[case.state]}”，不能再做这一步。")
            return acts

        return self._scribe.write(self._person, whole)[number]

    def say(self, number: str, kind: str, body: Any) -> Case:
        """Record one act, after which nothing follows by itself."""
        return self.act(number, lambda case: [Act(kind, case.number, body)], Decide.RECEIVE)

    def accept(self, number: str) -> Case:
        """受理."""
        return self._step(number, Decide.AUTO, "case.accepted", "材料还不齐全，不能受理。")

    def notify(self, number: str) -> Case:
        """一次性告知."""
        told = "没有新的欠缺需要告知；已告知的以原告知书为准。"
        return self._step(number, Decide.AUTO, "notice.given", told)

    def accept_provisionally(self, number: str) -> Case:
        """容缺受理."""
        complete = "材料已齐全，直接受理即可。"
        return self._step(number, Decide.PROVISIONAL, "case.accepted_provisionally", complete)

    def allowed(self, case: Case) -> frozenset[str]:
        """Return the names of the ``Desk``'s methods that make sense for the case as it stands."""
        if not self._sight.is_here(case.number):
            return frozenset({"take_up_case"} if case.state in OPEN else ())
        names = {"remark", "reveal_identity"}
        if not self._is_here(case):
            return frozenset(names | self._allowed_elsewhere(case))
        if case.state in BEFORE_ACCEPTANCE:
            next_kinds = {a.kind for a in self._next(case, Decide.AUTO)}
            by_law = planning.deemed(case, self._records.calendar(), self._today)
            names |= {"withdraw", "supplement"} | (set() if by_law else {"decline", "return_papers"})
            names |= {"accept"} if "case.accepted" in next_kinds else set()
            names |= {"notify"} if "notice.given" in next_kinds else set()
            owed = {a.kind for a in self._next(case, Decide.PROVISIONAL)}
            names |= {"accept_provisionally"} if "case.accepted_provisionally" in owed else set()
        elif case.state in IN_PROGRESS:
            overdue = overdue_debts(case, self._today)
            names |= {"withdraw"} | ({"supplement"} if self._is_wanted(case) else set())
            names |= {"return_papers"} if overdue and case.state is not State.ACCEPTED else set()
        return frozenset(names)

    def _is_here(self, case: Case) -> bool:
        """Whether this point handles the case."""
        return case.place == self._seat.point

    def _allowed_elsewhere(self, case: Case) -> set[str]:
        """Return what this point may do with a case that another one handles: take papers in, or take it up."""
        takes = case.state in BEFORE_ACCEPTANCE or (case.state in IN_PROGRESS and self._is_wanted(case))
        return ({"supplement"} if takes else set()) | ({"take_up_case"} if case.state in OPEN else set())

    def _is_wanted(self, case: Case) -> bool:
        """Whether an accepted case waits for papers that may still come."""
        late = {o.material for o in overdue_debts(case, self._today) if not o.by.provisional}
        asked = bool(case.owed or case.notices)
        return asked and any(d.material not in late for d in planning.wanted(case, self._today))

    def _as_marked(self, case: Case) -> Case:
        """Return the case with its applicant as a mark against them, added since it was received, leaves them (rule 4)."""
        marked = applicants.marked(self._records.marked_cases_of(case.applicant.id_number), self._today)
        return replace(case, applicant=replace(case.applicant, discredited=True)) if marked else case

    def _next(self, case: Case, decide: Decide) -> list[Act]:
        case = self._as_marked(case) if decide is Decide.PROVISIONAL else case
        try:
            return planning.next_step(case, decide, None, ("", ""), self._records.calendar(), self._today)
        except Refused:
            return []

    def _step(self, number: str, decide: Decide, kind: str, otherwise: str) -> Case:
        def only(case: Case) -> list[Act]:
            case = self._as_marked(case) if decide is Decide.PROVISIONAL else case
            acts = planning.next_step(case, decide, None, ("", ""), self._records.calendar(), self._today)
            if kind not in {a.kind for a in acts}:
                raise Refused("not-applicable", otherwise)
            return acts

        return self.act(number, only, Decide.RECEIVE)


def _is_named(summary: CaseSummary, number: str) -> bool:
    wanted = normal_number(number).replace("-", "")
    return wanted in {summary.number.replace("-", ""), normal_number(summary.official).replace("-", "")}
