"""Which version is offered to which window: by share, by point, and never one that is no news to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.program.versions import key_of, newer
from sync.central.core import Core
from sync.central.schema import points, rollouts

OFFERING = exists().where(rollouts.c.stopped.is_(False))
"""Whether anything is offered at all: at most there is nothing more to be asked."""


class UnknownPoint(ValueError):
    """There is no such service point."""


class UnknownVersion(ValueError):
    """That is no version, or none that was ever offered."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """One version on its way to the windows."""

    version: str
    share: int
    """Of a hundred windows."""
    points: tuple[str, ...] = ()
    """Only windows of these; empty: of all."""
    stopped: bool = False

    def reaches(self, window: str, point: str) -> bool:
        """Whether a window is among those to get it; the same one whenever it asks, and more with a larger share."""
        if self.stopped or (self.points and point not in self.points):
            return False
        return place_of(self.version, window) < self.share


def place_of(version: str, window: str) -> int:
    """Return a window's place from 0 to 99 in a version's rollout: another one with each version, so that not the same ones go first."""
    digest = hashlib.sha256(f"{version}\0{window}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100


def release_for(every: Iterable[Rollout], window: str, point: str, runs: str) -> str:
    """Return the newest version a window is to get, or nothing; ``runs`` is what it says it runs now."""
    best = ""
    for one in every:
        if one.reaches(window, point) and newer(one.version, runs) and (not best or newer(one.version, best)):
            best = one.version
    return best


async def held(connection: AsyncConnection) -> list[Rollout]:
    """Return all rollouts."""
    rows = (await connection.execute(select(rollouts))).mappings().all()
    return [Rollout(r["version"], r["share"], tuple(json.loads(r["points"])), r["stopped"]) for r in rows]


async def told(core: Core) -> list[Rollout]:
    """Return all rollouts, the newest version first."""
    async with core.database.read() as connection:
        every = await held(connection)
    return sorted(every, key=lambda one: key_of(one.version) or ((), (0, 0), 0, 0), reverse=True)


async def offer(core: Core, version: str, share: int, codes: Iterable[str] = ()) -> Rollout:
    """Offer a version, or offer it to others; raises ``UnknownVersion`` or ``UnknownPoint``."""
    if key_of(version) is None or not 1 <= share <= 100:
        raise UnknownVersion(version)
    made = Rollout(version, share, tuple(sorted(set(codes))))
    async with core.database.write() as connection:
        known = {code for (code,) in await connection.execute(select(points.c.code))}
        missing = [code for code in made.points if code not in known]
        if missing:
            raise UnknownPoint(missing[0])
        await core.database.upsert(connection, rollouts, [_row(core, made)])
    return made


async def stop(core: Core, version: str) -> Rollout:
    """Offer a version no more; windows that have it keep it. Raises ``UnknownVersion``."""
    async with core.database.write() as connection:
        found = next((one for one in await held(connection) if one.version == version), None)
        if found is None:
            raise UnknownVersion(version)
        made = Rollout(version, found.share, found.points, stopped=True)
        await core.database.upsert(connection, rollouts, [_row(core, made)])
    return made


def _row(core: Core, one: Rollout) -> dict[str, object]:
    return {
        "version": one.version,
        "share": one.share,
        "points": json.dumps(list(one.points)),
        "stopped": one.stopped,
        "changed_at": core.now_ms(),
    }
