"""设置: what this window is set up with, one section at a time, and whether it is all right."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from screens.base import AreaScreen
from screens.desk_work import Answered, attempt
from screens.keymap import key, move
from screens.settings import changing
from screens.settings.rows import CHECKS, HERE, PRINTERS, SCANNER, SECTIONS, Facts, Row, rows_of
from screens.widgets.prose import Para, Prose
from screens.widgets.virtual_list import Cell, Column, VirtualList

if TYPE_CHECKING:
    from clerk_app.seat import Refused
    from clerk_app.services import Own

T = TypeVar("T")


class SettingsArea(AreaScreen):
    """Sections above, rows below; Enter changes what the cursor is on."""

    AREA = "settings"
    TITLE_WORDS = "设置"
    KEY_LINES = 2
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("settings.next", "right,tab", "turn(1)", "下一栏", "看下一栏设置"),
        key("settings.previous", "left,shift+tab", "turn(-1)", "上一栏", "看上一栏设置"),
        key("settings.change", "enter", "change", "更改", "更改光标所在的一项"),
        key("settings.try", "p", "try_printer", "测试页", "在光标所在的打印机上打印测试页"),
        key("settings.retry", "r", "retry", "重试", "马上再打印队列中的这一份"),
        key("settings.reroute", "m", "reroute", "改打印机", "把队列中的这一份改到别的打印机"),
        key("settings.drop", "delete", "drop", "取消打印", "把这一份从打印队列中取消"),
        key("settings.reload", "ctrl+r", "reload", "刷新", "重新读取", show=False),
        *(
            move(f"settings.go-{n}", str(n), f"go({n - 1})", name, f"看“{name}”一栏")
            for n, name in enumerate(SECTIONS, start=1)
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.section = HERE
        self.facts = Facts()

    @property
    def own(self) -> Own:
        """The window's settings."""
        own = self.clerk.services.own
        if own is None:
            raise RuntimeError("this window has no settings")
        return own

    def body(self) -> ComposeResult:
        """Yield sections, rows and the whole of the row under the cursor."""
        yield Static("", id="settings-tabs", markup=False)
        yield VirtualList[Row]((Column("项目", 22), Column("内容")), _cells, head=False, id="settings-rows")
        yield Prose(id="settings-detail")

    def on_mount(self) -> None:
        """Begin with this window."""
        self.listing.focus()
        self.action_reload()

    def on_screen_resume(self) -> None:
        """Show how things stand now."""
        self.action_reload()

    def looked(self) -> None:
        """Once a second: what waits at the printers may have changed."""
        if self.is_mounted and self.section == PRINTERS:
            desk = self.desk
            self.ask(desk.print_queue, self._queue, _unasked, replaces="prints", hold=False)

    @property
    def listing(self) -> VirtualList[Row]:
        """The rows."""
        return self.query_one("#settings-rows", VirtualList)

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.listing.current if self.is_mounted else None

    def show(self) -> None:
        """Draw the section as it is known now, the cursor where it was."""
        if not self.is_mounted:
            return
        tabs = [
            (f" {n}{name} ", "reverse bold" if n - 1 == self.section else "$dim")
            for n, name in enumerate(SECTIONS, start=1)
        ]
        self.query_one("#settings-tabs", Static).update(Content.assemble(*tabs))
        rows = rows_of(self.section, self.own.settings(), self.facts)
        listing = self.listing
        listing.set_rows(rows, min(listing.cursor, max(0, len(rows) - 1)))
        self._tell()

    def beside(self, work: Callable[[], T], then: Callable[[T], None], otherwise: Callable[[Refused], None]) -> None:
        """Do what takes seconds on a thread of its own, where neither the screen nor the desk waits for it."""
        told, refused = self._while_here(then), self._while_here(otherwise)
        app = self.clerk

        def job() -> None:
            app.post_message(Answered(attempt(work, told, refused)))

        threading.Thread(target=job, name="settings", daemon=True).start()

    def action_reload(self) -> None:
        """Read what the section shows."""
        if not self.is_mounted:
            return
        desk, own = self.desk, self.own
        if self.section == HERE:
            self.facts.program = own.program()
        elif self.section == PRINTERS:
            self.ask(desk.print_queue, self._queue, replaces="prints")
            self.beside(desk.printers, self._found, self.show_refusal)
        elif self.section == SCANNER:
            self.ask(desk.scanner, self._scanned, replaces="scanner-state")
        self.show()

    def _queue(self, jobs: Any) -> None:
        if jobs != self.facts.jobs:
            self.facts.jobs = jobs
            self.show()
            self.beside(self.desk.printers, self._found, _unasked)  # what changed the queue may have been the printer

    def _found(self, printers: Any) -> None:
        self.facts.printers = printers
        self.show()

    def _scanned(self, state: Any) -> None:
        self.facts.scanner = state
        self.show()

    @on(VirtualList.Highlighted)
    def _highlighted(self, event: VirtualList.Highlighted) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        row = self.row
        told = [Para([(f"{row.label}  " if row.label else "", "dim"), (row.value, "")])] if row is not None else []
        self.query_one("#settings-detail", Prose).show(told)
        self.refresh_bindings()

    @on(VirtualList.Selected)
    def _selected(self, event: VirtualList.Selected) -> None:
        event.stop()
        self.action_change()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be done depends on the row."""
        act = self.row.act if self.row is not None else ""
        if action == "try_printer":
            return act in {"try", "paper"}
        if action in {"retry", "reroute", "drop"}:
            return act == "job"
        return bool(act) if action == "change" else True

    def action_turn(self, by: int) -> None:
        """Show the next section."""
        self.action_go((self.section + by) % len(SECTIONS))

    def action_go(self, section: int) -> None:
        """Show one of the sections."""
        self.section = section
        self.listing.cursor = 0
        self.action_reload()

    def action_change(self) -> None:
        """Change what the cursor is on."""
        if self.row is not None and self.row.act:
            changing.change(self, self.row)

    def action_try_printer(self) -> None:
        """Print the test page."""
        if self.row is not None:
            changing.try_printer(self, self.row)

    def action_retry(self) -> None:
        """Try a job now."""
        desk, row = self.desk, self.row
        if row is not None:
            self.ask(lambda: desk.retry_print(row.about), lambda _: self.action_reload())

    def action_drop(self) -> None:
        """Take a job out of the queue."""
        if self.row is not None:
            changing.drop(self, self.row)

    def action_reroute(self) -> None:
        """Have a job printed elsewhere."""
        if self.row is not None:
            changing.reroute(self, self.row)

    def examine(self) -> None:
        """Have all checks made, beside everything else."""
        self.facts.examining, self.facts.why_not = True, ""
        self.show()
        self.beside(self.own.examine, self._examined, self._not_examined)

    def _examined(self, report: Any) -> None:
        self.facts.examining, self.facts.report = False, report
        if self.section == CHECKS:
            self.show()

    def _not_examined(self, refused: Refused) -> None:
        self.facts.examining, self.facts.why_not = False, refused.message
        self.show()


def _cells(row: Row) -> list[Cell]:
    return [Cell(row.label, "dim" if not row.act else "plain"), Cell(row.value, row.tone)]


def _unasked(_: Refused) -> None:
    """What was not asked for says nothing when it fails; the next look asks again."""
