"""Changing what is set: each row's question, and what is kept of the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerk_app.domain.deadlines import PRESETS
from clerk_app.print_doors import Handed
from clerk_app.printing.choices import MOST_COPIES, choices_of
from clerk_app.wedge import GAP_MS, LEAST_GAP, MOST_GAP, Wedge, wedge_of
from screens.dialogs import Choose, Confirm, Notice, Option, Prompt
from screens.settings.arrivals import Arrivals
from screens.settings.rows import Row, changed, printers_to_choose
from screens.text import clean
from screens.themes import NAMES

if TYPE_CHECKING:
    from screens.settings.screen import SettingsArea

ENDS = (("\r", "回车"), ("\t", "Tab"), ("\x03", "ETX"), ("", "没有（停顿即为结束）"))
STARTS = (("", "没有"), ("\x02", "STX"), ("~", "~"))


def keep(screen: SettingsArea, **members: Any) -> None:
    """Keep what was chosen, and say where it does not count at once."""
    own, place = screen.own, screen.place
    if place is None:
        return
    person = place.person

    def kept(note: str) -> None:
        if "wedge" in members:
            screen.clerk.readers.wedge = wedge_of(members["wedge"])
        if "theme" in members:
            screen.clerk.theme = members["theme"]
        screen.action_reload()
        if note:
            screen.open(Notice("已设置", note))

    screen.ask(lambda: own.change(person, **members), kept)


def change(screen: SettingsArea, row: Row) -> None:
    """Ask for what a row sets."""
    _ACTS[row.act](screen, row)


def _paper(screen: SettingsArea, row: Row) -> None:
    """Ask what of a kind of paper is to be otherwise: its printer, tray, copies, sides."""
    kind = row.about
    options = [
        Option("printer", "打印机"),
        Option("tray", "纸盒"),
        Option("copies", "份数"),
        Option("sides", "单面或双面"),
        *([Option("none", "同默认", "不再单独设置")] if kind else []),
    ]

    def chosen(what: str | None) -> None:
        if what == "none":
            _keep_choice(screen, kind, "", "")
        elif what:
            _ask_choice(screen, kind, what)

    screen.open(Choose(kind or "默认打印机", options), chosen)


def _ask_choice(screen: SettingsArea, kind: str, what: str) -> None:
    def chosen(value: str | None) -> None:
        if value is not None:
            _keep_choice(screen, kind, what, value.removeprefix("="))

    def trays(found: tuple[str, ...]) -> None:
        options = [Option("=", "由打印机选"), *(Option(f"={tray}", clean(tray)) for tray in found)]
        screen.open(Choose("纸盒", options), chosen)

    if what == "printer":
        _ask_printer(screen, chosen)
    elif what == "copies":
        screen.open(Choose("份数", [Option(f"={n}", f"{n} 份") for n in range(1, MOST_COPIES + 1)]), chosen)
    elif what == "sides":
        screen.open(Choose("单面或双面", [Option("=", "单面"), Option("=two", "双面")]), chosen)
    else:
        desk = screen.desk
        printer = choices_of(screen.own.settings().printing).of(kind).printer
        screen.beside(lambda: desk.trays(printer), trays, screen.show_refusal)


def _ask_printer(screen: SettingsArea, chosen: Any) -> None:
    found = printers_to_choose(screen.facts.printers)
    options = [Option(f"={one.printer}", clean(one.name), one.state) for one in found]
    options += [Option("receipt", "小票机…", "网络上的，填地址"), Option("folder", "文件夹…", "文书存入所填的文件夹")]

    def taken(value: str | None) -> None:
        if value == "receipt":
            _ask_text(
                screen,
                "小票机的地址",
                "地址",
                "tcp://192.168.1.60:9100；58 毫米纸在后面加 ?width=58",
                "escpos:",
                chosen,
            )
        elif value == "folder":
            _ask_text(screen, "存入哪个文件夹", "文件夹", "填完整的路径", "folder:", chosen)
        elif value is not None:
            chosen(value)

    screen.open(Choose("选打印机", options), taken)


def _ask_text(screen: SettingsArea, title: str, label: str, words: str, kind: str, chosen: Any) -> None:
    def holds(text: str) -> str:
        if kind == "folder:":
            return "" if Path(text).is_absolute() else "请填完整的路径"
        return "" if text.startswith(("tcp://", "/")) else "请填 tcp:// 开头的地址或设备文件"

    prompt = Prompt(title, label, words=words, check=holds)
    screen.open(prompt, lambda text: chosen(f"={kind}{text}") if text else None)


def _keep_choice(screen: SettingsArea, kind: str, what: str, value: str) -> None:
    choices = choices_of(screen.own.settings().printing)
    made = changed(choices, kind, what, value) if what else choices.with_choice(kind, None)
    keep(screen, printing=made.plain() or None)


def _printer(screen: SettingsArea, row: Row) -> None:
    """Have a printer that was found be the default, after asking."""
    words = "没有单独设置的文书都打到这一台。"
    screen.open(
        Confirm(f"默认打印机：{clean(row.label)}", words),
        lambda sure: _keep_choice(screen, "", "printer", row.about) if sure else None,
    )


def try_printer(screen: SettingsArea, row: Row) -> None:
    """Print the test page on a printer, or on that of a kind of paper."""
    desk = screen.desk
    printer = row.about if row.act == "try" else choices_of(screen.own.settings().printing).of(row.about).printer

    def printed(handed: Handed) -> None:
        screen.open(Notice("测试页", handed.say()))
        screen.action_reload()

    screen.ask(lambda: desk.print_test_page(printer), printed)


def _job(screen: SettingsArea, row: Row) -> None:
    options = [
        Option("retry", "重试", "马上再打印一次"),
        Option("reroute", "改打印机", "改到别的打印机"),
        Option("drop", "取消打印", "不打了；以后可在办件中重新打印"),
    ]
    acts: dict[str, Callable[[], None]] = {
        "retry": screen.action_retry,
        "reroute": lambda: reroute(screen, row),
        "drop": lambda: drop(screen, row),
    }
    screen.open(Choose("这一份怎么办", options), lambda what: acts[what]() if what else None)


def reroute(screen: SettingsArea, row: Row) -> None:
    """Ask for another printer for a job."""
    desk = screen.desk

    def chosen(value: str | None) -> None:
        if value is not None:
            printer = value.removeprefix("=")
            screen.ask(lambda: desk.reroute_print(row.about, printer), lambda _: screen.action_reload())

    _ask_printer(screen, chosen)


def drop(screen: SettingsArea, row: Row) -> None:
    """Ask, then take a job out of the queue."""
    desk = screen.desk

    def sure(yes: bool | None) -> None:
        if yes:
            screen.ask(lambda: desk.cancel_print(row.about), lambda _: screen.action_reload())

    screen.open(Confirm("取消打印", f"{clean(row.value)}\n不打印这一份。办件不受影响，以后可重新打印。"), sure)


def _scanner(screen: SettingsArea, row: Row) -> None:
    def holds(text: str) -> str:
        return "" if not text or Path(text).is_dir() else "没有这个文件夹"

    now = screen.own.settings().scanner
    words = "扫描仪把文件存进去的文件夹；留空为不用扫描仪。"
    prompt = Prompt("扫描仪文件夹", "文件夹", words=words, value=now, check=holds)
    screen.open(prompt, lambda text: keep(screen, scanner=text) if text is not None else None)


def _wedge(screen: SettingsArea) -> Wedge:
    return wedge_of(screen.own.settings().wedge)


def _prefix(screen: SettingsArea, row: Row) -> None:
    options = [Option(f"={text}", words) for text, words in STARTS]
    screen.open(
        Choose("扫描的前缀", options),
        lambda text: keep(screen, wedge=replace(_wedge(screen), prefix=text[1:]).plain()) if text else None,
    )


def _suffix(screen: SettingsArea, row: Row) -> None:
    options = [Option(f"={text}", words) for text, words in ENDS]
    screen.open(
        Choose("扫描的后缀", options),
        lambda text: keep(screen, wedge=replace(_wedge(screen), suffix=text[1:]).plain()) if text else None,
    )


def _gap(screen: SettingsArea, row: Row) -> None:
    def holds(text: str) -> str:
        fits = text.isascii() and text.isdecimal() and len(text) < 4 and LEAST_GAP <= int(text) <= MOST_GAP
        return "" if fits else f"请填 {LEAST_GAP} 至 {MOST_GAP}"

    words = f"无线的读码器可能要长一些；一般为 {GAP_MS}。"
    prompt = Prompt("字符间隔", "毫秒", words=words, value=str(_wedge(screen).gap_ms), check=holds)
    screen.open(
        prompt, lambda text: keep(screen, wedge=replace(_wedge(screen), gap_ms=int(text)).plain()) if text else None
    )


def _arrivals(screen: SettingsArea, row: Row) -> None:
    def taken(found: Wedge | None) -> None:
        if found is not None:
            keep(screen, wedge=found.plain())

    screen.open(Arrivals(_wedge(screen)), taken)


def _theme(screen: SettingsArea, row: Row) -> None:
    options = [Option(name, words) for name, words in NAMES.items()]
    screen.open(Choose("外观", options), lambda name: keep(screen, theme=name) if name else None)


def _lights(screen: SettingsArea, row: Row) -> None:
    options = [Option(preset.id, preset.label) for preset in PRESETS]
    screen.open(Choose("黄灯何时亮", options), lambda chosen: keep(screen, lights=chosen) if chosen else None)


_ACTS: dict[str, Callable[[SettingsArea, Row], None]] = {
    "paper": _paper,
    "try": _printer,
    "job": _job,
    "scanner": _scanner,
    "prefix": _prefix,
    "suffix": _suffix,
    "gap": _gap,
    "arrivals": _arrivals,
    "plain": lambda screen, row: keep(screen, wedge=None),
    "theme": _theme,
    "lights": _lights,
    "examine": lambda screen, row: screen.examine(),
}
"""What Enter does, by ``Row.act``."""
