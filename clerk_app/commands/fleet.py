"""``clerk central fleet``: the city's windows on one page, as JSON or as CSV, once or again and again."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from clerk_app.commands import fleet_page
from clerk_app.commands.central import with_central
from clerk_app.commands.output import DONE, print_json
from clerk_app.commands.tables import csv_bytes

if TYPE_CHECKING:
    from sync.central.central import Central
    from sync.wire_fleet import FleetSummary, FleetWindow

LEAST_WIDTH, MOST_WIDTH = 40, 160
CLEAR = "\x1b[H\x1b[2J"
HEAD_LINES = 6
"""Of the page, and one at its foot: what is left of the screen holds windows."""
HEAD = (
    "窗口", "服务点代码", "服务点", "情况", "版本", "提供的版本", "积压（条）", "最早未报", "退回（条）", "时差（秒）",
    "磁盘可用（MB）", "数据（KB）", "打印机", "待换版本", "失败版本", "失败原因", "系统", "末次故障", "故障时间",
    "最后联系", "登记时间", "注销时间", "迁往", "前身",
)  # fmt: skip


def fleet(options: argparse.Namespace) -> int:
    """Show the windows of the city as each last spoke."""

    async def show(central: Central) -> None:
        import asyncio

        while True:
            found = await _asked(central, options)
            _tell(options, *found)
            if not options.watch:
                return
            await asyncio.sleep(options.watch)

    try:
        with_central(options, show)
    except KeyboardInterrupt:
        if not options.watch:
            raise
    return DONE


async def _asked(central: Central, options: argparse.Namespace) -> tuple[FleetSummary, list[FleetWindow]]:
    from sync.central import fleet as known

    told = await known.told(central, None, options.point)
    found = [one for one in told if not options.state or options.state in one.states]
    return known.summary(found if options.state else told), known.worst_first(found)


def _tell(options: argparse.Namespace, summary: FleetSummary, windows: Sequence[FleetWindow]) -> None:
    if options.csv is not None:
        content = csv_bytes(HEAD, map(_row, windows))
        if str(options.csv) != "-":
            options.csv.parent.mkdir(parents=True, exist_ok=True)
            options.csv.write_bytes(content)
            return
        sys.stdout.write(content.decode("utf-8-sig"))
    elif options.json:
        print_json({"summary": _plain(summary), "windows": [_plain(one) for one in windows]})
    else:
        _page(options, summary, windows)
    sys.stdout.flush()


def _page(options: argparse.Namespace, summary: FleetSummary, windows: Sequence[FleetWindow]) -> None:
    size = shutil.get_terminal_size((120, 40))
    width = max(LEAST_WIDTH, min(MOST_WIDTH, size.columns))
    limit = options.limit
    if options.watch and sys.stdout.isatty():
        sys.stdout.write(CLEAR)
        limit = max(1, size.lines - HEAD_LINES)
    for line in fleet_page.page(summary, windows, width, limit):
        print(line)


def _plain(value: Any) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain


def _row(one: FleetWindow) -> list[object]:
    from sync.wire_fleet import ProgramTold, TroubleTold, WindowWord

    word = one.word or WindowWord()
    program, trouble = word.program or ProgramTold(), word.trouble or TroubleTold(code="")
    return [
        one.window, one.point, one.point_name, fleet_page.states(one), one.version, one.offered, one.backlog, word.oldest,
        word.refused, word.skew, word.disk, word.store, word.printer, program.staged, program.failed, program.reason,
        word.platform, trouble.code, trouble.at, one.last_seen, one.enrolled_at, one.retired_at, one.moved_to, one.parent,
    ]  # fmt: skip
