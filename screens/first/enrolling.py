"""The first two steps: where central is, and becoming a window of it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.seat import Refused
from clerk_app.setup_file import SetupFile
from screens.dialogs import Choose, Option
from screens.first.step import Step
from screens.keymap import key
from screens.widgets.field import Field
from screens.widgets.prose import Para, Prose
from screens.widgets.virtual_list import Cell, Column, VirtualList

WAYS = {
    "keyring": ("系统钥匙串", "推荐：登录电脑即可打开，平时不用再输入"),
    "passphrase": ("本窗口的口令", "每次打开程序时输入；忘记后本机未上报的内容打不开"),
}
"""The ways to the keys, with what speaks for each."""


class Where(Step):
    """Where central is, and the code: typed, or out of a technician's file."""

    NAME = "市中心"
    WORDS = "填写市中心的地址和本窗口的登记码。\n有技术员的设置文件（clerk-setup.json）的，插上 U 盘，在下面选它。"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("first.files", "f7", "files", "找设置文件", "到程序旁和插着的 U 盘上再找一遍设置文件"),
    ]

    def body(self) -> ComposeResult:
        """Yield the form."""
        yield Field("地址", id="central", width=8, hint="如 https://zhongxin.example", max_length=300)
        yield Field("登记码", id="code", width=8, max_length=200)
        yield Field("设置文件", id="file", width=8, hint="可不填：文件或它所在的文件夹", max_length=1000)
        yield VirtualList[Path](
            [Column("找到的设置文件")], lambda path: [Cell(str(path))], empty="没有找到设置文件", id="found"
        )

    def on_mount(self) -> None:
        """Fill in what was said before, and look for files."""
        begun = self.setup.begun
        self.query_one("#central", Field).value = begun.central
        self.query_one("#code", Field).value = begun.code
        self.query_one("#central", Field).focus()
        self.action_files()

    def action_files(self) -> None:
        """Look for technician's files."""
        self.ask(self.setup.files, self._listed, hold=False)

    def _listed(self, files: object) -> None:
        found = list(files) if isinstance(files, list | tuple) else []
        listing = self.query_one("#found", VirtualList)
        listing.set_rows(found)
        untouched = not any(self.query_one(f"#{id}", Field).value for id in ("central", "code", "file"))
        if found and untouched:
            listing.focus()
            self.say("找到了设置文件：回车使用它。")

    @on(VirtualList.Selected)
    def _chosen(self, event: VirtualList.Selected) -> None:
        event.stop()
        self._read(str(event.list.rows[event.index]))

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        if not event.submitted:
            return
        central, code, file = (self.query_one(f"#{id}", Field) for id in ("central", "code", "file"))
        if event.field is file and file.value:
            self._read(file.value)
        elif event.field is central and not code.value:
            code.focus()
        elif central.value and code.value:
            kept = {"central": central.value, "code": code.value}
            self.ask(lambda: self.setup.keep(step="enrol", **kept), lambda _: self.first.go("enrol"))
        else:
            (code if central.value else central).focus()
            self.say("地址和登记码都要填；或者选一个设置文件。", "bad")

    def _read(self, path: str) -> None:
        self.ask(lambda: self.setup.read(path), self._take)

    def _take(self, file: SetupFile) -> None:
        if len(file.desks) == 1:
            self._take_desk(file, file.desks[0].name)
            return
        options = [Option(one.name, one.name) for one in file.desks]
        self.app.push_screen(
            Choose("本机是哪一个窗口", options),
            lambda name: self._take_desk(file, name) if name is not None else None,
        )

    def _take_desk(self, file: SetupFile, name: str) -> None:
        self.ask(lambda: self.setup.take(file, name), lambda _: self.first.go("enrol"))


class Enrol(Step):
    """How the keys are kept; then central is asked."""

    NAME = "登记"
    WORDS = "本机要有自己的密钥，数据只有本机能打开。选一种打开方式，回车登记。"
    BEFORE = "where"

    def body(self) -> ComposeResult:
        """Yield the ways to the keys, and the passphrase."""
        yield Prose(id="summary")
        ways: VirtualList[str] = VirtualList(
            [Column("打开方式", 14), Column("")], lambda way: [Cell(WAYS[way][0]), Cell(WAYS[way][1], "dim")], id="ways"
        )
        ways.styles.height = 1 + len(WAYS)
        yield ways
        yield Field("口令", id="one", width=8, password=True, max_length=256)
        yield Field("再输一遍", id="two", width=8, password=True, max_length=256)
        yield Field("根证书", id="ca", width=8, hint="技术员给的 PEM 文件，回车后再登记", max_length=1000)

    def on_mount(self) -> None:
        """Say what is about to be done, and ask how the keys can be kept."""
        begun = self.setup.begun
        desk = f"　窗口 {begun.desk}" if begun.desk else ""
        self.query_one("#summary", Prose).show([Para([("市中心　", "dim"), (begun.central + desk, "strong")])])
        for id in ("one", "two", "ca"):
            self.query_one(f"#{id}", Field).display = False
        self.say("正在查看系统钥匙串")
        self.ask(self.setup.unlocks, self._ways)

    def _ways(self, ways: tuple[str, ...]) -> None:
        listing = self.query_one("#ways", VirtualList)
        listing.set_rows(ways)
        listing.focus()
        self._again = self.setup.needs_passphrase()
        self.say("" if "keyring" in ways else "本机没有可用的系统钥匙串，要设一个口令。")

    @on(VirtualList.Selected)
    def _chosen(self, event: VirtualList.Selected) -> None:
        event.stop()
        way = event.list.rows[event.index]
        one, two = (self.query_one(f"#{id}", Field) for id in ("one", "two"))
        self._again = self.setup.needs_passphrase()
        one.display = way == "passphrase"
        two.display = one.display and not self._again
        if one.display:
            one.focus()
            self.say("口令至少 8 个字符；请记下来交给负责人保管。" if two.display else "输入上次为本机设的口令。")
        else:
            self._enrol(way, "")

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        if not event.submitted:
            return
        one, two = (self.query_one(f"#{id}", Field) for id in ("one", "two"))
        if event.field.id == "ca":
            self._trust(event.field.value)
        elif event.field is one and two.display:
            two.focus()
        elif two.display and one.input.value != two.input.value:
            one.input.value = two.input.value = ""
            one.focus()
            self.say("两次输入的口令不一样，请重新输入。", "bad")
        else:
            self._enrol("passphrase", one.input.value)

    def _trust(self, path: str) -> None:
        def trusted(_: object) -> None:
            self.query_one("#ways", VirtualList).focus()
            self.say("根证书已收下，请再登记一次。", "good")

        self.ask(lambda: self.setup.trust(path), trusted)

    def _enrol(self, way: str, passphrase: str) -> None:
        self.say("正在向市中心登记，请稍候")
        self.ask(lambda: self.setup.enrol(way, passphrase), lambda _: self.first.go("fetch"), self._not_enrolled)

    def _not_enrolled(self, refused: Refused) -> None:
        self.query_one("#ways", VirtualList).focus()
        hint = "按 Esc 回上一步改正地址或登记码，或者回车再试。"
        if "证书" in refused.message:
            self.query_one("#ca", Field).display = True
            hint = "市中心用自己的根证书的，请在“根证书”中填技术员给的文件。" + hint
        self.say(f"没有登记成：{refused.message}\n{hint}", "bad")
