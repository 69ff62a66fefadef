"""Which points a window hears of besides its own: those of the supervisors who signed in at it.

Nothing is granted once and for all: with every question the accounts are looked at as they are now.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.people import Person, Role
from sync.central.core import Core
from sync.central.schema import accounts, durable_positions, duties, points
from sync.wire import FurtherPoint

DAYS = 3
"""For how long a sign-in counts without another: as long as a password may be checked at the window."""
NOTED = exists().where(duties.c.window == bindparam("window"))
"""Whether such a supervisor ever signed in at a window: at most there is nothing more to be asked."""
_DAY_MS = 24 * 3_600_000


async def note(core: Core, connection: AsyncConnection, window: str, person: Person) -> None:
    """Note that somebody signed in at a window, where they answer for other points as well."""
    if person.role is Role.SUPERVISOR and len(person.points) > 1:
        row = {"window": window, "account": person.number, "since": core.now_ms()}
        await core.database.upsert(connection, duties, [row])


async def further(core: Core, connection: AsyncConnection, window: str, point: str) -> list[FurtherPoint]:
    """Return the points a window of ``point`` hears of besides it, by code, each with the end of that."""
    query = select(accounts.c.points, duties.c.since).where(
        duties.c.window == window,
        duties.c.since > core.now_ms() - DAYS * _DAY_MS,
        accounts.c.number == duties.c.account,
        accounts.c.revoked.is_(False),
        accounts.c.role == Role.SUPERVISOR.value,
    )
    since: dict[str, int] = {}
    for told, at in await connection.execute(query):
        codes = json.loads(told)
        for code in codes if point in codes else ():
            since[code] = max(since.get(code, 0), at)
    since.pop(point, None)
    if not since:
        return []
    covered = durable_positions.c.point == points.c.code
    known = select(points.c.code, durable_positions.c.position).select_from(
        points.outerjoin(durable_positions, covered)
    )
    rows = await connection.execute(known.where(points.c.code.in_(since)).order_by(points.c.code))
    return [FurtherPoint(point=code, until=_until(since[code]), durable_position=held or 0) for code, held in rows]


def _until(since: int) -> str:
    return datetime.fromtimestamp(since / 1000 + DAYS * 86_400, UTC).isoformat(timespec="seconds")
