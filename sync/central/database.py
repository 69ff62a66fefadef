"""One door to SQLite and PostgreSQL: reading and writing transactions, and the schema."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from typing import Any

from sqlalchemy import Table, event, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from sync.central.schema import VERSION, meta, metadata

BUSY_MS = 15_000
"""How long another process's writing transaction is waited for on SQLite."""
SCHEMA_LOCK = 0x636C65726B
"""PostgreSQL's advisory lock under which one process makes the tables."""


class DatabaseUnusable(Exception):
    """The database cannot be opened: its address, its rights, its state or its version is not as it must be."""


class Database:
    """An open database; every statement is asynchronous and inside a transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        # SQLite has one writer: to queue here is fair, to poll for its lock is not.
        self._writer = asyncio.Lock() if self.is_sqlite else None

    @classmethod
    async def open(cls, url: str) -> Database:
        """Connect, and make the tables where there are none; raises ``DatabaseUnusable``."""
        try:
            database = cls(_engine(database_url(url)))
        except (ValueError, ArgumentError, sqlite3.Error) as error:
            raise DatabaseUnusable(str(error)) from error
        try:
            async with database.write() as connection:
                await _make_tables(connection)
        except (SQLAlchemyError, OSError) as error:
            await database.close()
            raise DatabaseUnusable(str(getattr(error, "orig", None) or error)) from error
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Give back every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads."""
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is durable when the block ends, and undone when it raises."""
        async with AsyncExitStack() as stack:
            if self._writer is not None:
                await stack.enter_async_context(self._writer)
            connection = await stack.enter_async_context(self._engine.connect())
            await connection.execution_options(clerk_writes=True)
            async with connection.begin():
                yield connection

    async def insert_new(self, connection: AsyncConnection, table: Table, row: dict[str, Any]) -> None:
        """Insert a row, unless one with its primary key is there."""
        insert = sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)
        await connection.execute(insert.on_conflict_do_nothing(), [row])

    async def upsert(self, connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows, or overwrite those whose primary key is there."""
        if not rows:
            return
        keys = [column.name for column in table.primary_key]
        insert = sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)
        changed = {name: insert.excluded[name] for name in rows[0] if name not in keys}
        await connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def database_url(url: str) -> URL:
    """Return what people write (a path, ``sqlite:///…``, ``postgresql://…``) as a URL of an asynchronous driver."""
    if "://" not in url:
        return URL.create("sqlite+aiosqlite", database=url)
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            return _for_asyncpg(parsed.set(drivername="postgresql+asyncpg"))
        case other:
            raise ValueError(f"unknown kind of database: {other}")


def _for_asyncpg(url: URL) -> URL:
    """The name for the demand for TLS in PostgreSQL's own URLs is not the driver's."""
    mode = url.query.get("sslmode")
    return url if mode is None else url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True)
    if not url.database or url.database == ":memory:":
        raise ValueError("central needs a database that stays: give a file")
    # The driver leaves a thread behind for each file it cannot open: better to find out without it.
    with closing(sqlite3.connect(url.database)) as probe:
        probe.execute("PRAGMA schema_version")
    engine = create_async_engine(url, connect_args={"timeout": BUSY_MS / 1000}, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _configure_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; ``_begin_sqlite`` does
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: one that begins by reading could not be made to wait, only to fail."""
    writes = connection.get_execution_options().get("clerk_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def _make_tables(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})"))
    await connection.run_sync(metadata.create_all)
    held = (await connection.execute(select(meta.c.value).where(meta.c.key == "schema"))).scalar()
    if held is None:
        await connection.execute(meta.insert().values(key="schema", value=str(VERSION)))
    elif int(held) > VERSION:
        raise DatabaseUnusable(f"the database has schema {held}, this program knows {VERSION}")


async def get_meta(connection: AsyncConnection, key: str, *, lock: bool = False) -> str | None:
    """Return a single value; with ``lock`` no other transaction writes it before this one ends."""
    query = select(meta.c.value).where(meta.c.key == key)
    row = (await connection.execute(query.with_for_update() if lock else query)).scalar()
    return None if row is None else str(row)
