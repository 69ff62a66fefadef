"""The fleet as a page for whoever runs the city: what is the matter with how many windows, then the windows, worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from clerk_app.commands.tables import fitted
from clerk_app.domain.timing import BEIJING
from sync.wire_fleet import FleetSummary, FleetWindow, WindowWord

LABELS = {
    "failed": "更新失败",
    "refused": "有退回",
    "behind": "积压",
    "silent": "失联",
    "disk": "磁盘不足",
    "clock": "时钟不准",
    "printer": "打印机停",
    "unseen": "未启用",
    "outdated": "待更新",
    "revoked": "已停用",
    "retired": "已注销",
    "moved": "已迁走",
}
WELL = "正常"
REASONS = {
    "doctor": "自检未过",
    "check-hung": "自检无响应",
    "no-start": "启动不了",
    "died": "打不开",
    "gone": "文件缺失",
    "sent-back": "人工退回",
    "platform": "不是本机用的",
    "bundle": "安装包不对",
}
NARROW, WIDEST = 117, 140
"""Columns below which the table is the narrow one, and from which it tells the last trouble too."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table."""

    title: str
    width: int
    cell: Callable[[FleetWindow], str]
    right: bool = False


def page(summary: FleetSummary, windows: Sequence[FleetWindow], width: int, limit: int = 0) -> Iterator[str]:
    """Yield the page's lines, none wider than ``width``; ``limit`` is how many windows are listed (0: all)."""
    yield from (fitted(line, width).rstrip() for line in head(summary))
    columns = NARROW_COLUMNS if width < NARROW else WIDE_COLUMNS if width < WIDEST else WIDEST_COLUMNS
    yield ""
    yield _line([fitted(column.title, column.width, right=column.right) for column in columns], width)
    listed = windows[:limit] if limit else windows
    for one in listed:
        yield _line([fitted(column.cell(one), column.width, right=column.right) for column in columns], width)
    if len(listed) < len(windows):
        yield f"另有 {len(windows) - len(listed)} 个窗口没有列出；--limit 0 全部列出，--state、--point 只列一部分。"


def head(summary: FleetSummary) -> Iterator[str]:
    """Yield what the whole of the windows comes to."""
    waiting = f"，未上报 {summary.backlog} 条" if summary.backlog else "，没有未上报的"
    oldest = f"（最早 {_short(summary.oldest)}）" if summary.oldest else ""
    yield f"在用窗口 {summary.windows} 个{waiting}{oldest}"
    versions = " · ".join(f"{share.name or '未知'} {share.windows} 个" for share in summary.versions)
    yield f"版本：{versions or '—'}"
    told = " · ".join(f"{LABELS[share.name]} {share.windows}" for share in summary.states)
    yield f"情况：{told or '都正常'}"


def states(one: FleetWindow) -> str:
    """Return what is the matter with a window, in words."""
    words = [LABELS.get(state, state) for state in one.states]
    if "failed" in one.states and one.word is not None and one.word.program is not None:
        reason = REASONS.get(one.word.program.reason, "")
        words[one.states.index("failed")] += f"（{reason}）" if reason else ""
    if one.moved_to:
        words[-1] += f"→{one.moved_to}"
    return "、".join(words) or WELL


def when(moment: str | None) -> str:
    """Return a moment at the counter, short; empty for none."""
    return _short(moment or "")


def _short(moment: str) -> str:
    try:
        return datetime.fromisoformat(moment).astimezone(BEIJING).strftime("%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return ""


def _ago(one: FleetWindow) -> str:
    """Return how long ago a window was heard."""
    if one.last_seen is None:
        return "从未"
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(one.last_seen)).total_seconds())
    for unit, name in ((86400, "天"), (3600, "小时"), (60, "分")):
        if seconds >= unit:
            return f"{seconds // unit}{name}前"
    return "刚才"


def _word(one: FleetWindow) -> WindowWord:
    return one.word or WindowWord()


def _skew(one: FleetWindow) -> str:
    skew = _word(one).skew
    return "" if skew is None else f"{skew:+d}秒" if abs(skew) < 3600 else f"{skew / 3600:+.0f}时"


def _disk(one: FleetWindow) -> str:
    free = _word(one).disk
    return "" if free is None else f"{free}M" if free < 10_240 else f"{free >> 10}G"


def _trouble(one: FleetWindow) -> str:
    trouble = _word(one).trouble
    return "" if trouble is None else f"{when(trouble.at)} {trouble.code}".strip()


def _backlog(one: FleetWindow) -> str:
    return "" if one.backlog is None else str(one.backlog)


def _version(one: FleetWindow) -> str:
    return f"{one.version}→{one.offered}" if "outdated" in one.states else one.version


def _line(cells: Sequence[str], width: int) -> str:
    return fitted("  ".join(cells).rstrip(), width).rstrip()


NARROW_COLUMNS = (
    Column("窗口", 15, lambda one: one.window),
    Column("情况", 20, states),
    Column("版本", 7, lambda one: one.version),
    Column("积压", 5, _backlog, right=True),
    Column("最早未报", 11, lambda one: when(_word(one).oldest)),
    Column("联系", 8, _ago, right=True),
)
WIDE_COLUMNS = (
    Column("窗口", 15, lambda one: one.window),
    Column("服务点", 12, lambda one: one.point_name),
    Column("情况", 20, states),
    Column("版本", 11, _version),
    Column("积压", 4, _backlog, right=True),
    Column("最早未报", 11, lambda one: when(_word(one).oldest)),
    Column("时差", 6, _skew, right=True),
    Column("磁盘", 5, _disk, right=True),
    Column("打印机", 7, lambda one: _word(one).printer),
    Column("联系", 8, _ago, right=True),
)
WIDEST_COLUMNS = (*WIDE_COLUMNS, Column("末次故障", 40, _trouble))
