"""The window's commands: every door of the desk without a screen."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from clerk_app import settings as window_settings
from clerk_app.commands import enrolling, intake
from clerk_app.commands.output import DONE, LINE_DOWN, NOT_READY, Progress, Stop, say
from clerk_app.commands.parsing import counting

MOST = 1_000_000
"""More than any city has items."""


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    made = add("enrol", "把本机登记为窗口", enrolling.enrol)
    made.add_argument("--central", required=True, metavar="URL", help="市中心的地址")
    made.add_argument("--code", required=True, metavar="CODE", help="一次性登记码")
    made.add_argument("--passphrase", action="store_true", help="不用系统钥匙串，改用口令打开本窗口的数据")
    made = add("sign-in", "登录；之后的命令沿用，直到 sign-out", sign_in)
    made.add_argument("--as", dest="number", required=True, metavar="工号", help="工号")
    made.add_argument("--password-stdin", action="store_true", help="从标准输入读口令（一行）")
    add("sign-out", "退出登录", sign_out)
    made = add("items", "查找事项：名称、拼音首字母、全拼、代码、部门；不给词则按名称列出", items)
    made.add_argument("words", nargs="*", metavar="WORDS", help="要找的词")
    made.add_argument("--limit", type=counting(0, MOST), default=50, metavar="N", help="最多列出多少项；0 为全部")
    made = add("intake", "从文件登记收件（每行一个 JSON 对象，或一个 JSON 数组），每件一行结果", intake.intake)
    made.add_argument("file", metavar="FILE", help="文件；- 为标准输入")
    made = add("cases", "列出办件", cases)
    made.add_argument("words", nargs="*", metavar="WORDS", help="编号、姓名或证件号码")
    add("journal", "列出业务流水", journal)
    add("status", "本窗口的现状", show_status)
    add("sync", "与市中心同步一次", sync)
    made = add("paper", "把办件的文书存为 PDF", paper)
    made.add_argument("kind", metavar="KIND", help="文书名称，如 接收回执")
    made.add_argument("case", metavar="CASE", help="办件编号")
    made.add_argument("--out", required=True, type=Path, metavar="FILE", help="存到哪个文件")


def folder_of(options: argparse.Namespace) -> Path:
    """Return the window's folder this command is about."""
    return getattr(options, "data", None) or window_settings.default_folder()


def sign_in(options: argparse.Namespace) -> int:
    """Sign somebody in for the commands that follow."""
    from clerk_app.commands import shapes
    from clerk_app.wiring import Window

    window_settings.load(folder_of(options))  # nobody types a password only to hear that this is no window
    password = _password(options.password_stdin)
    with Window(folder_of(options)) as window:
        person = window.gate.sign_in(options.number, password)
    say(shapes.person(person), options.json, [f"{person.name}（{person.number}）已登录。"])
    return DONE


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.buffer.readline().decode(errors="replace").rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Stop(NOT_READY, "没有终端可以输入口令，请用 --password-stdin。", "no-terminal")
    from getpass import getpass

    try:
        return getpass("口令：")
    except EOFError:
        return ""


def sign_out(options: argparse.Namespace) -> int:
    """Sign out."""
    from clerk_app.wiring import Window

    with Window(folder_of(options)) as window:
        window.gate.sign_out()
    say({"signed_in": None}, options.json, ["已退出登录。"])
    return DONE


def items(options: argparse.Namespace) -> int:
    """Find items of the catalogue, or list them by name."""
    from clerk_app.commands import shapes
    from clerk_app.wiring import Window

    words = " ".join(options.words)
    limit = options.limit or MOST
    with Window(folder_of(options), read_only=True) as window:
        if words.strip():
            hits = window.records.search_items(words, limit)
            found = [row for hit in hits if (row := shapes.hit(window.records, hit)) is not None]
        else:
            listed = sorted(window.records.items(), key=lambda item: (item.name, item.code))
            found = [shapes.item(one) for one in listed[:limit]]
    say(found, options.json, shapes.item_lines(found))
    return DONE


def cases(options: argparse.Namespace) -> int:
    """List cases."""
    from clerk_app.commands import shapes
    from clerk_app.wiring import Window

    with Window(folder_of(options), read_only=True) as window:
        words = " ".join(options.words)
        summaries = window.records.find_cases(words) if words.strip() else window.records.summaries()
        found = [shapes.case(s) for s in summaries]
    say(found, options.json, shapes.case_lines(found))
    return DONE


def journal(options: argparse.Namespace) -> int:
    """List the journal."""
    from clerk_app.commands import shapes
    from clerk_app.wiring import Window

    with Window(folder_of(options), read_only=True) as window:
        found = [shapes.entry(r) for r in window.records.journal()]
    say(found, options.json, (f"{e['at'][:19]}  {e['subject']}  {e['label']}  {e['verdict_label']}" for e in found))
    return DONE


def show_status(options: argparse.Namespace) -> int:
    """Show what this window holds and how it stands with central."""
    from clerk_app.commands import shapes
    from clerk_app.status import status
    from clerk_app.wiring import QuietLine, Window

    with Window(folder_of(options), read_only=True) as window:
        line = QuietLine(window.connect)
        line.look()
        seen = status(window.records, line)
        value: dict[str, Any] = shapes.status(seen, window.seat, window.gate.current())
    say(value, options.json, shapes.status_lines(value))
    return DONE


def sync(options: argparse.Namespace) -> int:
    """Push and pull once; done when nothing is left unsent."""
    from clerk_app.wiring import Window

    with Window(folder_of(options)) as window, closing(window.connect()) as end:
        report = end.sync(Progress())
    value = {
        "pushed": report.pushed,
        "refused": report.refused,
        "pulled": report.pulled,
        "catalogue": report.catalogue,
        "unsent": report.unsent,
    }
    refused = f"（其中被退回 {report.refused} 条，请在“同步”中查看）" if report.refused else ""
    pulled = f"下载 {report.pulled} 条，目录 {report.catalogue} 条，未上报 {report.unsent} 条。"
    say(value, options.json, [f"上报 {report.pushed} 条{refused}，{pulled}"])
    return DONE if report.unsent == 0 else LINE_DOWN


def paper(options: argparse.Namespace) -> int:
    """Write a paper of a case as PDF."""
    from clerk_app.wiring import Window

    with Window(folder_of(options), read_only=True) as window:
        content = intake.signed_in(window).paper(options.kind, options.case)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(content)
    say({"file": str(options.out), "bytes": len(content)}, options.json, [f"已存为 {options.out}"])
    return DONE
