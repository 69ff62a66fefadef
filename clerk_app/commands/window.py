"""The window's commands: every door of the desk without a screen."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from clerk_app import roles
from clerk_app import settings as window_settings
from clerk_app.bag_papers import LABEL, MANIFEST
from clerk_app.commands import handover, shapes
from clerk_app.commands.grammar import MOST
from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, LINE_DOWN, NOT_READY, Progress, Stop, say
from clerk_app.hardening import harden
from clerk_app.status import status
from clerk_app.wiring import QuietLine, Window


def folder_of(options: argparse.Namespace) -> Path:
    """Return the window's folder this command is about."""
    return getattr(options, "data", None) or window_settings.default_folder()


def sign_in(options: argparse.Namespace) -> int:
    """Sign somebody in for the commands that follow."""
    window_settings.load(folder_of(options))  # nobody types a password only to hear that this is no window
    harden()
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
    with Window(folder_of(options)) as window:
        window.gate.sign_out()
    say({"signed_in": None}, options.json, ["已退出登录。"])
    return DONE


def items(options: argparse.Namespace) -> int:
    """Find items of the catalogue, or list them by name."""
    words = " ".join(options.words)
    limit = options.limit or MOST
    with Window(folder_of(options), read_only=True) as window:
        today = window.clock().date()
        if words.strip():
            hits = window.records.search_items(words, limit, today)
            found = [row for hit in hits if (row := shapes.hit(window.records, hit, today)) is not None]
        else:
            listed = sorted(window.records.items(today), key=lambda item: (item.name, item.code))
            found = [shapes.item(one, window.records, today) for one in listed[:limit]]
    say(found, options.json, shapes.item_lines(found))
    return DONE


def _may(window: Window, door: str) -> None:
    """Raise ``Refused`` where somebody is signed in who may not use this door of the desk."""
    person = window.gate.current()
    if person is not None:
        roles.check(person, door)


def cases(options: argparse.Namespace) -> int:
    """List cases."""
    with Window(folder_of(options), read_only=True) as window:
        _may(window, "cases")
        words = " ".join(options.words)
        summaries = window.records.find_cases(words) if words.strip() else window.records.summaries()
        found = [shapes.case(s) for s in summaries]
    say(found, options.json, shapes.case_lines(found))
    return DONE


def journal(options: argparse.Namespace) -> int:
    """List the journal."""
    with Window(folder_of(options), read_only=True) as window:
        _may(window, "unsent")
        found = [shapes.entry(r) for r in window.records.journal()]
    say(found, options.json, (f"{e['at'][:19]}  {e['subject']}  {e['label']}  {e['verdict_label']}" for e in found))
    return DONE


def show_status(options: argparse.Namespace) -> int:
    """Show what this window holds and how it stands with central."""
    with Window(folder_of(options), read_only=True) as window:
        line = QuietLine(window.connect)
        line.look()
        seen = status(window.records, line, window.clock)
        value: dict[str, Any] = shapes.status(seen, window.seat, window.gate.current())
    say(value, options.json, shapes.status_lines(value))
    return DONE


def sync(options: argparse.Namespace) -> int:
    """Push and pull once; done when nothing is left unsent."""
    with Window(folder_of(options)) as window, closing(window.connect()) as end:
        window.look_through(at_once=True)
        report = end.sync(Progress())
        window.prune()
        window.sweep_scans()
        others = handover.carried(window.records, report.carried)
    value = {
        "pushed": report.pushed,
        "refused": report.refused,
        "pulled": report.pulled,
        "catalogue": report.catalogue,
        "unsent": report.unsent,
        **others,
    }
    refused = f"（其中被退回 {report.refused} 条，请在“同步”中查看）" if report.refused else ""
    pulled = f"下载 {report.pulled} 条，目录 {report.catalogue} 条，未上报 {report.unsent} 条。"
    say(value, options.json, [f"上报 {report.pushed} 条{refused}，{pulled}", *handover.carried_lines(others)])
    return DONE if report.unsent == 0 else LINE_DOWN


def paper(options: argparse.Namespace) -> int:
    """Write a paper of a case, a bag or a hand-over as PDF."""
    with Window(folder_of(options), read_only=True) as window:
        desk = signed_in(window)
        if options.kind == LABEL:
            content = desk.label(options.case)
        elif options.kind == MANIFEST:
            content = desk.manifest_paper(options.case)
        else:
            content = desk.paper(options.kind, options.case)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(content)
    say({"file": str(options.out), "bytes": len(content)}, options.json, [f"已存为 {options.out}"])
    return DONE
