"""Bringing a store to a newer schema: a proven copy first, then all steps in one transaction.

So there is the old store or the new one, never one between them: whatever stops a migration, the version of the program
that wrote the store opens it as before, and the copy stays beside it.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from clerk_app.store.errors import VaultError
from clerk_app.store.file.backup import Proof, Prove, copy

Migration = Callable[[sqlite3.Connection], None]
MARGIN = 16 << 20
"""Bytes left free beyond what a migration is reckoned to take."""


class NoRoomToMigrate(VaultError):
    """The disk has no room for the copy and the migration; nothing was changed."""

    def __init__(self, wanting: int) -> None:
        super().__init__(
            f"窗口数据要升级到新版本的格式，升级前须先留一份备份，磁盘还差约 {(wanting >> 20) + 1} MB。"
            "数据没有改动。请清理磁盘后重新打开。"
        )


class MigrationFailed(VaultError):
    """A step failed; the store is as it was."""

    def __init__(self, kept: Path, reason: str) -> None:
        super().__init__(
            f"窗口数据升级没有成功（{reason}），已退回原样，登记的都在；升级前的备份是 {kept.name}。"
            "请先用原来版本的程序继续工作，并报告技术人员。"
        )


class StoreTooOld(VaultError):
    """A store that first has to be migrated was opened for reading only."""

    def __init__(self) -> None:
        super().__init__(
            "窗口数据还是旧版本的格式，要先升级才能读。请打开一次客户端（clerk）或执行 clerk sync，"
            "升级完成后再试；数据没有改动。"
        )


def migrate(
    connection: sqlite3.Connection, path: Path, version: int, steps: Mapping[int, Migration], target: int, prove: Prove
) -> Path:
    """Take the store from ``version`` to ``target`` and return where the copy of before is.

    Raises ``NoRoomToMigrate`` or ``MigrationFailed``, with nothing changed, and what ``prove`` raises.
    """
    kept = _kept(connection, path, version, prove)
    try:
        connection.execute("BEGIN IMMEDIATE")
        for step in range(version, target):
            steps[step](connection)
        connection.execute(f"PRAGMA user_version = {target}")
        connection.execute("COMMIT")
    except Exception as error:
        _undo(connection)
        raise MigrationFailed(kept, type(error).__name__) from error
    except BaseException:
        _undo(connection)
        raise
    return kept


def _undo(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        with contextlib.suppress(sqlite3.Error):  # what is not rolled back now is when the file is opened anew
            connection.execute("ROLLBACK")


def _kept(connection: sqlite3.Connection, path: Path, version: int, prove: Prove) -> Path:
    """Return a copy of the store as it is: one of an earlier try that still fits, or a new one; none is overwritten."""
    now = prove(connection)
    for name in _names(path, version):
        if not name.exists():
            break
        if _fits(name, now, prove):
            return name
    pages, size = (connection.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
    wanting = 2 * pages * size + MARGIN - shutil.disk_usage(path.parent).free  # the copy, and every page written anew
    if wanting > 0:
        raise NoRoomToMigrate(wanting)
    try:
        told = copy(connection, name, prove)
    except OSError as error:
        raise NoRoomToMigrate(0) from error
    if told != now:
        name.unlink()
        raise MigrationFailed(name, "copy")
    return name


def _names(path: Path, version: int) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.v{version}")
    number = 2
    while True:
        yield path.with_name(f"{path.name}.v{version}-{number}")
        number += 1


def _fits(copy: Path, now: Proof, prove: Prove) -> bool:
    address = f"{copy.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
            return prove(connection) == now
    except (sqlite3.Error, VaultError):
        return False
