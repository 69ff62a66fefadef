"""The other steps: what central has, printer and scanner, and whether a clerk can work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.first_start import Finding, Printer
from clerk_app.seat import Refused
from screens.first.step import Step
from screens.keymap import key
from screens.widgets.field import Field
from screens.widgets.virtual_list import Cell, Column, VirtualList

STATES = {"ok": ("正常", "good"), "warning": ("注意", "warn"), "failed": ("不行", "bad"), "skipped": ("未查", "dim")}
NO_SCANNER = "不用扫描仪"


class Open(Step):
    """The window is there and shut: the passphrase that was set before."""

    NAME = "打开本窗口"
    WORDS = "上次没有设置完，接着设置。请输入上次为本机设的口令。"

    def body(self) -> ComposeResult:
        """Yield the field."""
        yield Field("口令", id="one", width=8, password=True, max_length=256)

    def on_mount(self) -> None:
        """Begin in the field."""
        self.query_one("#one", Field).focus()

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        if event.submitted:
            passphrase, step = event.field.input.value, self.setup.begun.step

            def opened(_: object) -> None:
                self.setup.keep(step=step)
                self.first.go(step)

            self.ask(lambda: self.setup.enrol("passphrase", passphrase), opened)


class Fetch(Step):
    """What central has for this window: items, calendar, couriers, the point's cases."""

    NAME = "下载"
    WORDS = "本机已经登记。正在下载事项目录、工作日历和本服务点的办件；网络慢的可以先跳过，打开后在后台接着下载。"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("first.again", "f7", "again", "再试", "再下载一次"),
        key("first.skip", "f8", "skip", "先跳过", "不等下载完，以后在后台接着下载"),
    ]

    def on_mount(self) -> None:
        """Begin."""
        self.action_again()

    def action_again(self) -> None:
        """Fetch."""
        self.first.stopping = False
        self.say("正在下载")
        self.ask(
            lambda: self.setup.fetch(self._told, lambda: self.first.stopping),
            lambda _: self._next(),
            self._not_fetched,
            hold=False,
        )

    def _told(self, words: str) -> None:
        self.app.call_from_thread(self._show, words)

    def _show(self, words: str) -> None:
        if self.is_current:
            self.say(words)

    def _not_fetched(self, refused: Refused) -> None:
        self.say(f"没有下载完：{refused.message}\n按 F7 再试，或者按 F8 先跳过。", "bad")

    def action_skip(self) -> None:
        """Go on without."""
        self.first.stopping = True
        self._next()

    def _next(self) -> None:
        self.ask(lambda: self.setup.keep(step="devices"), lambda _: self.first.go("devices"))


class Devices(Step):
    """Printer and scanner's folder."""

    NAME = "打印机和扫描仪"
    WORDS = "选打印机（F7 打印测试页），再选扫描仪存放文件的文件夹。以后可在“设置”中改。"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("first.test", "f7", "test", "测试页", "用光标所在的打印机打印一张测试页"),
        key("first.go-on", "f9", "go_on", "下一步", "用所选的打印机和文件夹，到下一步"),
    ]

    def body(self) -> ComposeResult:
        """Yield the two lists."""
        yield VirtualList[Printer](
            [Column("打印机", 28), Column("")], lambda one: [Cell(one.name), Cell(one.words, "dim")], id="printers"
        )
        yield VirtualList[str]([Column("扫描仪的文件夹")], lambda one: [Cell(one)], id="scanners")
        yield Field("其他", id="other", width=8, hint="扫描仪的文件夹不在上面的，在这里填", max_length=1000)

    def on_mount(self) -> None:
        """Ask for the devices."""
        self.say("正在查找打印机")
        self.ask(lambda: (self.setup.printers(), self.setup.scanners()), self._found)

    def _found(self, devices: tuple[Sequence[Printer], Sequence[str]]) -> None:
        printers, scanners = devices
        kept = self.setup.begun
        at = next((n for n, one in enumerate(printers) if one.printer == kept.printer and kept.printer), 0)
        self.query_one("#printers", VirtualList).set_rows(printers, at)
        rows = [NO_SCANNER, *scanners]
        chosen = rows.index(kept.scanner) if kept.scanner in rows else 0
        self.query_one("#scanners", VirtualList).set_rows(rows, chosen)
        self.query_one("#printers", VirtualList).focus()
        self.say("" if len(printers) > 1 else "没有找到打印机：请先在系统里装好，或者以后再设。")

    @on(VirtualList.Selected)
    def _chosen(self, event: VirtualList.Selected) -> None:
        event.stop()
        if event.list.id == "printers":
            self.query_one("#scanners", VirtualList).focus()
        else:
            self.action_go_on()

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        if event.submitted:
            self.action_go_on()

    @property
    def _printer(self) -> str:
        current = self.query_one("#printers", VirtualList).current
        return current.printer if isinstance(current, Printer) else ""

    def action_test(self) -> None:
        """Print a test page."""
        printer = self._printer
        if not printer:
            self.say("请先把光标移到一台打印机上。", "bad")
            return
        self.say("正在打印测试页，请稍候")
        self.ask(lambda: self.setup.test_page(printer), lambda words: self.say(words, "good"))

    def action_go_on(self) -> None:
        """Keep what was chosen, and go on."""
        listed = self.query_one("#scanners", VirtualList).current
        scanner = self.query_one("#other", Field).value or ("" if listed in {None, NO_SCANNER} else str(listed))
        printer = self._printer

        def keep() -> None:
            self.setup.choose(printer, scanner)
            self.setup.keep(step="ready", printer=printer, scanner=scanner)

        self.ask(keep, lambda _: self.first.go("ready"))


class Ready(Step):
    """Whether a clerk can work here."""

    NAME = "检查"
    WORDS = "检查一遍能不能办理；没有“不行”的就可以开始。"
    BEFORE = "devices"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("first.check", "f7", "check", "再检查", "再检查一遍"),
        key("first.begin", "f9", "begin", "开始使用", "设置完成，去登录"),
    ]

    def body(self) -> ComposeResult:
        """Yield the list."""
        columns = [Column("", 4), Column("项目", 10), Column("情况")]
        yield VirtualList[Finding](columns, self._cells, id="findings")

    @staticmethod
    def _cells(one: Finding) -> list[Cell]:
        words, tone = STATES[one.state]
        return [Cell(words, tone), Cell(one.label), Cell(one.words)]

    def on_mount(self) -> None:
        """Check."""
        self.action_check()

    def action_check(self) -> None:
        """Check everything."""
        self.say("正在检查")
        self.ask(self.setup.check, self._checked)

    def _checked(self, findings: Sequence[Finding]) -> None:
        listing = self.query_one("#findings", VirtualList)
        listing.set_rows(findings)
        listing.focus()
        bad = [one.label for one in findings if one.state == "failed"]
        if bad:
            self.say(f"还不行：{'、'.join(bad)}。改正后按 F7 再检查；仍要打开的按 F9。", "bad")
        else:
            self.say("可以开始：按 F9 去登录。", "good")

    @on(VirtualList.Selected)
    def _selected(self, event: VirtualList.Selected) -> None:
        event.stop()
        self.action_begin()

    def action_begin(self) -> None:
        """Everything is set up."""
        self.ask(self.setup.finish, lambda _: self.app.exit(True))
