"""The store's file: how it is opened, made and brought to the present schema."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
import uuid
from collections.abc import Mapping
from pathlib import Path

from clerk_app.store.errors import (
    Step,
    StoreDamaged,
    StoreFailing,
    StoreFull,
    StoreInUse,
    StoreReadOnly,
    StoreTooNew,
    VaultError,
)
from clerk_app.store.file.backup import Prove
from clerk_app.store.file.durable import create_private_file, sync_folder
from clerk_app.store.file.migration import Migration, StoreTooOld, migrate

SCHEMA = 1
READS_FROM = 1
"""The oldest schema that can be read as it stands, without a step."""
_APPLICATION = 0x434C524B  # "CLRK"

_CREATE = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE tables (num INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE mark (one INTEGER PRIMARY KEY CHECK (one = 1), sealed BLOB NOT NULL)",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {SCHEMA}",
)

_DURABLE = ("synchronous = FULL", "fullfsync = 1", "checkpoint_fullfsync = 1")
"""On macOS only a full sync reaches the disk; elsewhere the two say nothing."""
_WAIT = 5.0
"""Seconds to wait for a reader beside, or for a tool somebody opened the file with."""
_SETTINGS = ("trusted_schema = OFF", "cell_size_check = ON", "temp_store = MEMORY", "cache_size = -8000")

MIGRATIONS: dict[int, Migration] = {}
"""From which schema version a step leads to the next (``store.file.migration``)."""


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open the file; durable on every commit, one writer, private to this user."""
    if read_only:
        connection = _connect_to_read(path)
    else:
        _refuse_newer(path)
        create_private_file(path)
        connection = sqlite3.connect(
            path, timeout=_WAIT, isolation_level=None, check_same_thread=False, cached_statements=512
        )
    try:
        for setting in _SETTINGS if read_only else (*_DURABLE, *_SETTINGS):
            connection.execute(f"PRAGMA {setting}")
        if not read_only and connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            connection.execute("PRAGMA synchronous = EXTRA")  # no log here: the folder must be synced with each commit
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_newer(path: Path) -> None:
    """Raise ``StoreTooNew`` by the file's header alone: even to open it for writing would move its log into it."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        head = file.read(72)
        application, version = int.from_bytes(head[68:72]), int.from_bytes(head[60:64])
        if application == _APPLICATION and version > SCHEMA:
            raise StoreTooNew


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Open beside a running owner, or, where even the shared index cannot be made, as a file nobody changes."""
    address = path.absolute().as_uri()
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(
            f"{address}?{mode}", uri=True, timeout=_WAIT, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            if mode != "mode=ro" or not _is_for_want_of_index(error):
                raise
            if _is_behind(path):
                raise (
                    StoreFull if error.sqlite_errorcode == sqlite3.SQLITE_IOERR_SHMSIZE else StoreReadOnly
                ) from error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise StoreFailing("open")


def _is_for_want_of_index(error: sqlite3.OperationalError) -> bool:
    """Whether the shared index beside the log could not be made, on a read-only or a full disk."""
    code = error.sqlite_errorcode
    return code == sqlite3.SQLITE_IOERR_SHMSIZE or code & 0xFF in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


def _is_behind(path: Path) -> bool:
    """Whether the log holds what the file does not: read alone it would be an older state."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def prepare(connection: sqlite3.Connection, path: Path, prove: Prove, *, read_only: bool) -> bool:
    """Bring the file to the present schema; return whether it was made just now.

    ``prove`` tells a store's state, to compare a copy by. Raises ``StoreTooNew``, ``StoreTooOld`` (read-only) and what
    ``migrate`` does.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if version == 0 and application == 0 and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        if read_only:
            raise StoreDamaged(reason="empty")
        _create(connection)
        sync_folder(path.parent)
        return True
    if application != _APPLICATION:
        raise StoreDamaged(reason="not a store")
    if version > SCHEMA:
        raise StoreTooNew
    if version < SCHEMA:
        if not read_only:
            migrate(connection, path, version, MIGRATIONS, SCHEMA, prove)
        elif version < READS_FROM:
            raise StoreTooOld
    return False


def about(connection: sqlite3.Connection, name: str) -> bytes:
    """Return a fact about the store as a whole; raises ``StoreDamaged`` when it is gone."""
    row = connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
    if row is None or not isinstance(row[0], bytes):
        raise StoreDamaged(reason=f"no {name}")
    return row[0]


_BENT = ("no such table", "no such column", "no such index", "Could not decode")
"""How SQLite tells of names and texts that are bent: what is asked of it here is always the same."""


def translated(error: sqlite3.Error, table: str = "", row: str = "", *, step: Step = "read") -> VaultError:
    """Return what a fault of the file means for the store; ``step`` says what became of the act in hand."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull()
    if code == sqlite3.SQLITE_READONLY:
        return StoreReadOnly()
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or str(error).startswith(_BENT):
        return StoreDamaged(table, row, "corrupt")
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreInUse(None)
    return StoreFailing(getattr(error, "sqlite_errorname", str(error)), step)


def meaning(error: OSError) -> VaultError:
    """Return what the system's refusal of a file means for the store."""
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StoreReadOnly()
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StoreFull()
    return StoreFailing(error.strerror or "open", "read")


def integrity_check(connection: sqlite3.Connection, names: Mapping[int, str]) -> list[StoreDamaged]:
    """Return what SQLite's own check finds: the tables it concerns, else the file; ``names`` are the tables' by number."""
    if _is_sound(connection, "1"):
        return []
    hit = [name for num, name in names.items() if not _is_sound(connection, f"d{num}")]
    return [StoreDamaged(name, reason="corrupt") for name in hit] or [StoreDamaged(reason="corrupt")]


def _is_sound(connection: sqlite3.Connection, part: str) -> bool:
    try:
        return bool(connection.execute(f"PRAGMA integrity_check({part})").fetchone()[0] == "ok")
    except sqlite3.DatabaseError as error:
        if isinstance(translated(error), StoreDamaged):
            return False
        raise


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in _CREATE:
        connection.execute(statement)
    store = str(uuid.uuid4()).encode()
    connection.execute("INSERT INTO about VALUES ('store', ?)", (store,))
    connection.execute("COMMIT")
