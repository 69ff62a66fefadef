"""A file as it lies in a folder: read whole and only once, told from every other, taken away when it was stored."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from clerk_app.devices.content import NotTaken
from clerk_app.domain.scan_content import MAX_BYTES

_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe that lies there by mistake is not waited for, and nobody is led elsewhere by a link."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells a file, as it is, from every other and from itself once it was changed."""

    device: int
    inode: int
    size: int
    changed: int
    """Nanoseconds, by whoever wrote it."""


class Unreadable(Exception):
    """A file cannot be read now; ``reason`` is Chinese."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Original:
    """A file's bytes, and the file they were."""

    path: Path
    stamp: Stamp
    raw: bytes


def stamp_of(told: os.stat_result) -> Stamp:
    """Return what tells the file."""
    return Stamp(told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns)


def read(path: Path) -> Original:
    """Read a file; raises ``Unreadable``, or ``NotTaken`` for what is too large or still being written to."""
    try:
        handle = os.open(path, _OPEN)
    except OSError as error:
        raise Unreadable(_words(error), gone=isinstance(error, FileNotFoundError | NotADirectoryError)) from error
    except ValueError as error:  # a name no file can have
        raise Unreadable("文件名不对") from error
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise Unreadable("不是普通文件")
        with open(handle, "rb", closefd=False) as file:
            raw = file.read(MAX_BYTES + 1)
        after = os.fstat(handle)
    except OSError as error:
        raise Unreadable(_words(error)) from error
    finally:
        os.close(handle)
    if len(raw) <= MAX_BYTES and (stamp_of(before) != stamp_of(after) or len(raw) != after.st_size):
        raise NotTaken("文件还在写入，请稍候再试。", partial=True)
    return Original(path, stamp_of(after), raw)


def take_away(path: Path, stamp: Stamp) -> bool:
    """Remove a file, if it is still the one that was read; return whether it is gone."""
    try:
        if stamp_of(path.lstat()) != stamp:
            return False
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return True


def _words(error: OSError) -> str:
    known = {
        errno.EACCES: "没有权限",
        errno.EPERM: "没有权限",
        errno.ENOENT: "文件不在了",
        errno.ENOTDIR: "文件不在了",
        errno.EISDIR: "是文件夹，不是文件",
        errno.ELOOP: "是链接，不是文件",
        errno.EIO: "磁盘读写出错",
        errno.ESTALE: "网络共享已断开",
        errno.ENXIO: "不是普通文件",
    }
    return known.get(error.errno or 0, f"系统错误 {error.errno}")
