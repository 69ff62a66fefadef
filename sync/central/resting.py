"""Connections that rest in the pool: which of them are taken for whole, and which are asked first."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine

RESTED = 1.0
"""Seconds a connection may rest and not be asked whether the server is still there: on a busy central that question would be a
third of all that is said to the database. One that the server closed is known for it at once, however short it rested."""
_SINCE = "clerk_rests_since"


def watch_connections(engine: AsyncEngine) -> None:
    """Replace connections that are dead when they are taken out of the pool (asyncpg's)."""
    event.listen(engine.sync_engine, "checkin", _rests)
    event.listen(engine.sync_engine, "checkout", _is_taken)


def _rests(_: Any, record: Any) -> None:
    record.info[_SINCE] = time.monotonic()


def _is_taken(connection: Any, record: Any, _: Any) -> None:
    """Raise ``InvalidatePoolError`` for a dead one: SQLAlchemy connects anew, and trusts none that is as old."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError
    if time.monotonic() - record.info.get(_SINCE, time.monotonic()) < RESTED:
        return
    try:
        connection.ping()
    except AsyncAdapt_asyncpg_dbapi.Error as error:
        raise InvalidatePoolError from error
