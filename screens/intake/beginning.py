"""The beginning of an intake: an item is taken, a case number leads to its case, a prefiling opens filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.draft import Draft
from clerk_app.domain.joint import questions
from clerk_app.domain.numbers import looks_like_case_number
from clerk_app.domain.prefiling import asked_for, could_be_number, prefiling_number
from clerk_app.seat import Refused
from screens.desk_work import LINE_DOWN
from screens.dialogs import Choose, Confirm, Notice, Option
from screens.intake.headings import begin_draft
from screens.text import clean

if TYPE_CHECKING:
    from clerk_app.desk import Hit
    from clerk_app.prefilings import Prefiled
    from screens.intake.screen import Intake

BY_HAND, AGAIN = "hand", "again"


class Beginning:
    """Turns what was typed or scanned in the first stage into a draft."""

    def __init__(self, screen: Intake) -> None:
        self._screen = screen
        self._by_hand = ""
        """The number of a prefiling that could not be fetched: the case received by hand names it."""

    def forget(self) -> None:
        """The next applicant begins."""
        self._by_hand = ""

    def look_for(self, words: str) -> None:
        """Show what the words find."""
        screen, desk = self._screen, self._screen.desk
        screen.ask(
            lambda: desk.search_items(words, 200),
            lambda hits: screen.search.show(words, hits),
            lambda refused: screen.query_one("#verdict", Static).update(Content(f" {clean(refused.message)}")),
            replaces="search",
            hold=False,
        )

    def take(self, hits: list[Hit], words: str) -> None:
        """Begin with what was chosen, or with whatever the words say."""
        screen, desk = self._screen, self._screen.desk
        if looks_like_case_number(words):
            screen.clerk.open_case(words)
            screen.search.clear()
            return
        if prefiling_number(words):
            self._fetch(asked_for(words))
            return

        def begin() -> Draft | None:
            found = hits + (desk.search_items(words, 1) if words else [])
            return (
                begin_draft(found, desk.begin, lambda code: getattr(desk.joint(code), "items", ())) if found else None
            )

        def begun(draft: Draft | None) -> None:
            if draft is not None:
                self._begun(draft)
            elif could_be_number(words):
                self._fetch(asked_for(words))

        screen.ask(begin, begun)

    def _begun(self, draft: Draft) -> None:
        screen = self._screen
        before = screen.draft
        if before is None or [i.edition.key for i in before.items] != [i.edition.key for i in draft.items]:
            screen.draft = replace(draft, answers=kept_answers(draft), prefiling=self._by_hand)
            screen.spread({})
            screen.form.expect(set.intersection(*(set(item.subjects) for item in draft.items)))
        screen.open_stage("who")

    # a prefiling

    def _fetch(self, number: str) -> None:
        desk = self._screen.desk
        self._screen.inquire(
            f"预申报 {number}",
            lambda: desk.prefiling(number),
            self._fetched,
            lambda refused: self._failed(number, refused),
        )

    def _failed(self, number: str, refused: Refused) -> None:
        """Say why; nothing that was filled in is touched. Where the line is down one key goes on without it."""
        screen = self._screen
        if refused.code != LINE_DOWN:
            screen.show_refusal(refused)
            return

        def chosen(value: str | None) -> None:
            if value == BY_HAND:
                self._by_hand = number
                screen.search.clear()
            elif value == AGAIN:
                self._fetch(number)

        options = [
            Option(BY_HAND, "照材料收件", "先选事项；登记时记上这个预申报编号"),
            Option(AGAIN, "再取一次", clean(refused.message)),
        ]
        screen.open(Choose(f"取不到预申报 {number}", options), chosen)

    def _fetched(self, prefiled: Prefiled) -> None:
        screen = self._screen
        if not screen.begun:
            self._lay_out(prefiled)
            return
        words = "这一位填写的内容还没有登记，改收预申报后不能找回。"
        screen.open(
            Confirm(f"改收预申报 {prefiled.number}", words), lambda sure: self._lay_out(prefiled) if sure else None
        )

    def _lay_out(self, prefiled: Prefiled) -> None:
        """Fill in everything that was filed, and stop at the first thing that does not hold: else the papers are next."""
        screen = self._screen
        screen.reset()
        draft = prefiled.draft
        screen.draft = replace(draft, answers={**kept_answers(draft), **draft.answers})
        screen.spread({})
        screen.checklist.show_sheet(replace(screen.checklist.sheet, tallies=dict(draft.tallies)), 0)
        if draft.applicant is not None:
            screen.form.take(draft.applicant)
        screen.open_stage("who")
        if prefiled.notes:
            told = "\n".join(["下列各处没有照搬，请当面核对：", "", *(f"  {note}" for note in prefiled.notes)])
            screen.open(Notice(f"预申报 {prefiled.number}", told), lambda _: screen.form.finish())
        else:
            screen.form.finish()


def kept_answers(draft: Draft) -> dict[str, str]:
    """Return the answers to questions that have a single one: they need no asking."""
    return {q.id: q.answers[0].id for q in questions(draft.items) if len(q.answers) == 1}
