"""指标: the measures of some days as pictures, one at a time, each with its numbers a key away."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.measure_sums import Period
from clerk_app.domain.measure_tables import Picture, Report, Value, shown
from clerk_app.seat import Refused
from screens.base import AreaScreen
from screens.dialogs import Choose, Notice, Option
from screens.keymap import key, move
from screens.text import clean
from screens.widgets.virtual_list import Cell, Column, VirtualList

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.printing import Handed
    from screens.measures.bars import Bars

KINDS = (("day", "日"), ("week", "周"), ("month", "月"))
BARS_NARROW, BARS_WIDE = 12, 20
EVERYWHERE = "@all"
Row = list[Cell]


def _read(desk: Desk, period: Period, points: tuple[str, ...]) -> tuple[Report, list[tuple[str, str]]]:
    import_module("screens.measures.bars")  # the widget takes a while to load: not on the screen's own time
    return desk.measures(period, points), desk.measured_points()


class PicturesScreen(AreaScreen):
    """One measure as bars and a list; F8 shows all its numbers."""

    AREA = "cases"
    TITLE_WORDS = "指标"
    KEY_LINES = 2
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("pictures.back", "escape", "back", "返回", "回到前一屏"),
        key("pictures.next", "right,tab", "turn(1)", "下一项", "看下一项指标"),
        key("pictures.previous", "left,shift+tab", "turn(-1)", "上一项", "看上一项指标"),
        key("pictures.numbers", "f8", "numbers", "图/数字", "在图和全部数字之间切换"),
        key("pictures.kind", "f7", "kind", "日/周/月", "按日、按周、按月"),
        key("pictures.earlier", "minus", "shift(-1)", "前一期", "看前一天、前一周或前一月"),
        key("pictures.later", "plus,equals_sign", "shift(1)", "后一期", "看后一天、后一周或后一月"),
        key("pictures.point", "f9", "point", "服务点", "看全部服务点，或只看一个"),
        key("pictures.export", "e", "export", "导出", "把这一项的数字存为电子表格可打开的文件"),
        key("pictures.print", "p", "print", "打印", "打印日报或周报：一页纸，所有指标"),
        key("pictures.reload", "ctrl+r", "reload", "刷新", "重新读取", show=False),
        *(move(f"pictures.go-{n}", str(n), f"go({n - 1})", f"第{n}项", f"看第 {n} 项指标") for n in range(1, 10)),
    ]

    def __init__(self, area: str = "") -> None:
        """``area``: the one it is opened from, to which its dialogs belong; empty: the cases."""
        super().__init__()
        if area:
            self.AREA = area  # type: ignore[misc]  # a screen of whatever area opens it
        self._kind = 1
        self._period: Period | None = None
        self._point = ""
        self._points: list[tuple[str, str]] = []
        self._report: Report | None = None
        self._at = 0
        self._numbers = False
        self._bars: Bars | None = None
        self._shown = -1

    def body(self) -> ComposeResult:
        """Yield heading, picture and list."""
        yield Static("", id="pictures-head", markup=False)
        with Container(id="pictures-columns"):
            yield Container(id="pictures-plot")
            yield VirtualList[Row]((Column(""),), list, empty="这一期没有", id="pictures-list")

    def on_mount(self) -> None:
        """Show this week's first measure."""
        self._list.focus()
        self._load(hold=True)

    def on_screen_resume(self) -> None:
        """Show what changed meanwhile."""
        self.looked()

    def looked(self) -> None:
        """Read the sums again if anything was recorded or came from the city."""
        if self.is_mounted and self._shown != self.clerk.revision:
            self._load(hold=False)

    def on_resize(self) -> None:
        """Draw as many bars as there is room for."""
        if self.is_mounted:
            self._draw()

    @property
    def _list(self) -> VirtualList[Row]:
        return self.query_one("#pictures-list", VirtualList)

    @property
    def _picture(self) -> Picture | None:
        return self._report.pictures[self._at] if self._report is not None else None

    def _load(self, *, hold: bool) -> None:
        desk = self.desk
        self._shown = self.clerk.revision
        period = self._period or Period.of(KINDS[self._kind][0], desk.today)
        self._period = period
        points = (self._point,) if self._point else ()
        otherwise = None if hold else _unasked
        self.ask(lambda: _read(desk, period, points), self._show, otherwise, replaces="measures", hold=hold)

    def _show(self, found: tuple[Report, list[tuple[str, str]]]) -> None:
        from screens.measures.bars import Bars

        self._report, self._points = found
        if self._bars is None:
            self._bars = Bars(id="pictures-bars")
            self.query_one("#pictures-plot").mount(self._bars)
        self._draw()
        self.refresh_bindings()

    def _draw(self) -> None:
        picture = self._picture
        if picture is None or self._report is None or self._bars is None:
            return
        self.query_one("#pictures-head", Static).update(self._head(picture, self._report))
        self.set_class(self._numbers, "-numbers")
        drawn = self._most
        self._bars.show(picture, drawn)
        if self._numbers:
            self._list.set_columns(_every_column(picture))
            rows = [_cells(row, picture, "plain") for row in picture.rows]
            rows.append(_cells(picture.total, picture, "strong"))
        else:
            head = picture.heads[picture.column]
            self._list.set_columns((Column("号", 3, right=True), Column("对象"), Column(head.title, 10, right=True)))
            rows = [
                [Cell(str(place), "dim"), Cell(label), Cell(shown(n if head.digits else int(n), head))]
                for place, (label, n) in enumerate(picture.bars[:drawn], start=1)
            ]
        self._list.set_rows(rows, min(self._list.cursor, max(0, len(rows) - 1)))

    @property
    def _most(self) -> int:
        return BARS_WIDE if self.size.width >= 100 else BARS_NARROW

    def _head(self, picture: Picture, report: Report) -> Content:
        head = picture.heads[picture.column]
        where = next((name for code, name in self._points if code == self._point), "全部服务点")
        days = f"现状（{report.today}）" if picture.standing else f"{report.period}"
        kind = KINDS[self._kind][1]
        drawn = head.title + (f"（{head.unit}）" if head.unit else "")
        against = f"；= 是{picture.against_title}" if picture.against else ""
        return Content.assemble(
            (f"{self._at + 1}/{len(report.pictures)} {picture.title}", "bold $accented"),
            (f"  {clean(picture.question)}", ""),
            (f"\n按{kind}  {days}  {clean(where)}  ", "$dim"),
            ("样例数据  " if report.sample else "", "$warn"),
            ("" if self._numbers else f"画的是{drawn}{against}", "$dim"),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There are daily and weekly reports; one point is chosen where there are several."""
        if action == "print":
            return KINDS[self._kind][0] != "month"
        return len(self._points) > 1 if action == "point" else True

    def action_back(self) -> None:
        """Go back to what is below."""
        self.dismiss(None)

    def action_turn(self, by: int) -> None:
        """Show the next measure."""
        if self._report is not None:
            self.action_go((self._at + by) % len(self._report.pictures))

    def action_go(self, at: int) -> None:
        """Show one of the measures."""
        self._at = at
        self._list.cursor = 0
        self._draw()

    def action_numbers(self) -> None:
        """Show bars or all numbers."""
        self._numbers = not self._numbers
        self._draw()

    def action_kind(self) -> None:
        """Count by day, week or month: the one that holds the last day shown, or today."""
        self._kind = (self._kind + 1) % len(KINDS)
        today, period = self.desk.today, self._period
        on = today if period is None or period.first <= today <= period.last else period.last
        self._period = Period.of(KINDS[self._kind][0], on)
        self._load(hold=True)
        self.refresh_bindings()

    def action_shift(self, by: int) -> None:
        """Show the period before or after."""
        if self._period is not None:
            self._period = self._period.moved(by)
            self._load(hold=True)

    def action_point(self) -> None:
        """Choose the points that are counted."""
        options = [Option(EVERYWHERE, "全部服务点"), *(Option(code, clean(name)) for code, name in self._points)]

        def chosen(code: str | None) -> None:
            if code is not None:
                self._point = "" if code == EVERYWHERE else code
                self._load(hold=True)

        self.open(Choose("看哪个服务点", options), chosen)

    def action_export(self) -> None:
        """Write this measure's numbers as CSV."""
        picture, report, desk = self._picture, self._report, self.desk
        if picture is not None and report is not None:
            name = picture.name
            self.ask(lambda: desk.export_measures(report.period, report.points, name), self._written)

    def action_print(self) -> None:
        """Print the report of the day or week shown."""
        report, desk, kind = self._report, self.desk, KINDS[self._kind][0]
        if report is not None:
            self.ask(lambda: desk.print_report(kind, report.period.first, report.points), self._printed)

    def _written(self, path: Any) -> None:
        self.open(Notice("已存好", f"文件在 {path}"))

    def _printed(self, handed: Handed) -> None:
        self.open(Notice("打印", handed.say()))

    def action_reload(self) -> None:
        """Read the sums again."""
        self._load(hold=True)

    @on(VirtualList.Selected)
    def _selected(self, event: VirtualList.Selected) -> None:
        event.stop()
        self.action_numbers()


def _cells(row: Sequence[Value], picture: Picture, tone: str) -> Row:
    return [Cell(shown(value, head), tone) for value, head in zip(row, picture.heads, strict=True)]


def _every_column(picture: Picture) -> list[Column]:
    columns = []
    for n, head in enumerate(picture.heads):
        if n < picture.labels:
            columns.append(Column(head.title, share=2 if n == 0 else 1))
        elif not head.unit:
            columns.append(Column(head.title, 14))
        else:
            columns.append(Column(head.title, max(8, 2 * len(head.title)), right=True))
    return columns


def _unasked(_: Refused) -> None:
    """What was not asked for says nothing when it fails; the next look asks again."""
