"""同步: the line to the city, what is unsent, what was refused and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.kinds import KINDS
from clerk_app.seat import Refused
from screens.base import AreaScreen
from screens.keymap import key
from screens.line.refusal import open_refusal
from screens.line.troubles import trouble_paras
from screens.text import clean
from screens.widgets.header import UNREADABLE
from screens.widgets.prose import Para, Prose
from screens.widgets.virtual_list import Cell, Column, VirtualList
from screens.words import moment_words

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.domain.journal import Entry
    from clerk_app.line import LineStatus
    from clerk_app.mending import Refusal
    from clerk_app.status import Status

SKEW = 60.0
"""Seconds by which the clocks may differ before it is said."""


@dataclass(frozen=True, slots=True)
class Found:
    """Everything the screen shows, read in one go."""

    status: Status
    unsent: list[Entry]
    refused: list[Refusal]


def _read(desk: Desk) -> Found:
    return Found(desk.status(), desk.unsent(), desk.refusals())


class LineArea(AreaScreen):
    """The line's state in words, and two lists."""

    AREA = "line"
    TITLE_WORDS = "同步"
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("line.retry", "ctrl+r", "retry", "立即重试", "现在就连市中心，不等下一次"),
        key("line.mend", "f7", "mend", "处理退回", "处理光标所在的退回流水：改后重报、原样重报或不再报"),
        key("line.central", "f8", "central", "停启市中心", "样例：停止或启动本机上的市中心，看断网时的样子"),
    ]

    _any_refused = False

    def body(self) -> ComposeResult:
        """Yield state and lists."""
        yield Static("", id="line-state", markup=False)
        yield Prose(id="line-troubles")
        yield Static(Content("未发的流水"), classes="line--title", markup=False)
        yield VirtualList(
            [Column("序号", 6, right=True), Column("时间", 16), Column("内容", 14), Column("办件"), Column("经手", 10)],
            _unsent_cells,
            empty="没有未发的流水",
            id="unsent",
        )
        yield Static(Content("被退回的流水"), classes="line--title", markup=False)
        yield VirtualList(
            [
                Column("时间", 16, wide=100),
                Column("内容", 12),
                Column("办件", 24),
                Column("原因"),
                Column("其后", 6, wide=100),
            ],
            _refused_cells,
            empty="没有被退回的流水",
            id="refused",
        )

    def on_mount(self) -> None:
        """Begin in the list of what is unsent."""
        self.query_one("#unsent").focus()
        self._look(hold=True)

    def on_screen_resume(self) -> None:
        """Show how things stand now."""
        self._look(hold=True)

    def looked(self) -> None:
        """Show the line as it is now."""
        self._look(hold=False)

    def _look(self, *, hold: bool) -> None:
        """Read the line's books; ``hold`` keeps later keys back, because they mean the rows that are still to come."""
        if not self.is_mounted:
            return
        desk = self.desk
        self.ask(lambda: _read(desk), self._show, self._unreadable, replaces="line", hold=hold)

    def _show(self, found: Found) -> None:
        seen = self.clerk.services.line.status()
        self.query_one("#line-state", Static).update(_state(seen, found))
        self.query_one("#line-troubles", Prose).show(trouble_paras(found.status.troubles))
        for id, rows in (("#unsent", found.unsent), ("#refused", found.refused)):
            listing = self.query_one(id, VirtualList)
            listing.set_rows(rows, min(listing.cursor, max(0, len(rows) - 1)))
        self._any_refused = bool(found.refused)
        self.refresh_bindings()

    def _unreadable(self, refused: Refused) -> None:
        """What this window holds cannot be told; it is asked again every second, so no dialog says so."""
        self.query_one("#line-troubles", Prose).show([*trouble_paras([UNREADABLE]), Para([(refused.message, "")], 12)])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The switch of central exists in a demonstration alone; what was refused can be mended where there is any."""
        if action == "mend":
            return self._any_refused
        services = self.clerk.services
        return services.demo is not None and services.practice is None if action == "central" else True

    @property
    def _refused(self) -> VirtualList[Refusal]:
        return self.query_one("#refused", VirtualList)

    @on(VirtualList.Selected, "#refused")
    def _selected(self, event: VirtualList.Selected) -> None:
        event.stop()
        self.action_mend()

    def action_mend(self) -> None:
        """Show what can be done with the refused entry under the cursor."""
        refusal = self._refused.current
        if refusal is not None:
            open_refusal(self, refusal)

    def action_retry(self) -> None:
        """Try now."""
        self.clerk.services.line.poke()
        self.clerk.look_at_line()

    def action_central(self) -> None:
        """Stop or start the sample city's central."""
        demo = self.clerk.services.demo
        if demo is None:
            return
        line = self.clerk.services.line

        def switch() -> None:
            if demo.central_running():
                demo.stop_central()
            else:
                demo.start_central()
            line.poke()

        self.ask(switch, lambda _: self.clerk.look_at_line())


def _state(seen: LineStatus, found: Found) -> Content:
    status = found.status
    parts: list[tuple[str, str]] = [
        ("网络      ", "$dim"),
        ("在线" if seen.online else "离线", "bold $good" if seen.online else "bold $bad"),
        (f"  自 {moment_words(seen.since)}" if seen.since else "", "$dim"),
        ("" if seen.online else "  照常办理，恢复后自动上报", ""),
        ("\n上次成功  ", "$dim"),
        (moment_words(seen.last_success) or "还没有过", ""),
        ("\n最近问题  ", "$dim"),
        (clean(seen.last_problem) or "无", "$warn" if seen.last_problem else ""),
        (f"\n{'':10}" + _trying(seen) if seen.attempt else "\n", "$dim"),
        ("\n流水      ", "$dim"),
        (f"共 {status.entries} 条，未发 {status.unsent} 条，退回 {status.refused} 条", ""),
        (f"，等待 {status.waiting} 条" if status.waiting else "", ""),
        (f"    办件 {status.cases} 件，事项目录第 {status.catalogue_revision} 版", "$dim"),
    ]
    if seen.clock_skew is not None and abs(seen.clock_skew) >= SKEW:
        way = "快" if seen.clock_skew > 0 else "慢"
        parts.append((f"\n时钟      本机比市中心{way} {abs(round(seen.clock_skew))} 秒，请校准", "$warn"))
    if seen.ready:
        parts.append((f"\n程序      新版本 {seen.ready} 已备好，下次打开时启用", "$good"))
    return Content.assemble(*parts)


def _trying(seen: LineStatus) -> str:
    when = "正在连接" if seen.next_try_in is None else f"{max(0, round(seen.next_try_in))} 秒后再试"
    return f"已试 {seen.attempt} 次，{when}"


def _unsent_cells(entry: Entry) -> list[Cell]:
    return [
        Cell(str(entry.n), "dim"),
        Cell(moment_words(entry.at), "dim"),
        Cell(_label(entry.kind)),
        Cell(entry.subject),
        Cell(entry.actor, "dim"),
    ]


def _refused_cells(refusal: Refusal) -> list[Cell]:
    entry = refusal.record.entry
    tone = "dim" if refusal.by_itself else "bad"
    return [
        Cell(moment_words(entry.at), "dim"),
        Cell(refusal.label, tone),
        Cell(entry.subject),
        Cell("不用处理：在等前一条" if refusal.by_itself else refusal.why, "dim" if refusal.by_itself else "plain"),
        Cell(f"等{refusal.waiting}" if refusal.waiting else "", "warn"),
    ]


def _label(kind: str) -> str:
    return KINDS[kind].label if kind in KINDS else kind
