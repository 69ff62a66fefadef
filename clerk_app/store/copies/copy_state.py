"""How the second copy of unsent work stands, as a value and in words."""

from __future__ import annotations

import errno
from dataclasses import dataclass

_TROUBLES = {
    errno.ENOENT: "找不到这个文件夹（U 盘没有插好，或共享没有连上）",
    errno.ENOTDIR: "它不是文件夹",
    errno.EACCES: "没有写入权限",
    errno.EPERM: "没有写入权限",
    errno.EROFS: "它是只读的",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EIO: "磁盘读写出错",
    errno.ENODEV: "磁盘已被拔出",
    errno.ENXIO: "磁盘已被拔出",
}
ELSEWHERE = "那里现在是本机的磁盘，原来的 U 盘或共享没有接上"
NO_ANSWER = "它没有反应"
UNREADABLE = "那里的文件不是本窗口的第二副本，或已损坏"
FAULT = "程序内部出错"
STORE = "窗口数据暂时读不出来"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyState:
    """The second copy as last seen."""

    place: str = ""
    """The folder; empty: none is configured."""
    behind: int = 0
    """Unsent entries that are not, as far as is known, in the copy."""
    problem: str = ""
    """What is wrong with the place, in Chinese; empty while it answers."""
    sealed_for_central: bool = True
    """Whether another window could bring the copy to central."""

    @property
    def kind(self) -> str:
        """``off``, ``ok``, ``behind`` or ``missing``."""
        if not self.place:
            return "off"
        if self.problem:
            return "missing"
        return "behind" if self.behind else "ok"

    @property
    def trouble(self) -> str:
        """A few words for a header; empty while all is well, or will be in a moment."""
        return "第二副本写不进去" if self.kind == "missing" else ""

    def say(self) -> str:
        """Say it in Chinese: what is, what was kept, what to do next."""
        match self.kind:
            case "off":
                return "没有设置第二副本。可用 clerk second-copy 文件夹 设在另一块磁盘、U 盘或共享上。"
            case "missing":
                return (
                    f"第二副本（{self.place}）用不了：{self.problem}。办件照常登记在本机，"
                    f"有 {self.behind} 条未上报的还没有第二副本；请接好或更换，接好后自动补上。"
                )
            case "behind":
                return f"第二副本（{self.place}）还差 {self.behind} 条，正在补写；请先不要拔出。"
            case _ if not self.sealed_for_central:
                return (
                    f"第二副本（{self.place}）已写全，但只有本窗口能打开；与市中心联通一次后，才能由别的窗口代为上报。"
                )
            case _:
                return f"第二副本（{self.place}）已写全。"


def trouble_of(error: OSError) -> str:
    """Return in a few words what the system answered about the place."""
    return _TROUBLES.get(error.errno or 0, f"系统错误 {error.errno}")
