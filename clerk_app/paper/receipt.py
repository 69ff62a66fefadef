"""接收回执: what the window took, and when an answer is due. It says that receipt is not acceptance (rule 1)."""

from __future__ import annotations

from datetime import date, datetime

from clerk_app.domain.bodies import Supplemented, SupplementLine
from clerk_app.domain.case import Case
from clerk_app.domain.case_parts import Notice
from clerk_app.domain.checklist import Defect, DeficitKind, Tally, received_words
from clerk_app.domain.deadlines import NOTICE_DAYS
from clerk_app.domain.kinds import State
from clerk_app.paper.blocks import Block, Column, Fields, Paper, Table
from clerk_app.paper.common import (
    LICENSING_LAW,
    Pair,
    applicant_pairs,
    applicant_signer,
    both_keep,
    clauses,
    contact_fields,
    count,
    heading,
    item_pairs,
    paper,
    received_lines,
    signatures,
    visits_words,
    window_signer,
)
from clerk_app.paper.context import PaperContext
from clerk_app.paper.words import day, due_by, due_day, minute

TITLE = "接收回执"
COUNTED = (
    Column(title="序号", share=11, align="center"),
    Column(title="材料名称", share=57),
    Column(title="原件\n收存", share=14, align="center"),
    Column(title="原件\n验退", share=14, align="center"),
    Column(title="复印件", share=15.5, align="center"),
    Column(title="电子件", share=15.5, align="center"),
    Column(title="备注", share=41),
)
ANSWERED = (
    Column(title="序号", share=11, align="center"),
    Column(title="告知书所列材料", share=60),
    Column(title="补收日期", share=30, align="center"),
    Column(title="本次补收", share=45),
    Column(title="核对结果", share=22, align="center"),
)
DEFECT_WORDS = {
    DeficitKind.WRONG_KIND: "材料种类不符",
    DeficitKind.EXPIRED: "已过有效期",
    DeficitKind.UNSEALED: "缺签名或盖章",
    DeficitKind.DEFECTIVE: "内容不符合要求",
}


def receipt(context: PaperContext) -> Paper:
    """Return the receipt for everything received so far, supplements set against their notices line by line (rule 2)."""
    case = context.case
    blocks: list[Block] = [
        Fields(rows=(*applicant_pairs(case.applicant), *item_pairs(context), *_dates(case))),
        heading("接收材料清单"),
        counted_table(case),
        *_answers(case),
        heading("办理说明"),
        *clauses(_explanations(context)),
        contact_fields(context, place=False),
        signatures(window_signer(context, "接收窗口", case.last_paper_on, "（材料接收专用章）"), applicant_signer()),
        both_keep("回执"),
    ]
    return paper(context, TITLE, "收", case.last_paper_on, blocks, len(case.supplements))


def counted_table(case: Case) -> Table:
    """Return the materials received, with their counts by kind and the totals."""
    rows = []
    totals = [0, 0, 0, 0]
    for number, (line, tally) in enumerate(received_lines(case.checklist, case.tallies), start=1):
        counts = (tally.originals_kept, tally.originals_seen, tally.copies_kept, tally.electronic)
        totals = [total + value for total, value in zip(totals, counts, strict=True)]
        rows.append((str(number), line.name, *map(count, counts), _remark(tally)))
    if rows:
        rows.append(("", f"合计（共{len(rows)}项）", *map(str, totals), ""))
    return Table(columns=COUNTED, rows=tuple(rows), empty="（未接收材料）")


def _remark(tally: Tally) -> str:
    parts = []
    if tally.evidence is not None:
        parts.append(f"{day(tally.evidence.seen_on)}已核验，见{tally.evidence.case}")
    if tally.issued is not None:
        parts.append(f"{day(tally.issued)}出具")
    if tally.defect is not None:
        parts.append(defect_words(tally.defect))
    return "；".join(parts)


def defect_words(defect: Defect) -> str:
    """Return what the clerk found wrong with a paper."""
    return DEFECT_WORDS.get(defect.kind, "不符合要求") + (f"：{defect.note}" if defect.note else "")


