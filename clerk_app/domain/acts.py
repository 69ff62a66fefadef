"""What may be done with a case, and what the window should do next: the checks before an act is written.

``refusal`` is run by the window before it writes and by central before it stores: one rule, both ends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Handling, Material, Necessity
from clerk_app.domain.checklist import MAX_COUNT, Deficit, Tally, deficit_of, deficits, expires_on
from clerk_app.domain.journal import Entry, is_digest
from clerk_app.domain.kinds import BEFORE_ACCEPTANCE, KINDS, STATE_LABELS
from clerk_app.domain.paper_acts import arrival_refusal, delivery_refusal, papers_refusal, return_refusal
from clerk_app.domain.people import Role
from clerk_app.domain.plain import NotPlain, body_of
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.supervision_acts import oversight_refusal
from clerk_app.domain.upkeep import elsewhere_refusal, move_refusal, scan_refusal, unscan_refusal


class Outlook(StrEnum):
    """What the checklist allows now."""

    COMPLETE = "complete"
    """齐全, 可受理."""
    DEFERRABLE = "deferrable"
    """缺的都可容缺后补."""
    INCOMPLETE = "incomplete"
    """应一次性告知."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The live verdict over a checklist."""

    outlook: Outlook
    deficits: tuple[Deficit, ...]
    due: int
    """How many lines are due."""
    why_not_deferrable: str = ""
    """Chinese; why 容缺受理 is out of the question, where something is missing."""


ACCEPTED_BY_LAW = Refusal(
    code="deemed-accepted", message="收件后5个工作日内没有告知，依法自收件之日起即为受理，请按受理办理。"
)
"""行政许可法 §32(4): what may not be done any more with a case whose notice was not given in time (rule 1)."""


def assess(
    item: b.ItemRef, discredited: bool, checklist: Sequence[Material], tallies: Mapping[str, Tally], today: date
) -> Assessment:
    """Return what the papers received so far allow (rules 2 and 4)."""
    found = deficits(checklist, tallies, today)
    due = sum(1 for m in checklist if m.necessity is not Necessity.OPTIONAL)
    if not found:
        return Assessment(outlook=Outlook.COMPLETE, deficits=(), due=due)
    why = provisional_refusal(item, discredited, checklist, found)
    outlook = Outlook.INCOMPLETE if why else Outlook.DEFERRABLE
    return Assessment(outlook=outlook, deficits=found, due=due, why_not_deferrable=why.message if why else "")


def provisional_refusal(
    item: b.ItemRef, discredited: bool, checklist: Sequence[Material], found: Sequence[Deficit]
) -> Refusal | None:
    """Return why these deficits cannot be owed under 容缺受理, or ``None`` (rule 4)."""
    if not found:
        return Refusal(code="nothing-owed", message="材料已齐全，直接受理即可，不需要容缺受理。")
    if item.handling is Handling.IMMEDIATE:
        return Refusal(code="provisional-immediate", message="即办件不适用容缺受理。")
    if discredited:
        return Refusal(code="provisional-discredited", message="申请人有失信记录，不适用容缺受理。")
    if not item.provisional_allowed:
        return Refusal(code="provisional-not-offered", message="本事项不实行容缺受理。")
    lines = {m.id: m for m in checklist}
    firm = [d.name for d in found if lines[d.material].necessity is not Necessity.DEFERRABLE]
    if firm:
        return Refusal(
            code="provisional-primary", message=f"主要材料不能容缺：{'、'.join(firm[:3])}{'等' if firm[3:] else ''}。"
        )
    return None


def role_refusal(entry_kind: str, role: Role) -> Refusal | None:
    """Return why somebody in this role may not say this kind of entry, or ``None``."""
    kind = KINDS.get(entry_kind)
    if kind is None:
        return Refusal(code="unknown-kind", message="这一步操作的种类无法识别。")
    if role not in kind.roles:
        return Refusal(code="not-your-role", message=f"您的岗位不能办理“{kind.label}”。")
    return None


def refusal(case: Case | None, entry: Entry, reach: Collection[str] = ()) -> Refusal | None:
    """Return why ``entry`` may not follow on ``case`` (``None``: no such case yet), or ``None`` when it may.

    ``reach``: the points the actor answers for.
    """
    kind = KINDS.get(entry.kind)
    if kind is None:
        return Refusal(code="unknown-kind", message="这一步操作的种类无法识别。")
    try:
        body = body_of(kind.body, entry.body)
    except NotPlain:
        return Refusal(code="body-invalid", message=f"“{kind.label}”的内容不完整或格式不对。")
    if isinstance(body, b.Received):
        if case is not None:
            return Refusal(code="case-exists", message=f"办件 {entry.subject} 已经存在。")
        return tallies_refusal(body.checklist, body.tallies)
    if not _well_formed(body):
        return Refusal(code="body-invalid", message=f"“{kind.label}”的内容不完整或格式不对。")
    if case is None:
        return None if kind.anywhere else Refusal(code="case-unknown", message=f"没有办件 {entry.subject}。")
    if case.state not in kind.states:
        label = STATE_LABELS[case.state]
        return Refusal(code="state-forbids", message=f"办件现为“{label}”，不能再做“{kind.label}”。")
    return elsewhere_refusal(case, entry, reach) or _body_refusal(case, entry, body)


