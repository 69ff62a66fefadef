"""``clerk move``: this window goes on as a new one at another point; what it held is with central, its folder is kept."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from clerk_app import moving
from clerk_app.commands import log
from clerk_app.commands.enrolling import enrol_folder, first_sync
from clerk_app.commands.output import DONE, LINE_DOWN, REFUSED, USAGE, Progress, Stop, say
from clerk_app.commands.window import folder_of
from clerk_app.domain.custody_numbers import parse_custody_number
from clerk_app.domain.kinds import OPEN, ParcelState
from clerk_app.domain.lots import at_point
from clerk_app.line import LineDown
from clerk_app.seat import Seat
from clerk_app.store.access.keys import unlock_kind
from clerk_app.store.copies.carried import counts
from clerk_app.wiring import Window

MOST_NAMED = 5
UNKNOWN = "没有收到市中心的答复，不知道迁成没有：请尽快再执行同一命令，此前不要在本窗口办件。"


def move(options: argparse.Namespace) -> int:
    """Become a window of another point, and keep the former one's files beside.

    May be begun again after it was cut: what central was told counts, and the same code with the same key gives the same window.
    """
    folder = folder_of(options).resolve()
    if not moving.waits(folder):
        if not options.code:
            raise Stop(USAGE, "用法不对：缺少：--code。迁移码由市中心签发：clerk central move。", "usage")
        former = _enrolled(folder, options.code.strip(), handed_over=options.papers_handed_over)
        moving.begin(folder, former.window)
    log.let_go()
    kept = moving.finish(folder)
    with Window(folder) as window:
        fetched = first_sync(window, Progress())
        seat = window.seat
    value = {
        "window": seat.window,
        "point": seat.point,
        "point_name": seat.point_name,
        "kept": str(kept),
        "synced": fetched,
    }
    told = "事项目录已下载。" if fetched else "事项目录还没有下载，网络恢复后请执行 clerk sync。"
    lines = [f"本机现为 {seat.point_name}（{seat.point}）的窗口 {seat.window}，请重新登录。{told}"]
    say(value, options.json, [*lines, f"原窗口的数据原样留在 {kept}，打印机、扫描仪等设置已带过来。"])
    return DONE


def _enrolled(folder: Path, code: str, *, handed_over: bool) -> Seat:
    """Make the new window ready beside the old one, which is held until central has answered; return the old one's seat."""
    coming = moving.place_of(folder)
    with Window(folder) as window:
        _check_place(folder, window.seat)
        asked = unlock_kind(coming) is not None  # before: central may have ended this window already
        online = asked or first_sync(window, Progress())
        wrong = [*_unfinished(window), *([] if handed_over else _held(window))]
        if wrong:
            raise Stop(REFUSED, f"还不能迁：{'；'.join(wrong)}。本窗口没有改动。", "not-in-order")
        if not online:
            raise Stop(LINE_DOWN, "连不上市中心，迁移须联网。本窗口没有改动。", "line-down")
        seat, settings = window.seat, window.settings
        try:
            enrol_folder(coming, seat.central, code, settings.unlock, former=window.keys.signing_key, settings=settings)
        except LineDown as down:
            raise Stop(LINE_DOWN, f"{down}{UNKNOWN}", "line-down") from down
        return seat


def _check_place(folder: Path, seat: Seat) -> None:
    """Whatever would stand in the way of the change-over is found before central is asked."""
    kept = moving.kept_of(folder, seat.window)
    if kept.exists():
        raise Stop(REFUSED, f"{kept} 已经存在，请先移走。本窗口没有改动。", "file")
    if os.path.ismount(folder) or not os.access(folder.parent, os.W_OK):
        raise Stop(REFUSED, f"{folder} 不能改名：它是单独的磁盘，或者不能写它所在的文件夹。本窗口没有改动。", "file")


def _unfinished(window: Window) -> Iterator[str]:
    """Yield what of this window central has not got, or a person has not answered."""
    records = window.records
    if count := records.unsent_count():
        yield f"{count} 条还没有上报（clerk sync）"
    if count := len(records.loose_ends.needing()):
        yield f"{count} 条被退回、没有处理（clerk refused）"
    if count := records.scans.waiting_count():
        yield f"{count} 份扫描件还没有上传"
    if count := sum(gap.size for gap in records.gaps()):
        yield f"{count} 条流水缺失（clerk losses）"
    if count := counts(records)[0]:
        yield f"{count} 个代报的文件还没有送到市中心"


def _held(window: Window) -> Iterator[str]:
    """Yield the papers and bags this window took in that still lie at the point it leaves."""
    seat = window.seat
    here = at_point(seat.point)
    cases = [
        one.number
        for one in window.records.summaries()
        if one.window == seat.window
        and ((one.state in OPEN and dict(one.sheets).get(seat.point)) or one.result == here)
    ]
    if cases:
        yield f"{len(cases)} 件的材料或结果还在这里（{_named(cases)}）"
    bags = [
        one.number
        for one in window.records.parcels()
        if one.state is ParcelState.SEALED and _giver(one.number) == seat.window
    ]
    if bags:
        yield f"{len(bags)} 个寄递袋封好了还没有交出（{_named(bags)}）"
    if cases or bags:
        yield "请先寄出、退还，或当面交给本服务点的其他窗口后加 --papers-handed-over"


def _giver(number: str) -> str:
    parsed = parse_custody_number(number)
    return parsed.window if parsed is not None else ""


def _named(numbers: list[str]) -> str:
    return "、".join(numbers[:MOST_NAMED]) + ("等" if len(numbers) > MOST_NAMED else "")
