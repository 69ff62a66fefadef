"""What a supervisor may say: the checks before an act is written, at the window and at central."""

from __future__ import annotations

from datetime import date
from typing import Any

from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case import Case
from clerk_app.domain.journal import Entry
from clerk_app.domain.oversight import Oversight, task_of_act
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.supervision import MOST_RISK, is_drawn, may_be_drawn
from clerk_app.domain.supervision_words import FINDINGS, OUTCOMES, RATING_LABELS, task_kind

EXTENSION_DAYS = 10
"""行政许可法 §42: working days a decision may take longer, once, on the organ head's approval."""
JOINT_EXTENSION_DAYS = 15
"""行政许可法 §42: the same where several offices decide together."""
MAX_TEXT = 1000
MAX_TASK = 120


def oversight_refusal(stood: Any, entry: Entry, body: object) -> Refusal | None:
    """Return why something a supervisor says of a case, a bag or a hand-over may not follow on what stands, or ``None``."""
    match body:
        case sb.TaskAssigned():
            return _task_refusal(stood, body.task) or _needed(body.to, "to", "请写明转给谁。")
        case sb.TaskSentBack():
            return _task_refusal(stood, body.task) or _needed(body.reason, "reason", "请写明退回的理由。")
        case sb.TaskAnswered():
            return _answer_refusal(stood.oversight, body)
        case sb.TaskConcluded():
            return _conclusion_refusal(stood, body)
        case sb.FindingRecorded():
            known = None if body.code in FINDINGS else _invalid("没有这类问题。", "code")
            return known or _needed(body.text, "text", "请写明问题。")
        case sb.UndoAsked():
            return _undo_refusal(stood.oversight, body)
        case sb.Undone():
            return _second_refusal(stood.oversight, entry, body)
        case _:
            return _case_refusal(stood, body) if isinstance(stood, Case) else None


def _case_refusal(case: Case, body: object) -> Refusal | None:
    match body:
        case sb.Extended():
            return _extension_refusal(case, body)
        case sb.Urged():
            return _needed(body.text, "text", "请写明催办的内容。") or _needed(body.to, "to", "请写明催办谁。")
        case sb.UrgeAnswered():
            if body.entry not in {u.by.entry for u in case.oversight.urged}:
                return Refusal(code="urge-unknown", message="没有这次催办。", field="entry")
            return _needed(body.text, "text", "答复是空的。")
        case sb.VerificationDrawn():
            return _draw_refusal(case, body)
        case sb.VerificationDone():
            if not case.oversight.drawn:
                return Refusal(code="not-drawn", message="这一件没有被抽中核查。")
            if case.oversight.verified:
                return Refusal(code="task-concluded", message="这一件已经核查过了。")
            return _needed(body.evidence, "evidence", "请写明核查的凭据。")
        case sb.MarkAdded():
            return _mark_refusal(case, body)
        case sb.RatingGiven():
            return None if body.level in RATING_LABELS else _invalid("评价为一到五级。", "level")
    return None


def _task_refusal(stood: Any, task: str) -> Refusal | None:
    """What has no conclusion yet may be seen to; whether it is still there, who wrote first could not know: the desk looks."""
    if task_kind(task) is None or len(task) > MAX_TASK:
        return Refusal(code="task-unknown", message="没有这项待办。", field="task")
    if stood.oversight.conclusion(task) is not None:
        return Refusal(code="task-concluded", message="这一项已有结论；要改，先申请撤销。", field="task")
    return None


def _answer_refusal(seen: Oversight, body: sb.TaskAnswered) -> Refusal | None:
    sent = next((s for s in seen.sent_back if s.by.entry == body.entry and s.said.task == body.task), None)
    if sent is None:
        return Refusal(code="task-unknown", message="没有这次退回整改。", field="entry")
    if any(a.said.entry == body.entry for a in seen.answered):
        return Refusal(code="task-answered", message="已经答复过了。", field="entry")
    return _needed(body.text, "text", "答复是空的。")


def _conclusion_refusal(stood: Any, body: sb.TaskConcluded) -> Refusal | None:
    kind = task_kind(body.task)
    outcomes = OUTCOMES.get(kind, {}) if kind is not None else {}
    if not outcomes:
        return _invalid("这类待办不以结论了结：冲突须处理，差异须结案，时限随办件了结。", "task")
    if body.outcome not in outcomes:
        return _invalid(f"结论只能是：{'、'.join(outcomes.values())}。", "outcome")
    return _task_refusal(stood, body.task)


