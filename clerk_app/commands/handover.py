"""Unsent work by hand: the second copy, taking it out into a file, and taking another window's up."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from clerk_app import settings as window_settings
from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, NOT_READY, REFUSED, Stop, file_trouble, say
from clerk_app.handover import NotSealable, TakenUp, export
from clerk_app.store.copies.carried import REFUSED as NOT_TAKEN
from clerk_app.store.copies.carried import Carried, counts
from clerk_app.store.copies.copy_file import MAX_FILE
from clerk_app.store.copies.second_copy import CopyState, survey
from clerk_app.store.records import Records
from clerk_app.wiring import Window

FIRST_COPY = 60.0
"""Seconds the first copy is waited for."""


def second_copy(options: argparse.Namespace) -> int:
    """Show how the second copy stands, choose its place, or do without."""
    folder = getattr(options, "data", None) or window_settings.default_folder()
    if options.off:
        return _off(folder, options)
    if options.place is not None:
        return _choose(folder, options.place, options)
    with Window(folder, read_only=True) as window:
        chosen = window.settings
        state = CopyState()
        if chosen.second_copy:
            place = Path(chosen.second_copy)
            state = survey(window.records, window.keys, window.seat.window, place, apart=chosen.second_copy_device)
    say(copy_value(state), options.json, [state.say()])
    return DONE


def _off(folder: Path, options: argparse.Namespace) -> int:
    with Window(folder) as window:
        before = window.settings.second_copy
        window_settings.save(folder, replace(window.settings, second_copy="", second_copy_device=False))
    told = f"不再另存第二副本。{before} 里的文件没有动，未上报的都还在本机。" if before else "本来就没有设置第二副本。"
    say(copy_value(CopyState()), options.json, [told])
    return DONE


def _choose(folder: Path, place: Path, options: argparse.Namespace) -> int:
    """Take a place only once the copy stands there: nobody should trust in one that was never written."""
    place = place.absolute()
    window_settings.not_for_practice(place)
    if not place.is_dir():
        raise Stop(REFUSED, f"没有文件夹 {place}。请先插好 U 盘或连上共享，再指定其中已有的文件夹。", "place-missing")
    if place.resolve().is_relative_to(folder.resolve()):
        raise Stop(REFUSED, "第二副本不能放在窗口数据的文件夹里。请指定另一块磁盘、U 盘或共享。", "place-same")
    with Window(folder) as window:
        apart = place.stat().st_dev != folder.stat().st_dev
        chosen = replace(window.settings, second_copy=str(place), second_copy_device=apart)
        copy = window.copy_to(chosen)
        state = copy.flush(FIRST_COPY) if copy is not None else CopyState()
        if state.kind != "ok":
            window.copy_to(replace(chosen, second_copy=""))
            raise Stop(REFUSED, f"{state.say()}没有改动设置。", "place-unusable")
        window_settings.save(folder, chosen)
    lines = [state.say()]
    if not apart:
        lines.append("注意：它与窗口数据在同一块磁盘上，磁盘坏了两份都会没有。最好换成另一块磁盘、U 盘或共享。")
    say({**copy_value(state), "apart": apart}, options.json, lines)
    return DONE


def copy_value(state: CopyState) -> dict[str, Any]:
    """Return the state of the second copy."""
    return {
        "place": state.place,
        "state": state.kind,
        "behind": state.behind,
        "problem": state.problem,
        "sealed_for_central": state.sealed_for_central,
    }


def export_unsent(options: argparse.Namespace) -> int:
    """Write what is unsent, sealed, to a file; nobody need be signed in, and a client may be running."""
    folder = getattr(options, "data", None) or window_settings.default_folder()
    window_settings.not_for_practice(options.file)
    with Window(folder, read_only=True) as window:
        try:
            done = export(window.records, window.seat, window.keys.signing_key, window.clock, options.file)
        except NotSealable as error:
            raise Stop(NOT_READY, error.message, error.code) from error
    value = {
        "file": str(done.file),
        "window": done.window,
        "entries": done.entries,
        "first": done.first,
        "last": done.last,
        "damaged": done.damaged,
    }
    say(value, options.json, _export_lines(value))
    return DONE


def _export_lines(value: dict[str, Any]) -> Iterator[str]:
    if value["entries"]:
        yield (
            f"已把未上报的 {value['entries']} 条（第 {value['first']}—{value['last']} 条）封存到 {value['file']}。"
            "请带到能联网的窗口，由值班主任登录后执行 clerk import-unsent。本机的一条也没有动。"
        )
    else:
        yield f"没有未上报的。已写成一个空的文件 {value['file']}。"
    if value["damaged"]:
        yield f"另有 {value['damaged']} 条在本机已损坏，没有写进去。请用第二副本补回，或联系技术人员。"


def import_unsent(options: argparse.Namespace) -> int:
    """Take up another window's unsent work, on the word of the supervisor who is signed in."""
    folder = getattr(options, "data", None) or window_settings.default_folder()
    with Window(folder) as window:
        desk = signed_in(window)
        taken = desk.take_up(_content(options.file))
    value = {
        "window": taken.window,
        "point": taken.point,
        "entries": taken.entries,
        "new": taken.new,
        "already": taken.already,
        "delivered": taken.delivered,
        "unfit": taken.unfit,
        "torn": taken.torn,
        "own": taken.own,
        "word": _word(taken),
    }
    say(value, options.json, _import_lines(taken))
    return DONE


