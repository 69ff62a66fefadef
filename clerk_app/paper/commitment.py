"""容缺受理承诺书: the applicant promises to bring what is owed by a date (rule 4)."""

from __future__ import annotations

from clerk_app.domain.bodies import Owed
from clerk_app.domain.catalogue import UNSTATED, Material
from clerk_app.domain.checklist import demand
from clerk_app.paper.blocks import Block, Column, Fields, Paper, Signer, Table, Text
from clerk_app.paper.common import (
    applicant_pairs,
    both_keep,
    clauses,
    contact_fields,
    heading,
    item_pairs,
    paper,
    signatures,
    window_signer,
)
from clerk_app.paper.context import PaperContext, PaperNotReady
from clerk_app.paper.words import due_by, due_day

TITLE = "容缺受理承诺书"
COLUMNS = (
    Column(title="序号", share=11, align="center"),
    Column(title="暂缺材料", share=43),
    Column(title="应补内容及份数", share=36),
    Column(title="取得途径", share=36),
    Column(title="最迟补交日期", share=42, align="center"),
)


def commitment(context: PaperContext) -> Paper:
    """Return the commitment for the applicant's signature."""
    case = context.case
    if not case.owed:
        raise PaperNotReady("本件没有容缺后补的材料，不能出具《容缺受理承诺书》。")
    on = case.accepted.accepted_on if case.accepted is not None else case.last_paper_on
    rows = tuple(_row(n, o, case.material(o.material)) for n, o in enumerate(case.owed, start=1))
    organisation = case.applicant.kind == "organisation"
    me = "本单位" if organisation else "本人"
    signer = Signer(
        title="承诺人" + ("（盖章）" if organisation else ""),
        lines=(
            "签名：",
            "信用代码（承诺人填写）：" if organisation else "证件号码（承诺人填写）：",
            "日期：　　　　年　　月　　日",
        ),
    )
    blocks: list[Block] = [
        Fields(rows=(*applicant_pairs(case.applicant), *item_pairs(context))),
        Text(text=_opening(context, me), gap=2.0),
        heading(f"暂缺材料（共{len(rows)}项）"),
        Table(columns=COLUMNS, rows=rows),
        heading(f"{me}承诺"),
        *clauses(_promises(me)),
        heading("窗口告知"),
        Text(text=_told(context), size=10, gap=2.0),
        contact_fields(context, place=False),
        signatures(signer, window_signer(context, "受理窗口", on, "（业务专用章）")),
        both_keep("承诺书"),
    ]
    return paper(context, TITLE, "容", on, blocks)


def _row(number: int, owed: Owed, line: Material | None) -> tuple[str, ...]:
    asked = demand(line) if line is not None else "见事项办事指南"
    where = line.where_got if line is not None else UNSTATED
    return str(number), owed.name, asked, where, due_day(owed.by)


def _opening(context: PaperContext, me: str) -> str:
    case = context.case
    return (
        f"{me}向{case.item.department.name}申请办理“{case.item.name}”，主要申请材料已经齐全并符合要求，"
        f"下列次要材料暂不能提交，申请容缺受理，并就限期补交作出承诺。"
    )


def _promises(me: str) -> list[str]:
    return [
        "所填写的信息和已提交的材料真实、合法、有效，复印件、电子件与原件一致；",
        "在上列最迟补交日期前，按要求将暂缺材料一次补交齐全；",
        "逾期未补齐或者补交的材料不符合要求的，视为放弃本次申请，同意作退件处理并领回已交材料；",
        "知晓暂缺材料补齐之前不颁发办理结果；",
        f"违反上述承诺的，由{me}承担由此产生的法律责任和后果，并知晓将影响今后适用容缺受理。",
    ]


def _told(context: PaperContext) -> str:
    item = context.case.item
    last = max((o.by for o in context.case.owed), key=lambda due: due.day)
    return (
        f"以上暂缺材料属于{item.department.name}公布的可容缺后补材料，请于{due_by(last)}到本市任一服务点窗口补交，"
        "补交时请出示本承诺书；窗口登记后出具《接收回执》。逾期未补齐的，窗口作退件处理，所收材料退还申请人，本次申请终止。"
    )
