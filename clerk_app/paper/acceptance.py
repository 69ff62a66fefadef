"""受理回执: the application is accepted, and the promised and the statutory clocks run."""

from __future__ import annotations

from clerk_app.domain.bodies import Accepted, ItemRef
from clerk_app.domain.catalogue import Handling, Limit, Unit
from clerk_app.domain.checklist import received_words
from clerk_app.domain.deadlines import DueDay
from clerk_app.paper.blocks import Block, Column, Fields, Paper, Table, Text
from clerk_app.paper.common import (
    LICENSING_LAW,
    Pair,
    address_line,
    applicant_pairs,
    applicant_signer,
    both_keep,
    clauses,
    contact_fields,
    first_counted_day,
    heading,
    item_pairs,
    paper,
    received_lines,
    signatures,
    window_signer,
    you,
)
from clerk_app.paper.context import PaperContext, PaperNotReady
from clerk_app.paper.words import day, due_by, due_day, limit_words

TITLE = "受理回执"
COLUMNS = (
    Column(title="序号", share=11, align="center"),
    Column(title="受理材料", share=95),
    Column(title="份数", share=62),
)
OWED = (
    Column(title="序号", share=11, align="center"),
    Column(title="容缺后补材料", share=107),
    Column(title="最迟补交日期", share=50, align="center"),
)


def acceptance(context: PaperContext) -> Paper:
    """Return the receipt that the application was accepted."""
    case = context.case
    if case.accepted is None:
        raise PaperNotReady("本件尚未受理，不能出具《受理回执》。")
    held = received_lines(case.checklist, case.tallies)
    rows = tuple((str(n), line.name, received_words(tally)) for n, (line, tally) in enumerate(held, start=1))
    blocks: list[Block] = [
        address_line(case.applicant),
        Text(text=_decision(context, case.accepted), gap=2.5),
        Fields(rows=(*applicant_pairs(case.applicant), *item_pairs(context), *_clocks(context, case.accepted))),
        heading("受理材料清单"),
        Table(columns=COLUMNS, rows=rows),
        *_owed(context),
        heading("办理说明"),
        *clauses(_explanations(context, case.accepted)),
        contact_fields(context, place=False),
        signatures(
            window_signer(
                context, f"受理单位：{case.item.department.name}", case.accepted.accepted_on, "（受理专用章）"
            ),
            applicant_signer(),
        ),
        both_keep("回执", "受理单位"),
    ]
    return paper(context, TITLE, "受", case.accepted.accepted_on, blocks)


def _decision(context: PaperContext, accepted: Accepted) -> str:
    case = context.case
    came = f"{you(case.applicant)}于{day(case.received_on)}提出的“{case.item.name}”申请收悉。"
    if accepted.deemed:
        return (
            f"{came}因未在收到申请材料后五个工作日内告知补正内容，根据{LICENSING_LAW}第三十二条第一款第四项的规定，"
            f"本申请自收到申请材料之日（{day(accepted.accepted_on)}）起即为受理。"
        )
    if case.owed:
        return (
            f"{came}经审查，主要申请材料齐全、符合法定形式，暂缺的次要材料已由申请人书面承诺限期补交，"
            f"现予容缺受理，受理日期为{day(accepted.accepted_on)}。"
        )
    supplied = f"，并于{day(case.last_paper_on)}补齐全部补正材料" if case.supplements else ""
    came = came.replace("申请收悉。", f"申请收悉{supplied}。")
    return (
        f"{came}经审查，申请事项属于受理范围，申请材料齐全、符合法定形式，"
        f"根据{LICENSING_LAW}第三十二条第一款第五项的规定，现予受理。"
    )


def _clocks(context: PaperContext, accepted: Accepted) -> tuple[tuple[Pair, ...], ...]:
    item = context.case.item
    rows: list[tuple[Pair, ...]] = [
        (("收件日期", day(context.case.received_on)), ("受理日期", day(accepted.accepted_on))),
        (("承诺时限", _promised(item)), ("承诺办结日", _by(accepted.promised_due))),
        (("法定时限", limit_words(item.statutory)), ("法定办结日", _by(accepted.statutory_due))),
    ]
    return tuple(rows)


def _promised(item: ItemRef) -> str:
    return limit_words(item.promised) + {Handling.IMMEDIATE: "（即办件）", Handling.PROMISED: "（承诺件）"}.get(
        item.handling, ""
    )


def _by(due: DueDay | None) -> str:
    return due_by(due) if due is not None else "—"


def _owed(context: PaperContext) -> list[Block]:
    owed = context.case.owed
    if not owed:
        return []
    rows = tuple((str(n), o.name, due_day(o.by)) for n, o in enumerate(owed, start=1))
    return [heading("容缺后补材料"), Table(columns=OWED, rows=rows)]


def _explanations(context: PaperContext, accepted: Accepted) -> list[str]:
    case = context.case
    texts = [_counting(context, accepted, case.item.promised or case.item.statutory)]
    if case.owed:
        texts.append(
            "申请人应当在上列日期前补齐容缺后补材料；逾期未补齐的，作退件处理，已收材料退还申请人。材料补齐前不予颁发办理结果。"
        )
    result = context.item.result if context.item is not None else ""
    outcome = f"办理结果“{result}”" if result else "办理结果"
    texts.append(f"{outcome}作出后，由窗口通知领取或者按申请人选定的方式送达，届时请出示本回执。")
    texts.append(
        "凭本回执编号或扫描右上角二维码，可在本市任一服务点窗口查询办理进度；对办理时限、服务质量有异议的，可拨打监督投诉电话。"
    )
    return texts


def _counting(context: PaperContext, accepted: Accepted, limit: Limit | None) -> str:
    """Return how the days are counted, in words."""
    if limit is None or limit.days == 0:
        return "本事项为当场办结事项，受理后即时办理。"
    if limit.unit is Unit.CALENDAR_DAY:
        start = "办理时限按自然日计算，自受理之日的次日起算；期限届满日为法定休假日的，顺延至其后第一个工作日。"
    else:
        first = first_counted_day(context, accepted.accepted_on)
        start = f"办理时限按工作日计算，自受理之日的{first}起算，不含法定节假日。"
    marked = any(d is not None and d.provisional for d in (accepted.promised_due, accepted.statutory_due))
    note = "标注“暂定”的日期，因相应年度放假安排尚未公布，以公布后的安排为准。" if marked else ""
    law = f"听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审所需时间不计算在内（{LICENSING_LAW}第四十五条）。"
    return start + law + note
