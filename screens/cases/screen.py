"""办件: every case of this point, found by number, name or identity number, typed or scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from clerk_app.docket_tasks import Task
from clerk_app.domain.kinds import STATE_LABELS, About, State
from clerk_app.domain.numbers import looks_like_case_number
from clerk_app.domain.people import mask_number
from clerk_app.domain.summary import CaseSummary
from clerk_app.seat import Refused
from screens.base import AreaScreen
from screens.cases.elsewhere import look_elsewhere
from screens.cases.oversight import answer_bag
from screens.cases.returns import returned, returned_cells
from screens.dialogs import Confirm, Notice
from screens.keymap import key, move
from screens.text import clean
from screens.widgets.field import PlainInput
from screens.widgets.virtual_list import Cell, Column, VirtualList

if TYPE_CHECKING:
    from clerk_app.elsewhere import Arriving

    Row = CaseSummary | Arriving | Task

SCOPES = (
    ("today", "今天"),
    ("open", "在办"),
    ("waiting", "待补正"),
    ("returned", "待整改"),
    ("conflict", "有冲突"),
    ("all", "全部"),
)
TONES = {State.NOTIFIED: "warn", State.PROVISIONAL: "warn", State.DECLINED: "dim", State.WITHDRAWN: "dim"}
NOT_HERE = "本窗口没有这一件。按回车到市中心查这件，可以续办"
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
        key("cases.scope", "f8", "scope", "范围", "在今天、在办、待补正、待整改、有冲突、全部之间切换"),
        key("cases.elsewhere", "f7", "elsewhere", "到市中心查", "到市中心查这个编号的办件，可续办其他服务点的件"),
        key("cases.clear", "escape", "clear", "清空", "清空查找的内容"),
        key("cases.reload", "ctrl+r", "reload", "刷新", "重新读取办件"),
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
        yield VirtualList(COLUMNS, self._cells, empty="没有这样的办件", id="cases-list")

    def on_mount(self) -> None:
        """Show today's cases."""
        self._list.can_focus = False
        self.query_one(Input).focus()
        self._load(hold=True)
        if self.wanted:
            self.open_case(self.wanted)

    def on_screen_resume(self) -> None:
        """Show what changed meanwhile."""
        if self.is_mounted and self._shown != self.clerk.revision:
            self._load(hold=True)

    def looked(self) -> None:
        """Read the cases again if anything was recorded or came from the city."""
        if self.is_mounted and self._shown != self.clerk.revision:
            self._load()

    @property
    def _list(self) -> VirtualList[Row]:
        return self.query_one("#cases-list", VirtualList)

    @property
    def _words(self) -> str:
        return self.query_one(Input).value.strip()

    def _load(self, *, hold: bool = False) -> None:
        """Read the cases anew; ``hold`` keeps later keys back, because they mean the rows that are still to come."""
        desk, words, (scope, _) = self.desk, self._words, SCOPES[self._scope]
        revision = self.clerk.revision
        self._draw_scope()

        def show(found: list[Row]) -> None:
            self._shown, self._shown_for = revision, (words, scope)
            self._list.empty = NOT_HERE if looks_like_case_number(words) else "没有这样的办件"
            here = self._list.current
            numbers = [_number(s) for s in found]
            same = numbers.index(_number(here)) if here and _number(here) in numbers else 0
            self._list.set_rows(found, same)
            self.refresh_bindings()

        def look() -> list[Row]:
            if scope == "returned" and not words:
                return [*returned(desk)]
            coming = [one for one in desk.arriving() if _is_meant(one, words, scope)]
            return [*coming, *(desk.find_cases(words) if words else desk.cases(scope))]

        self.ask(look, show, self._not_read, replaces="cases", hold=hold)

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
        self._load(hold=not self._words)

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
        words, row = self._words, self._list.current
        if words and words != self._shown_for[0]:
            desk = self.desk
            self.ask(lambda: desk.find_cases(words), lambda found: self._open_first(found, words))
        elif isinstance(row, Task):
            self._open_returned(row)
        elif row is not None and not isinstance(row, CaseSummary):
            self._tell_coming(row)
        elif row is not None:
            self.open_case(row.number)
        elif looks_like_case_number(words):
            self.action_elsewhere()

    def _open_returned(self, task: Task) -> None:
        """Show the case that was sent back; of a bag the answer is asked at once."""
        if task.about is About.CASE:
            self.open_case(task.subject)
        else:
            answer_bag(self, task, self._answered)

    def _answered(self, words: str) -> None:
        self.app.notify(words, markup=False)
        self.clerk.look_at_line()
        self._load(hold=True)

    def _open_first(self, found: list[CaseSummary], words: str) -> None:
        if found or looks_like_case_number(words):
            self.open_case(found[0].number if found else words, typed=True)

    def open_case(self, number: str, *, typed: bool = False) -> None:
        """Show one case; one that is not here may be at another point. What was ``typed`` here is looked up there unasked."""
        from screens.cases.view import CaseView

        self.wanted = ""
        desk = self.desk

        def show(found: str) -> None:
            self.query_one(Input).value = ""
            self.open(CaseView(found))

        def look() -> str | Arriving:
            coming = next((one for one in desk.arriving() if one.number == number.strip().upper()), None)
            return coming or desk.case(number).number

        def missing(refused: Refused) -> None:
            if refused.code == "case-unknown" and looks_like_case_number(number):
                look_elsewhere(self, number.strip()) if typed else self._offer_elsewhere(number)
            else:
                self.show_refusal(refused)

        self.ask(look, lambda found: show(found) if isinstance(found, str) else self._tell_coming(found), missing)

    def _tell_coming(self, one: Arriving) -> None:
        sent = "已报到市中心，等市中心转来。" if one.sent else "还没有报到市中心，联网后自动上报。"
        told = f"{one.number}\n\n转入中，等市中心确认。{sent}\n转来后即可照常办理。"
        self.open(Notice("转入中", told))

    def _offer_elsewhere(self, number: str) -> None:
        words = f"本窗口没有 {number.strip()}。可能在其他服务点办理，到市中心查这件？"
        self.open(Confirm("到市中心查这件", words), lambda sure: look_elsewhere(self, number) if sure else None)

    def action_elsewhere(self) -> None:
        """Ask central for the case whose number was typed or scanned."""
        look_elsewhere(self, self._words)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Central is asked for whole numbers only."""
        return looks_like_case_number(self._shown_for[0]) if action == "elsewhere" else True

    def _cells(self, row: Row) -> list[Cell]:
        if isinstance(row, CaseSummary):
            return _summary_cells(row, self.desk.seat.point)
        if isinstance(row, Task):
            return returned_cells(row)
        told = {0: Cell(row.number), 1: Cell("转入中", "warn"), 4: Cell("等市中心确认", "dim")}
        return [told.get(n, Cell("")) for n in range(len(COLUMNS))]

    def action_scope(self) -> None:
        """Take the next scope."""
        self._scope = (self._scope + 1) % len(SCOPES)
        self.query_one(Input).value = ""
        self._load(hold=True)

    def action_clear(self) -> None:
        """Forget the words."""
        self.query_one(Input).value = ""

    def action_reload(self) -> None:
        """Read the cases again."""
        self._load(hold=True)

    def action_move(self, by: int) -> None:
        """Move the list's cursor."""
        self._list.action_move(by)

    def action_page(self, by: int) -> None:
        """Move the list's cursor by pages."""
        self._list.action_page(by)


def _number(row: Row) -> str:
    return row.subject if isinstance(row, Task) else row.number


def _is_meant(one: Arriving, words: str, scope: str) -> bool:
    """Whether a case that is still to come belongs in the list."""
    return words.upper() in one.number if words else scope != "conflict"


def _summary_cells(summary: CaseSummary, point: str) -> list[Cell]:
    over = summary.visits > summary.visits_cap
    due = summary.debt_due or summary.promised_due or (summary.notice_due if summary.state is State.RECEIVED else None)
    state, tone = "暂停" if summary.paused else STATE_LABELS[summary.state], TONES.get(summary.state, "plain")
    if summary.place not in {"", point}:
        state, tone = "已转出", "dim"
    if summary.conflicts:
        state, tone = "有冲突", "bad"
    return [
        Cell(summary.number),
        Cell(state, tone),
        Cell(summary.applicant),
        Cell(mask_number(summary.id_number), "dim"),
        Cell(summary.item_name),
        Cell(f"{due:%Y-%m-%d}" if due else "", "dim"),
        Cell(f"{summary.visits}/{summary.visits_cap}", "bad" if over else "dim"),
        Cell(f"未{summary.unsent}" if summary.unsent else "已报", "warn" if summary.unsent else "dim"),
    ]
