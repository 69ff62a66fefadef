"""不予受理通知书: a reasoned refusal, with the remedies."""

from __future__ import annotations

from clerk_app.domain.bodies import Declined
from clerk_app.domain.checklist import Tally
from clerk_app.paper.blocks import Block, Column, Fields, Paper, Table, Text
from clerk_app.paper.common import (
    LICENSING_LAW,
    address_line,
    applicant_pairs,
    applicant_signer,
    both_keep,
    contact_fields,
    heading,
    item_pairs,
    paper,
    received_lines,
    signatures,
    window_signer,
    you,
)
from clerk_app.paper.context import PaperContext, PaperNotReady
from clerk_app.paper.words import day

TITLE = "不予受理通知书"
RETURNED = (
    Column(title="序号", share=11, align="center"),
    Column(title="退还材料", share=95),
    Column(title="份数", share=62),
)


def refusal(context: PaperContext) -> Paper:
    """Return the notice that the application is not accepted."""
    case = context.case
    declined = case.declined
    if declined is None:
        raise PaperNotReady("本件没有不予受理的决定，不能出具《不予受理通知书》。")
    kept = [(line, words) for line, t in received_lines(case.checklist, case.tallies) if (words := _kept_words(t))]
    rows = tuple((str(n), line.name, words) for n, (line, words) in enumerate(kept, start=1))
    blocks: list[Block] = [
        address_line(case.applicant),
        Text(text=_decision(context, declined)),
        Text(text=f"不予受理的理由：{declined.reason.rstrip('。')}。"),
        Text(text=_remedies(context, declined), gap=2.5),
        Fields(
            rows=(
                *applicant_pairs(case.applicant),
                *item_pairs(context),
                (("收件日期", day(case.received_on)), ("决定日期", day(declined.on))),
            )
        ),
        heading("退还材料清单"),
        Table(columns=RETURNED, rows=rows, empty="（窗口未收存材料）"),
        contact_fields(context, place=False),
        signatures(
            window_signer(context, case.item.department.name, declined.on, "（行政专用章）"), applicant_signer()
        ),
        both_keep("通知书", "作出机关"),
    ]
    return paper(context, TITLE, "不受", declined.on, blocks)


def _decision(context: PaperContext, declined: Declined) -> str:
    case = context.case
    basis = declined.basis.rstrip("。；").replace("；", "、") or f"{LICENSING_LAW}第三十二条"
    return (
        f"{you(case.applicant)}于{day(case.received_on)}提出的“{case.item.name}”申请收悉。经审查，"
        f"根据{basis}的规定，决定不予受理。"
    )


def _remedies(context: PaperContext, declined: Declined) -> str:
    """Return the remedies; where neither the decision nor the catalogue names the organ, the law's own words stand."""
    item = context.item
    body = declined.review_body or (item.review_body if item is not None else "") or "有管辖权的行政复议机关"
    court = declined.court or (item.court if item is not None else "") or "有管辖权的人民法院"
    return (
        f"如不服本决定，可以自收到本通知书之日起六十日内向{body}申请行政复议，"
        f"或者自收到本通知书之日起六个月内依法向{court}提起行政诉讼。"
    )


def _kept_words(tally: Tally) -> str:
    """Return what the window holds of a material and gives back; electronic files are not handed over."""
    parts = []
    if tally.originals_kept:
        parts.append(f"原件{tally.originals_kept}份")
    if tally.copies_kept:
        parts.append(f"复印件{tally.copies_kept}份")
    return "、".join(parts)