def _undo_refusal(seen: Oversight, body: sb.UndoAsked) -> Refusal | None:
    found = task_of_act(seen, body.entry)
    if found is None or found[0] != body.task:
        return Refusal(code="not-undoable", message="这一步不能撤销，或已经撤销。", field="entry")
    if any(u.said.entry == body.entry and u.decided is None for u in seen.undoings):
        return Refusal(code="undo-asked", message="已有人申请撤销，等第二人复核。", field="entry")
    return _needed(body.reason, "reason", "请写明撤销的理由。")


def _second_refusal(seen: Oversight, entry: Entry, body: sb.Undone) -> Refusal | None:
    asked = next((u for u in seen.undoings if u.by.entry == body.ask and u.said.task == body.task), None)
    if asked is None or asked.decided is not None:
        return Refusal(code="not-asked", message="没有待复核的撤销申请。", field="ask")
    if asked.by.actor == entry.actor:
        return Refusal(code="four-eyes", message="撤销须由申请人以外的值班主任复核。", field="ask")
    return None


def _extension_refusal(case: Case, body: sb.Extended) -> Refusal | None:
    allowed = JOINT_EXTENSION_DAYS if case.joint is not None else EXTENSION_DAYS
    if body.days < 1 or (body.days > allowed and not body.basis.strip()):
        return Refusal(
            code="extension-days", message=f"延长 1 至 {allowed} 个工作日；更长的须写明法律、法规依据。", field="days"
        )
    if case.extensions and not body.basis.strip():
        return Refusal(code="extension-again", message="已经延长过一次；再延长须写明法律、法规依据。", field="basis")
    if case.paused:
        return Refusal(code="already-suspended", message="特别程序中已暂停计时，恢复后再延长。")
    if case.accepted is None:
        return Refusal(code="state-forbids", message="还没有受理，没有可以延长的期限。")
    missing = _needed(body.reason, "reason", "请写明延长的理由。") or _needed(
        body.approved_by, "approved_by", "请写明批准的负责人。"
    )
    moved = (
        (case.accepted.promised_due, body.promised_due),
        (case.accepted.statutory_due, body.statutory_due),
    )
    if any(before is not None and (after is None or after.day < before.day) for before, after in moved):
        return Refusal(code="dates-not-moved", message="延长须写明顺延后的承诺办结日和法定办结日。")
    return missing


def _draw_refusal(case: Case, body: sb.VerificationDrawn) -> Refusal | None:
    """Who was drawn, the seed tells and not the supervisor; what the case looks like may have changed since."""
    if not may_be_drawn(case) and not case.oversight.drawn:
        return Refusal(code="not-drawn", message="这一件不在核查范围之内。")
    if not 0 < body.share <= 1 or not 1 <= body.risk <= MOST_RISK or len(body.seed) != 32:
        return _invalid("抽样的参数不对。", "share")
    if not is_drawn(body.seed, case.number, body.risk, body.share):
        return Refusal(code="not-drawn", message="按所记的种子，这一件没有被抽中。", field="seed")
    return None


def _mark_refusal(case: Case, body: sb.MarkAdded) -> Refusal | None:
    if body.material and body.material not in {m.id for m in case.checklist}:
        return Refusal(code="material-unknown", message="清单中没有这项材料。", field="material")
    if body.until is not None and body.until < case.received_on:
        return _invalid("到期日早于收件日。", "until")
    return _needed(body.reason, "reason", "请写明事实。") or _needed(body.basis, "basis", "请写明依据。")


def marked(case: Case, today: date) -> bool:
    """Whether a mark against a false paper of this case stands today."""
    return any(not m.undone and (m.said.until is None or today <= m.said.until) for m in case.oversight.marks)


def _needed(text: str, field: str, message: str) -> Refusal | None:
    if not text.strip():
        return Refusal(code=f"{field.replace('_', '-')}-missing", message=message, field=field)
    return (
        Refusal(code="body-invalid", message=f"最多 {MAX_TEXT} 个字。", field=field) if len(text) > MAX_TEXT else None
    )


def _invalid(message: str, field: str) -> Refusal:
    return Refusal(code="body-invalid", message=message, field=field)
