"""寄递: what waits, what is sealed, handed over, on its way, arriving, to be handed out, and what is not as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary
from clerk_app.domain.lots import at_point
from clerk_app.domain.people import Role
from clerk_app.seat import Refused
from screens.dispatch.finding import look_up
from screens.dispatch.noting import conclude
from screens.dispatch.views import VIEWS, Found, View, read
from screens.keymap import key, move
from screens.scan_dialogs import Sure
from screens.scan_screen import ScanScreen
from screens.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from clerk_app.bags import Task
    from clerk_app.domain.dispatch import Group
    from clerk_app.domain.summary import CaseSummary


class Dispatch(ScanScreen):
    """Seven lists behind one field; Enter opens what the cursor is on, a scan opens what it names."""

    AREA = "dispatch"
    TITLE_WORDS = "寄递"
    CSS_PATH = "screen.tcss"
    HINT = "袋号、运单号；办件编号查材料在谁手里；序号换列表"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("dispatch.open", "enter", "entered", "打开", "打开光标所在的一行"),
        key("dispatch.next-view", "tab,right", "turn(1)", "下一列表", "换到下一个列表；输序号再按回车也可以"),
        move("dispatch.previous-view", "shift+tab,left", "turn(-1)", "上一列表", "换到上一个列表"),
        key("dispatch.handover", "f9", "handover", "交接", "揽收员到窗口：进入交接"),
        key("dispatch.arrived", "f8", "arrived", "登记结果", "登记不在袋里送来的办理结果"),
        key("dispatch.conclude", "f7", "conclude", "结案", "差异结案，写明结果和凭据（值班主任）"),
        key("dispatch.clear", "escape", "clear", "清空", "清空所扫的内容", show=False),
        key("dispatch.reload", "ctrl+r", "reload", "刷新", "重新读取", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._view = 0
        self._found = Found()
        self._shown = -1

    def content(self) -> ComposeResult:
        """Yield the names of the lists, and the lists."""
        yield Static("", id="dispatch-views", markup=False)
        for view in VIEWS:
            made: VirtualList[Any] = VirtualList(view.columns, view.cells, empty=view.empty, id=f"dispatch-{view.id}")
            made.can_focus = False
            made.display = False
            yield made

    def begin(self) -> None:
        """Show what waits."""
        self._turn_to(0)

    def on_screen_resume(self) -> None:
        """Show what changed meanwhile."""
        if self.is_mounted and self._shown != self.clerk.revision:
            self._load(hold=True)

    def looked(self) -> None:
        """Read the lists again if anything was recorded or came from the city."""
        if self.is_mounted and self._shown != self.clerk.revision:
            self._load(hold=False)

    @property
    def view(self) -> View:
        """The list that is shown."""
        return VIEWS[self._view]

    @property
    def listing(self) -> VirtualList[Any]:
        """The list that is shown, as the widget."""
        return self.query_one(f"#dispatch-{self.view.id}", VirtualList)

    def _load(self, *, hold: bool) -> None:
        """Read the lists anew; ``hold`` keeps later keys back, because they mean the rows that are still to come."""
        desk = self.desk
        self._shown = self.clerk.revision
        self.ask(lambda: read(desk), self._show, self._not_read, replaces="dispatch", hold=hold)

    def _show(self, found: Found) -> None:
        self._found = found
        for view in VIEWS:
            listing = self.query_one(f"#dispatch-{view.id}", VirtualList)
            rows = found.rows[view.id]
            listing.set_rows(rows, min(listing.cursor, max(0, len(rows) - 1)))
        self._draw_views()
        self.refresh_bindings()

    def _not_read(self, refused: Refused) -> None:
        """Said beside the field: the lists are read again with every key and every second."""
        self._shown = -1
        self.say(refused.message, "bad")

    def _draw_views(self) -> None:
        parts: list[tuple[str, str]] = []
        counted = self.size.width >= 100
        for n, view in enumerate(VIEWS):
            count = len(self._found.rows.get(view.id, ()))
            name = f"{n + 1}{view.title}" + (f" {count}" if counted and count else "")
            here = n == self._view
            tone = "bold $accented" if here else "$bad" if view.id == "tasks" and count else "$dim"
            parts.append((f"[{name}]" if here else f" {name} ", tone))
        self.query_one("#dispatch-views", Static).update(Content.assemble(*parts))

    def on_resize(self) -> None:
        """Name the lists as there is room."""
        if self.is_mounted:
            self._draw_views()

    def _turn_to(self, index: int) -> None:
        self._view = index % len(VIEWS)
        for view in VIEWS:
            self.query_one(f"#dispatch-{view.id}").display = view is self.view
        self._draw_views()
        self._load(hold=True)

    def action_turn(self, by: int) -> None:
        """Show the next list."""
        self.say("")
        self._turn_to(self._view + by)

    def scanned(self, text: str) -> None:
        """Turn to a list by its number; else open what the scan names, or begin to receive it where bags arrive."""
        if text.isascii() and text.isdecimal() and len(text) == 1 and 1 <= int(text) <= len(VIEWS):
            self._turn_to(int(text) - 1)
        else:
            look_up(self, text, receiving=self.view.id == "arriving")

    @on(VirtualList.Selected)
    def _selected(self, event: VirtualList.Selected) -> None:
        event.stop()
        self.entered()

    def entered(self) -> None:
        """Open the row under the cursor."""
        row = self.listing.current
        if row is None:
            return
        match self.view.id:
            case "waiting":
                self._open_group(row)
            case "results":
                self._open_result(row)
            case "tasks":
                look_up(self, row.subject)
            case _:
                self._open_numbered(row)

    def _open_group(self, group: Group) -> None:
        from screens.dispatch.packing import PackingView

        desk = self.desk
        numbers = [one.number for one in group.cases]
        self.ask(
            lambda: desk.packing(group.direction, group.to, numbers), lambda packing: self.open(PackingView(packing))
        )

    def _open_numbered(self, row: ParcelSummary | ManifestSummary) -> None:
        look_up(self, row.number, receiving=self.view.id == "arriving")

    def _open_result(self, row: CaseSummary) -> None:
        from screens.dispatch.handing import Handing

        if row.result == at_point(self.desk.seat.point):
            self.open(Handing(row.number))
            return
        desk = self.desk

        def sure(yes: bool | None) -> None:
            if yes:
                self.ask(lambda: desk.give_back(row.number), lambda _: self._given_back(row))

        sheets = dict(row.sheets)[desk.seat.point]
        told = f"{row.number}　{row.item_name}\n\n申请人 {row.applicant}\n{sheets} 份材料退还申请人，在物料流转凭证上签字。"
        self.open(Sure("退还材料：请确认", told), sure)

    def _given_back(self, row: CaseSummary) -> None:
        self.say(f"{row.number}：材料已退还申请人", "good")
        self.action_reload()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A supervisor closes discrepancies; results are logged in where they are listed."""
        if action == "conclude":
            supervisor = self.place is not None and self.place.person.role is Role.SUPERVISOR
            return self.view.id == "tasks" and supervisor and bool(self._found.rows.get("tasks"))
        return self.view.id == "results" if action == "arrived" else True

    def action_conclude(self) -> None:
        """Close the discrepancy under the cursor."""
        task: Task | None = self.listing.current
        if task is not None:
            conclude(self, task, self.action_reload)

    def action_arrived(self) -> None:
        """Ask for the case, and log its result in."""
        from screens.dispatch.arrival import AskArrival

        desk = self.desk

        def told(number: str | None) -> None:
            if number:
                self.ask(lambda: desk.result_arrived(number), lambda case: done(case.number))

        def done(number: str) -> None:
            self.clerk.look_at_line()
            self.say(f"结果已到：{number}", "good")
            self._load(hold=True)

        self.open(AskArrival(), told)

    def action_handover(self) -> None:
        """The courier is here."""
        from screens.handover.screen import Handover

        self.open(Handover())

    def action_clear(self) -> None:
        """Forget what was typed and said."""
        self.field.value = ""
        self.say("")

    def action_reload(self) -> None:
        """Read the lists again."""
        self._load(hold=True)
