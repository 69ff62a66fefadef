"""办事提示 as its entries tell it: what clerks know of a material, and whether a supervisor lets it be printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from clerk_app.domain import bodies as b
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case_parts import Remark
from clerk_app.domain.folding import evolved, fold_records, worked
from clerk_app.domain.journal import Entry, Record
from clerk_app.domain.kinds import KINDS, TIP_LABELS, TipState
from clerk_app.domain.plain import NotPlain, body_of
from clerk_app.domain.refusals import Refusal

MAX_TEXT = 120
"""Characters of a tip: it is one line of a notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """One tip for the guide."""

    number: str
    offered: sb.TipOffered
    offered_at: str
    window: str
    clerk: str
    state: TipState = TipState.OFFERED
    text: str = ""
    """What is printed."""
    decided_by: str = ""
    decided_at: str = ""
    reason: str = ""
    remarks: tuple[Remark, ...] = ()
    conflicts: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    entries: int = 1
    updated_at: str = ""
    work: dict[str, int] = field(default_factory=dict)
    """How many of the entries each window said in each hour (``folding.worked``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TipSummary:
    """What a list shows of a tip."""

    number: str
    item: str
    item_name: str
    material: str
    material_name: str
    text: str
    clerk: str
    state: TipState
    offered_at: str
    conflicts: int
    unsent: int
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTip:
    """A tip as central publishes it to every point."""

    number: str
    item: str
    material: str
    text: str

    @classmethod
    def of(cls, tip: Tip) -> PublishedTip:
        """Return what is published of a tip: nobody's name."""
        return cls(number=tip.number, item=tip.offered.item, material=tip.offered.material, text=tip.text)


def printed(published: Iterable[PublishedTip], here: Iterable[TipSummary]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return what notices print, by item and material: what central published, and what was decided here and is not there yet."""
    texts = {one.number: (one.item, one.material, one.text) for one in published}
    for tip in here:
        if tip.state is TipState.APPROVED:
            texts[tip.number] = (tip.item, tip.material, tip.text)
        else:
            texts.pop(tip.number, None)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for _, (item, material, text) in sorted(texts.items()):
        found[item, material] = (*found.get((item, material), ()), text)
    return found


def fold_tip(records: Iterable[Record]) -> Tip | None:
    """Return the tip the records of one subject tell, or ``None``."""
    return fold_records(records, evolve_tip)


def evolve_tip(tip: Tip | None, entry: Entry) -> Tip | None:
    """Return the tip after one entry; an entry that does not fit changes nothing but ``ignored``."""
    if tip is None:
        return _offered(entry) if entry.kind == "tip.offered" else None
    return evolved(tip, entry, TIP_EFFECTS.get(entry.kind))


def tip_summary(tip: Tip, unsent: int) -> TipSummary:
    """Return the summary of a tip of which ``unsent`` entries are not confirmed."""
    offered = tip.offered
    return TipSummary(
        number=tip.number,
        item=offered.item,
        item_name=offered.item_name,
        material=offered.material,
        material_name=offered.material_name,
        text=tip.text,
        clerk=tip.clerk,
        state=tip.state,
        offered_at=tip.offered_at,
        conflicts=len(tip.conflicts),
        unsent=unsent,
        updated_at=tip.updated_at,
    )


def refusal(tip: Tip | None, entry: Entry) -> Refusal | None:
    """Return why an entry about a tip may not follow on what stands, or ``None``."""
    kind = KINDS[entry.kind]
    try:
        body = body_of(kind.body, entry.body)
    except NotPlain:
        return Refusal(code="body-invalid", message=f"“{kind.label}”的内容不完整或格式不对。")
    if isinstance(body, sb.TipOffered):
        if tip is not None:
            return Refusal(code="case-exists", message=f"{entry.subject} 已经存在。")
        return _text_refusal(body.text)
    if tip is None:
        return None if kind.anywhere else Refusal(code="case-unknown", message=f"没有 {entry.subject}。")
    if tip.state not in kind.states:
        return Refusal(code="state-forbids", message=f"提示现为“{TIP_LABELS[tip.state]}”，不能再做“{kind.label}”。")
    if isinstance(body, sb.TipDecided) and entry.kind == "tip.approved" and body.text:
        return _text_refusal(body.text)
    return None


def _text_refusal(text: str) -> Refusal | None:
    if not text.strip():
        return Refusal(code="tip-empty", message="提示是空的。", field="text")
    if len(text) > MAX_TEXT or "\n" in text:
        return Refusal(code="tip-long", message=f"提示须为一行，最多 {MAX_TEXT} 个字。", field="text")
    return None


def _offered(entry: Entry) -> Tip | None:
    try:
        body = body_of(sb.TipOffered, entry.body)
    except NotPlain:
        return None
    return Tip(
        number=entry.subject,
        offered=body,
        offered_at=entry.at,
        window=entry.window,
        clerk=entry.actor,
        text=body.text.strip(),
        updated_at=entry.at,
        work=worked(entry),
    )


def _decided(state: TipState) -> Callable[[Tip, Entry, sb.TipDecided], Tip]:
    def effect(tip: Tip, entry: Entry, body: sb.TipDecided) -> Tip:
        text = body.text.strip() or tip.text
        return replace(tip, state=state, text=text, decided_by=entry.actor, decided_at=entry.at, reason=body.reason)

    return effect


def _remarked(tip: Tip, entry: Entry, body: b.Remarked) -> Tip:
    remark = Remark(at=entry.at, actor=entry.actor, text=body.text, entry=entry.id)
    return replace(tip, remarks=tuple(sorted((*tip.remarks, remark), key=lambda r: (r.at, r.entry))))


def _as_it_is(tip: Tip, _entry: Entry, _body: object) -> Tip:
    return tip


TIP_EFFECTS: dict[str, Callable[[Tip, Entry, Any], Tip]] = {
    "tip.approved": _decided(TipState.APPROVED),
    "tip.declined": _decided(TipState.DECLINED),
    "tip.withdrawn": _decided(TipState.WITHDRAWN),
    "remark.added": _remarked,
    "conflict.settled": _as_it_is,
    "entry.mended": _as_it_is,
    "entry.lost": _as_it_is,
}
