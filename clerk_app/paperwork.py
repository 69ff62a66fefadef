"""Which papers a case has, and what they are drawn from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from clerk_app import bag_papers
from clerk_app.domain import tips
from clerk_app.domain.case import Case
from clerk_app.domain.kinds import State
from clerk_app.seat import Refused, Seat
from clerk_app.store.records import Records

if TYPE_CHECKING:
    from clerk_app.paper.context import PaperContext

RECEIPT, ACCEPTANCE, NOTICE = "接收回执", "受理回执", "申请材料补正告知书"
EXTENSION, SUSPENSION = "延长办理期限通知书", "特殊程序审查期限告知书"
COMMITMENT, REFUSAL, CUSTODY, DELIVERY = "容缺受理承诺书", "不予受理通知书", "物料流转凭证", "送达回执"


def place_name(case: Case, records: Records) -> str:
    """Return the name of the point that handles a case now; its code where no name is known."""
    name = records.point_name(case.place)
    return case.moves[-1].name or name if case.moves and name == case.place else name


def decision_papers(case: Case) -> tuple[str, ...]:
    """Return the papers that tell the applicant where the case stands now."""
    if case.state is State.NOTIFIED:
        return (NOTICE,)
    if case.state is State.DECLINED:
        return (REFUSAL,)
    if case.accepted is None:
        return ()
    return (ACCEPTANCE, COMMITMENT) if case.owed else (ACCEPTANCE,)


def papers_of(case: Case) -> tuple[str, ...]:
    """Return every kind of paper that exists for a case, in the order they came about."""
    notices = (NOTICE,) if case.notices else ()
    terms = ((EXTENSION,) if case.extensions else ()) + ((SUSPENSION,) if case.suspensions else ())
    delivery = (DELIVERY,) if case.delivered else ()
    return tuple(dict.fromkeys((RECEIPT, *notices, *decision_papers(case), *terms, CUSTODY, *delivery)))


def context_of(
    kind: str, case: Case, records: Records, seat: Seat, clerk: str, now: datetime, nth: int = 1
) -> PaperContext:
    """Return everything a paper of a case says; raises ``Refused`` where there is no such paper."""
    from clerk_app.paper.context import PaperContext

    if kind not in papers_of(case):
        there = "、".join(papers_of(case))
        raise Refused("paper-unknown", f"办件 {case.number} 现在没有《{kind[:40]}》。可打印：{there}。", "kind")
    return PaperContext(
        case=case,
        item=records.item(case.item.code, version=case.item.version),
        point_name=place_name(case, records),
        window=seat.window,
        clerk_name=clerk,
        printed_at=now,
        confirmed=all(record.confirmed for record in records.records_of(case.number)),
        calendar=records.calendar(),
        tips=tips.printed(records.published_tips(), records.tips()) if kind == NOTICE else {},
        trail=bag_papers.trail(case, records) if kind == CUSTODY else None,
        nth=nth,
    )


def render(kind: str, context: PaperContext) -> bytes:
    """Return a paper of a case as PDF; raises ``Refused`` where it cannot be printed faithfully."""
    from clerk_app.paper import papers  # the PDF engine stays off the path to the first paint

    try:
        return papers.render(kind, context)
    except (papers.MissingGlyph, papers.PaperNotReady) as error:
        raise Refused("paper-unprintable", str(error)) from error
