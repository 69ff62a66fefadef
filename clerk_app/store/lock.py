"""One process owns a store: a lock file that names its owner."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from datetime import datetime
from pathlib import Path

from clerk_app.store.errors import Owner, StoreInUse

_BYTE = 1 << 30
"""Where Windows locks: far behind the text, which stays readable for others."""


class StoreLock:
    """Holds a folder's lock from construction to ``release``; raises ``StoreInUse`` when somebody else has it.

    The operating system drops the lock when the process ends, however it ends, so a stale file never stands in the way.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            _lock(self._handle)
        except OSError:
            os.close(self._handle)
            raise StoreInUse(owner_of(path)) from None
        owner = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now().astimezone().isoformat(timespec="seconds"),
        }
        os.ftruncate(self._handle, 0)
        with contextlib.suppress(OSError):  # on a full disk the store is owned all the same, by nobody named
            os.write(self._handle, json.dumps(owner, ensure_ascii=False).encode())

    def release(self) -> None:
        """Give the store up; the file stays, empty, so that two who wait never hold two different files."""
        if self._handle < 0:
            return
        os.ftruncate(self._handle, 0)
        os.close(self._handle)
        self._handle = -1


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
