"""Acts on cases that exist: found by number, planned, checked and recorded in one transaction with what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from clerk_app import planning
from clerk_app.applicants import normal_number
from clerk_app.domain.acts import overdue_debts
from clerk_app.domain.case import Case
from clerk_app.domain.kinds import BEFORE_ACCEPTANCE, IN_PROGRESS, STATE_LABELS, State
from clerk_app.domain.people import Person
from clerk_app.domain.summary import CaseSummary
from clerk_app.planning import Decide
from clerk_app.scribe import Scribe
from clerk_app.seat import Act, Clock, Refused
from clerk_app.store.records import Records

Plan = Callable[[Case], Sequence[Act]]


class Casework:
    """One person's acts on this window's cases; raises ``Refused`` and then nothing is recorded."""

    def __init__(self, records: Records, scribe: Scribe, person: Person, clock: Clock) -> None:
        self._records = records
        self._scribe = scribe
        self._person = person
        self._clock = clock

    @property
    def _today(self) -> date:
        return self._clock().date()

    def case(self, number: str) -> Case:
        """Return one case, by its number in any form or its official number."""
        case = self._records.case(number)
        if case is None and number.strip():
            found = [s for s in self._records.find_cases(number) if _is_named(s, number)]
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
            item = self._records.item(case.item.code)
            acts = first + planning.next_step(after, decide, item, reason, self._records.calendar(), self._today)
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
        names = {"remark", "reveal_identity"}
        if case.state in BEFORE_ACCEPTANCE:
            next_kinds = {a.kind for a in self._next(case, Decide.AUTO)}
            by_law = planning.deemed(case, self._records.calendar(), self._today)
            names |= {"withdraw", "supplement"} | (set() if by_law else {"decline", "return_papers"})
            names |= {"accept"} if "case.accepted" in next_kinds else set()
            names |= {"notify"} if "notice.given" in next_kinds else set()
            owed = {a.kind for a in self._next(case, Decide.PROVISIONAL)}
            names |= {"accept_provisionally"} if "case.accepted_provisionally" in owed else set()
        elif case.state in IN_PROGRESS:
            overdue = {o.material: o for o in overdue_debts(case, self._today)}
            late = {m for m, owed in overdue.items() if not owed.by.provisional}
            asked = case.owed or case.notices
            wanted = asked and any(d.material not in late for d in planning.wanted(case, self._today))
            names |= {"withdraw"} | ({"supplement"} if wanted else set())
            names |= {"return_papers"} if overdue and case.state is not State.ACCEPTED else set()
        return frozenset(names)

    def _next(self, case: Case, decide: Decide) -> list[Act]:
        try:
            return planning.next_step(case, decide, None, ("", ""), self._records.calendar(), self._today)
        except Refused:
            return []

    def _step(self, number: str, decide: Decide, kind: str, otherwise: str) -> Case:
        def only(case: Case) -> list[Act]:
            acts = planning.next_step(case, decide, None, ("", ""), self._records.calendar(), self._today)
            if kind not in {a.kind for a in acts}:
                raise Refused("not-applicable", otherwise)
            return acts

        return self.act(number, only, Decide.RECEIVE)


def _is_named(summary: CaseSummary, number: str) -> bool:
    wanted = normal_number(number).replace("-", "")
    return wanted in {summary.number.replace("-", ""), normal_number(summary.official).replace("-", "")}
