"""The first start's screens, each step at both sizes, and what every answer leads to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from clerk_app.first_start import Begun, Finding, Printer
from clerk_app.seat import Refused
from clerk_app.setup_file import Desk, SetupFile
from clerk_app.terminal import Terminal
from screens.first.app import FirstStart
from tests.support.screen_dump import dump
from tests.support.stylesheets import read_once

SIZES = [(80, 24), (120, 40)]
BOTH = pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
CENTRAL = "https://zhongxin.example"
FILE = SetupFile(central=CENTRAL, desks=(Desk(name="1号窗", code="AAA"), Desk(name="2号窗", code="BBB")))
PRINTERS = (
    Printer(printer="cups:HP", name="HP LaserJet", words="系统打印机　系统默认"),
    Printer(printer="cups:Old", name="旧针打", words="系统打印机　没有开机"),
    Printer(printer="", name="暂不设打印机", words="文书存成文件，以后在“设置”中再选"),
)
CHECKS = (
    Finding(state="ok", label="窗口数据", words="流水 0 条"),
    Finding(state="warning", label="工作日历", words="没有 2027 年的放假安排。"),
)


@dataclass
class HandSetup:
    """A first start whose answers are set by hand."""

    begun: Begun = field(default_factory=Begun)
    found: list[Path] = field(default_factory=list)
    ways: tuple[str, ...] = ("keyring", "passphrase")
    refusals: list[Refused] = field(default_factory=list)
    shut: bool = False
    checks: Sequence[Finding] = CHECKS
    said: list[Any] = field(default_factory=list)
    fetching: threading.Event = field(default_factory=threading.Event)

    def keep(self, **changes: Any) -> None:
        self.begun = replace(self.begun, **changes)

    def files(self) -> list[Path]:
        return self.found

    def read(self, path: str) -> SetupFile:
        if path.endswith("rubbish"):
            raise Refused("setup-file", f"{path} 不是设置文件：内容不是 JSON。")
        return FILE

    def take(self, file: SetupFile, desk: str) -> None:
        self.keep(step="enrol", central=file.central, code=file.desk(desk).code, desk=desk)

    def trust(self, path: str) -> None:
        self.keep(ca=path)

    def unlocks(self) -> tuple[str, ...]:
        return self.ways

    def enrol(self, unlock: str, passphrase: str) -> str:
        self.said.append(("enrol", self.begun.code, unlock, passphrase))
        if self.refusals:
            raise self.refusals.pop(0)
        self.shut = False
        self.keep(step="fetch")
        return "1 号窗口"

    def needs_passphrase(self) -> bool:
        return self.shut

    def fetch(self, tell: Callable[[str], None], cancelled: Callable[[], bool]) -> None:
        tell("事项目录 3000 条")
        if self.refusals:
            raise self.refusals.pop(0)
        while not (self.fetching.wait(0.01) or cancelled()):
            continue

    def printers(self) -> Sequence[Printer]:
        return PRINTERS

    def scanners(self) -> Sequence[str]:
        return ["扫描"]

    def choose(self, printer: str, scanner: str) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.said.append(("choose", printer, scanner))

    def test_page(self, printer: str) -> str:
        self.said.append(("test", printer))
        return "测试页已交给 HP LaserJet，请看打印机是否出纸。"

    def check(self) -> Sequence[Finding]:
        return self.checks

    def finish(self) -> None:
        self.said.append("finish")


@dataclass
class Bench:
    """The app with its pilot."""

    app: FirstStart
    setup: HandSetup
    pilot: Pilot[bool]

    async def settle(self) -> None:
        async with asyncio.timeout(20):
            quiet = 0
            while quiet < 2:
                await self.pilot.pause()
                await self.app.gate.wait_idle()
                idle = self.app.desk_work.idle or self.setup.begun.step == "fetch"
                quiet = quiet + 1 if idle and self.app.gate.idle else 0

    async def type(self, text: str) -> None:
        named = {"\n": ("enter", "\r"), "/": ("slash", "/"), ":": ("colon", ":"), ".": ("full_stop", ".")}
        for one in text:
            self.app.post_message(events.Key(*named.get(one, (one, one))))
        await self.settle()

    async def press(self, *keys: str) -> None:
        for one in keys:
            self.app.post_message(events.Key(one, None))
        await self.settle()

    async def shows(self, words: str) -> str:
        async with asyncio.timeout(20):
            while words not in (shown := dump(self.app)):
                await self.pilot.pause()
        return shown


@asynccontextmanager
async def opened(setup: HandSetup, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Bench]:
    app = FirstStart(setup, Terminal())
    with read_once():
        async with app.run_test(size=size) as pilot:
            bench = Bench(app, setup, pilot)
            await bench.settle()
            yield bench
            setup.fetching.set()


@BOTH
async def test_from_address_and_code_to_the_sign_in(size: tuple[int, int], golden: Callable[[str, str], None]) -> None:
    setup = HandSetup()

    def look(name: str) -> None:
        golden(f"first-{name}-{size[0]}x{size[1]}", dump(bench.app))

    async with opened(setup, size) as bench:
        look("where")
        await bench.type(f"{CENTRAL}\nAAA\n")
        look("enrol")
        await bench.press("down", "enter")
        await bench.type("secret12\nsecret12")
        look("passphrase")
        await bench.type("\n")
        await bench.shows("3000")
        look("fetch")
        setup.fetching.set()
        await bench.shows("HP LaserJet")
        await bench.press("f7")
        look("devices")
        await bench.press("enter", "down", "enter")
        look("ready")
        await bench.press("f9")
        assert bench.app.return_value is True
    assert setup.said == [
        ("enrol", "AAA", "passphrase", "secret12"),
        ("test", "cups:HP"),
        ("choose", "cups:HP", "扫描"),
        "finish",
    ]


@BOTH
async def test_a_technicians_file_with_several_desks(size: tuple[int, int], golden: Callable[[str, str], None]) -> None:
    async with opened(HandSetup(found=[Path("/media/usb/clerk-setup.json")]), size) as bench:
        golden(f"first-found-{size[0]}x{size[1]}", dump(bench.app))
        await bench.press("enter")
        golden(f"first-desks-{size[0]}x{size[1]}", dump(bench.app))
        await bench.press("2")
        assert (bench.setup.begun.code, bench.setup.begun.desk) == ("BBB", "2号窗")
        assert "窗口 2号窗" in dump(bench.app)


async def test_a_file_that_is_none_is_refused_in_words() -> None:
    async with opened(HandSetup()) as bench:
        await bench.press("tab", "tab")
        await bench.type("rubbish\n")
        assert "不是设置文件" in dump(bench.app)


async def test_what_central_refuses_is_said_and_everything_may_be_said_again(
    golden: Callable[[str, str], None],
) -> None:
    refusals = [
        Refused("line-down", "市中心的证书不可信，没有继续（请先核对本机日期，再联系技术人员）。"),
        Refused("code-unknown", "登记码不存在、已使用或已过期。"),
    ]
    setup = HandSetup(begun=Begun(step="enrol", central=CENTRAL, code="AAA"), refusals=refusals)
    async with opened(setup) as bench:
        await bench.press("enter")
        golden("first-certificate-80x24", dump(bench.app))
        await bench.press("tab")
        await bench.type("ca.pem\n")
        assert (setup.begun.ca, "根证书已收下" in dump(bench.app)) == ("ca.pem", True)
        await bench.press("enter")
        assert "已使用或已过期" in dump(bench.app)
        await bench.press("escape")
        assert "第 1 步" in dump(bench.app)
        await bench.type("\n")
        await bench.press("enter")
        await bench.shows("第 3 步")
    assert [said[:3] for said in setup.said] == [("enrol", "AAA", "keyring")] * 3


async def test_two_passphrases_that_differ_are_asked_for_again() -> None:
    setup = HandSetup(begun=Begun(step="enrol", central=CENTRAL, code="AAA"), ways=("passphrase",))
    async with opened(setup) as bench:
        await bench.press("enter")
        await bench.type("secret12\nsecret13\n")
        assert "不一样" in dump(bench.app)
        assert setup.said == []


async def test_a_slow_line_can_be_skipped_and_a_broken_one_tried_again() -> None:
    setup = HandSetup(begun=Begun(step="fetch"), refusals=[Refused("line-down", "连不上市中心。")])
    async with opened(setup) as bench:
        await bench.shows("连不上市中心")
        await bench.press("f7")
        await bench.shows("3000")
        await bench.press("f8")
        await bench.shows("第 4 步")


async def test_begun_before_it_goes_on_where_it_stood_behind_the_passphrase() -> None:
    setup = HandSetup(begun=Begun(step="devices", printer="cups:Old"), shut=True)
    async with opened(setup) as bench:
        assert "接着设置" in dump(bench.app)
        await bench.type("secret12\n")
        shown = await bench.shows("HP LaserJet")
        assert ">旧针打" in shown


async def test_a_window_that_fails_a_check_says_so() -> None:
    checks = (Finding(state="failed", label="磁盘空间", words="磁盘已满"),)
    async with opened(HandSetup(begun=Begun(step="ready"), checks=checks)) as bench:
        assert "还不行：磁盘空间" in dump(bench.app)
        await bench.press("escape")
        await bench.shows("第 4 步")


async def test_it_can_be_left_at_any_step() -> None:
    for step in ("where", "enrol", "fetch", "devices", "ready"):
        async with opened(HandSetup(begun=Begun(step=step, central=CENTRAL, code="A"))) as bench:
            bench.app.post_message(events.Key("ctrl+q", None))
            async with asyncio.timeout(10):
                while bench.app.return_value is None:
                    await bench.pilot.pause()
            assert bench.app.return_value is False
