"""What should never come from a window that is what it says: counted by window, kind and day, and told at once in the log.

The log and the metrics hold no personal data: a window, a code, a number.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.central.core import Core
from sync.central.line.calls import MAX_CURSOR
from sync.central.schema import incidents

log = logging.getLogger("clerk.central.incidents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """How often one thing came from one window on one day (UTC)."""

    window: str
    code: str
    day: str
    count: int
    last_n: int | None
    """Of the entry it was last seen at, where it was an entry."""
    last_at: int
    """Milliseconds since 1970."""


async def report(core: Core, window: str, code: str, n: int | None = None) -> None:
    """Count something for which a whole request is refused, in a transaction of its own."""
    async with core.database.write() as connection:
        await note(core, connection, window, code, n)
    tell(core, window, code, n)


async def note(core: Core, connection: AsyncConnection, window: str, code: str, n: int | None) -> None:
    """Count something inside the transaction at hand; ``tell`` of it once that is over."""
    day = core.clock().astimezone(UTC).date().isoformat()
    n = n if n is not None and 0 <= n <= MAX_CURSOR else None  # of what was refused unread it may be any number
    row = {"window": window, "code": code, "day": day, "count": 1, "last_n": n, "last_at": core.now_ms()}
    insert = sqlite.insert(incidents) if core.database.is_sqlite else postgresql.insert(incidents)
    again = {
        "count": incidents.c.count + insert.excluded["count"],
        "last_n": insert.excluded["last_n"],
        "last_at": insert.excluded["last_at"],
    }
    keys = [column.name for column in incidents.primary_key]
    await connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=again), [row])


def tell(core: Core, window: str, code: str, n: int | None) -> None:
    """Say it where somebody watches."""
    core.metrics.incident(code)
    log.warning("incident: %s from window %s at entry %s", code, window, "-" if n is None else n)


async def told(core: Core) -> list[Incident]:
    """Return what was counted, the latest first."""
    query = select(incidents).order_by(incidents.c.last_at.desc(), incidents.c.window, incidents.c.code)
    async with core.database.read() as connection:
        return [Incident(**row) for row in (await connection.execute(query)).mappings()]
