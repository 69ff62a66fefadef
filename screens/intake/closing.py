"""The end of an intake: which decision is meant, what the clerk confirms, and why a cap is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_app.domain.acts import Outlook
from clerk_app.domain.draft import Draft, DraftAssessment
from clerk_app.domain.people import mask_number
from clerk_app.planning import DECLINE_REASONS, VISIT_REASONS, Decide
from clerk_app.seat import Refused
from screens.cases.oversight import rate
from screens.dialogs import Choose, Confirm, Option, Prompt, required
from screens.intake.result import Done, Result, print_outcome
from screens.words import deficit_lines, draft_words

if TYPE_CHECKING:
    from clerk_app.desk import IntakeResult
    from screens.intake.screen import Intake

PAPERS = {
    Decide.RECEIVE: ("收件", "接收回执"),
    Decide.PROVISIONAL: ("收件、容缺受理", "接收回执、受理回执、容缺受理承诺书"),
    Decide.DECLINE: ("收件、不予受理", "接收回执、不予受理通知书"),
}


class Closing:
    """Asks what has to be asked, in dialogs one after the other, then has the intake recorded."""

    def __init__(self, screen: Intake) -> None:
        self._screen = screen

    def act(self) -> None:
        """Do what the verdict says: accept, accept provisionally if every deficit was marked 容缺, else tell once."""
        ready = self._ready()
        if ready is None:
            return
        draft, found = ready
        owed = self._screen.checklist.sheet.owed
        all_owed = bool(found.deficits) and {d.material for d in found.deficits} <= owed
        provisional = found.outlook is Outlook.DEFERRABLE and all_owed
        self._confirm(draft, found, Decide.PROVISIONAL if provisional else Decide.AUTO)

    def other(self) -> None:
        """Offer the other ways."""
        ready = self._ready()
        if ready is None:
            return
        draft, found = ready
        deferrable = found.outlook is Outlook.DEFERRABLE
        why_not = found.why_not_deferrable or "材料已齐全，直接受理即可"
        options = [
            Option(Decide.RECEIVE, "只收件", "先收下材料，5 个工作日内再作决定"),
            Option(Decide.PROVISIONAL, "容缺受理", "申请人签承诺书，限期补齐" if deferrable else why_not, deferrable),
            Option(Decide.DECLINE, "不予受理", "写明理由和救济途径"),
        ]

        def chosen(value: str | None) -> None:
            if value == Decide.DECLINE:
                self._why_declined(draft, found)
            elif value:
                self._confirm(draft, found, Decide(value))

        self._screen.open(Choose("其他办法", options), chosen)

    def _ready(self) -> tuple[Draft, DraftAssessment] | None:
        """Return draft and verdict, or go where something is still to be filled in."""
        screen = self._screen
        draft, found = screen.current_draft(), screen.assessment()
        if draft is None or found is None:
            return None
        if draft.applicant is None or screen.stage == "who":
            screen.open_stage("who")
            screen.form.finish()
            return None
        if found.open_questions:
            screen.open_stage("which")
            return None
        return draft, found

    def _why_declined(self, draft: Draft, found: DraftAssessment) -> None:
        screen = self._screen

        def worded(code: str, reason: str | None) -> None:
            if reason:
                self._confirm(draft, found, Decide.DECLINE, reason, code)

        def coded(code: str | None) -> None:
            if code:
                words = "写在《不予受理通知书》上，连同复议和诉讼途径。"
                value = "" if code == "other" else f"{DECLINE_REASONS[code]}："
                check = required("请写明理由")
                prompt = Prompt("不予受理：理由", "理由", words=words, value=value, check=check)
                screen.open(prompt, lambda reason: worded(code, reason))

        options = [Option(code, label) for code, label in DECLINE_REASONS.items()]
        screen.open(Choose("不予受理：哪一种情形", options), coded)

    def _confirm(
        self, draft: Draft, found: DraftAssessment, decide: Decide, reason: str = "", code: str = "other"
    ) -> None:
        screen = self._screen
        words = self._words(draft, found, decide, reason)

        def sure(yes: bool | None) -> None:
            if yes:
                self._visits(draft, decide, reason, code)

        screen.open(Confirm("请确认", "\n".join(words)), sure)

    def _visits(self, draft: Draft, decide: Decide, reason: str, code: str) -> None:
        """Ask why, where even the first appearance is one too many (rule 8)."""
        screen = self._screen
        if all(item.visits_cap >= 1 for item in draft.items):
            self._record(draft, decide, reason, code, "")
            return
        options = [Option(key, label) for key, label in VISIT_REASONS.items()]
        title = "本事项到现场上限为 0 次：申请人为何到场"
        screen.open(Choose(title, options), lambda why: self._record(draft, decide, reason, code, why) if why else None)

    def _words(self, draft: Draft, found: DraftAssessment, decide: Decide, reason: str) -> list[str]:
        acts, papers = PAPERS.get(decide, ("", ""))
        if decide is Decide.AUTO:
            complete = found.outlook is Outlook.COMPLETE
            acts = "收件、受理" if complete else "收件、一次性告知"
            papers = "接收回执、受理回执" if complete else "接收回执、申请材料补正告知书"
        applicant = draft.applicant
        who = f"{applicant.name}  {mask_number(applicant.id_number)}" if applicant else ""
        words = [f"事项    {draft_words(draft)}", f"申请人  {who}", f"登记    {acts}", f"打印    {papers}"]
        if len(draft.items) > 1:
            words.append(f"共 {len(draft.items)} 件，每个事项一件；文书按件打印，齐全的受理，不齐的告知")
        unlooked = len(self._screen.checklist.sheet.unlooked())
        if unlooked and decide is not Decide.DECLINE:
            words.append(f"注意    还有 {unlooked} 项没有核对，按“缺”登记")
        if reason:
            words.append(f"理由    {reason}")
        elif found.deficits:
            words += ["", f"欠缺 {len(found.deficits)} 项：", *deficit_lines(found.deficits)]
        return words

    def _record(self, draft: Draft, decide: Decide, reason: str, reason_code: str, visit_reason: str) -> None:
        """Record the intake, print its papers and show what came of it."""
        screen, desk = self._screen, self._screen.desk

        def work() -> tuple[IntakeResult, list[Done]]:
            result = desk.receive(draft, decide, reason, visit_reason, reason_code)
            return result, [print_outcome(desk, outcome) for outcome in result.outcomes]

        def show(found: tuple[IntakeResult, list[Done]]) -> None:
            result, done = found
            saved = result.saved
            note = (
                f"合并收件，为申请人少交 {saved.papers} 份材料、少跑 {saved.visits} 次"
                if saved.papers + saved.visits
                else ""
            )
            screen.reset()
            screen.clerk.look_at_line()
            first = done[0].outcome.case.number
            asked = Result(
                done, note, lambda: rate(screen, first, lambda words: screen.app.notify(words, markup=False))
            )
            screen.open(asked, lambda number: screen.clerk.open_case(number) if number else None)

        screen.ask(work, show, self._not_recorded)

    def _not_recorded(self, refused: Refused) -> None:
        screen = self._screen
        if refused.field in {"id_number", "name", "phone", "agent_id_number", "agent_name"}:
            screen.open_stage("who")
            screen.form.refuse(refused.field, refused.message)
        else:
            screen.show_refusal(refused)
