"""Enrolment codes: issued one by one or for a whole district, listed while they are unused, and voided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select

from sync.central.access.credentials import fingerprint, new_code
from sync.central.core import Core
from sync.central.database import among
from sync.central.schema import enrolment_codes, points, windows
from sync.wire import normal_code

VALID_FOR = timedelta(days=3)
HANDLE = 8
"""So many characters of what is kept of a code tell it from the others in a list."""


class UnknownPoint(ValueError):
    """There is no service point of these codes."""


class NotMovable(ValueError):
    """The window is none, or is no more, or is at that point already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Codes for a point, or for one of its desks."""

    point: str
    desk: str = ""
    count: int = 1
    moves: str = ""
    """The window that is to go on with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A code as it is handed out; nobody can read it anywhere afterwards."""

    point: str
    point_name: str
    desk: str
    code: str
    expires: str
    """RFC 3339."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """A code nobody has used."""

    handle: str
    point: str
    point_name: str
    desk: str
    expires: str
    expired: bool
    moves: str


async def issue(core: Core, wanted: Sequence[Wanted], valid_for: timedelta = VALID_FOR) -> list[Issued]:
    """Make codes, all of them or none; only their hashes are kept. Raises ``UnknownPoint`` with every such code."""
    expires = core.now_ms() + int(valid_for.total_seconds() * 1000)
    async with core.database.write() as connection:
        asked = sorted({one.point for one in wanted})
        query = select(points.c.code, points.c.name).where(among(connection, points.c.code, asked))
        names = {row.code: row.name for row in await connection.execute(query)}
        if unknown := [code for code in asked if code not in names]:
            raise UnknownPoint("、".join(unknown))
        made, rows = [], []
        for one in wanted:
            for _ in range(one.count):
                code = new_code()
                row = {"hash": fingerprint(normal_code(code)), "point": one.point, "expires_at": expires}
                rows.append({**row, "desk": one.desk, "moves": one.moves or None})
                told = {"point": one.point, "point_name": names[one.point], "desk": one.desk}
                made.append(Issued(**told, code=code, expires=_moment(expires)))
        if rows:
            await connection.execute(insert(enrolment_codes), rows)
    return made


async def issue_move(core: Core, window: str, point: str, valid_for: timedelta = VALID_FOR) -> Issued:
    """Make the code with which a window goes on at another point; raises ``NotMovable`` or ``UnknownPoint``."""
    async with core.database.read() as connection:
        query = select(windows.c.point, windows.c.revoked).where(windows.c.id == window, windows.c.point.is_not(None))
        row = (await connection.execute(query)).first()
    if row is None or row.revoked or row.point == point:
        raise NotMovable(window)
    [made] = await issue(core, [Wanted(point=point, moves=window)], valid_for)
    return made


async def points_of(core: Core, prefix: str = "") -> list[str]:
    """Return the points whose codes begin so, in order."""
    query = select(points.c.code).order_by(points.c.code)
    async with core.database.read() as connection:
        return [code for code in (await connection.execute(query)).scalars() if code.startswith(prefix)]


async def unused(core: Core, point: str = "") -> list[Unused]:
    """Return the codes nobody has used, of one point or of all."""
    query = select(enrolment_codes, points.c.name).join(points, points.c.code == enrolment_codes.c.point)
    query = query.where(enrolment_codes.c.window.is_(None))
    if point:
        query = query.where(enrolment_codes.c.point == point)
    now = core.now_ms()
    async with core.database.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    found = [
        Unused(
            handle=row["hash"][:HANDLE],
            point=row["point"],
            point_name=row["name"],
            desk=row["desk"],
            expires=_moment(row["expires_at"]),
            expired=row["expires_at"] <= now,
            moves=row["moves"] or "",
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.point, one.desk, one.expires, one.handle))


async def void(core: Core, which: str) -> int:
    """Make unused codes worth nothing: a code, one by its handle in the list, or all of a point; return how many."""
    async with core.database.write() as connection:
        known = (await connection.execute(select(points.c.code).where(points.c.code == which))).first()
        gone = delete(enrolment_codes).where(enrolment_codes.c.window.is_(None))
        if known is not None:
            gone = gone.where(enrolment_codes.c.point == which)
        elif len(which) == HANDLE and _is_hex(which):
            gone = gone.where(enrolment_codes.c.hash.like(f"{which.lower()}%"))
        else:
            gone = gone.where(enrolment_codes.c.hash == fingerprint(normal_code(which)))
        return (await connection.execute(gone)).rowcount


def _is_hex(text: str) -> bool:
    return all(letter in "0123456789abcdef" for letter in text.lower())


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")
