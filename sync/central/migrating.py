"""Brings a database to the tables this program knows, or says that it must not: by alembic, one process at a time.

Two marks tell what a database is. Alembic's own row names its last revision. ``schema`` in ``meta`` is the oldest
schema a program may know to work on it: a revision that only adds leaves it as it is, so that processes of the release
before go on, and may be started again, beside those of the next one.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sync.central.schema import HEAD, REVISIONS, VERSION, meta

log = logging.getLogger("clerk.central")

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x636C65726B
"""PostgreSQL's advisory lock under which one process migrates."""
UNMARKED = "0001"
"""What a database is that has tables and no row of alembic's: the first version made them by itself."""
_ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps the migration in hand in a module of its own."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a database is."""

    revision: str = ""
    """Empty: it has no tables."""
    needs: int = 0
    """The oldest schema a program may know."""

    @property
    def pending(self) -> tuple[str, ...]:
        """The revisions it lacks; none where a newer program migrated it."""
        known = tuple(REVISIONS)
        if not self.revision:
            return known
        return known[known.index(self.revision) + 1 :] if self.revision in known else ()

    @property
    def needs_stop(self) -> bool:
        """Whether processes that work on it now cannot go on once it is migrated."""
        return bool(self.revision) and any(REVISIONS[revision] > self.needs for revision in self.pending)

    @property
    def too_new(self) -> bool:
        """Whether a program that knows more is needed."""
        return self.needs > VERSION


async def held(connection: AsyncConnection) -> Held:
    """Return what a database is."""
    return await connection.run_sync(_held)


def _held(connection: Connection) -> Held:
    tables = set(inspect(connection).get_table_names())
    if "meta" not in tables:
        return Held()
    needs = connection.execute(select(meta.c.value).where(meta.c.key == "schema")).scalar()
    mark = None
    if "alembic_version" in tables:
        mark = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return Held(str(mark or UNMARKED), int(needs or 0))


async def migrate(engine: AsyncEngine) -> None:
    """Make or change the tables, in one transaction; the engine is used up for it."""
    await asyncio.to_thread(_migrate, engine)


def _migrate(engine: AsyncEngine) -> None:
    with _ONE_AT_A_TIME, closing(asyncio.new_event_loop()) as loop:
        loop.run_until_complete(_in_one_transaction(engine))


async def _in_one_transaction(engine: AsyncEngine) -> None:
    try:
        async with engine.connect() as connection:
            await connection.execution_options(clerk_writes=True)
            async with connection.begin():
                if connection.dialect.name == "postgresql":
                    await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    """Another process may have done it while this one waited for the lock."""
    from alembic import command
    from alembic.config import Config

    found = _held(connection)
    if found.too_new or not found.pending:
        return
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if found.revision == UNMARKED:
        command.stamp(config, UNMARKED)
    command.upgrade(config, "head")
    log.info("migrated", extra={"from": found.revision or "empty", "to": HEAD})
