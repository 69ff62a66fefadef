"""物料流转凭证: which papers leave the window, and the hands they go through (rules 3 and 11)."""

from __future__ import annotations

from datetime import datetime

from clerk_app.domain.case import Case
from clerk_app.domain.custody_bodies import PaperLine
from clerk_app.paper.blocks import Block, Column, Fields, Paper, Signer, Table
from clerk_app.paper.common import (
    Pair,
    clauses,
    count,
    heading,
    paper,
    received_lines,
    signatures,
    window_signer,
)
from clerk_app.paper.context import CustodyLeg, CustodyTrail, PaperContext
from clerk_app.paper.words import day

TITLE = "物料流转凭证"
LEAST_LEGS = 4
"""Rows of the hand-over block, those left empty for departments that pass the papers on included; one is always empty."""
BLANK = "　"
"""Left free to be written on."""
HALF_CODE = 28
"""A longer number has a row of its own."""
COLUMNS = (
    Column(title="序号", share=11, align="center"),
    Column(title="流转材料", share=73),
    Column(title="原件", share=16, align="center"),
    Column(title="复印件", share=16, align="center"),
    Column(title="清点", share=16, align="center"),
    Column(title="备注", share=36),
)
LEGS = (
    Column(title="送达部门", share=26),
    Column(title="部门\n收件人", share=21),
    Column(title="取件时间", share=28),
    Column(title="中转人\n确认签名", share=22),
    Column(title="部门\n送件人", share=21),
    Column(title="送达时间", share=28),
    Column(title="中转人\n确认签名", share=22),
)


def custody(context: PaperContext) -> Paper:
    """Return the slip that goes with the papers; an original that was only inspected is not on it.

    What is known of the bag is filled in, the rest is left empty to be written by hand.
    """
    case, trail = context.case, context.trail or CustodyTrail()
    blocks: list[Block] = [
        Fields(
            rows=(
                (("申请人", case.applicant.name), ("实施主体", case.item.department.name)),
                (("事项名称", case.item.name),),
                (("收件日期", day(case.received_on)), ("收件窗口", f"窗口 {context.window}")),
                *_bag(trail),
            )
        ),
        heading("流转材料清单"),
        _materials(_kept(case) if trail.lines is None else _packed(case, trail.lines)),
        heading("流转交接记录"),
        Table(columns=LEGS, rows=_legs(case, trail), height=13.0),
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


def _bag(trail: CustodyTrail) -> tuple[tuple[Pair, ...], ...]:
    """Return bag and seal side by side; a number too long for that has its row to itself."""
    pairs = (("寄递袋号", trail.parcel or BLANK), ("封签号", trail.seal or BLANK))
    return (pairs,) if len(trail.parcel) <= HALF_CODE else ((pairs[0],), (pairs[1],))


def _legs(case: Case, trail: CustodyTrail) -> tuple[tuple[str, ...], ...]:
    legs = trail.legs or (CustodyLeg(department=case.item.department.name),)
    return (*map(_leg, legs), *(("",) * len(LEGS) for _ in range(max(0, LEAST_LEGS - len(legs)) or 1)))


def _leg(leg: CustodyLeg) -> tuple[str, ...]:
    taken, given = _moment(leg.taken_at), _moment(leg.given_at)
    return leg.department, leg.receiver, taken, leg.taken_by, leg.sender, given, leg.given_by


def _moment(at: datetime | None) -> str:
    return f"{day(at)}\n{at:%H:%M}" if at else ""


def _kept(case: Case) -> list[tuple[str, int, int]]:
    """Return name, originals and copies of all the window keeps of a case."""
    received = received_lines(case.checklist, case.tallies)
    return [(line.name, t.originals_kept, t.copies_kept) for line, t in received if t.originals_kept + t.copies_kept]


def _packed(case: Case, lines: tuple[PaperLine, ...]) -> list[tuple[str, int, int]]:
    """Return the same of what is in a bag, which may hold papers of other cases, too."""
    return [(line.name, line.originals, line.copies) for line in lines if line.case == case.number and line.sheets]


def _materials(kept: list[tuple[str, int, int]]) -> Table:
    rows: list[tuple[str, ...]] = [
        (str(n), name, count(originals), count(copies), "□", "")
        for n, (name, originals, copies) in enumerate(kept, start=1)
    ]
    if rows:
        totals = (str(sum(o for _, o, _ in kept)), str(sum(c for _, _, c in kept)))
        rows.append(("", f"合计（共{len(kept)}项）", *totals, "", ""))
    return Table(columns=COLUMNS, rows=tuple(rows), empty="（无纸质材料流转）")
