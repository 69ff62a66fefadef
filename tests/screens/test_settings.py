"""设置: each section at both sizes, what is changed there, by whom, and what arrives from readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual import events

from clerk_app import settings as window_settings
from clerk_app.checkup.report import Check, Report, State
from clerk_app.commands.own import OwnSettings
from clerk_app.printing import Choice, choices_of
from clerk_app.seat import Refused
from clerk_app.settings import Settings
from clerk_app.wedge import Wedge, wedge_of
from screens.dialogs import Confirm, Notice, Prompt
from screens.settings.arrivals import Arrivals
from screens.settings.rows import PRINTERS, SECTIONS
from screens.settings.screen import SettingsArea
from tests.support.client import COURIER, SEAT, SUPERVISOR, Client, opened
from tests.support.printers import Play
from tests.support.screen_dump import dump

SIZES = [(80, 24), (120, 40)]
Golden = Callable[[str, str], None]
STX, ETX = "\x02", "\x03"


def area(client: Client) -> SettingsArea:
    assert isinstance(client.app.screen, SettingsArea)
    return client.app.screen


async def to_settings(client: Client, section: int = 1) -> None:
    """Go to one of the sections, its printers found."""
    window_settings.save(client.folder, Settings(seat=SEAT))
    await client.press("ctrl+o", str(section))
    if area(client).section == PRINTERS:
        await client.until(lambda: area(client).facts.printers is not None)


async def row(client: Client, label: str) -> None:
    """Put the cursor on a row."""
    rows = area(client).listing.rows
    at = next(n for n, one in enumerate(rows) if one.label.startswith(label))
    area(client).listing.cursor = at
    await client.settle()


def kept(client: Client) -> Settings:
    return window_settings.load(client.folder)


@contextmanager
def examined(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the doctor find what it always finds."""
    checks = (
        Check(name="settings", state=State.OK, found="窗口 FS0001-03，丰山市祖庙政务服务中心"),
        Check(name="line", state=State.WARNING, found="没有接线。", kept="可以照常办理", todo="请检查网线。"),
        Check(name="scanner", state=State.SKIPPED, found="没有设置扫描仪文件夹"),
    )
    with monkeypatch.context() as patch:
        patch.setattr(OwnSettings, "program", lambda self: [("程序版本", "0.3.0")])
        patch.setattr(OwnSettings, "examine", lambda self: Report(checks=checks, window="", point=""))
        yield


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_every_section(
    size: tuple[int, int], window: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = f"{size[0]}x{size[1]}"
    async with opened(window, size, printers={"cups": Play(name="前台", why_not="打印机缺纸。")}) as client:
        with examined(monkeypatch):
            await to_settings(client)
            for n, _ in enumerate(SECTIONS, start=1):
                await client.press(str(n))
                if n == PRINTERS + 1:
                    await client.until(lambda: area(client).facts.printers is not None)
                    await row(client, "前台")
                    await client.press("p", "enter")  # the test page waits for paper
                    area(client).desk._printing.work()
                    await client.wait(1)
                    await row(client, "队列")
                golden(f"settings-{n}-{shape}", dump(client.app))
            await client.press("enter")
            await client.until(lambda: area(client).facts.report is not None)
            golden(f"settings-doctor-{shape}", dump(client.app))
            await client.press("4")
            await row(client, "试一试")
            await client.press("enter")
            for at, character in enumerate("CLERK-TEST-0001\r"):
                struck = events.Key("enter" if character == "\r" else character, character)
                struck.time = 1000.0 + 0.004 * at
                client.app.post_message(struck)
            await client.settle()
            golden(f"settings-arrivals-{shape}", dump(client.app))


async def test_the_default_printer_a_tray_and_copies_of_one_paper(tmp_path: Path) -> None:
    async with opened(tmp_path, printers={"cups": Play()}) as client:
        await to_settings(client, 2)
        await row(client, "front")
        await client.press("enter")
        assert isinstance(client.app.screen, Confirm)
        await client.press("enter")
        assert choices_of(kept(client).printing).default == Choice(printer="cups:front")

        await row(client, "接收回执")
        await client.press("enter", "2")
        await client.until(lambda: not isinstance(client.app.screen, SettingsArea))
        await client.press("3")
        await client.press("enter", "3", "2")
        choices = choices_of(kept(client).printing)
        assert choices.of("接收回执") == Choice(printer="cups:front", tray="Tray2", copies=2)
        assert choices.of("受理回执") == Choice(printer="cups:front")
        assert "front  纸盒 Tray2  2 份" in dump(client.app)

        await client.press("enter", "5")
        assert choices_of(kept(client).printing).of("接收回执") == Choice(printer="cups:front")


async def test_a_receipt_printer_by_its_address(tmp_path: Path) -> None:
    async with opened(tmp_path, printers={"cups": Play()}) as client:
        await to_settings(client, 2)
        await row(client, "接收回执")
        await client.press("enter", "1", "3")
        assert isinstance(client.app.screen, Prompt)
        await client.type("192.168.1.60\n")
        assert "请填 tcp://" in dump(client.app)
        await client.press("ctrl+u")
        await client.type("tcp://192.168.1.60:9100?width=58\n")
        assert choices_of(kept(client).printing).of("接收回执").printer == "escpos:tcp://192.168.1.60:9100?width=58"


async def test_what_waits_is_tried_moved_and_cancelled(tmp_path: Path) -> None:
    printer = Play(why_not="打印机缺纸。")
    async with opened(tmp_path, printers={"cups": printer}) as client:
        await to_settings(client, 2)
        await row(client, "front")
        await client.press("p")
        assert isinstance(client.app.screen, Notice)
        await client.press("enter")
        desk = area(client).desk
        desk._printing.work()
        await client.wait(1)
        await row(client, "队列")
        assert "打印机缺纸。" in dump(client.app)
        printer.why_not = ""
        await client.press("r")
        desk._printing.work()
        await client.wait(1)
        assert desk.print_queue() == []
        assert len(printer.got) == 1

        await row(client, "front")
        await client.press("p", "enter")
        await row(client, "队列")
        await client.press("m", "1")
        assert desk.print_queue()[0].printer == ""
        desk._printing.work()
        assert (tmp_path / "papers" / "打印测试页.pdf").is_file()

        await row(client, "front")
        await client.press("p", "enter")
        await row(client, "队列")
        await client.press("delete", "enter")
        assert desk.print_queue() == []
        assert len(printer.got) == 1


async def test_lights_and_scanner_are_a_supervisors(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_settings(client, 6)
        await client.press("enter", "2")
        assert "须由值班主任" in dump(client.app)
        assert kept(client).seat.lights == ""

    async with opened(tmp_path, signed_in=False) as client:
        await client.sign_in(SUPERVISOR)
        await to_settings(client, 6)
        await client.press("enter", "2")
        assert "重新打开本程序后生效" in dump(client.app)
        assert kept(client).seat.lights == "share"
        await client.press("enter", "3", "enter")
        await client.type(f"{tmp_path / 'none'}\n")
        assert "没有这个文件夹" in dump(client.app)
        await client.press("ctrl+u")
        await client.type(f"{tmp_path}\n")
        assert kept(client).scanner == str(tmp_path)


async def test_a_look_is_kept_and_worn_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_settings(client, 5)
        await client.press("enter", "2")
        assert client.app.theme == kept(client).theme == "light"


async def test_a_test_code_sets_prefix_and_suffix(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_settings(client, 4)
        await row(client, "试一试")
        await client.press("enter")
        await client.press("ctrl+b")
        await client.type("CLERK-TEST-0001")
        await client.press("ctrl+c")
        assert "<STX>CLERK-TEST-0001<ETX>" in dump(client.app)
        await client.press("f9")
        assert wedge_of(kept(client).wedge) == Wedge(prefix=STX, suffix=ETX) == client.app.readers.wedge

        await row(client, "恢复")
        await client.press("enter")
        assert kept(client).wedge is None
        assert client.app.readers.wedge == Wedge()


async def test_what_arrived_is_gone_when_the_page_is_left_or_the_window_is_locked(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_settings(client, 4)
        await row(client, "试一试")
        await client.press("enter")
        await client.type("440604190001010017\n")
        page = client.app.screen
        assert isinstance(page, Arrivals)
        assert "4406" in dump(client.app)
        await client.press("f11")
        assert client.app.readers.capture is None
        await client.type("yangli-0001\n")
        assert isinstance(client.app.screen, Arrivals)
        assert "4406" not in dump(client.app)
        await client.type("ABC")
        assert "ABC" in dump(client.app)
        await client.press("escape")
        assert isinstance(client.app.screen, SettingsArea)
        assert client.app.readers.capture is None
        assert page._arrived.text == ""
        await client.press("2")
        assert area(client).section == PRINTERS


async def test_a_courier_sets_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await client.sign_in(COURIER)
        await client.press("ctrl+o")
        assert not isinstance(client.app.screen, SettingsArea)


def test_what_nobody_may_set_is_refused(tmp_path: Path) -> None:
    own = OwnSettings(tmp_path, Settings(seat=SEAT), lambda: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(Refused, match="没有这一项"):
        own.change(SUPERVISOR, unlock="demo")
    with pytest.raises(Refused, match="写不进去"):
        own.change(SUPERVISOR, theme="light")


def test_a_window_that_asks_for_a_passphrase_is_examined_outside(tmp_path: Path) -> None:
    own = OwnSettings(tmp_path, Settings(seat=SEAT, unlock="passphrase"), lambda: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(Refused, match="clerk doctor"):
        own.examine()