def _well_formed(body: object) -> bool:
    if isinstance(body, b.Lost):
        return body.stands_for == "" or is_digest(body.stands_for)
    if isinstance(body, cb.Unpacked):
        return bool(body.lines)
    return body.entry not in {"", body.by} if isinstance(body, b.Mended) else True


def _body_refusal(case: Case, entry: Entry, body: object) -> Refusal | None:
    refused = _decision_refusal(case, entry, body) or oversight_refusal(case, entry, body)
    if isinstance(body, b.Moved):
        return move_refusal(case, entry, body)
    if isinstance(body, b.ScanAttached):
        return scan_refusal(case, body)
    if isinstance(body, cb.Packed):
        return papers_refusal(case, entry, body)
    if isinstance(body, cb.GivenBack):
        return return_refusal(case, entry, body)
    if isinstance(body, cb.ResultArrived):
        return arrival_refusal(case, entry)
    if isinstance(body, b.Delivered):
        return delivery_refusal(case, entry, body)
    return unscan_refusal(case, body) if isinstance(body, b.ScanRemoved) else refused


def _decision_refusal(case: Case, entry: Entry, body: object) -> Refusal | None:
    if isinstance(body, b.Accepted):
        return _acceptance_refusal(case, entry, body)
    if isinstance(body, b.AcceptedProvisionally):
        return _commitment_refusal(case, body)
    if isinstance(body, b.Declined) and _accepted_by_law(case, body.on):
        return ACCEPTED_BY_LAW
    if isinstance(body, b.Ended) and entry.kind == "case.returned":
        return _return_refusal(case, body.on)
    if isinstance(body, b.Decided) and body.outcome == "approved" and case.open_debts(body.on):
        return Refusal(code="debts-open", message="容缺材料补齐之前不予颁发办理结果。")
    if isinstance(body, b.NoticeGiven):
        return _notice_refusal(case, body)
    if isinstance(body, b.Supplemented):
        return _supplement_refusal(case, body)
    if isinstance(body, b.Checked):
        return tallies_refusal(case.checklist, body.tallies)
    if isinstance(body, b.Suspended) and case.paused:
        return Refusal(code="already-suspended", message="办件已在特别程序中。")
    return _resumption_refusal(case, body) if isinstance(body, b.Resumed) else None


def _accepted_by_law(case: Case, on: date) -> bool:
    """Whether the notice was due before this day and not given; of a day marked 暂定 nothing is held against anybody."""
    waiting = case.state in BEFORE_ACCEPTANCE and not case.notices
    return waiting and not case.notice_due.provisional and on > case.notice_due.day


def _acceptance_refusal(case: Case, entry: Entry, body: b.Accepted) -> Refusal | None:
    if body.deemed and not case.notices and body.accepted_on == case.received_on:
        said_on = _day_of(entry.at)
        if case.notice_due.provisional or said_on is None or said_on > case.notice_due.day:
            return None
    found = case.deficits(body.accepted_on)
    if found:
        return Refusal(code="incomplete", message=f"还有 {len(found)} 项材料不齐，不能受理：{found[0].name}等。")
    return None


def _day_of(at: str) -> date | None:
    try:
        return date.fromisoformat(at[:10])
    except ValueError:
        return None


def _commitment_refusal(case: Case, body: b.AcceptedProvisionally) -> Refusal | None:
    """A commitment names all that is missing, each with a day before the promised one (rule 4)."""
    found = case.deficits(body.accepted_on)
    refused = provisional_refusal(case.item, case.applicant.discredited, case.checklist, found)
    if refused is not None:
        return refused
    if {o.material for o in body.owed} != {d.material for d in found}:
        return Refusal(code="owed-differs", message="容缺承诺所列材料与实际所缺不一致。")
    promised = body.promised_due or body.statutory_due
    if promised is None or any(not body.accepted_on < o.by.day < promised.day for o in body.owed):
        return Refusal(code="owed-too-late", message="容缺补交期限应在受理之后、承诺办结日之前。")
    return None


def overdue_debts(case: Case, on: date) -> tuple[b.Owed, ...]:
    """Return the debts of a provisional acceptance whose day has passed (rule 4)."""
    return tuple(o for o in case.open_debts(on) if on > o.by.day)


