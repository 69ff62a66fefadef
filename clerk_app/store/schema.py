"""The store's file: how it is opened, made and brought to the present schema."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path

from clerk_app.store.durable import create_private_file, sync_folder
from clerk_app.store.errors import StoreDamaged, StoreFailing, StoreFull, StoreReadOnly, StoreTooNew, VaultError

SCHEMA = 1
_APPLICATION = 0x434C524B  # "CLRK"

_CREATE = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE tables (num INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE mark (one INTEGER PRIMARY KEY CHECK (one = 1), sealed BLOB NOT NULL)",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {SCHEMA}",
)

_DURABLE = ("journal_mode = WAL", "synchronous = FULL")
_SETTINGS = ("trusted_schema = OFF", "cell_size_check = ON", "temp_store = MEMORY", "cache_size = -8000")

Migration = Callable[[sqlite3.Connection], None]
MIGRATIONS: dict[int, Migration] = {}
"""From which schema version a step leads to the next; each runs in one transaction, after a backup copy."""


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open the file; durable on every commit, one writer, private to this user."""
    if read_only:
        connection = _connect_to_read(path)
    else:
        create_private_file(path)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    try:
        for setting in _SETTINGS if read_only else (*_DURABLE, *_SETTINGS):
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Open beside a running owner, or, where even the shared index cannot be made, as a file nobody changes."""
    address = path.absolute().as_uri()
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"{address}?{mode}", uri=True, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            if mode != "mode=ro" or error.sqlite_errorcode & 0xFF not in {
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_READONLY,
            }:
                raise
        else:
            return connection
    raise StoreFailing("open")


def prepare(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> bool:
    """Bring the file to the present schema; return whether it was made just now. Raises ``StoreTooNew``."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if version == 0 and application == 0 and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        if read_only:
            raise StoreReadOnly
        _create(connection)
        sync_folder(path.parent)
        return True
    if application != _APPLICATION:
        raise StoreDamaged(reason="not a store")
    if version > SCHEMA:
        raise StoreTooNew
    if version < SCHEMA:
        if read_only:
            raise StoreReadOnly
        backup(connection, path.with_name(f"{path.name}.v{version}"))
        for step in range(version, SCHEMA):
            _step(connection, step)
    return False


def about(connection: sqlite3.Connection, name: str) -> bytes:
    """Return a fact about the store as a whole; raises ``StoreDamaged`` when it is gone."""
    row = connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
    if row is None or not isinstance(row[0], bytes):
        raise StoreDamaged(reason=f"no {name}")
    return row[0]


def backup(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the whole file, as of now, to ``target``."""
    create_private_file(target)
    copy = sqlite3.connect(target, isolation_level=None)
    try:
        connection.backup(copy)
    finally:
        copy.close()
    sync_folder(target.parent)


def translated(error: sqlite3.Error, table: str = "", row: str = "") -> VaultError:
    """Return what a fault of the file means for the store."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull()
    if code == sqlite3.SQLITE_READONLY:
        return StoreReadOnly()
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StoreDamaged(table, row, "corrupt")
    return StoreFailing(getattr(error, "sqlite_errorname", str(error)))


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in _CREATE:
        connection.execute(statement)
    store = str(uuid.uuid4()).encode()
    connection.execute("INSERT INTO about VALUES ('store', ?)", (store,))
    connection.execute("COMMIT")


def _step(connection: sqlite3.Connection, version: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        MIGRATIONS[version](connection)
        connection.execute(f"PRAGMA user_version = {version + 1}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
