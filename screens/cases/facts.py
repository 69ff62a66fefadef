"""A case in words: what the screen of one case shows, as lines of label, text and tone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from clerk_app.domain.case import Case
from clerk_app.domain.checklist import Deficit, deficit_of, received_words
from clerk_app.domain.codes import LIGHT_LABELS
from clerk_app.domain.kinds import STATE_LABELS
from clerk_app.domain.people import mask_number, mask_phone
from clerk_app.history import CONFLICT, HistoryLine, RunningClock
from clerk_app.planning import VISIT_REASONS
from screens.text import Part
from screens.widgets.prose import Para
from screens.words import day_words, moment_words

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.elsewhere import Preview, Whereabouts
    from clerk_app.scanning import AttachedScan


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """Everything one case's screen shows, read in one go."""

    case: Case
    confirmed: bool
    history: list[HistoryLine]
    clocks: list[RunningClock]
    wanted: tuple[Deficit, ...]
    allowed: frozenset[str]
    papers: tuple[str, ...]
    deemed: bool
    breach: bool
    """Whether one more visit breaks the cap."""
    today: date
    where: Whereabouts
    scans: list[AttachedScan] = field(default_factory=list)
    why_not: str = ""
    """Why a case of another point cannot be taken up here."""


def read(desk: Desk, number: str) -> CaseFacts:
    """Read a case; raises ``Refused`` where there is none."""
    case = desk.case(number)
    return CaseFacts(
        case=case,
        confirmed=desk.confirmed(case.number),
        history=desk.history(case.number),
        clocks=desk.clocks(case),
        wanted=desk.wanted(case),
        allowed=desk.allowed(case),
        papers=desk.papers_of(case),
        deemed=desk.deemed_accepted(case),
        breach=desk.visit_would_breach(case),
        today=desk.today,
        where=desk.whereabouts(case),
        scans=desk.scans_of(number),
    )


def read_preview(desk: Desk, preview: Preview) -> CaseFacts:
    """Return what is shown of a case that is not here."""
    case = preview.case
    return CaseFacts(
        case=case,
        confirmed=True,
        history=list(preview.history),
        clocks=desk.clocks(case),
        wanted=desk.wanted(case),
        allowed=frozenset() if preview.why_not else frozenset({"take_up_case"}),
        papers=(),
        deemed=desk.deemed_accepted(case),
        breach=desk.visit_would_breach(case),
        today=desk.today,
        where=replace(desk.whereabouts(case), name=preview.place_name),
        why_not=preview.why_not,
    )


def head(facts: CaseFacts, identity: str = "") -> list[Para]:
    """Return the case's heading; ``identity`` is the number in full once somebody asked for it."""
    case = facts.case
    who = case.applicant
    confirmed = "市中心已确认" if facts.confirmed else "本机已记录，待市中心确认"
    first: list[Part] = [
        (case.number, "accent"),
        (f"  【{STATE_LABELS[case.state]}】  ", "strong"),
        (confirmed, "dim" if facts.confirmed else "warn"),
    ]
    if case.official:
        first.append((f"  正式编号 {case.official}", "dim"))
    second: list[Part] = [(case.item.name, "strong"), (f"  {case.item.department.name}", "dim")]
    if case.joint is not None:
        second.append((f"  {case.joint.name or '合并收件'}（共 {case.joint.cases} 件）", "dim"))
    third: list[Part] = [(f"{who.name}  {identity or mask_number(who.id_number)}  {mask_phone(who.phone)}", "")]
    if who.agent_name:
        third.append((f"  经办 {who.agent_name}", ""))
    return [Para(first), Para(second), Para(third), *_where(facts), *_conflicts(case)]


def _where(facts: CaseFacts) -> list[Para]:
    """Say where a case is handled, once it was moved or is another point's."""
    where = facts.where
    if where.here and not where.since:
        return []
    taken = f"，{where.since} 续办" if where.since else ""
    by = f"，经手 {where.by}" if where.by else ""
    if where.here:
        return [Para([(f"本服务点续办（{where.since}{by}）", "dim")])]
    words = f"现由 {where.name} 办理{taken}{by}"
    return [Para([(words, "warn"), (f"  {facts.why_not}" if facts.why_not else "", "")])]


def _conflicts(case: Case) -> list[Para]:
    if not case.conflicts:
        return []
    return [Para([(f"有 {len(case.conflicts)} 处冲突，待值班主任处理", "bad")])]


