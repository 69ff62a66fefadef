"""Opening the store's file anew after a fault, so that nothing is believed but what was written again and read back.

After a failed sync the system may have thrown away what it had not written, and still say yes to the next one. So the log
is written once more as it reads, synced, taken out of memory, recovered by SQLite from what the disk really holds, and
moved into the file. Only then is the file looked at.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from clerk_app.store.errors import StoreFailing
from clerk_app.store.file import schema
from clerk_app.store.file.backup import Prove

_PIECE = 1 << 20
_FLAGS = getattr(os, "O_BINARY", 0)


def write_again(path: Path) -> bool:
    """Write the log of a store's file over with what it holds, and sync it; the first thing that shows if the disk is back.

    Return whether there was one; raises ``OSError``.
    """
    log = _log_of(path)
    if not log.exists() or not log.stat().st_size:
        return False
    handle = os.open(log, os.O_RDWR | _FLAGS)
    try:
        place = 0
        while True:
            os.lseek(handle, place, os.SEEK_SET)
            piece = os.read(handle, _PIECE)
            if not piece:
                break
            os.lseek(handle, place, os.SEEK_SET)
            view = memoryview(piece)
            while view:
                view = view[os.write(handle, view) :]
            place += len(piece)
        os.fsync(handle)
    finally:
        os.close(handle)
    return True


def connect(path: Path, prove: Prove) -> sqlite3.Connection:
    """Open a file whose log was written again; nobody else may be writing, and no connection of ours may be left.

    Raises ``OSError``, ``sqlite3.Error`` and ``VaultError``.
    """
    for file in (path, _log_of(path)):
        _forget(file)
    connection = schema.connect(path, read_only=False)
    try:
        schema.prepare(connection, path, prove, read_only=True)
    except BaseException:
        let_go(connection, path)
        raise
    return connection


def move_log(connection: sqlite3.Connection, path: Path) -> None:
    """Move the log into the file and empty it; what was cut off does not come back after a power cut either."""
    try:
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_FULL:
            raise
        return  # the log is synced as it is, and stays
    if busy:
        raise StoreFailing("SQLITE_BUSY", "read")
    if _log_of(path).exists():
        _sync(_log_of(path))


def let_go(connection: sqlite3.Connection, path: Path) -> None:
    """Close a connection that met a fault without it moving the log into the file, as the last one to close would."""
    keeper: sqlite3.Connection | None = None
    with contextlib.suppress(sqlite3.Error):  # where the file is gone there is nothing to keep it from
        keeper = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0, check_same_thread=False)
        keeper.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    connection.close()
    if keeper is not None:
        keeper.close()  # one that may only read cannot move the log


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR | _FLAGS)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _forget(path: Path) -> None:
    """Have the system read the file from the disk the next time, where there is a way to ask for that."""
    if not hasattr(os, "posix_fadvise") or not path.exists():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)
