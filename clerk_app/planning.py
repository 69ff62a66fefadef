"""What a window says when an applicant stands there: from a draft or a case to the acts to be recorded, as values.

No clock and no disk: the day, the calendar and the case number come from the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum

from clerk_app.domain import bodies as b
from clerk_app.domain.acts import (
    ACCEPTED_BY_LAW,
    Outlook,
    after_supplement,
    assess,
    cured,
    provisional_refusal,
    tallies_refusal,
)
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Handling, Limit, Material, ServiceItem
from clerk_app.domain.checklist import Deficit, DeficitKind, Tally, deficits
from clerk_app.domain.deadlines import Calendar, DueDay, debt_latest, marked, notice_due, notice_lapsed, promised_due
from clerk_app.domain.draft import Draft, HeldScan, item_ref
from clerk_app.domain.joint import item_answers
from clerk_app.domain.kinds import IN_PROGRESS
from clerk_app.domain.people import Applicant
from clerk_app.domain.refusals import Refusal
from clerk_app.seat import Act, Refused, Seat


class Decide(StrEnum):
    """What the clerk wants of an intake or a supplement."""

    AUTO = "auto"
    """Accept if complete, else tell everything missing."""
    RECEIVE = "receive"
    """Take the papers, decide later: the notice clock runs."""
    PROVISIONAL = "provisional"
    """容缺受理."""
    DECLINE = "decline"
    """不予受理."""


VISIT_REASONS = {
    "unclear-guide": "办事指南没写清楚",
    "not-told-once": "上次没有一次告知",
    "proof-elsewhere": "需到其他单位开证明",
    "defective": "材料有错需更正",
    "applicant": "申请人自身原因",
    "collect": "领取结果",
    "other": "其他",
}
"""Why an applicant comes more often than the item's cap says (rule 8)."""

DECLINE_REASONS = {
    "not-required": "依法不需要取得许可或办理该事项",
    "not-competent": "不属于本机关职权范围",
    "conditions": "不符合受理条件",
    "no-supplement": "逾期未补正材料",
    "other": "其他",
}


def plan_intake(
    draft: Draft,
    applicant: Applicant,
    decide: Decide,
    reason: tuple[str, str],
    visit_reason: str,
    seat: Seat,
    calendar: Calendar,
    today: date,
    new_number: Callable[[], str],
) -> list[Act]:
    """Return the acts of an intake, case by case; ``reason`` is the code and the words of a refusal to accept.

    Raises ``Refused`` when it may not be done; nothing is recorded then.
    """
    acts: list[Act] = []
    numbers = [new_number() for _ in draft.items]
    joint = None
    if len(draft.items) > 1:
        joint = b.JointRef(group=numbers[0], name=draft.joint.name if draft.joint else "", cases=len(numbers))
    for number, item in zip(numbers, draft.items, strict=True):
        received = _received(draft, item, applicant, visit_reason, seat, calendar, today, joint)
        refused = tallies_refusal(received.checklist, received.tallies)
        if refused is not None:
            raise Refused.because(refused)
        acts.append(Act("case.received", number, received))
        acts += attached(number, draft.scans_of(item))
        acts += _decision(number, item, received, decide, reason, calendar, today)
    return acts


def _received(
    draft: Draft,
    item: ServiceItem,
    applicant: Applicant,
    visit_reason: str,
    seat: Seat,
    calendar: Calendar,
    today: date,
    joint: b.JointRef | None,
) -> b.Received:
    checklist = draft.lines_of(item)
    known = {m.id for m in checklist}
    return b.Received(
        item=item_ref(item),
        applicant=applicant,
        checklist=checklist,
        received_on=today,
        notice_due=notice_due(calendar, today),
        answers=item_answers(draft.items, item, draft.answers),
        tallies=tuple(t for key, t in draft.tallies_of(item).items() if key in known),
        point=seat.point,
        joint=joint,
        prefiling=draft.prefiling,
        visit_reason=visit_reason,
    )


