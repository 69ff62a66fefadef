"""``clerk setup``: the first start without a screen, for scripts and for technicians who sit elsewhere."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clerk_app import settings as window_settings
from clerk_app.commands.first import FirstStart
from clerk_app.commands.output import DONE, LINE_DOWN, NOT_READY, REFUSED, USAGE, Progress, Stop, say
from clerk_app.commands.window import folder_of
from clerk_app.first_start import Finding
from clerk_app.seat import Refused
from clerk_app.store.access.keys import unlock_kind
from clerk_app.unlocking import chosen_unlock, unlock_for


@dataclass
class _Done:
    """What was done, for the answer."""

    window: str = ""
    point: str = ""
    point_name: str = ""
    desk: str = ""
    synced: bool = False
    printer: str = ""
    scanner: str = ""
    test_page: str = ""


def setup(options: argparse.Namespace) -> int:
    """Make this machine a window, with everything a first start asks for; said again it goes on where it stopped."""
    folder = folder_of(options)
    first = FirstStart(folder)
    try:
        if not window_settings.enrolled(folder):
            _where(first, options)
        return _go_on(first, folder, options)
    finally:
        first.close()


def _where(first: FirstStart, options: argparse.Namespace) -> None:
    """Take over where central is and what the code is: from the flags, a file, or one that lies about."""
    if options.central or options.code:
        if not (options.central and options.code) or options.file:
            raise Stop(USAGE, "请用 --file，或者同时用 --central 和 --code。", "usage")
        first.keep(step="enrol", central=options.central.strip(), code=options.code.strip())
        return
    path = options.file
    if path is None:
        found = first.files()
        if len(found) != 1:
            told = "、".join(map(str, found)) or "没有"
            raise Stop(
                NOT_READY, f"请用 --file 指明设置文件，或用 --central 和 --code。找到的设置文件：{told}。", "setup-file"
            )
        path = found[0]
    first.take(first.read(str(path)), options.desk or "")


def _go_on(first: FirstStart, folder: Path, options: argparse.Namespace) -> int:
    unlock = unlock_kind(folder) or first.begun.unlock or chosen_unlock()
    how = unlock_for(unlock, twice=unlock_kind(folder) is None)
    try:
        first.enrol_by(how, unlock)
    except Refused as refused:
        status = LINE_DOWN if refused.code == "line-down" else REFUSED
        raise Stop(status, refused.message, refused.code) from refused
    seat = first.window().seat
    done = _Done(window=seat.window, point=seat.point, point_name=seat.point_name, desk=first.begun.desk)
    notes: list[str] = []
    try:
        first.fetch(Progress(), lambda: False)
        done.synced = True
    except Refused as refused:
        notes.append(f"事项目录还没有下载：{refused.message}打开客户端后自动再试。")
    _devices(first, options, done, notes)
    findings = list(first.check())
    first.finish()
    bad = [one for one in findings if one.state == "failed"]
    value: dict[str, Any] = {**asdict(done), "checks": [asdict(one) for one in findings]}
    say(value, options.json, _lines(done, notes, findings))
    return NOT_READY if bad else DONE


def _devices(first: FirstStart, options: argparse.Namespace, done: _Done, notes: list[str]) -> None:
    kept = window_settings.load(first.folder)
    printing = kept.printing if isinstance(kept.printing, dict) else {}
    default = printing.get("default")
    named = str(default.get("printer") or "") if isinstance(default, dict) else ""
    system = next((one.printer for one in first.printers() if "系统默认" in one.words), "")
    done.printer = options.printer if options.printer is not None else named or system
    done.scanner = options.scanner if options.scanner is not None else kept.scanner
    try:
        first.choose(done.printer, done.scanner)
    except Refused as refused:
        raise Stop(REFUSED, refused.message, refused.code) from refused
    if done.printer and not options.no_test_page:
        try:
            done.test_page = first.test_page(done.printer)
        except Refused as refused:
            notes.append(f"测试页没有打印：{refused.message}")


def _lines(done: _Done, notes: list[str], findings: list[Finding]) -> list[str]:
    words = {"ok": "正常", "warning": "注意", "failed": "不行", "skipped": "未查"}
    lines = [f"本机已登记为 {done.point_name}（{done.point}）的窗口 {done.window}。", *notes]
    lines += [one for one in (done.test_page,) if one]
    lines += [f"{words[one.state]}　{one.label}　{one.words}" for one in findings if one.state in {"warning", "failed"}]
    return [*lines, "可以开始：执行 clerk 打开客户端。"]