def _dates(case: Case) -> tuple[tuple[Pair, ...], ...]:
    received = minute(datetime.fromisoformat(case.received_at)) if case.received_at else day(case.received_on)
    if case.received_at[:10] != case.received_on.isoformat():
        received = day(case.received_on)
    return ((("收件时间", received), ("答复期限", due_by(case.notice_due))),)


def _answers(case: Case) -> list[Block]:
    """Return, for every notice that was answered, its lines with what was brought for each."""
    blocks: list[Block] = []
    for notice in case.notices:
        supplements = [s for s in case.supplements if s.notice == notice.number]
        if supplements:
            title = f"补正材料对照（{day(notice.given_on)}第{notice.number}次告知，共{len(notice.deficits)}项）"
            blocks += [heading(title), Table(columns=ANSWERED, rows=_answer_rows(notice, supplements))]
    known = {n.number for n in case.notices}
    others = [(s.on, line) for s in case.supplements if s.notice not in known for line in s.lines]
    if others:
        blocks += [heading("另行补收材料"), Table(columns=ANSWERED, rows=tuple(_numbered(others)))]
    return blocks


def _answer_rows(notice: Notice, supplements: list[Supplemented]) -> tuple[tuple[str, ...], ...]:
    rows: list[tuple[str, ...]] = []
    asked = [d.material for d in notice.deficits]
    brought = [(s.on, line) for s in supplements for line in s.lines]
    for deficit in notice.deficits:
        lines = [(on, line) for on, line in brought if line.material == deficit.material]
        number = str(len(rows) + 1)
        rows += [_answer_row(number, on, line) for on, line in lines] or [(number, deficit.name, "—", "未补交", "待补")]
    rows += [_answer_row("另", on, line) for on, line in brought if line.material not in asked]
    return tuple(rows)


def _numbered(lines: list[tuple[date, SupplementLine]]) -> list[tuple[str, ...]]:
    return [_answer_row(str(n), on, line) for n, (on, line) in enumerate(lines, start=1)]


def _answer_row(number: str, on: date, line: SupplementLine) -> tuple[str, ...]:
    return number, line.name, day(on), received_words(line.brought), "符合" if line.cured else "仍需补正"


def _explanations(context: PaperContext) -> list[str]:
    case = context.case
    visits = f"到现场次数：{visits_words(case)}。凭本回执编号或扫描右上角二维码，可在本市任一服务点窗口查询办理进度。"
    return [
        "本回执仅证明本窗口已收到上列材料，不代表申请已被受理。",
        _what_next(context),
        "“原件验退”的材料已当场核验并退还申请人，不随件流转，请妥善保管；“原件收存”的材料由窗口收存并移交办理部门。",
        visits,
    ]


def _what_next(context: PaperContext) -> str:
    """Return where the case stands now and what comes next."""
    case = context.case
    if case.accepted is not None:
        return f"本件已于{day(case.accepted.accepted_on)}受理，办结期限以《受理回执》所载为准。"
    if case.declined is not None:
        return f"本件已于{day(case.declined.on)}作出不予受理的决定，详见《不予受理通知书》。"
    if case.ended is not None:
        return f"本件已于{day(case.ended.on)}终止办理，所收材料退还申请人。"
    if case.state is State.NOTIFIED:
        told = day(case.notices[-1].given_on)
        return f"本件已于{told}一次性告知需补正的内容，详见《申请材料补正告知书》；材料全部补齐之日为受理之日。"
    if context.printed_at.date() > case.notice_due.day:
        return (
            f"自收件起{NOTICE_DAYS}个工作日内（至{due_day(case.notice_due)}止）没有告知补正内容，"
            f"根据{LICENSING_LAW}第三十二条第一款第四项的规定，本申请自收到申请材料之日（{day(case.received_on)}）起即为受理。"
        )
    return (
        f"自{day(case.received_on)}收件起，本窗口当场或者在{NOTICE_DAYS}个工作日内（至{due_day(case.notice_due)}止）"
        "核对材料：齐全且符合法定形式的，出具《受理回执》；需要补正的，一次性告知全部补正内容。"
        f"逾期不告知的，自收到申请材料之日起即为受理（{LICENSING_LAW}第三十二条）。"
    )
