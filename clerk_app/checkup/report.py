"""What a check found, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clerk_app.store.errors import VaultError

UNTOUCHED = "检查没有改动任何东西"


class State(StrEnum):
    """What a check came to."""

    OK = "ok"
    WARNING = "warning"
    """Work goes on; somebody should look at it."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not looked at, or there is nothing to look at."""


STATE_LABELS = {State.OK: "正常", State.WARNING: "注意", State.FAILED: "不行", State.SKIPPED: "未查"}

LABELS = {
    "settings": "窗口设置",
    "folder": "文件夹",
    "keyring": "钥匙串",
    "keys": "密钥",
    "store": "窗口数据",
    "contents": "逐条核对",
    "scans": "扫描件",
    "space": "磁盘空间",
    "line": "网络",
    "clock": "时钟",
    "calendar": "工作日历",
    "second-copy": "第二副本",
    "sessions": "断网登录",
    "papers": "文书打印",
    "printer": "打印机",
    "scanner": "扫描仪",
}
"""Every check, in the order in which it is told."""
NEEDED = frozenset({"settings", "folder", "keys", "store", "space"})
"""Without these nobody can work here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: what was found, what was kept, what to do; Chinese, and nobody's data."""

    name: str
    state: State
    found: str
    kept: str = ""
    todo: str = ""

    @property
    def label(self) -> str:
        """The check's name for people."""
        return LABELS[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All checks of a window."""

    checks: tuple[Check, ...]
    window: str = ""
    point: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is nothing to look at."""
        return self.can_work and all(check.state in {State.OK, State.SKIPPED} for check in self.checks)

    @property
    def can_work(self) -> bool:
        """Whether a clerk can record acts here."""
        states = {check.name: check.state for check in self.checks}
        return all(states.get(name) in {State.OK, State.WARNING} for name in NEEDED)


def ok(name: str, found: str) -> Check:
    """Return a check that found all well."""
    return Check(name=name, state=State.OK, found=found)


def skipped(name: str, found: str, todo: str = "") -> Check:
    """Return a check that was not made, and why."""
    return Check(name=name, state=State.SKIPPED, found=found, todo=todo)


def wrong(name: str, found: str, todo: str, kept: str = UNTOUCHED, state: State = State.FAILED) -> Check:
    """Return a check that found something wrong."""
    return Check(name=name, state=state, found=found, kept=kept, todo=todo)


def because(name: str, error: VaultError, kept: str = UNTOUCHED, state: State = State.FAILED) -> Check:
    """Return a check for what kept the store or its keys from opening: their own words, found first and what to do after."""
    found, _, todo = error.say.partition("。")
    return wrong(name, found + "。", todo or "请核对后重试；仍不行请联系技术人员。", kept, state)


def worn(name: str, file: str) -> Check:
    """Return a check that found one of two files damaged that are kept for the same thing."""
    found = f"{file} 已损坏或不在，另一份完好。"
    todo = "下次打开客户端（或执行 clerk sync）时会自动重新写好；反复出现请检查磁盘。"
    return wrong(name, found, todo, "另一份照常使用，可以办理，损坏的会另存", State.WARNING)
