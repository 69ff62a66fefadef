"""来访: somebody signed in whose work is not taking papers in; what there is for them here, and how the line stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.roles import ROLE_LABELS
from screens.base import AreaScreen
from screens.dialogs import Reader
from screens.keymap import key
from screens.widgets.prose import Para, Prose
from screens.words import moment_words

if TYPE_CHECKING:
    from clerk_app.status import Status


class Visitor(AreaScreen):
    """Words and the line's state; no case, no applicant."""

    AREA = "visitor"
    TITLE_WORDS = "来访"
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("visitor.reload", "ctrl+r", "reload", "刷新", "重新读取网络状态"),
    ]

    def body(self) -> ComposeResult:
        """Yield the words."""
        with Reader(id="visitor"):
            yield Prose(id="visitor-words")

    def on_mount(self) -> None:
        """Show how things stand."""
        self.query_one(Reader).focus()
        self.looked()

    def on_screen_resume(self) -> None:
        """Show how things stand now."""
        self.looked()

    def looked(self) -> None:
        """Show the line as it is now."""
        if self.is_mounted:
            self.ask(self.desk.status, self._show, lambda _: None, replaces="visitor", hold=False)

    def action_reload(self) -> None:
        """Look again."""
        self.clerk.look_at_line()

    def _show(self, status: Status) -> None:
        person, seen = self.desk.person, self.clerk.services.line.status()
        label = ROLE_LABELS.get(person.role, person.role)
        self.query_one("#visitor-words", Prose).show(
            [
                Para([(f"{person.name}（{person.number}）  {label}", "accent")]),
                Para([("", "")]),
                Para([(f"收件和办件由窗口人员和值班主任办理，{label}不能查看。", "")]),
                Para([("这里暂时只能查看网络状态。办完请按 F12 退出登录，或换人。", "")]),
                Para([("", "")]),
                Para([("网络      ", "dim"), ("在线", "good") if seen.online else ("离线", "bad")]),
                Para([("上次成功  ", "dim"), (moment_words(seen.last_success) or "还没有过", "")]),
                Para([("未发流水  ", "dim"), (f"{status.unsent} 条", "")]),
            ]
        )
