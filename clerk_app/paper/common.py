"""The parts that several papers share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Material, ServiceItem
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import add_workdays
from clerk_app.domain.journal import point_of
from clerk_app.domain.people import Applicant, mask_number, mask_phone
from clerk_app.paper.blocks import Block, Fields, Paper, Signatures, Signer, Text
from clerk_app.paper.context import PaperContext
from clerk_app.paper.words import again, day

CONFIRMED = "市中心已确认"
UNCONFIRMED = "本机记录，市中心尚未确认"
SAMPLE = "样例数据"
LICENSING_LAW = "《中华人民共和国行政许可法》"
HALF_ROW = 16
"""A longer name has a row of its own."""

Pair = tuple[str, str]


def paper(context: PaperContext, title: str, mark: str, on: date, blocks: Sequence[Block], serial: int = 0) -> Paper:
    """Return a paper of this case: ``mark`` is the word for its kind in the document number, ``serial`` counts repeats."""
    case = context.case
    return Paper(
        title=title,
        issuer=context.point_name,
        number=document_number(mark, on.year, case.number, serial),
        subject=case.number,
        standing=CONFIRMED if context.confirmed else UNCONFIRMED,
        labels=labels_of(sample=case.item.sample, nth=context.nth, printed_at=context.printed_at),
        printed_at=context.printed_at,
        blocks=tuple(blocks),
    )


def labels_of(*, sample: bool, nth: int, printed_at: datetime) -> tuple[str, ...]:
    """Return what stands in boxes above a paper's title."""
    return tuple(text for text in (SAMPLE if sample else "", again(nth, printed_at)) if text)


def document_number(mark: str, year: int, case: str, serial: int = 0) -> str:
    """Return the 文书编号, e.g. 受〔2026〕FS0123-01-260714-0001-K号."""
    return f"{mark}〔{year}〕{case}{f'-{serial}' if serial else ''}号"


def applicant_pairs(applicant: Applicant) -> tuple[tuple[Pair, ...], ...]:
    """Return who applies, numbers masked (rule 15); an organisation's credit code is public and stands in full."""
    organisation = applicant.kind == "organisation"
    number = applicant.id_number if organisation else mask_number(applicant.id_number)
    name = ("申请单位" if organisation else "申请人", applicant.name)
    pair = ("信用代码" if organisation else "证件号码", number)
    rows: list[tuple[Pair, ...]] = [(name, pair)] if len(applicant.name) <= HALF_ROW else [(name,), (pair,)]
    if applicant.agent_name:
        agent = (("代理人", applicant.agent_name), ("代理人证件", mask_number(applicant.agent_id_number)))
        rows.append(agent)
    return tuple(rows)


def item_pairs(context: PaperContext) -> tuple[tuple[Pair, ...], ...]:
    """Return what is applied for."""
    case = context.case
    rows: list[tuple[Pair, ...]] = [
        (("联系电话", mask_phone(case.applicant.phone)), ("实施主体", case.item.department.name)),
        (("事项名称", case.item.name),),
        (("事项编码", case.item.code),),
    ]
    situation = situation_words(context.item, case.answers)
    if situation:
        rows.append((("办理情形", situation),))
    if case.joint is not None:
        joint = f"{case.joint.name or '联办'}（共{case.joint.cases}件，首件{case.joint.group}）"
        rows.append((("一件事", joint),))
    if case.official:
        rows.append((("市中心编号", case.official),))
    if case.moves:
        rows.append((("异地续办", "；".join(f"{day(m.on)}转由{m.name or m.to}办理" for m in case.moves)),))
    return tuple(rows)


def situation_words(item: ServiceItem | None, answers: dict[str, str]) -> str:
    """Return the answers that decided the checklist, in words; empty without the catalogue's row."""
    if item is None:
        return ""
    chosen = ((s.question, [a.label for a in s.answers if a.id == answers.get(s.id)]) for s in item.situations)
    return "；".join(f"{question.rstrip('？?')}：{labels[0]}" for question, labels in chosen if labels)


def contact_fields(context: PaperContext, *, place: bool = True) -> Fields:
    """Return whom to ask and whom to complain to; what the catalogue does not say is asked at the window."""
    item = context.item
    here = context.point_name
    if point_of(context.window) == context.case.place:
        here += f"（窗口 {context.window}）"
    if item is None:
        return Fields(rows=((("咨询方式", here),),))
    pairs = [("咨询电话", item.phone), ("监督投诉电话", item.complaint_phone)]
    known = tuple(p for p in pairs if p[1])
    rows: list[tuple[Pair, ...]] = [known] if known else [(("咨询方式", here),)]
    places = (("办理地点", item.address), ("办理时间", item.hours)) if place else ()
    rows.extend(((label, text),) for label, text in places if text)
    return Fields(rows=tuple(rows))


def heading(text: str) -> Text:
    """Return a section's heading, which stays with what it is above."""
    return Text(text=text, size=11, indent=0, bold=True, gap=1.0, keep=True)


def clauses(texts: Iterable[str], size: float = 10) -> list[Block]:
    """Return numbered clauses, 一、二、三…"""
    numbered = [f"{n}、{t}" for n, t in zip("一二三四五六七八九", texts, strict=False)]
    *first, last = (Text(text=t, size=size, gap=0.8) for t in numbered)
    return [*first, replace(last, gap=2.0, keep=True)]


def address_line(applicant: Applicant) -> Text:
    """Return the line that addresses the applicant."""
    return Text(text=f"{applicant.name}：", indent=0, gap=0.5)


def you(applicant: Applicant) -> str:
    """Return how a notice speaks to the applicant."""
    return "你单位" if applicant.kind == "organisation" else "你"


def window_signer(context: PaperContext, title: str, on: date, seal: str) -> Signer:
    """Return the cell that the window signs and seals."""
    return Signer(
        title=title, lines=(f"经办人：{context.clerk_name}（窗口 {context.window}）", f"日期：{day(on)}"), seal=seal
    )


def applicant_signer(title: str = "申请人（代理人）签收") -> Signer:
    """Return the cell that the applicant signs."""
    return Signer(title=title, lines=("签名（盖章）：", "日期：　　　　年　　月　　日"))


def first_counted_day(context: PaperContext, after: date) -> str:
    """Return from when a limit counts, in words, with the date where the calendar knows it."""
    if context.calendar is None:
        return "次一个工作日"
    due = add_workdays(context.calendar, after, 1)
    return f"次一个工作日（{day(due.day)}{'，暂定' if due.provisional else ''}）"


def visits_words(case: Case) -> str:
    """Return how often the applicant came, and how often the item says they need to (rule 8)."""
    cap = case.item.visits_cap
    allowed = f"规定不超过{cap}次" if cap else "规定无须到现场"
    return f"已到{len(case.visits)}次，{allowed}"


def both_keep(name: str, other: str = "受理窗口") -> Text:
    """Return the line that says who keeps which copy."""
    return Text(text=f"本{name}一式两份，申请人、{other}各执一份。", size=9, indent=0, gap=0)


def received_lines(checklist: Sequence[Material], tallies: dict[str, Tally]) -> list[tuple[Material, Tally]]:
    """Return the lines of the checklist for which something was received, in its order."""
    held = ((line, tallies.get(line.id)) for line in checklist)
    return [(line, tally) for line, tally in held if tally is not None and not tally.empty]


def count(number: int) -> str:
    """Return a count for a table's cell, empty for none."""
    return str(number) if number else ""


def signatures(*signers: Signer) -> Signatures:
    """Return the cells to be signed, side by side."""
    return Signatures(signers=signers)