def _resumption_refusal(case: Case, body: b.Resumed) -> Refusal | None:
    """Who ends a special procedure says to which days the clocks that run have moved: never to earlier ones (rule 5)."""
    if not case.paused:
        return Refusal(code="not-suspended", message="办件没有在特别程序中。")
    clocks = case.accepted or b.Accepted(accepted_on=case.received_on)
    moved = ((clocks.promised_due, body.promised_due), (clocks.statutory_due, body.statutory_due))
    if any(before is not None and (after is None or after.day < before.day) for before, after in moved):
        return Refusal(code="dates-not-moved", message="恢复计时须写明顺延后的承诺办结日和法定办结日。")
    return None


def _return_refusal(case: Case, on: date) -> Refusal | None:
    """Papers go back when the applicant gives a case up before it is accepted, or owes beyond the day (rule 4)."""
    if case.state in BEFORE_ACCEPTANCE:
        return ACCEPTED_BY_LAW if _accepted_by_law(case, on) else None
    if overdue_debts(case, on):
        return None
    return Refusal(code="debt-not-overdue", message="没有逾期未补的容缺材料，不能退件。")


def _notice_refusal(case: Case, body: b.NoticeGiven) -> Refusal | None:
    """A notice is the whole truth of its day: it names every deficit there is (rule 2)."""
    known = {m.id for m in case.checklist}
    if not known.issuperset(d.material for d in body.deficits):
        return Refusal(code="material-unknown", message="告知书所列材料不在办件的清单之内。")
    if body.stage != "complete" or case.state not in BEFORE_ACCEPTANCE:
        return None
    found = {d.material for d in case.deficits(body.given_on)}
    if not found:
        return Refusal(code="nothing-missing", message="材料已齐全，没有需要告知补正的内容。")
    if found != {d.material for d in body.deficits}:
        return Refusal(code="notice-differs", message="告知书所列与实际所缺不一致，必须一次告知全部。")
    return None


def _supplement_refusal(case: Case, body: b.Supplemented) -> Refusal | None:
    refused = tallies_refusal(case.checklist, body.tallies)
    if refused is not None or (case.state in {*BEFORE_ACCEPTANCE} and not case.notices):
        return refused
    asked = {d.material for n in case.notices for d in n.deficits} | {o.material for o in case.owed}
    for line in body.lines:
        if line.material not in asked:
            return Refusal(
                code="not-on-notice",
                message=f"“{line.name}”不在告知书或容缺承诺所列之内；补正材料应与告知书逐项相符。",
                field=line.material,
            )
    late = {o.material: o for o in overdue_debts(case, body.on) if not o.by.provisional}
    for line in body.lines:
        if line.material in late:
            return Refusal(
                code="debt-overdue",
                message=f"“{line.name}”应于{late[line.material].by.day}前补交，现已逾期，应作退件处理。",
                field=line.material,
            )
    return None


def tallies_refusal(checklist: Sequence[Material], tallies: Sequence[Tally]) -> Refusal | None:
    """Return why these tallies cannot be recorded against this checklist, or ``None``."""
    known = {m.id for m in checklist}
    seen: set[str] = set()
    for tally in tallies:
        if tally.material not in known:
            return Refusal(code="material-unknown", message="清单中没有这项材料。", field=tally.material)
        if tally.material in seen:
            return Refusal(code="material-twice", message="同一项材料登记了两次。", field=tally.material)
        seen.add(tally.material)
        for count in (tally.originals_seen, tally.originals_kept, tally.copies_kept, tally.electronic):
            if not 0 <= count <= MAX_COUNT:
                return Refusal(code="count-invalid", message=f"份数应在 0 到 {MAX_COUNT} 之间。", field=tally.material)
    return None


def after_supplement(before: Tally | None, brought: Tally, material: Material, today: date) -> Tally:
    """Return a line's tally once supplements came in.

    Papers that were in order so far stay and are added to; a paper that was defective or expired is replaced.
    """
    if before is None or before.empty or before.defect is not None:
        return brought
    last = expires_on(material, before)
    if last is not None and last < today:
        return brought
    return Tally(
        material=brought.material,
        originals_seen=before.originals_seen + brought.originals_seen,
        originals_kept=before.originals_kept + brought.originals_kept,
        copies_kept=before.copies_kept + brought.copies_kept,
        electronic=before.electronic + brought.electronic,
        defect=brought.defect,
        issued=brought.issued or before.issued,
        evidence=brought.evidence or before.evidence,
    )


def cured(material: Material, tally: Tally, today: date) -> bool:
    """Whether a line is in order now."""
    return deficit_of(material, tally, today) is None
