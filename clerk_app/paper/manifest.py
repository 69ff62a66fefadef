"""交接清单: what one courier took from one point at once, in two copies; closed, it says the same for ever (rule 11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from clerk_app.domain.custody_bodies import Closed, Discrepancy, Hand, HandKind, ManifestLine
from clerk_app.domain.custody_words import FAULT_LABELS
from clerk_app.paper.blocks import Bars, Block, Column, Fields, Paper, Signer, Table, Text
from clerk_app.paper.common import CONFIRMED, UNCONFIRMED, clauses, heading, labels_of, signatures
from clerk_app.paper.context import HandContext
from clerk_app.paper.words import minute

TITLE = "交接清单"
COPIES = ("第一联　服务点留存", "第二联　揽收员留存")
BAGS = (
    Column(title="序号", share=10, align="center"),
    Column(title="袋号", share=48),
    Column(title="送往", share=50),
    Column(title="件数", share=11, align="center"),
    Column(title="封签", share=28),
    Column(title="备注", share=21),
)
FOUND = (
    Column(title="序号", share=10, align="center"),
    Column(title="袋号", share=48),
    Column(title="差异", share=21, align="center"),
    Column(title="涉及材料", share=48),
    Column(title="原因", share=41),
)
PIN = "pin"
"""``Closed.proof`` of a courier whose badge was scanned and whose PIN held."""


def manifest(number: str, closed: Closed, context: HandContext, reasons: Mapping[str, str] | None = None) -> Paper:
    """Return the list of a hand-over, met discrepancies included; ``reasons`` words their reason codes."""
    reasons = reasons or {}
    blocks: list[Block] = [
        Bars(number=number),
        Fields(rows=_parties(closed)),
        heading("交接寄递袋"),
        _bags(closed),
        *_found(closed, reasons),
        *clauses(
            (
                "交接双方当面逐袋扫码，核对袋号、封签和袋数后签名；件数为袋内材料份数（原件、复印件合计）。",
                "本清单签结后不再改动；以后发现短少、破损、多出的，另行登记差异，与本清单一并备查。",
            )
        ),
        signatures(_giver(closed, context), _taker(closed)),
        Text(text="本清单一式两份，服务点、揽收员各执一份。", size=9, indent=0, gap=0),
    ]
    return Paper(
        title=TITLE,
        issuer=context.point_name,
        number=number,
        subject=number,
        subject_word="清单号",
        standing=CONFIRMED if context.confirmed else UNCONFIRMED,
        labels=labels_of(sample=context.sample, nth=context.nth, printed_at=context.printed_at),
        copies=COPIES,
        printed_at=context.printed_at,
        blocks=tuple(blocks),
    )


def _parties(closed: Closed) -> tuple[tuple[tuple[str, str], ...], ...]:
    sheets = sum(line.papers for line in closed.lines)
    return (
        (("服务点", _named(closed.giver)),),
        (("揽收员", closed.taker.person or closed.taker.name or "—"), ("工号", closed.taker.code)),
        (("所属企业", closed.company), ("车辆", closed.vehicle)),
        (("联系方式", closed.contact), ("交接时间", _moment(closed.at))),
        (("袋数", f"{len(closed.lines)} 袋"), ("件数", f"{sheets} 件")),
    )


def _named(hand: Hand) -> str:
    return f"{hand.name}（{hand.code}）" if hand.name else hand.code


def _moment(at: str) -> str:
    try:
        return minute(datetime.fromisoformat(at))
    except ValueError:
        return at


def _bags(closed: Closed) -> Table:
    rows = [
        (str(n), line.parcel, _to(line.to), str(line.papers), line.seal, _remark(line, closed.found))
        for n, line in enumerate(closed.lines, start=1)
    ]
    if rows:
        sheets = sum(line.papers for line in closed.lines)
        broken = sum(line.broken for line in closed.lines)
        seals = f"破损 {broken} 枚" if broken else "均完好"
        rows.append(("", f"合计（共{len(closed.lines)}袋）", "", str(sheets), seals, ""))
    return Table(columns=BAGS, rows=tuple(rows), empty="（没有交接寄递袋）")


def _to(hand: Hand) -> str:
    """Return where a bag goes; an applicant's name stands on the bag alone."""
    return "申请人（见袋面）" if hand.kind is HandKind.APPLICANT else hand.name or hand.code


def _remark(line: ManifestLine, found: tuple[Discrepancy, ...]) -> str:
    """Return what is wrong with a bag, each thing once; the reasons stand in the table of discrepancies."""
    told = [FAULT_LABELS[d.fault] for d in found if d.parcel == line.parcel]
    return "、".join(dict.fromkeys((*("封签破损" for _ in range(line.broken)), *told)))


def _found(closed: Closed, reasons: Mapping[str, str]) -> list[Block]:
    title = heading("当场发现的差异")
    if not closed.found:
        return [title, Text(text="当场逐袋核对，没有发现差异。", size=10)]
    rows = tuple(
        (str(n), one.parcel or "—", FAULT_LABELS[one.fault], _sheets(one), _reason(one, reasons))
        for n, one in enumerate(closed.found, start=1)
    )
    return [title, Table(columns=FOUND, rows=rows)]


def _sheets(one: Discrepancy) -> str:
    line = one.line
    if line is None:
        return "整袋"
    counted = ((line.originals, "原件"), (line.copies, "复印件"))
    counts = "、".join(f"{kind}{number}份" for number, kind in counted if number)
    return f"{line.case}\n{line.name}{f'（{counts}）' if counts else ''}"


def _reason(one: Discrepancy, reasons: Mapping[str, str]) -> str:
    word = reasons.get(one.reason_code, "")
    return "：".join(text for text in (word, one.note) if text) or "未说明"


def _giver(closed: Closed, context: HandContext) -> Signer:
    who = closed.giver.person or closed.giver.name or closed.giver.code
    lines = (f"移交人：{who}（窗口 {context.window}）", "签名：", f"时间：{_moment(closed.at)}")
    return Signer(title="移交方（服务点）", lines=lines)


def _taker(closed: Closed) -> Signer:
    """Return the courier's cell: a PIN held is the signature, all else is signed by hand."""
    name = closed.taker.person or closed.taker.name
    who = f"{name}（工号 {closed.taker.code}）" if name else f"工号 {closed.taker.code}"
    if closed.proof == PIN:
        lines = (f"揽收员：{who}", "签名：已扫工牌，PIN 已核验", f"时间：{_moment(closed.at)}")
    else:
        lines = (f"揽收员：{who}", "签名：", "时间：　　　　年　　月　　日　　时　　分")
    return Signer(title="接收方（揽收员）", lines=lines)