def _decision(
    number: str,
    item: ServiceItem,
    received: b.Received,
    decide: Decide,
    reason: tuple[str, str],
    calendar: Calendar,
    today: date,
) -> list[Act]:
    tallies = {t.material: t for t in received.tallies}
    found = deficits(received.checklist, tallies, today)
    if decide is Decide.RECEIVE:
        return []
    if decide is Decide.DECLINE:
        return [Act("case.declined", number, declined(item, reason, today))]
    if decide is Decide.PROVISIONAL and found:
        outlook = assess(received.item, received.applicant.discredited, received.checklist, tallies, today)
        if outlook.outlook is not Outlook.DEFERRABLE:
            why = provisional_refusal(received.item, received.applicant.discredited, received.checklist, found)
            raise Refused.because(why or Refusal(code="provisional-refused", message=outlook.why_not_deferrable))
        return [Act("case.accepted_provisionally", number, provisional(received.item, found, calendar, today))]
    if found:
        return [Act("notice.given", number, b.NoticeGiven(number=1, deficits=found, given_on=today))]
    return [Act("case.accepted", number, accepted(received.item, calendar, today))]


def attached(number: str, scans: Mapping[str, Sequence[HeldScan]]) -> list[Act]:
    """Return the acts that attach scans to a case, by material."""
    return [
        Act(
            "scan.attached",
            number,
            b.ScanAttached(material=material, sha256=s.sha256, size=s.size, media=s.media, pages=s.pages),
        )
        for material, held in scans.items()
        for s in held
    ]


def accepted(item: b.ItemRef, calendar: Calendar, on: date, deemed: bool = False) -> b.Accepted:
    """Return the acceptance of a case on a day, with both clocks (rule 1)."""
    return b.Accepted(
        accepted_on=on,
        promised_due=_due(calendar, item.promised, item.handling, on),
        statutory_due=_due(calendar, item.statutory, Handling.OTHER, on),
        deemed=deemed,
    )


def provisional(item: b.ItemRef, found: Sequence[Deficit], calendar: Calendar, on: date) -> b.AcceptedProvisionally:
    """Return a provisional acceptance that owes these deficits; raises ``Refused`` where no day is left to owe them."""
    clocks = accepted(item, calendar, on)
    promised = clocks.promised_due or clocks.statutory_due
    latest = debt_latest(calendar, on, promised.day) if promised is not None else None
    if latest is None or promised is None:
        raise Refused(
            "provisional-too-short", "承诺时限太短，容缺补交期限至少须早于承诺办结日2个工作日，不能容缺受理。"
        )
    by = marked(calendar, on, latest)
    return b.AcceptedProvisionally(
        accepted_on=on,
        owed=tuple(b.Owed(material=d.material, name=d.name, by=by) for d in found),
        promised_due=clocks.promised_due,
        statutory_due=clocks.statutory_due,
    )


def declined(item: ServiceItem | None, reason: tuple[str, str], on: date) -> b.Declined:
    """Return a refusal to accept with its remedies; raises ``Refused`` when no reason is given."""
    code, words = reason
    words = words.strip().rstrip("：") or (DECLINE_REASONS.get(code, "") if code != "other" else "")
    if not words:
        raise Refused("reason-missing", "不予受理必须写明理由。", "reason")
    return b.Declined(
        on=on,
        reason=words,
        reason_code=code if code in DECLINE_REASONS else "other",
        basis=item.basis if item else "",
        review_body=item.review_body if item else "",
        court=item.court if item else "",
    )


def uncorrected(case: Case) -> dict[str, Deficit]:
    """Return, by material, what the department's notices (补正) named and no supplement has put in order since."""
    found: dict[str, Deficit] = {}
    for notice in case.notices:
        if notice.stage == "correct":
            later = (line for s in case.supplements if s.notice >= notice.number for line in s.lines)
            cured_since = {line.material for line in later if line.cured}
            found.update({d.material: d for d in notice.deficits if d.material not in cured_since})
    return found


def still_open(case: Case, today: date) -> tuple[Deficit, ...]:
    """Return everything that is missing or wrong: by the checklist, and by what the department found."""
    return tuple({**uncorrected(case), **{d.material: d for d in case.deficits(today)}}.values())


def wanted(case: Case, today: date) -> tuple[Deficit, ...]:
    """Return what the notices and the commitment still ask for, in the notice's order; first told, first listed."""
    open_now = {d.material: d for d in still_open(case, today)}
    asked = [d.material for n in case.notices for d in n.deficits] + [o.material for o in case.owed]
    told = [open_now[m] for m in dict.fromkeys(asked) if m in open_now]
    return tuple(told) if asked else tuple(open_now.values())


