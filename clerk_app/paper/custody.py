"""物料流转凭证: which papers leave the window, and the hands they go through (rules 3 and 11)."""

from __future__ import annotations

from clerk_app.domain.case import Case
from clerk_app.paper.blocks import Block, Column, Fields, Paper, Signer, Table
from clerk_app.paper.common import (
    clauses,
    count,
    heading,
    paper,
    received_lines,
    signatures,
    window_signer,
)
from clerk_app.paper.context import PaperContext
from clerk_app.paper.words import day

TITLE = "物料流转凭证"
SPARE_LEGS = 3
"""Empty rows of the hand-over block, for departments that pass the papers on."""
COLUMNS = (
    Column(title="序号", share=11, align="center"),
    Column(title="流转材料", share=73),
    Column(title="原件", share=16, align="center"),
    Column(title="复印件", share=16, align="center"),
    Column(title="清点", share=16, align="center"),
    Column(title="备注", share=36),
)
LEGS = (
    Column(title="送达部门", share=32),
    Column(title="部门\n收件人", share=21),
    Column(title="取件时间", share=25),
    Column(title="中转人\n确认签名", share=22),
    Column(title="部门\n送件人", share=21),
    Column(title="送达时间", share=25),
    Column(title="中转人\n确认签名", share=22),
)


def custody(context: PaperContext) -> Paper:
    """Return the slip that goes with the papers; an original that was only inspected is not on it."""
    case = context.case
    legs = ((case.item.department.name, *[""] * 6), *(("",) * 7 for _ in range(SPARE_LEGS)))
    blocks: list[Block] = [
        Fields(
            rows=(
                (("申请人", case.applicant.name), ("实施主体", case.item.department.name)),
                (("事项名称", case.item.name),),
                (("收件日期", day(case.received_on)), ("收件窗口", f"窗口 {context.window}")),
                (("寄递袋号", "　"), ("封签号", "　")),
            )
        ),
        heading("流转材料清单"),
        _materials(case),
        heading("流转交接记录"),
        Table(columns=LEGS, rows=legs, height=13.0),
        heading("交接须知"),
        *clauses(
            (
                "交接双方当面按清单逐项清点，核对无误后签名并填写时间；每一次交接均须签名，不得代签、补签。",
                "清点不符、材料破损的，在备注栏如实写明，不得涂改清单；“原件验退”的材料已退还申请人，不在流转之列。",
            )
        ),
        signatures(
            window_signer(context, "移交窗口", case.last_paper_on, ""),
            Signer(title="揽收（中转）人", lines=("签名：", "时间：　　　　年　　月　　日　　时　　分")),
        ),
    ]
    return paper(context, TITLE, "流", case.last_paper_on, blocks, len(case.supplements))


def _materials(case: Case) -> Table:
    rows: list[tuple[str, ...]] = []
    originals = copies = 0
    for line, tally in received_lines(case.checklist, case.tallies):
        if tally.originals_kept + tally.copies_kept == 0:
            continue
        originals += tally.originals_kept
        copies += tally.copies_kept
        counts = (count(tally.originals_kept), count(tally.copies_kept))
        rows.append((str(len(rows) + 1), line.name, *counts, "□", ""))
    if rows:
        rows.append(("", f"合计（共{len(rows)}项）", str(originals), str(copies), "", ""))
    return Table(columns=COLUMNS, rows=tuple(rows), empty="（无纸质材料流转）")
