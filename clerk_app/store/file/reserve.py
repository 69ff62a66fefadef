"""A reserve of disk space, given up when the disk is full, so that the act in hand can still be finished."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from pathlib import Path

SIZE = 8 << 20
_LITTLE = (1 << 20, 1 << 18)
"""What is kept at closing where the whole is not to be had: SQLite needs some of it to open at all."""
_PAUSE = 30.0
"""Seconds between two tries to take the reserve again."""
_FULL = {errno.ENOSPC, errno.EDQUOT}


class Reserve:
    """A file of real blocks beside the store."""

    def __init__(self, path: Path, size: int = SIZE) -> None:
        self._path = path
        self._size = size
        self._next_try = 0.0
        self.held = False
        """Whether the space is set aside now; False after a release: the disk is, or lately was, full."""

    def take(self) -> bool:
        """Set the space aside if there is plenty; return whether it is."""
        if self.held:
            return True
        if time.monotonic() < self._next_try:
            return False
        self._next_try = time.monotonic() + _PAUSE
        try:
            self.held = self._there() or self._make()
        except OSError:
            with contextlib.suppress(OSError):  # where nothing can be written nothing can be taken away either
                self._path.unlink(missing_ok=True)
        return self.held

    def release(self) -> bool:
        """Give the space back, be it the whole or a little; return whether there was any."""
        self._next_try = time.monotonic() + _PAUSE
        self.held = False
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def keep_little(self) -> None:
        """At closing on a full disk keep what the log has given back, so that the store can be opened there again."""
        if self.held or not self._size:
            return
        for size in _LITTLE:
            with contextlib.suppress(OSError):
                if self._path.exists():
                    return
                if size <= self._size:
                    fill(self._path, size)
                    return
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _there(self) -> bool:
        return self._path.exists() and self._path.stat().st_size == self._size

    def _make(self) -> bool:
        if shutil.disk_usage(self._path.parent).free < 4 * self._size:
            return False
        fill(self._path, self._size)
        return True


def is_full(folder: Path) -> bool:
    """Whether the folder takes nothing more, because of the disk or of a quota."""
    return what_ails(folder) in _FULL


def what_ails(folder: Path) -> int:
    """Return the error number that a small file written into the folder meets, 0 where it is taken."""
    probe = folder / "store.probe"
    try:
        fill(probe, _LITTLE[-1], durably=True)
    except OSError as error:
        return error.errno or errno.EIO
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
    return 0


def fill(path: Path, size: int, *, durably: bool = False) -> None:
    """Make a file of ``size`` bytes that really takes room; raises ``OSError``."""
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        if not _allocated(handle, size):
            for _ in range(0, size, 1 << 16):
                os.write(handle, bytes(1 << 16))
        if durably:
            os.fsync(handle)
    finally:
        os.close(handle)


def _allocated(handle: int, size: int) -> bool:
    if not hasattr(os, "posix_fallocate"):
        return False
    try:
        os.posix_fallocate(handle, 0, size)
    except OSError as error:
        if error.errno in {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}:  # not every file system can
            return False
        raise
    return True
