"""A reserve of disk space, given up when the disk is full, so that the act in hand can still be finished."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

SIZE = 8 << 20
_PAUSE = 30.0
"""Seconds between two tries to take the reserve again."""


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
            self._path.unlink(missing_ok=True)
        return self.held

    def release(self) -> bool:
        """Give the space back; return whether there was any."""
        self._next_try = time.monotonic() + _PAUSE
        self.held = False
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def _there(self) -> bool:
        return self._path.exists() and self._path.stat().st_size == self._size

    def _make(self) -> bool:
        if shutil.disk_usage(self._path.parent).free < 4 * self._size:
            return False
        handle = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(handle, 0, self._size)
            else:
                for _ in range(0, self._size, 1 << 16):
                    os.write(handle, bytes(1 << 16))
        finally:
            os.close(handle)
        return True
