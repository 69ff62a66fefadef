"""What backups of central's database hold: by this a window knows which entries nobody needs it to keep any more.

Two steps, around the backup itself: ``begin`` notes how far every window and every point has come, ``done`` says that a
backup which was started after that was completed. What the notes tell is then surely in it, however long it took.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.central.core import Core
from sync.central.schema import backup_places, backups, durable_positions, points, windows

KEPT = 20
"""Backups that are remembered: the latest."""


class BackupUnknown(Exception):
    """No backup was begun under this token in this life of the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What a completed backup covers."""

    windows: int
    points: int
    entries: int
    """The sum of the points' positions."""


async def begin(core: Core) -> str:
    """Note how far everything has come, durably, and return the token for ``done``; start the backup after that."""
    token = secrets.token_hex(8)
    async with core.database.write() as connection:
        about = {"token": token, "epoch": core.epoch, "begun_at": core.now_ms()}
        await connection.execute(insert(backups).values(**about))
        reached = [("window", w, n) for w, n in await connection.execute(select(windows.c.id, windows.c.last_n))]
        reached += [("point", p, at) for p, at in await connection.execute(select(points.c.code, points.c.position))]
        rows = [{"token": token, "kind": kind, "key": key, "place": place} for kind, key, place in reached]
        if rows:
            await connection.execute(insert(backup_places), rows)
        await _forget(connection)
    return token


async def done(core: Core, token: str) -> Covered:
    """Say that a backup begun under ``token`` was completed; said twice it changes nothing. Raises ``BackupUnknown``.

    What was covered once stays covered. After a restore another life has begun: a token of the one before counts no more.
    """
    async with core.database.write() as connection:
        mine = backups.c.token == token
        epoch = (await connection.execute(select(backups.c.epoch).where(mine))).scalar()
        if epoch != core.epoch:
            raise BackupUnknown(token)
        await connection.execute(update(backups).where(mine).values(done_at=core.now_ms()))
        query = select(backup_places.c.kind, backup_places.c.key, backup_places.c.place)
        rows = (await connection.execute(query.where(backup_places.c.token == token))).all()
        held = {key: place for kind, key, place in rows if kind == "window"}
        reached = {key: place for kind, key, place in rows if kind == "point"}
        behind = (windows.c.id == bindparam("window_")) & (windows.c.durable_through < bindparam("n_"))
        if held:
            moved = [{"window_": window, "n_": n} for window, n in held.items()]
            await connection.execute(update(windows).where(behind).values(durable_through=bindparam("n_")), moved)
        before: dict[str, int] = dict((await connection.execute(select(durable_positions))).all())
        ahead = [{"point": p, "position": at} for p, at in reached.items() if at > before.get(p, 0)]
        await core.database.upsert(connection, durable_positions, ahead)
    return Covered(windows=len(held), points=len(reached), entries=sum(reached.values()))


async def _forget(connection: AsyncConnection) -> None:
    """Keep the notes of the latest backups only."""
    query = select(backups.c.token).order_by(backups.c.begun_at.desc(), backups.c.token).offset(KEPT)
    old = [token for (token,) in await connection.execute(query)]
    if old:
        await connection.execute(backup_places.delete().where(backup_places.c.token.in_(old)))
        await connection.execute(backups.delete().where(backups.c.token.in_(old)))
