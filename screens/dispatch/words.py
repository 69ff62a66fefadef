"""Bags, papers and hands in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clerk_app.domain.custody_words import CARRIER_LABELS, DIRECTION_LABELS, FAULT_LABELS
from clerk_app.domain.kinds import PARCEL_LABELS
from screens.widgets.prose import Para
from screens.words import moment_words

if TYPE_CHECKING:
    from clerk_app.domain import custody_bodies as cb
    from clerk_app.domain.custody import Manifest, Open, Parcel
    from clerk_app.domain.tracing import Step, Whereabout

BLANK = Para([("", "")])


def sheets_words(originals: int, copies: int) -> str:
    """Return counts as the checklist says them, e.g. ``原1 复2``."""
    return " ".join(f"{word}{n}" for word, n in (("原", originals), ("复", copies)) if n) or "-"


def hand_words(hand: cb.Hand) -> str:
    """Return who that is."""
    person = f"（{hand.person}）" if hand.person and hand.person != hand.name else ""
    return f"{hand.name or hand.code}{person}"


def fault_words(found: cb.Discrepancy) -> str:
    """Return what is not as it should be, in one line."""
    what = FAULT_LABELS[found.fault]
    paper = f"《{found.line.name}》{sheets_words(found.line.originals, found.line.copies)}" if found.line else ""
    return "　".join(part for part in (what, paper, found.note) if part)


def carrier_words(waybill: str, carrier: str) -> str:
    """Return how a bag travels."""
    name = CARRIER_LABELS.get(carrier, carrier)
    return f"{name} {waybill}".strip() if waybill else name


def bag_head(parcel: Parcel) -> list[Para]:
    """Return the heading of a bag."""
    sealed = parcel.sealed
    first = [
        (parcel.number, "accent"),
        (f"  【{PARCEL_LABELS[parcel.state]}】  ", "strong"),
        (f"{DIRECTION_LABELS[sealed.direction]}：{hand_words(sealed.to)}", ""),
    ]
    counts = f"办件 {len(parcel.cases)} 件，{_total(sealed.lines)}"
    second = [
        (f"封签 {sealed.seal or '（无）'}  ", ""),
        (carrier_words(parcel.waybill, parcel.carrier), "" if parcel.waybill else "dim"),
        (f"  {counts}", "dim"),
    ]
    heads = [
        Para(first),
        Para(second),
        Para([("现由 ", "dim"), (hand_words(parcel.holder), "strong"), (" 保管", "dim")]),
    ]
    if parcel.conflicts:
        heads.append(Para([("有冲突：另有窗口同时装过或交过，以市中心次序为准，由值班主任处理", "bad")]))
    return heads


def _total(lines: Iterable[cb.PaperLine]) -> str:
    lines = list(lines)
    return f"原件 {sum(line.originals for line in lines)} 份，复印件 {sum(line.copies for line in lines)} 份"


def line_paras(lines: Iterable[cb.PaperLine], disputed: Iterable[cb.PaperLine] = ()) -> list[Para]:
    """Return what is in a bag, case by case."""
    argued = set(disputed)
    found: list[Para] = []
    case = ""
    for line in lines:
        if line.case != case:
            case = line.case
            found.append(Para([(case, "strong")]))
        mark = ("  有争议：这几份不在此袋，另一袋也装了", "bad") if line in argued else ("", "")
        found.append(Para([(f"  {line.name}  ", ""), (sheets_words(line.originals, line.copies), ""), mark], 4))
    return found


def step_paras(steps: Iterable[Step]) -> list[Para]:
    """Return hand after hand, with times and what was signed."""
    found = []
    for step in steps:
        by = f"  经手 {step.by}" if step.by else ""
        signed = f"  {step.signed}" if step.signed else ""
        found.append(Para([(f"  {moment_words(step.at):16}  ", "dim"), (step.what, ""), (by + signed, "dim")], 20))
    return found


def open_paras(discrepancies: Iterable[Open]) -> list[Para]:
    """Return what was noted against a bag or a manifest, and how it came out."""
    found = []
    for one in discrepancies:
        state = ("【待处理】", "bad") if one.closed is None else ("【已结案】", "good")
        found.append(Para([("  ", ""), state, (f"{one.on}  {fault_words(one.found)}", "")], 12))
        if one.closed is not None:
            found.append(Para([(f"{'':12}{one.closed.outcome}；凭据：{one.closed.evidence}", "dim")], 12))
    return found


def manifest_head(manifest: Manifest) -> list[Para]:
    """Return the heading of a hand-over."""
    closed = manifest.closed
    proof = {"pin": "工牌与 PIN", "paper": "在纸质清单上签字"}.get(closed.proof, closed.proof)
    more = [part for part in (closed.company, closed.vehicle, closed.contact) if part]
    return [
        Para([(manifest.number, "accent"), (f"  {moment_words(closed.at)}  已封存，不可更改", "dim")]),
        Para(
            [("交出 ", "dim"), (hand_words(closed.giver), ""), ("  接收 ", "dim"), (hand_words(closed.taker), "strong")]
        ),
        Para([(f"揽收员签字：{proof}", "dim"), ("  " + " ".join(more) if more else "", "dim")]),
        Para([(f"共 {len(closed.lines)} 袋，{sum(line.papers for line in closed.lines)} 份", "strong")]),
    ]


def where_paras(found: Iterable[Whereabout]) -> list[Para]:
    """Return who holds each paper, and every hand it went through; papers that went the same way are told together."""
    paras: list[Para] = []
    ways: dict[object, list[Whereabout]] = {}
    for one in found:
        ways.setdefault((one.case, one.holder, one.parcel, one.disputed, one.steps), []).append(one)
    for together in ways.values():
        one = together[0]
        if paras:
            paras.append(BLANK)
        names = "、".join(f"{paper.name} {sheets_words(paper.originals, paper.copies)}" for paper in together)
        paras.append(Para([(names, "accent"), (f"  {one.case}", "dim")]))
        bag = f"，在寄递袋 {one.parcel} 里" if one.parcel else ""
        doubt = ("  【有争议】", "bad") if one.disputed else ("", "")
        paras.append(Para([("  现在：", "dim"), (hand_words(one.holder), "strong"), (bag, ""), doubt], 8))
        paras += step_paras(one.steps)
    return paras
