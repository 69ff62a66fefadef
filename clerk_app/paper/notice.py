"""申请材料补正告知书: everything that is missing or wrong, told once, with what cures it and where it is got (rule 2)."""

from __future__ import annotations

from clerk_app.domain.case_parts import Notice
from clerk_app.domain.catalogue import Material, Unit
from clerk_app.domain.checklist import Deficit, DeficitKind, demand, seal_words
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
    heading,
    item_pairs,
    paper,
    signatures,
    visits_words,
    window_signer,
    you,
)
from clerk_app.paper.context import PaperContext, PaperNotReady
from clerk_app.paper.words import day, due_by, limit_words

TITLE = "申请材料补正告知书"
COLUMNS = (
    Column(title="序号", share=11, align="center"),
    Column(title="材料名称", share=37),
    Column(title="存在问题", share=25, align="center"),
    Column(title="补正要求（内容、格式、数量）", share=53),
    Column(title="出具单位及取得途径", share=42),
)
PROBLEMS = {
    DeficitKind.MISSING: "未提交",
    DeficitKind.SHORT: "份数不足",
    DeficitKind.WRONG_KIND: "材料种类不符或不全",
    DeficitKind.EXPIRED: "已过有效期",
    DeficitKind.UNSEALED: "缺签名或盖章",
    DeficitKind.DEFECTIVE: "不符合受理标准",
}


def notice(context: PaperContext) -> Paper:
    """Return the latest one-time notice of the case."""
    case = context.case
    if not case.notices:
        raise PaperNotReady("本件没有需补正的告知记录，不能出具《申请材料补正告知书》。")
    given = case.notices[-1]
    rows = tuple(_row(context, n, d, case.material(d.material)) for n, d in enumerate(given.deficits, start=1))
    blocks: list[Block] = [
        address_line(case.applicant),
        Text(text=_opening(context, given), gap=2.5),
        Fields(rows=(*applicant_pairs(case.applicant), *item_pairs(context), *_dates(context, given))),
        heading(f"需补正的材料（共{len(rows)}项）"),
        Table(columns=COLUMNS, rows=rows),
        *_basis(context, given),
        heading("补正须知"),
        *clauses(_explanations(context, given)),
        Fields(rows=((("办理时限", limit_words(case.item.promised or case.item.statutory)), ("收费", _fee(context))),)),
        contact_fields(context),
        signatures(window_signer(context, "告知窗口", given.given_on, "（业务专用章）"), applicant_signer()),
        both_keep("告知书", "告知窗口"),
    ]
    return paper(context, TITLE, "补", given.given_on, blocks, given.number)


def _opening(context: PaperContext, given: Notice) -> str:
    case = context.case
    return (
        f"{you(case.applicant)}于{day(case.received_on)}提出的“{case.item.name}”申请收悉。经核对，申请材料不齐全或者"
        f"不符合法定形式，根据{LICENSING_LAW}第三十二条第一款第四项的规定，现将需要补正的全部内容（共{len(given.deficits)}项）"
        "一次性告知如下，请逐项补正。"
    )


def _dates(context: PaperContext, given: Notice) -> tuple[tuple[Pair, ...], ...]:
    case = context.case
    rows: list[tuple[Pair, ...]] = [
        (("收件日期", day(case.received_on)), ("告知日期", day(given.given_on))),
        (("告知期限", due_by(case.notice_due)), ("到现场次数", visits_words(case))),
    ]
    return tuple(rows)


def _fee(context: PaperContext) -> str:
    """Lists without a column for fees do not say that there is none."""
    return (context.item.fee if context.item is not None else "") or "事项目录未列收费"


def _row(context: PaperContext, number: int, deficit: Deficit, line: Material | None) -> tuple[str, ...]:
    tips = context.tips.get((context.case.item.code, deficit.material), ())
    cure = "\n".join((_cure(deficit, line), *(f"提示：{tip}" for tip in tips)))
    return str(number), deficit.name, PROBLEMS[deficit.kind], cure, _source(deficit, line)


def _cure(deficit: Deficit, line: Material | None) -> str:
    """Return what cures the deficit, and form, number, seal and validity where the checklist says them."""
    parts = [deficit.cure.rstrip("。；")]
    if line is not None:
        asked = demand(line)
        if asked not in deficit.cure:
            parts.append(f"应交{asked}")
        if line.standard and line.standard not in deficit.cure:
            parts.append(f"标准：{line.standard.rstrip('。；')}")
        if line.seal and line.seal not in deficit.cure:
            parts.append(f"须有{seal_words(line)}")
        if line.validity_days is not None:
            parts.append(f"自出具之日起{line.validity_days}日内有效")
    return "；".join(parts) + "。"


def _source(deficit: Deficit, line: Material | None) -> str:
    source = line.source if line is not None else ""
    if source and source not in deficit.where:
        return f"{source}\n{deficit.where}"
    return deficit.where


def _basis(context: PaperContext, given: Notice) -> list[Block]:
    """Return the rules that allow asking for these materials, each with the numbers of the lines it is for."""
    whole = context.item.basis if context.item is not None else ""
    numbers: dict[str, list[str]] = {}
    for number, deficit in enumerate(given.deficits, start=1):
        line = context.case.material(deficit.material)
        basis = (line.basis if line is not None else "") or whole
        if basis:
            numbers.setdefault(basis, []).append(str(number))
    if not numbers:
        return []
    listed = "\n".join(f"第{'、'.join(lines)}项：{basis}" for basis, lines in numbers.items())
    only = len(numbers) == 1 and len(next(iter(numbers.values()))) == len(given.deficits)
    return [Fields(rows=((("依据", next(iter(numbers)) if only else listed),),))]


def _explanations(context: PaperContext, given: Notice) -> list[str]:
    case = context.case
    over = len(case.visits) >= case.item.visits_cap
    express = context.item is not None and context.item.express
    post = "可以选择邮政寄递方式补交，不必再到现场；寄递以窗口签收之日为收到之日。" if express else ""
    urge = "再次到现场将超过规定次数，" if over and post else ""
    hand_in = (
        "请携带本告知书，将补正材料按序号一次交齐至本市任一服务点窗口；窗口统一登记，出具列明补正材料的《接收回执》。"
    )
    limit = case.item.promised or case.item.statutory
    first = "次日" if limit is not None and limit.unit is Unit.CALENDAR_DAY else "次一个工作日"
    clock = (
        f"本事项未规定补正截止日期，请尽早补正；上列材料全部补齐且符合要求之日为受理之日，办理时限自受理之日的{first}起算，"
        "补正所用时间不计入办理时限。"
    )
    if given.stage == "correct":
        clock = "请尽早补正；补正材料须与上列内容逐项相符。"
    texts = [
        "以上为本次申请需要补正的全部内容，本窗口不再要求补正首次告知时即可发现的其他内容。",
        hand_in + urge + post,
        clock,
        "部分材料补交后仍有所列内容未补齐的，已交材料继续有效，无须重复提交；不愿补正的，可以到窗口撤回申请，领回已交材料。",
    ]
    if given.stage == "correct":
        texts[0] = "以上为办理部门审查后需要补正的全部内容，已一次性告知。"
    return texts