def plan_supplement(case: Case, brought: Sequence[Tally], visit: bool, visit_reason: str, today: date) -> Act:
    """Return the act that takes supplements in, line by line against the notice (rule 2)."""
    lines, tallies = [], []
    for given in brought:
        line = case.material(given.material)
        if line is None:
            raise Refused("material-unknown", "办件的清单中没有这项材料。", given.material)
        tally = replace(given, material=line.id)
        if tally.empty and tally.defect is None:
            continue
        _must_be_open(case, line, today)
        after = after_supplement(_held(case, line.id), tally, line, today)
        lines.append(b.SupplementLine(material=line.id, name=line.name, brought=tally, cured=cured(line, after, today)))
        tallies.append(after)
    if not lines:
        raise Refused("nothing-brought", "没有登记任何补交的材料。")
    body = b.Supplemented(
        on=today,
        lines=tuple(lines),
        tallies=tuple(tallies),
        notice=len(case.notices),
        visit=visit,
        visit_reason=visit_reason,
    )
    return Act("case.supplemented", case.number, body)


def _held(case: Case, material: str) -> Tally | None:
    """Return what counts of a line so far: not the papers the department found wrong, before they are replaced."""
    correction = uncorrected(case).get(material)
    since = (line.material for s in case.supplements if s.notice >= len(case.notices) for line in s.lines)
    if correction is None or correction.kind in {DeficitKind.MISSING, DeficitKind.SHORT} or material in since:
        return case.tallies.get(material)
    return None


def _must_be_open(case: Case, line: Material, today: date) -> None:
    """Once a case is accepted, no paper is taken that is in order already; what nobody asked for is refused elsewhere."""
    asked = {d.material for n in case.notices for d in n.deficits} | {o.material for o in case.owed}
    if case.state in IN_PROGRESS and line.id in asked - {d.material for d in still_open(case, today)}:
        raise Refused("not-wanted", f"“{line.name}”已经补齐，不需要再补。", line.id)


def next_step(
    case: Case, decide: Decide, item: ServiceItem | None, reason: tuple[str, str], calendar: Calendar, today: date
) -> list[Act]:
    """Return what follows on a case as it now stands: acceptance, a notice, nothing.

    What earlier notices named is not told again; a notice is given only when something else is missing.
    """
    if decide is Decide.RECEIVE or case.state not in {"received", "notified"}:
        return []
    by_law = deemed(case, calendar, today)
    if decide is Decide.DECLINE:
        if by_law:
            raise Refused.because(ACCEPTED_BY_LAW)
        return [Act("case.declined", case.number, declined(item, reason, today))]
    found = case.deficits(today)
    if by_law:
        return [Act("case.accepted", case.number, accepted(case.item, calendar, case.received_on, deemed=bool(found)))]
    if not found:
        return [Act("case.accepted", case.number, accepted(case.item, calendar, case.last_paper_on))]
    if decide is Decide.PROVISIONAL:
        why = provisional_refusal(case.item, case.applicant.discredited, case.checklist, found)
        if why is not None:
            raise Refused.because(why)
        owing = provisional(case.item, found, calendar, today)
        return [Act("case.accepted_provisionally", case.number, owing)]
    told = {d.material for n in case.notices for d in n.deficits}
    if {d.material for d in found} <= told:
        return []
    notice = b.NoticeGiven(number=len(case.notices) + 1, deficits=found, given_on=today)
    return [Act("notice.given", case.number, notice)]


def deemed(case: Case, calendar: Calendar, today: date) -> bool:
    """Whether the case counts as accepted by law because no notice was given in time (rule 1)."""
    if case.state != "received" or case.notices:
        return False
    if case.notice_due.provisional:
        return notice_lapsed(calendar, case.received_on, today)
    return today > case.notice_due.day


def line_for(materials: Sequence[Material], reference: str) -> Material | None:
    """Return the line with this id, else the only one with exactly this name, else ``None``."""
    by_id = [m for m in materials if m.id == reference]
    named = by_id or [m for m in materials if m.name == reference]
    return named[0] if len(named) == 1 else None


def _due(calendar: Calendar, limit: Limit | None, handling: Handling, on: date) -> DueDay | None:
    if limit is None:
        return DueDay(on) if handling is Handling.IMMEDIATE else None
    return promised_due(calendar, limit, on)
