"""``clerk update``: which version runs here, and fetching, taking up or giving up one by hand."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

from clerk_app.commands.output import DONE, REFUSED, Progress, Stop, say
from clerk_app.commands.window import folder_of
from clerk_app.program.build_info import build_info, frozen
from clerk_app.program.state import State, StateDamaged, read
from clerk_app.program.switching import NothingBefore, of_window

NOT_A_BUNDLE = "这是从源代码运行的程序，版本不在这里换。"


def update(options: argparse.Namespace) -> int:
    """Tell the versions of this window's program, or do what was asked for about them."""
    folder = folder_of(options)
    if options.back:
        return _back(folder, options)
    if options.check:
        _check(folder)
    if options.now and not frozen():
        raise Stop(REFUSED, NOT_A_BUNDLE, "not-a-bundle")  # a bundle has switched before it came here
    try:
        held, damaged = read(folder), ""
    except StateDamaged as error:
        held, damaged = State(), str(error)
    say(_value(folder, held, damaged), options.json, _lines(folder, held, damaged))
    return REFUSED if options.check and held.trouble and not held.staged else DONE


def _back(folder: Path, options: argparse.Namespace) -> int:
    try:
        version = of_window(folder).back()
    except NothingBefore:
        raise Stop(REFUSED, "没有上一版本可以用回：现在用的就是安装时的版本。", "nothing-before") from None
    say({"version": version}, options.json, [f"下次打开时用回 {version}；退回的版本不再换上。"])
    return DONE


def _check(folder: Path) -> None:
    """Ask central, and fetch what it offers."""
    if not frozen():
        raise Stop(REFUSED, NOT_A_BUNDLE, "not-a-bundle")
    from clerk_app.wiring import Window

    with Window(folder, read_only=True) as window:
        with closing(window.connect()) as end:
            end.greet()
        window.update(progress=Progress())


def _value(folder: Path, held: State, damaged: str) -> dict[str, Any]:
    programs = of_window(folder)
    return {
        "version": build_info().version,
        "installed": programs.installed,
        "current": programs.running(),
        "previous": held.previous or (programs.installed if held.current else ""),
        "staged": held.staged,
        "trial": held.trial is not None,
        "failed": dict(held.failed),
        "trouble": damaged or held.trouble,
    }


def _lines(folder: Path, held: State, damaged: str) -> list[str]:
    value = _value(folder, held, damaged)
    lines = [f"程序版本 {value['version']}（安装的是 {value['installed']}）"]
    if value["current"] != value["version"]:
        lines.append(f"下次打开时用 {value['current']}")
    if value["staged"]:
        lines.append(f"新版本 {value['staged']} 已备好，下次打开时启用。")
    if value["previous"]:
        lines.append(f"上一版本 {value['previous']}，可以用回（clerk update --back）")
    lines += [f"不再换上 {version}：{reason}" for version, reason in held.failed]
    if value["trouble"]:
        lines.append(f"注意：{value['trouble']}")
    return lines
