"""A case of another point as central has it: read here, and taken up where the applicant wants to go on here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from screens.base import AreaScreen
from screens.cases import facts as words
from screens.dialogs import Notice, Prompt, Reader
from screens.keymap import key
from screens.widgets.prose import Prose

if TYPE_CHECKING:
    from clerk_app.elsewhere import Preview
    from screens.cases.facts import CaseFacts


def look_elsewhere(screen: AreaScreen, number: str) -> None:
    """Have central asked for a case, and show it."""
    desk = screen.desk

    def look() -> tuple[Preview, CaseFacts]:
        preview = desk.look_elsewhere(number)
        return preview, words.read_preview(desk, preview)

    screen.inquire(f"到市中心查 {number}", look, lambda found: screen.open(ElsewhereView(*found)))


class ElsewhereView(AreaScreen):
    """What central told of a case; nothing of it is kept at this window."""

    AREA = "cases"
    TITLE_WORDS = "其他服务点的办件"
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("elsewhere.back", "escape", "back", "返回", "回到办件列表"),
        key("elsewhere.clocks", "d", "clocks", "时限", "核对时限：每个时限的依据、起算、暂停和到期日，逐日怎么计的"),
        key("elsewhere.take-up", "u", "take_up", "续办", "把这一件转到本服务点继续办理"),
    ]

    def __init__(self, preview: Preview, facts: CaseFacts) -> None:
        super().__init__()
        self.preview = preview
        self.facts = facts

    def body(self) -> ComposeResult:
        """Yield heading, facts and history."""
        yield Prose(words.head(self.facts), id="case-head")
        with Reader(id="case-columns"):
            yield Prose(words.situation(self.facts), id="case-facts")
            yield Prose(words.history(self.facts), id="case-history")

    def on_mount(self) -> None:
        """Begin in the text."""
        self.query_one(Reader).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is over, or is here already, is not taken up."""
        return "take_up_case" in self.facts.allowed if action == "take_up" else True

    def action_back(self) -> None:
        """Go back to the list."""
        self.dismiss(None)

    def action_clocks(self) -> None:
        """Show every clock of the case, day by day."""
        from screens.cases.clocks import CaseClocks

        case = self.preview.case
        self.open(CaseClocks(case.number, case))

    def action_take_up(self) -> None:
        """Ask why, and record the move."""
        desk, preview = self.desk, self.preview

        def worded(reason: str | None) -> None:
            if reason is not None:
                self.ask(lambda: desk.take_up_case(preview, reason), self._taken)

        told = f"{preview.case.number} 由 {preview.place_name} 转到本服务点；那边会看到由谁、何时转走。理由可以不填。"
        self.open(Prompt("续办", "理由", words=told), worded)

    def _taken(self, number: str) -> None:
        self.clerk.look_at_line()
        self.dismiss(None)
        told = f"{number}\n\n转入中，等市中心确认。确认后这一件出现在“办件”中，即可照常办理；断网时恢复后自动上报。"
        self.open(Notice("已登记续办", told))
