"""办件: every case of this point, found by number, name or identity number, typed or scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from clerk_app.domain.kinds import STATE_LABELS, State
from clerk_app.domain.people import mask_number
from clerk_app.seat import Refused
from screens.base import AreaScreen
from screens.keymap import key, move
from screens.text import clean
from screens.widgets.field import PlainInput
from screens.widgets.virtual_list import Cell, Column, VirtualList

if TYPE_CHECKING:
    from clerk_app.domain.summary import CaseSummary

SCOPES = (("today", "今天"), ("open", "在办"), ("waiting", "待补正"), ("all", "全部"))
TONES = {State.NOTIFIED: "warn", State.PROVISIONAL: "warn", State.DECLINED: "dim", State.WITHDRAWN: "dim"}
COLUMNS = (
    Column("办件编号", 23),
    Column("状态", 8),
    Column("申请人", 10),
    Column("证件号码", 18, wide=118),
    Column("事项"),
    Column("到期", 10, wide=100),
    Column("到场", 4),
    Column("上报", 4),
)


class Cases(AreaScreen):
    """The list of cases with a filter; Enter opens one."""

    AREA = "cases"
    TITLE_WORDS = "办件"
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("cases.open", "enter", "open", "查看", "查看光标所在的办件"),
        key("cases.scope", "f4", "scope", "范围", "在今天、在办、待补正、全部之间切换"),
        key("cases.clear", "escape", "clear", "清空", "清空查找的内容"),
        key("cases.reload", "f5", "reload", "刷新", "重新读取办件"),
        move("cases.up", "up", "move(-1)", "上移", "光标上移一行"),
        move("cases.down", "down", "move(1)", "下移", "光标下移一行"),
        move("cases.page-up", "pageup", "page(-1)", "上页", "光标上移一页"),
        move("cases.page-down", "pagedown", "page(1)", "下页", "光标下移一页"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.wanted = ""
        """A case to be opened as soon as the screen is there."""
        self._scope = 0
        self._shown = -1
        self._shown_for = ("", "")

    def body(self) -> ComposeResult:
        """Yield filter and list."""
        with Horizontal(id="cases-filter"):
            yield PlainInput(placeholder="编号、姓名、证件号码或事项；可直接扫描", compact=True, id="cases-words")
            yield Static("", id="cases-scope", markup=False)
        yield VirtualList(COLUMNS, _cells, empty="没有这样的办件", id="cases-list")

    def on_mount(self) -> None:
        """Show today's cases."""
        self._list.can_focus = False
        self.query_one(Input).focus()
        self._load()
        if self.wanted:
            self.open_case(self.wanted)

    def on_screen_resume(self) -> None:
        """Show what changed meanwhile."""
        self.looked()

    def looked(self) -> None:
        """Read the cases again if anything was recorded or came from the city."""
        if self.is_mounted and self._shown != self.clerk.revision:
            self._load()

    @property
    def _list(self) -> VirtualList[CaseSummary]:
        return self.query_one("#cases-list", VirtualList)

    @property
    def _words(self) -> str:
        return self.query_one(Input).value.strip()

    def _load(self) -> None:
        desk, words, (scope, _) = self.desk, self._words, SCOPES[self._scope]
        revision = self.clerk.revision
        self._draw_scope()

        def show(found: list[CaseSummary]) -> None:
            self._shown, self._shown_for = revision, (words, scope)
            here = self._list.current
            numbers = [s.number for s in found]
            same = numbers.index(here.number) if here and here.number in numbers else 0
            self._list.set_rows(found, same)

        def look() -> list[CaseSummary]:
            return desk.find_cases(words) if words else desk.cases(scope)

        self.ask(look, show, self._not_read, replaces="cases", hold=False)

    def _not_read(self, refused: Refused) -> None:
        """Said where the scope stands: the list is read again with every key and every second."""
        self.query_one("#cases-scope", Static).update(Content.styled(clean(refused.message), "bold $bad"))

    def _draw_scope(self) -> None:
        parts: list[tuple[str, str]] = []
        for n, (_, label) in enumerate(SCOPES):
            here = n == self._scope and not self._words
            parts.append((f"[{label}]" if here else f" {label} ", "bold $accented" if here else "$dim"))
        self.query_one("#cases-scope", Static).update(Content.assemble(*parts))

    @on(Input.Changed, "#cases-words")
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._load()

    @on(Input.Submitted, "#cases-words")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_open()

    @on(VirtualList.Selected, "#cases-list")
    def _selected(self, event: VirtualList.Selected) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Open the case under the cursor; while the list is behind the words, the first they find."""
        words = self._words
        summary = self._list.current
        if words and words != self._shown_for[0]:
            desk = self.desk
            self.ask(lambda: desk.find_cases(words), lambda found: self.open_case(found[0].number) if found else None)
        elif summary is not None:
            self.open_case(summary.number)

    def open_case(self, number: str) -> None:
        """Show one case."""
        from screens.cases.view import CaseView

        self.wanted = ""
        desk = self.desk

        def show(found: str) -> None:
            self.query_one(Input).value = ""
            self.open(CaseView(found))

        self.ask(lambda: desk.case(number).number, show)

    def action_scope(self) -> None:
        """Take the next scope."""
        self._scope = (self._scope + 1) % len(SCOPES)
        self.query_one(Input).value = ""
        self._load()

    def action_clear(self) -> None:
        """Forget the words."""
        self.query_one(Input).value = ""

    def action_reload(self) -> None:
        """Read the cases again."""
        self._load()

    def action_move(self, by: int) -> None:
        """Move the list's cursor."""
        self._list.action_move(by)

    def action_page(self, by: int) -> None:
        """Move the list's cursor by pages."""
        self._list.action_page(by)


def _cells(summary: CaseSummary) -> list[Cell]:
    over = summary.visits > summary.visits_cap
    due = summary.debt_due or summary.promised_due or (summary.notice_due if summary.state is State.RECEIVED else None)
    state = "暂停" if summary.paused else STATE_LABELS[summary.state]
    return [
        Cell(summary.number),
        Cell(
            "有冲突" if summary.conflicts else state, "bad" if summary.conflicts else TONES.get(summary.state, "plain")
        ),
        Cell(summary.applicant),
        Cell(mask_number(summary.id_number), "dim"),
        Cell(summary.item_name),
        Cell(f"{due:%Y-%m-%d}" if due else "", "dim"),
        Cell(f"{summary.visits}/{summary.visits_cap}", "bad" if over else "dim"),
        Cell(f"未{summary.unsent}" if summary.unsent else "已报", "warn" if summary.unsent else "dim"),
    ]
