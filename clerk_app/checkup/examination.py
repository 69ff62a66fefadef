"""All checks of a window, in order, each as far as the ones before it let it be made."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from clerk_app import settings as window_settings
from clerk_app.checkup import holdings, keyroom, machine, papers_in, printers
from clerk_app.checkup.contents import contents
from clerk_app.checkup.report import LABELS, UNTOUCHED, Check, Report, State, because, ok, skipped, worn, wrong
from clerk_app.gate import Gate
from clerk_app.line import Admission, LineDown, LineStatus
from clerk_app.settings import NotEnrolled, Settings, SettingsDamaged
from clerk_app.store.access import keyfile
from clerk_app.store.access.keys import Keys, Unlock, watched
from clerk_app.store.copies.second_copy import survey
from clerk_app.store.errors import VaultError
from clerk_app.store.records import Records
from clerk_app.window_clock import WindowClock

log = logging.getLogger("clerk.doctor")
PATIENCE = 10.0
"""Seconds a check that only looks at the folder is waited for."""
QUICK = frozenset({"settings", "folder", "space", "papers", "scanner"})
"""Checks that take no time where the folder answers; the others have limits of their own, or as much to do as there is."""
NOT_YET = "前面的检查没有通过，查不了"


class Probe(Protocol):
    """Asks central whether it is there."""

    def __call__(self, settings: Settings, records: Records, keys: Keys, clock: WindowClock) -> LineStatus:
        """Return the line as it is; takes seconds at most, and never raises for a line that is down."""
        ...


@dataclass
class Examination:
    """One examination of the window kept in ``place``; ``run`` makes all checks and changes nothing."""

    place: Path
    unlock: Callable[[str], Unlock]
    """Returns the way to the keys for how they are unlocked; raises a ``VaultError``."""
    probe: Probe
    deep: bool = False
    settings: Settings | None = None
    keys: Keys | None = None
    records: Records | None = None
    clock: WindowClock | None = None
    heard: float | None = None
    _opened_by: Unlock | None = None
    _stuck: bool = False
    _held: ExitStack = field(default_factory=ExitStack)

    def run(self) -> Report:
        """Make all checks."""
        steps: dict[str, Callable[[], Check]] = {
            "settings": self._settings,
            "folder": lambda: machine.folder(self.place),
            "keyring": lambda: keyroom.keyring(self._way()),
            "keys": self._keys,
            "store": self._store,
            "contents": self._contents,
            "scans": self._scans,
            "space": lambda: machine.space(self.place),
            "line": self._line,
            "clock": self._clock,
            "calendar": self._calendar,
            "second-copy": self._second_copy,
            "sessions": self._sessions,
            "papers": lambda: machine.papers(self.settings, self.place),
            "printer": self._printer,
            "scanner": self._scanner,
        }
        with self._held:
            checks = tuple(self._made(name, steps[name]) for name in LABELS)
        seat = self.settings.seat if self.settings is not None else None
        return Report(checks=checks, window=seat.window if seat else "", point=seat.point if seat else "")

    def _made(self, name: str, check: Callable[[], Check]) -> Check:
        """Make one check; a folder that does not answer, as a share that went away, holds up only the first one."""
        if self._stuck:
            return skipped(name, "磁盘没有反应，查不了")
        if name not in QUICK:
            return _told(name, check)
        told: list[Check] = []
        asking = threading.Thread(target=lambda: told.append(_told(name, check)), name=name, daemon=True)
        asking.start()
        asking.join(PATIENCE)
        if told:
            return told[0]
        self._stuck = True
        todo = "请检查窗口数据所在的磁盘或网络共享是否接好，再查一遍。"
        return wrong(name, f"等了 {PATIENCE:g} 秒没有反应。", todo)

    def _settings(self) -> Check:
        todo = "请从备份恢复 window.json；没有备份的，由值班主任用新的登记码重新登记。"
        try:
            self.settings = window_settings.load(self.place)
        except NotEnrolled:
            return wrong(
                "settings", "这个文件夹还没有登记为窗口。", "请执行 clerk enrol --central 地址 --code 登记码。"
            )
        except SettingsDamaged as error:
            what = "没有权限读取" if isinstance(error.__cause__, PermissionError) else error.what
            return wrong("settings", f"窗口设置 window.json {what}。", todo, "窗口数据和密钥原样保留")
        damaged = window_settings.worn(self.place)
        if damaged:
            return worn("settings", damaged)
        seat = self.settings.seat
        return ok("settings", f"窗口 {seat.window}，{seat.point_name}")

    def _way(self) -> str:
        return keyroom.way_of(self.place, self.settings.unlock if self.settings is not None else "")

    def _keys(self) -> Check:
        if self.settings is None and not keyfile.there(self.place):
            return skipped("keys", NOT_YET)
        check, self.keys, self._opened_by = keyroom.keys(self.place, self._way(), self.unlock)
        return check

    def _store(self) -> Check:
        if self.keys is None or self._opened_by is None:
            return skipped("store", NOT_YET)
        window = self.settings.seat.window if self.settings is not None else ""
        vault_keys = watched(self.keys, self.place, self._opened_by)
        try:
            records = Records.open(self.place, vault_keys, window=window, read_only=True)
        except VaultError as error:
            return holdings.not_opened(error, self.place)
        self.records = self._held.enter_context(records)
        self.clock = WindowClock(records.vault)
        return holdings.store(records, self.place)

    def _contents(self) -> Check:
        if not self.deep:
            return skipped("contents", "没有要求逐条核对", "要逐条核对请用 clerk doctor --deep")
        if self.records is None or self.keys is None or self.settings is None:
            return skipped("contents", NOT_YET)
        return contents(self.records, self.settings.seat.window, self.keys.public_key)

    def _scans(self) -> Check:
        if self.records is None:
            return skipped("scans", NOT_YET)
        return papers_in.scans(self.records, deep=self.deep)

    def _scanner(self) -> Check:
        return skipped("scanner", NOT_YET) if self.settings is None else papers_in.scanner(self.settings)

    def _printer(self) -> Check:
        if self.settings is None:
            return skipped("printer", NOT_YET)
        return printers.printer(self.settings, self.records)

    def _line(self) -> Check:
        if self.settings is None or self.records is None or self.keys is None or self.clock is None:
            return skipped("line", NOT_YET)
        seen = self.probe(self.settings, self.records, self.keys, self.clock)
        self.heard = seen.clock_skew
        waiting = _waiting(self.records)
        if seen.online:
            return ok("line", f"与市中心联通；{waiting}")
        kept = "可以照常办理，网络恢复后自动上报"
        todo = "请检查网线、网络和市中心的地址；长时间不通可用 clerk export-unsent 导出，由别的窗口代报。"
        return wrong("line", f"{seen.last_problem}{waiting}。", todo, kept, State.WARNING)

    def _clock(self) -> Check:
        if self.clock is None:
            return skipped("clock", NOT_YET)
        return holdings.clock(self.clock, self.heard)

    def _calendar(self) -> Check:
        if self.records is None or self.clock is None:
            return skipped("calendar", NOT_YET)
        return holdings.calendar(self.records.calendar(), self.clock().date())

    def _second_copy(self) -> Check:
        if self.settings is None or self.records is None or self.keys is None:
            return skipped("second-copy", NOT_YET)
        if not self.settings.second_copy:
            todo = "可用 clerk second-copy 文件夹 设在另一块磁盘、U 盘或共享上。"
            return skipped("second-copy", "没有设置第二副本", todo)
        place, apart = Path(self.settings.second_copy), self.settings.second_copy_device
        state = survey(self.records, self.keys, self.settings.seat.window, place, apart=apart)
        if state.kind == "ok":
            return ok("second-copy", "未上报的都有第二副本")
        if state.kind == "behind":
            found = f"还差 {state.behind} 条没有写入第二副本。"
            todo = "请打开客户端，会自动补写；写完前不要拔出。"
        else:
            found = f"第二副本用不了：{state.problem}；未上报的有 {state.behind} 条没有第二副本。"
            todo = "请接好或更换第二副本所在的盘，接好后自动补上。"
        return wrong("second-copy", found, todo, "办件照常登记在本机", State.WARNING)

    def _sessions(self) -> Check:
        if self.records is None or self.clock is None:
            return skipped("sessions", NOT_YET)
        gate = Gate(self.records, _Nobody(), self.clock.steady)
        return holdings.sessions(gate.offline_ends, self.clock.steady())


class _Nobody:
    """Where nobody is asked for a password."""

    def authenticate(self, number: str, password: str) -> Admission:
        raise LineDown("检查时不登录。")


def _told(name: str, check: Callable[[], Check]) -> Check:
    """Return what a check found; one that fails in itself never keeps the others from being made."""
    try:
        return check()
    except VaultError as error:
        return because(name, error, "窗口数据原样保留")
    except Exception as error:  # the examination's edge: told as a finding, and logged
        log.exception("the check %s failed", name)
        todo = "请把程序日志交技术人员。"
        return wrong(name, f"这一项查到一半出错（{type(error).__name__}）。", todo, UNTOUCHED)


def _waiting(records: Records) -> str:
    count = records.unsent_count()
    oldest: Iterator[str] = (entry.at[:16].replace("T", " ") for entry in records.unsent(1, 1))
    since = next(oldest, "")
    return f"未上报 {count} 条" + (f"，最早的是 {since} 登记的" if since else "")
