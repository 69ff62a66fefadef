"""扫描件: a case's materials with the scans that hang on them; attached and taken off with one key each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.scan_content import media_words
from clerk_app.seat import Refused
from screens.base import AreaScreen
from screens.cases.facts import scan_words
from screens.dialogs import Prompt, required
from screens.keymap import key
from screens.scans import choose
from screens.text import clean
from screens.widgets.virtual_list import Cell, Column, VirtualList

if TYPE_CHECKING:
    from clerk_app.domain.case import Case
    from clerk_app.scanning import AttachedScan, ScannerState

TONES = {"waiting": "warn", "sent": "good", "refused": "bad", "absent": "dim"}


@dataclass(frozen=True, slots=True)
class Row:
    """A material, or one of its scans."""

    material: str
    name: str
    scans: tuple[AttachedScan, ...] = ()
    scan: AttachedScan | None = None


class CaseScans(AreaScreen):
    """The checklist of one case, each line with its scans below."""

    AREA = "cases"
    TITLE_WORDS = "扫描件"
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("scans.attach", "f", "attach", "附上", "把刚扫描的文件附到光标所在的材料（几份时可选）"),
        key("scans.remove", "x", "remove", "撤下", "撤下光标所在的扫描件，写明理由；留有记录"),
        key("scans.back", "escape", "back", "返回", "回到办件"),
        key("scans.reload", "ctrl+r", "reload", "刷新", "重新读取", show=False),
    ]

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number
        self._shown = (-1, -1)

    def body(self) -> ComposeResult:
        """Yield the list, and what is to be said of the scanner's folder."""
        yield VirtualList(
            [Column("材料和扫描件"), Column("内容", 24), Column("状态", 26)], _cells, empty="没有材料", id="scans-list"
        )
        yield Static("", id="scans-folder", markup=False)

    def on_mount(self) -> None:
        """Read the case."""
        self._list.focus()
        self.load()

    def looked(self) -> None:
        """Read the case again if anything was recorded, came from the city, or was scanned."""
        if self.is_mounted and self._shown != (self.clerk.revision, self.clerk.header_state.scans):
            self.load(hold=False)

    @property
    def _list(self) -> VirtualList[Row]:
        return self.query_one("#scans-list", VirtualList)

    def load(self, *, hold: bool = True) -> None:
        """Read the case and show it."""
        desk, number = self.desk, self.number
        self._shown = (self.clerk.revision, self.clerk.header_state.scans)

        def read() -> tuple[Case, list[AttachedScan], ScannerState, int]:
            waiting = sum(not seen.refused for seen in desk.waiting_scans())
            return desk.case(number), desk.scans_of(number), desk.scanner(), waiting

        otherwise = None if hold else _unasked
        self.ask(read, lambda found: self._show(*found), otherwise, replaces=f"scans {number}", hold=hold)

    def _show(self, case: Case, scans: Sequence[AttachedScan], state: ScannerState, waiting: int) -> None:
        rows: list[Row] = []
        for material in case.checklist:
            mine = tuple(one for one in scans if one.scan.material == material.id)
            rows.append(Row(material.id, material.name, mine))
            rows += [Row(material.id, material.name, scan=one) for one in mine]
        self._list.set_rows(rows, self._list.cursor)
        folder = f"    扫描仪文件夹 {state.folder}" if state.folder else ""
        told = state.trouble or (f"待附 {waiting} 份" if waiting else "没有待附的文件")
        self.query_one("#scans-folder", Static).update(Content(f" {clean(told + folder)}"))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a scan can be taken off."""
        if action == "remove":
            row = self._list.current if self.is_mounted else None
            return row is not None and row.scan is not None
        return True

    def on_virtual_list_highlighted(self) -> None:
        """What can be done depends on the line."""
        self.refresh_bindings()

    def action_back(self) -> None:
        """Go back to the case."""
        self.dismiss(None)

    def action_reload(self) -> None:
        """Read the case again."""
        self.load()

    def action_attach(self) -> None:
        """Attach what was scanned to the material under the cursor."""
        row = self._list.current
        if row is None:
            return
        desk, number = self.desk, self.number

        def attach(paths: list[Path]) -> None:
            def work() -> None:
                for path in paths:
                    desk.attach_scan(number, row.material, path)

            self.ask(work, lambda _: self._changed(), self._partly)

        choose(self, f"附到：{row.name}", attach)

    def _partly(self, refused: Refused) -> None:
        """Of several the first ones may be attached: that shows in the list."""
        self._changed()
        self.show_refusal(refused)

    def action_remove(self) -> None:
        """Take a scan off, with the reason."""
        row = self._list.current
        if row is None or row.scan is None:
            return
        desk, number, entry = self.desk, self.number, row.scan.scan.entry

        def worded(reason: str | None) -> None:
            if reason:
                self.ask(lambda: desk.remove_scan(number, entry, reason), lambda _: self._changed())

        words = "记录会留下；撤错了可以重新附上。"
        self.open(Prompt(f"撤下扫描件：{row.name}", "理由", words=words, check=required("请写明理由")), worded)

    def _changed(self) -> None:
        self.clerk.look_at_line()
        self.load()


def _cells(row: Row) -> list[Cell]:
    if row.scan is None:
        return [Cell(row.name, "strong" if row.scans else "plain"), Cell(""), Cell(scan_words(row.scans), "dim")]
    scan = row.scan.scan
    what = media_words(scan.media, scan.pages, scan.size)
    return [Cell("  扫描件", "dim"), Cell(what, "plain"), Cell(row.scan.words, TONES[row.scan.state])]


def _unasked(refused: Refused) -> None:
    """Nobody asked: what was read before stays, and the header says that reading fails."""