def _word(taken: TakenUp) -> dict[str, str] | None:
    word = taken.word
    return None if word is None else {"actor": word.actor, "at": word.at, "content": word.content}


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except OSError as error:
        raise Stop(REFUSED, f"打不开文件 {file_trouble(error)}", "file-unreadable") from error


def _import_lines(taken: TakenUp) -> Iterator[str]:
    if taken.own:
        yield f"这是本窗口自己的文件，共 {taken.entries} 条：补回 {taken.new} 条，本来就在的 {taken.already} 条。"
        if taken.unfit:
            yield f"有 {taken.unfit} 条与本机的流水接不上，没有补回，请联系技术人员。文件请保留。"
    elif taken.new:
        yield (
            f"已接下窗口 {taken.window} 的 {taken.new} 条，由本窗口代报，联网后自动上报（或执行 clerk sync）。"
            f"{f'另有 {taken.already} 条先前已接下。' if taken.already else ''}"
        )
    elif taken.entries:
        yield f"窗口 {taken.window} 的这 {taken.entries} 条先前都已接下，其中 {taken.delivered} 条已报到市中心。"
    else:
        yield f"窗口 {taken.window} 的这份文件里没有未上报的。"
    if taken.torn:
        yield "文件末尾有一条没有写完（U 盘可能拔早了），完整的都已接下；缺的请在原窗口重新导出。"


def carried(records: Records, delivered: int) -> dict[str, Any]:
    """Return how other windows' work stands that this window is to bring."""
    waiting, refused = counts(records)
    problems = [
        {"window": held.word.window, "code": held.code, "message": held.problem}
        for held in (Carried(records).files() if refused else ())
        if held.state == NOT_TAKEN
    ]
    return {
        "carried": delivered,
        "carried_waiting": waiting,
        "carried_refused": refused,
        "carried_problems": problems,
    }


def carried_lines(value: dict[str, Any]) -> Iterator[str]:
    """Yield the same for a person; nothing where there is nothing."""
    if value["carried"]:
        yield f"代报：已送达 {value['carried']} 份。"
    if value["carried_waiting"]:
        yield f"代报：还有 {value['carried_waiting']} 份等待送达。"
    for problem in value["carried_problems"]:
        yield f"代报：窗口 {problem['window']} 的一份，市中心没有收：{problem['message']}"
