"""How a command speaks: text for people, ``--json`` for scripts, and the exit status."""

from __future__ import annotations

import errno
import json
import sys
import time
from collections.abc import Iterable
from typing import Any

DONE, REFUSED, USAGE, NOT_READY, LINE_DOWN = 0, 1, 2, 3, 4
"""Exit status: done; something in the input was refused; wrong usage; not ready; the line is needed and down."""
_TROUBLES = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "所在的磁盘是只读的",
    errno.EEXIST: "同名的文件已经存在",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "这是一个文件夹，不是文件",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.ENAMETOOLONG: "路径太长",
    errno.EADDRINUSE: "端口已被别的程序占用",
}


class Stop(Exception):
    """The command ends here with a status and a message for the person (Chinese)."""

    def __init__(self, status: int, message: str, code: str = "refused") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code


def say(value: Any, as_json: bool, lines: Iterable[str]) -> None:
    """Write a result: the value as JSON, or the lines for a person."""
    if as_json:
        print_json(value)
    else:
        for line in lines:
            print(line)


def print_json(value: Any) -> None:
    """Write a value as one line of JSON, flushed."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


class Progress:
    """Tells on standard error how far a long work has come, at most once a second."""

    def __init__(self) -> None:
        self._next = time.monotonic() + 1.0

    def __call__(self, text: str) -> None:
        """Tell this, unless something was told just now."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + 1.0
            print(text, file=sys.stderr, flush=True)


def complain(stop: Stop, as_json: bool) -> None:
    """Tell why a command ended early: on standard error, and as JSON on standard output where that was asked for."""
    if as_json:
        print_json({"error": {"code": stop.code, "message": stop.message}})
    print(stop.message, file=sys.stderr, flush=True)


def file_trouble(error: OSError) -> str:
    """Return in words what the system answered to reading or writing a file."""
    what = _TROUBLES.get(error.errno or 0, f"系统错误 {error.errno}")
    return f"{error.filename}：{what}。" if error.filename else f"{what}。"