def situation(facts: CaseFacts) -> list[Para]:
    """Return clocks, what is asked for, materials and visits."""
    return [*_clocks(facts), *_wanted(facts), *_materials(facts), *_visits(facts)]


def history(facts: CaseFacts) -> list[Para]:
    """Return what happened, one act a paragraph."""
    paras = [_title("经过")]
    windows = len({line.window for line in facts.history}) > 1
    for line in facts.history:
        parts: list[Part] = [(f"{moment_words(line.at)}  ", "dim"), (line.label, "strong")]
        if line.mark:
            parts.insert(1, (f"{line.mark}  ", "warn"))
        if line.text:
            parts.append((f"  {line.text}", ""))
        at = f"（{line.window}）" if windows else ""
        good = line.confirmed and not line.verdict.startswith(CONFLICT)
        parts += [(f"  {line.actor}{at}", "dim"), (f"  {line.verdict}", "dim" if good else "warn")]
        paras.append(Para(parts, 18))
    return paras


def _title(text: str) -> Para:
    return Para([(text, "accent")])


def _clocks(facts: CaseFacts) -> list[Para]:
    paras = []
    if facts.deemed and facts.case.accepted is None:
        paras.append(Para([("逾期没有告知，依法自收件之日起视为受理", "bad")]))
    for clock in facts.clocks:
        left = (
            f"还有 {clock.left} 天" if clock.left > 0 else "今天到期" if clock.left == 0 else f"超期 {-clock.left} 天"
        )
        parts: list[Part] = [
            (f"{clock.name}  ", ""),
            (day_words(clock.due.day, provisional=clock.due.provisional), "strong"),
            (f"  {left}  ", ""),
            (f"[{LIGHT_LABELS[clock.light]}]", LIGHT_TONES.get(str(clock.light), "dim")),
        ]
        if clock.note:
            parts.append((f"  {clock.note}", "dim"))
        paras.append(Para(parts, 10))
    return [_title("时限"), *paras, BLANK] if paras else []


def _wanted(facts: CaseFacts) -> list[Para]:
    if not facts.wanted or facts.case.ended is not None or facts.case.declined is not None:
        return []
    paras = [_title(f"待补 {len(facts.wanted)} 项")]
    for n, deficit in enumerate(facts.wanted, start=1):
        paras.append(Para([(f"{n:>2} {deficit.name}", ""), (f"  {deficit.cure}；{deficit.where}", "dim")], 3))
    return [*paras, BLANK]


def _materials(facts: CaseFacts) -> list[Para]:
    case = facts.case
    paras = [_title("材料")]
    for n, material in enumerate(case.checklist, start=1):
        tally = case.tallies.get(material.id)
        wrong = deficit_of(material, tally, facts.today)
        mark, tone = ("[缺]", "warn") if wrong else ("[齐]", "good") if tally and not tally.empty else ("选交", "dim")
        received = received_words(tally) if tally else "无"
        received += scan_words([scan for scan in facts.scans if scan.scan.material == material.id], "；")
        paras.append(Para([(f"{n:>2} ", "dim"), (f"{mark} ", tone), (f"{material.name}  ", ""), (received, "dim")], 8))
    return [*paras, BLANK]


def scan_words(scans: Sequence[AttachedScan], before: str = "") -> str:
    """Return in words how many scans there are, and how far they have come: 扫描 2 份（待传 1）."""
    if not scans:
        return ""
    states = [scan.state for scan in scans]
    named = (("待传", "waiting"), ("被退", "refused"), ("不在本机", "absent"))
    left = [f"{words} {states.count(state)}" for words, state in named if state in states]
    return f"{before}扫描 {len(scans)} 份（{'，'.join(left) or '已传'}）"


def _visits(facts: CaseFacts) -> list[Para]:
    case = facts.case
    over = "（超过上限）" if case.visits_over_cap else ""
    paras = [_title(f"到现场 {len(case.visits)}/{case.item.visits_cap} 次{over}")]
    for visit in case.visits:
        reason = VISIT_REASONS.get(visit.reason, visit.reason)
        paras.append(Para([(f"{visit.on}  {reason}", "dim")], 12))
    if case.breaches:
        named = "、".join(b.name for b in case.breaches)
        paras.append(Para([(f"第二次告知才提出，首次告知应已提出：{named}", "bad")]))
    return [*paras, BLANK]


LIGHT_TONES = {"green": "good", "yellow": "warn", "red": "bad"}
BLANK = Para([("", "")])
