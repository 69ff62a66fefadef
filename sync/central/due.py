"""Subjects of which central's own window has something to say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_, not_, select

from clerk_app.domain.journal import CENTRAL
from sync.central.central import Central
from sync.central.entries.judging import Held
from sync.central.schema import entries, subjects

LOOKED_AT = 500


async def due(
    central: Central, kind: str, triggers: tuple[str, ...], after: timedelta, now: datetime
) -> Mapping[str, Held]:
    """Return the subjects of which one of ``triggers`` was said long enough ago, and ``kind`` not yet by central's own window."""
    before = int((now - after).timestamp() * 1000)
    theirs = entries.alias("theirs")
    done = select(theirs.c.n).where(
        theirs.c.point == subjects.c.point,
        theirs.c.window == CENTRAL,
        theirs.c.subject == subjects.c.subject,
        theirs.c.kind == kind,
    )
    triggered = and_(
        entries.c.point == subjects.c.point,
        entries.c.subject == subjects.c.subject,
        entries.c.kind.in_(triggers),
        entries.c.position.is_not(None),
        entries.c.received_at <= before,
    )
    query = select(subjects.c.subject, subjects.c.count).where(
        not_(done.exists()), select(entries.c.n).where(triggered).exists()
    )
    async with central.database.read() as connection:
        rows = await connection.execute(query.order_by(subjects.c.subject).limit(LOOKED_AT))
        return await central.states.load(connection, dict(rows.all()))
