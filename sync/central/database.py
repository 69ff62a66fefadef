"""One door to SQLite and PostgreSQL: reading and writing transactions, and the schema."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, any_, bindparam, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeEngine

from sync.central import migrating
from sync.central.resting import watch_connections
from sync.central.schema import VERSION, meta

BUSY_MS = 15_000
"""How long another process's writing transaction is waited for on SQLite."""
MIGRATION_MS = 3_600_000
"""How long another process's migration is waited for there."""
POOL_WAIT = 10
"""Seconds a request waits for a connection before it is told to try again."""


class DatabaseUnusable(Exception):
    """The database cannot be opened: its address, its rights, its state or its version is not as it must be."""


class Database:
    """An open database; every statement is asynchronous and inside a transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        # PostgreSQL's transactions show each statement what is committed by then, so reading needs none: to begin and to end
        # one takes as long as what is read.
        self._reader = engine if self.is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        self.file = Path(engine.url.database) if self.is_sqlite and engine.url.database else None
        # SQLite has one writer: to queue here is fair, to poll for its lock is not.
        self._writer = asyncio.Lock() if self.is_sqlite else None

    @classmethod
    async def open(cls, url: str, *, pool: int = 10, migrate: bool = True) -> Database:
        """Connect, and bring the tables to this program's form; raises ``DatabaseUnusable``.

        Without ``migrate`` a database that is not in this form, or empty, is refused.
        """
        try:
            database = cls(_engine(database_url(url), pool))
        except (ValueError, ArgumentError, sqlite3.Error) as error:
            raise DatabaseUnusable(str(error)) from error
        try:
            if (await database.held()).pending and migrate:
                await migrating.migrate(_engine(database_url(url), 1, MIGRATION_MS))
            database.refuse_unfit(await database.held())
        except (SQLAlchemyError, OSError) as error:
            await database.close()
            raise DatabaseUnusable(str(getattr(error, "orig", None) or error)) from error
        except BaseException:
            await database.close()
            raise
        return database

    @classmethod
    async def look(cls, url: str) -> migrating.Held:
        """Return what a database is, and leave it as it is; raises ``DatabaseUnusable``."""
        try:
            database = cls(_engine(database_url(url), 1))
            try:
                return await database.held()
            finally:
                await database.close()
        except (ValueError, ArgumentError, sqlite3.Error, SQLAlchemyError, OSError) as error:
            raise DatabaseUnusable(str(getattr(error, "orig", None) or error)) from error

    async def held(self) -> migrating.Held:
        """Return what the tables are."""
        async with self.read() as connection:
            return await migrating.held(connection)

    @staticmethod
    def refuse_unfit(found: migrating.Held) -> None:
        """Raise ``DatabaseUnusable`` where this program must not work on the tables."""
        if found.too_new:
            raise DatabaseUnusable(f"the database needs schema {found.needs}, this program knows {VERSION}")
        if found.pending:
            told = found.revision or "empty"
            raise DatabaseUnusable(
                f"the database is at {told}, this program needs {found.pending[-1]}: migrate it first"
            )

    def in_use(self) -> int:
        """Return how many connections are in use."""
        pool = self._engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    async def close(self) -> None:
        """Give back every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A block that only reads: on SQLite one transaction, on PostgreSQL statements that each see what is committed by then."""
        async with self._reader.connect() as connection:
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

    async def insert_many(self, connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows, all with the same members."""
        if rows:
            await self._write_many(connection, self._insert(table), table, rows)

    async def upsert_many(self, connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows, or overwrite those whose primary key is there; of one key there is at most one row."""
        if rows:
            await self._write_many(connection, self._upsert(table, rows[0]), table, rows)

    async def _write_many(
        self, connection: AsyncConnection, insert: Any, table: Table, rows: list[dict[str, Any]]
    ) -> None:
        """On PostgreSQL in one statement, a column at a time: much less work at both ends than row by row."""
        if self.is_sqlite:
            await connection.execute(insert, rows)
        else:
            columns = [_column(table.c[name].type, name, [row[name] for row in rows]) for name in rows[0]]
            await connection.execute(insert.from_select(list(rows[0]), select(*columns)))

    async def upsert(self, connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows, or overwrite those whose primary key is there."""
        if not rows:
            return
        await connection.execute(self._upsert(table, rows[0]), rows)

    def _insert(self, table: Table) -> Any:
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def _upsert(self, table: Table, row: dict[str, Any]) -> Any:
        keys = [column.name for column in table.primary_key]
        insert = self._insert(table)
        changed = {name: insert.excluded[name] for name in row if name not in keys}
        return insert.on_conflict_do_update(index_elements=keys, set_=changed)


def _column(kind: TypeEngine[Any], name: str, values: list[Any]) -> ColumnElement[Any]:
    """Return what a statement inserts into one column; what is the same in every row is said once."""
    if values.count(values[0]) == len(values):
        return bindparam(name, values[0], kind)
    return func.unnest(bindparam(name, values, postgresql.ARRAY(kind)))


def among(connection: AsyncConnection, column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column holds one of these; on PostgreSQL one parameter and one statement, however many there are."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, list(values), postgresql.ARRAY(column.type)))
    return column.in_(list(values))


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


def _engine(url: URL, pool: int, busy_ms: int = BUSY_MS) -> AsyncEngine:
    kept = {"pool_size": pool, "max_overflow": pool // 2, "pool_timeout": POOL_WAIT, "hide_parameters": True}
    if url.get_backend_name() != "sqlite":
        engine = create_async_engine(url, **kept)
        watch_connections(engine)
        return engine
    if not url.database or url.database == ":memory:":
        raise ValueError("central needs a database that stays: give a file")
    # The driver leaves a thread behind for each file it cannot open: better to find out without it.
    with closing(sqlite3.connect(url.database)) as probe:
        probe.execute("PRAGMA schema_version")
    engine = create_async_engine(url, connect_args={"timeout": busy_ms / 1000}, **kept)
    event.listen(engine.sync_engine, "connect", _configure_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; ``_begin_sqlite`` does
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: one that begins by reading could not be made to wait, only to fail."""
    writes = connection.get_execution_options().get("clerk_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def get_meta(connection: AsyncConnection, key: str, *, lock: bool = False) -> str | None:
    """Return a single value; with ``lock`` no other transaction writes it before this one ends."""
    query = select(meta.c.value).where(meta.c.key == key)
    row = (await connection.execute(query.with_for_update() if lock else query)).scalar()
    return None if row is None else str(row)
