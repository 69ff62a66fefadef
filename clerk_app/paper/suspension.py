"""特殊程序审查期限告知书: days that are not counted, how many they are to be, and what becomes of the due days (行政许可法 §45)."""

from __future__ import annotations

from clerk_app.domain.bodies import Accepted
from clerk_app.domain.catalogue import Limit
from clerk_app.domain.deadlines import DueDay, Suspension, promised_due
from clerk_app.domain.moving import resumed_dues
from clerk_app.domain.supervision_words import BY_LAW, procedure_words
from clerk_app.paper.blocks import Block, Fields, Paper, Text
from clerk_app.paper.common import (
    LICENSING_LAW,
    Pair,
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
from clerk_app.paper.words import day, due_by, due_day, limit_words

TITLE = "特殊程序审查期限告知书"


def suspension(context: PaperContext) -> Paper:
    """Return the notice that a special procedure goes on, or went on, of the last one."""
    case = context.case
    if not case.suspensions or case.accepted is None:
        raise PaperNotReady("本件没有进入特别程序，不能出具《特殊程序审查期限告知书》。")
    told = case.suspensions[-1]
    blocks: list[Block] = [
        address_line(case.applicant),
        Text(text=_decision(context, told)),
        Text(text=f"进入该程序的事由：{told.reason.rstrip('。')}。", gap=2.5),
        Fields(
            rows=(
                *applicant_pairs(case.applicant),
                *item_pairs(context),
                (("受理日期", day(case.accepted.accepted_on)), ("程序开始日期", day(told.start))),
                (("特别程序", procedure_words(told.kind)), ("所需时间", _duration(told))),
                *_dues(context, told, case.accepted),
            )
        ),
        heading("说明"),
        *clauses(_explanations(told)),
        contact_fields(context, place=False),
        signatures(window_signer(context, case.item.department.name, told.start, "（行政专用章）"), applicant_signer()),
        both_keep("告知书", "作出机关"),
    ]
    return paper(context, TITLE, "特", told.start, blocks, len(case.suspensions) - 1)


def _decision(context: PaperContext, told: Suspension) -> str:
    case = context.case
    law = f"{LICENSING_LAW}第四十五条" if told.kind in BY_LAW else "有关法律、法规、规章和本事项办理规定"
    return (
        f"{you(case.applicant)}于{day(case.received_on)}提出的“{case.item.name}”申请，依法需要进行{procedure_words(told.kind)}，"
        f"自{day(told.start)}起进入特别程序。根据{law}的规定，该程序所需时间不计算在办理期限内，现将所需时间告知如下。"
    )


def _duration(told: Suspension) -> str:
    return limit_words(told.told) if told.told is not None else "尚不能确定，确定后另行告知"


def _dues(context: PaperContext, told: Suspension, accepted: Accepted) -> tuple[tuple[Pair, ...], ...]:
    """Return the due days as they are, or as they will be if the procedure takes the time that was told."""
    if told.end is not None:
        again = (("恢复计时日期", day(told.end)),)
        return (again, *_pairs("顺延后", (accepted.promised_due, accepted.statutory_due)))
    rows = _pairs("原", (accepted.promised_due, accepted.statutory_due))
    if told.told is None or context.calendar is None:
        return rows
    last = promised_due(context.calendar, told.told, told.start)
    goes_on = promised_due(context.calendar, Limit(1), last.day).day
    return (
        *rows,
        (("程序届满日", due_day(last)),),
        *_pairs("预计", resumed_dues(context.case, goes_on, context.calendar)),
    )


def _pairs(word: str, dues: tuple[DueDay | None, DueDay | None]) -> tuple[tuple[Pair, ...], ...]:
    names = (f"{word}承诺日", f"{word}法定日")
    return tuple(((name, due_by(due)),) for name, due in zip(names, dues, strict=True) if due is not None)


def _explanations(told: Suspension) -> list[str]:
    texts = ["程序开始当日起停止计算办理期限，程序结束、恢复计时当日起继续计算，承诺办结日和法定办结日相应顺延。"]
    if told.end is None and told.told is not None:
        texts.append("预计的日期按上列所需时间推算；程序提前或者延后结束的，以恢复计时后的日期为准。")
    texts.append("凭本告知书编号或扫描右上角二维码，可在本市任一服务点窗口查询办理进度；有异议的，可拨打监督投诉电话。")
    return texts
