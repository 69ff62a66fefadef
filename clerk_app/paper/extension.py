"""延长办理期限通知书: the decision takes longer, on whose approval, why, and until when (行政许可法 §42)."""

from __future__ import annotations

from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.supervision_bodies import Extended
from clerk_app.paper.blocks import Block, Fields, Paper, Text
from clerk_app.paper.common import (
    LICENSING_LAW,
    address_line,
    applicant_pairs,
    applicant_signer,
    both_keep,
    clauses,
    contact_fields,
    heading,
    item_pairs,
    paper,
    signatures,
    window_signer,
    you,
)
from clerk_app.paper.context import PaperContext, PaperNotReady
from clerk_app.paper.words import day, due_by, limit_words

TITLE = "延长办理期限通知书"


def extension(context: PaperContext) -> Paper:
    """Return the notice that a case takes longer, of the last time it was extended."""
    case = context.case
    if not case.extensions or case.accepted is None:
        raise PaperNotReady("本件没有延长办理期限的决定，不能出具《延长办理期限通知书》。")
    told = case.extensions[-1]
    blocks: list[Block] = [
        address_line(case.applicant),
        Text(text=_decision(context, told)),
        Text(text=f"延长的理由：{told.reason.rstrip('。')}。", gap=2.5),
        Fields(
            rows=(
                *applicant_pairs(case.applicant),
                *item_pairs(context),
                (("受理日期", day(case.accepted.accepted_on)), ("决定日期", day(told.on))),
                (("延长天数", f"{told.days}个工作日"), ("批准人", told.approved_by)),
                (("承诺时限", limit_words(case.item.promised)), ("延长后承诺日", _by(told.promised_due))),
                (("法定时限", limit_words(case.item.statutory)), ("延长后法定日", _by(told.statutory_due))),
            )
        ),
        heading("说明"),
        *clauses(_explanations(told)),
        contact_fields(context, place=False),
        signatures(window_signer(context, case.item.department.name, told.on, "（行政专用章）"), applicant_signer()),
        both_keep("通知书", "作出机关"),
    ]
    return paper(context, TITLE, "延", told.on, blocks, len(case.extensions) - 1)


def _decision(context: PaperContext, told: Extended) -> str:
    case = context.case
    joint = "" if case.joint is None else "（统一办理、联合办理或者集中办理）"
    basis = told.basis.rstrip("。；") or f"{LICENSING_LAW}第四十二条"
    return (
        f"{you(case.applicant)}于{day(case.received_on)}提出的“{case.item.name}”申请{joint}，因在规定的期限内不能作出决定，"
        f"根据{basis}的规定，经{told.approved_by}批准，决定延长办理期限{told.days}个工作日，特此告知。"
    )


def _by(due: DueDay | None) -> str:
    return due_by(due) if due is not None else "—"


def _explanations(told: Extended) -> list[str]:
    texts = ["延长的期限自原期限届满之日的次日起连续计算；作出决定后，由窗口通知领取或者按申请人选定的方式送达。"]
    if any(due is not None and due.provisional for due in (told.promised_due, told.statutory_due)):
        texts.append("标注“暂定”的日期，因相应年度放假安排尚未公布，以公布后的安排为准。")
    texts.append("对延长办理期限有异议的，可以向作出机关陈述意见，或者拨打监督投诉电话。")
    return texts
