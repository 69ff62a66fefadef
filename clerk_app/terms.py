"""Terms that move: 延长办理期限, and 特别程序 whose days are not counted."""

from __future__ import annotations

from clerk_app.domain import bodies as b
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Limit
from clerk_app.domain.kinds import IN_PROGRESS
from clerk_app.domain.moving import extended_dues, resumed_dues
from clerk_app.domain.supervision_words import PROCEDURES
from clerk_app.overseeing import Overseeing
from clerk_app.seat import Refused

MAX_PROCEDURE_DAYS = 366


class Terms(Overseeing):
    """What a supervisor says of the days a case may take."""

    def extend(self, number: str, days: int, reason: str, approved_by: str, basis: str) -> Case:
        """延长办理期限: both days move by so many working days."""

        def body(case: Case) -> sb.Extended:
            if case.accepted is not None and case.state in IN_PROGRESS:
                told = [d for d in (case.accepted.promised_due, case.accepted.statutory_due) if d is not None]
                if not told:
                    raise Refused("no-clock", "本件没有办理期限，不需要延长。")
                if all(not due.provisional and self._today > due.day for due in told):
                    raise Refused("extension-late", "办理期限已经届满，不能再延长。")
            calendar = self._records.calendar()
            promised, statutory = extended_dues(case, days, calendar) if days > 0 else (None, None)
            return sb.Extended(
                on=self._today,
                days=days,
                reason=reason,
                approved_by=approved_by,
                promised_due=promised,
                statutory_due=statutory,
                basis=basis,
            )

        return self._on_case(number, "case.extended", body)

    def suspend(self, number: str, procedure: str, reason: str, days: int | None) -> Case:
        """特别程序开始: the clocks stand still from today; ``days``: how long it is to take, as the applicant is told."""
        if procedure not in PROCEDURES:
            raise Refused("procedure-unknown", f"特别程序只能是：{'、'.join(PROCEDURES.values())}。", "procedure")
        if days is not None and not 1 <= days <= MAX_PROCEDURE_DAYS:
            raise Refused("days-invalid", f"所需时间应为 1 到 {MAX_PROCEDURE_DAYS} 个工作日。", "days")
        if not reason.strip():
            raise Refused("reason-missing", "请写明为什么需要特别程序。", "reason")
        told = Limit(days) if days is not None else None
        suspended = b.Suspended(on=self._today, reason=reason, procedure=procedure, told=told)
        return self._on_case(number, "case.suspended", lambda case: suspended)

    def resume(self, number: str) -> Case:
        """特别程序结束: today counts again, and both days have moved by what was not counted."""

        def body(case: Case) -> b.Resumed:
            promised, statutory = resumed_dues(case, self._today, self._records.calendar())
            return b.Resumed(on=self._today, promised_due=promised, statutory_due=statutory)

        return self._on_case(number, "case.resumed", body)
