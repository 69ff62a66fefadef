"""One process owns a store: a lock file that names its owner."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import stat
import sys
from datetime import datetime
from pathlib import Path

from clerk_app.store.errors import Owner, StoreInUse, StoreNotLockable

_BYTE = 1 << 30
"""Where Windows locks: far behind the text, which stays readable for others."""
_TAKEN = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
"""What the system says when somebody else has the lock; all else says that there is no locking here."""


class StoreLock:
    """Holds a folder's lock from construction to ``release``.

    Raises ``StoreInUse`` when somebody else has it, ``StoreNotLockable`` where there is no locking, ``OSError``.
    The operating system drops the lock when the process ends, however it ends, so a stale file never stands in the way.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1
        self._take()

    def renew(self) -> None:
        """Make sure of the lock after the folder was away: take it again where it is lost, or another file lies there.

        Raises as construction does; then nothing is held.
        """
        if self._handle >= 0 and self._is_same() and sys.platform != "win32":
            with contextlib.suppress(OSError):  # a handle of a share that was away may be worth nothing
                _lock(self._handle)
                return
        self._drop()
        self._take()

    def release(self) -> None:
        """Give the store up; the file stays, empty, so that two who wait never hold two different files."""
        if self._handle >= 0:
            with contextlib.suppress(OSError):  # on a disk that takes nothing the name stays, the lock does not
                os.ftruncate(self._handle, 0)
        self._drop()

    def _take(self) -> None:
        try:
            handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            if self._path.exists() and not self._path.is_file():
                raise StoreNotLockable(error.strerror or "open") from error
            raise
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise StoreNotLockable("不是普通文件")
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            if error.errno in _TAKEN:
                raise StoreInUse(owner_of(self._path)) from None
            raise StoreNotLockable(error.strerror or "lock") from error
        self._handle = handle
        self._name_owner()

    def _name_owner(self) -> None:
        owner = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now().astimezone().isoformat(timespec="seconds"),
        }
        with contextlib.suppress(OSError):  # on a full disk the store is owned all the same, by nobody named
            os.ftruncate(self._handle, 0)
            os.write(self._handle, json.dumps(owner, ensure_ascii=False).encode())

    def _drop(self) -> None:
        handle, self._handle = self._handle, -1
        if handle >= 0:
            with contextlib.suppress(OSError):
                os.close(handle)

    def _is_same(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._handle), self._path.stat())
        except OSError:
            return False


def trouble_of(path: Path) -> str:
    """Return why a lock file cannot be locked here, in Chinese; empty: it can, somebody has it, or it is yet to be made.

    The lock is taken and given back at once; nothing is written.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return ""
    except OSError as error:
        return error.strerror or "stat"
    if not stat.S_ISREG(found.st_mode):
        return "不是普通文件"
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError as error:
        return "" if error.errno == errno.EROFS else error.strerror or "open"  # then the folder is what is told of
    try:
        _lock(handle)
    except OSError as error:
        return "" if error.errno in _TAKEN else error.strerror or "lock"
    finally:
        os.close(handle)
    return ""


def owner_of(path: Path) -> Owner | None:
    """Return whom a lock file names, or ``None`` when it names nobody."""
    try:
        told = json.loads(path.read_bytes())
        return Owner(int(told["pid"]), str(told["host"]), str(told["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, _BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
