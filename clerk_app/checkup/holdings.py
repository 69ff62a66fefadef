"""Checks of what the store holds: whether it opens, what is damaged or missing, calendar, clock and remembered sign-ins."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from clerk_app.checkup.report import Check, State, because, ok, wrong
from clerk_app.domain.deadlines import Calendar
from clerk_app.domain.timing import BEIJING, SKEW, Doubt, Reading
from clerk_app.store.access import keyfile
from clerk_app.store.errors import Owner, StoreDamaged, StoreMissing, StoreNotLockable, VaultError
from clerk_app.store.file.lock import owner_of, trouble_of
from clerk_app.store.records import Records
from clerk_app.window_clock import WindowClock

NEXT_YEAR_FROM = 10
"""The month from which next year's days off are expected to be known."""
WILL_REPAIR = (
    "下次打开客户端（或执行 clerk sync）时会自动修复：损坏的文件另存一份，能读出的全部保留，缺的向市中心和第二副本取回，"
    "仍缺的列给值班主任。"
)


def not_opened(error: VaultError, place: Path) -> Check:
    """Return the check of a store that did not open."""
    if isinstance(error, StoreDamaged):
        return wrong("store", "数据文件损坏，打不开。", WILL_REPAIR, "损坏的文件原样保留")
    if isinstance(error, StoreMissing) and keyfile.there(place):
        todo = "请先找回数据文件或从备份恢复。" + WILL_REPAIR
        return wrong("store", "密钥在，数据文件 store.db 不在。", todo, "密钥原样保留")
    return because("store", error, "窗口数据原样保留")


def store(records: Records, place: Path) -> Check:
    """Whether the store is whole, can be owned, and who has it open."""
    unlockable = trouble_of(place / "store.lock")
    if unlockable:
        return because("store", StoreNotLockable(unlockable), "窗口数据原样保留，可以照常查看")
    owner = _owner(place)
    used = f"，正由另一个程序使用（进程 {owner.pid}），此处只读查看" if owner is not None else ""
    held = f"流水 {records.entry_count()} 条，未上报 {records.unsent_count()} 条，办件 {records.case_count()} 件{used}"
    if records.vault.older is not None:
        found = "数据文件被换成了较旧的一份，缺少后来的登记。"
        return _damaged(
            found + held, "其余照常办理；编号从最后用过的接着编，不会重号", "请联网同步或接上第二副本取回。"
        )
    damages = records.damages()
    if damages:
        found = f"有 {len(damages)} 处数据损坏：{_tables(damages)}。"
        return _damaged(found + held, "其余数据不受影响，可以照常办理", WILL_REPAIR)
    missing = sum(gap.size for gap in records.gaps())
    if missing:
        todo = "请联网同步或接上第二副本；仍找不回的见 clerk losses，由值班主任核销。"
        return _damaged(f"本窗口有 {missing} 条流水缺失，其后的暂不上报。{held}", "其余照常办理", todo)
    if records.notices():
        todo = "请联网同步，由市中心补回缺少的部分。"
        return _damaged(f"数据文件损坏后修复过，等待补回。{held}", "损坏的文件已另存，其余照常办理", todo)
    return ok("store", held)


def _damaged(found: str, kept: str, todo: str) -> Check:
    return wrong("store", found, todo, kept, State.WARNING)


def _tables(damages: Sequence[StoreDamaged]) -> str:
    names = dict.fromkeys(damage.table or "整个文件" for damage in damages)
    return "、".join(list(names)[:4])


def _owner(place: Path) -> Owner | None:
    """Return who has the store open; a name left behind by a program that was killed is nobody's."""
    owner = owner_of(place / "store.lock")
    if owner is None or sys.platform == "win32":
        return owner
    import fcntl

    try:
        handle = os.open(place / "store.lock", os.O_RDONLY)
    except OSError:
        return owner
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return owner
    finally:
        os.close(handle)
    return None


def clock(seen: WindowClock, heard: float | None) -> Check:
    """Whether the machine's clock can be believed; ``heard``: seconds it is ahead of central's, if central answered."""
    reading = seen.reading()
    now = datetime.fromtimestamp(reading.now, BEIJING)
    time = f"按 {now:%Y-%m-%d %H:%M} 办理"
    known = seen.known
    if reading.doubt is Doubt.NONE:
        by = "，经人工确认，待与市中心核对" if known.said_by == "person" else ""
        agreed = f"，与市中心相差 {abs(round(heard))} 秒" if heard is not None and abs(heard) <= SKEW else by
        return ok("clock", time + agreed)
    return wrong("clock", f"{_doubt(reading, known.said_by)}{time}。", _set_right(reading), KEPT_TIME, State.WARNING)


KEPT_TIME = "办件照常登记，先后次序不受时钟影响"


def _doubt(reading: Reading, said_by: str) -> str:
    if reading.doubt is Doubt.AHEAD:
        return "本机时钟比上次办理超前很多，无法核对。"
    ahead = "快" if reading.skew > 0 else "慢"
    if reading.doubt is Doubt.BEHIND:
        return f"本机时钟比上次办理还早（{ahead} {_span(reading.skew)}以上），时间从上次办理接着走。"
    who = "人工所报" if said_by == "person" else "市中心"
    return f"本机时钟比{who}{ahead} {_span(reading.skew)}，已校正。"


def _set_right(reading: Reading) -> str:
    said = '连不上市中心时可用 clerk set-time "年-月-日 时:分" 报准。'
    return "请把本机的日期和时间校准，并打开自动对时。" + ("" if reading.doubt is Doubt.CORRECTED else said)


def _span(seconds: float) -> str:
    whole = abs(seconds)
    for unit, size in (("年", 365 * 86400), ("天", 86400), ("小时", 3600), ("分钟", 60)):
        if whole >= size:
            return f"{whole // size:.0f} {unit}"
    return f"{whole:.0f} 秒"


def calendar(known: Calendar, today: date) -> Check:
    """Whether the working days of this year, and towards its end of the next, are known."""
    wanted = [today.year, *([today.year + 1] if today.month >= NEXT_YEAR_FROM else [])]
    missing = [str(year) for year in wanted if not known.covers(year)]
    if not missing:
        return ok("calendar", f"{'、'.join(map(str, wanted))} 年的放假安排已有")
    found = f"没有 {'、'.join(missing)} 年的放假安排。"
    kept = "可以照常办理，期限按周末推算，并注明“暂定”"
    return wrong("calendar", found, "请联网同步；市中心发布后会自动下载。", kept, State.WARNING)


def sessions(offline: Callable[[], Sequence[datetime]], now: datetime) -> Check:
    """Whether anybody may sign in while the line is down, and until when."""
    ends = sorted(end for end in offline() if end > now)
    if not ends:
        found = "没有人能在断网时登录。"
        return wrong("sessions", found, "请每位窗口人员在联网时登录一次。", "联网时照常登录", State.WARNING)
    return ok("sessions", f"{len(ends)} 人可在断网时登录，最早到 {ends[0].astimezone(BEIJING):%Y-%m-%d %H:%M}")
