"""Couriers: who they are, to which points they come, and what a window of such a point needs to know them without the line."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.couriers import ANYBODY, PIN_DIGITS, Courier, is_easy, parse_badge, parse_pin, verifier_of
from sync.central.access.enrolment import UnknownPoint
from sync.central.core import Core
from sync.central.database import among
from sync.central.schema import courier_lists, courier_points, couriers, points
from sync.wire import Couriers

NO_LIST = "0"
"""Of a point to which no courier ever came."""
MOST = 1000
"""Couriers of one point, former ones among them: a window takes the list in as a whole."""

LIST = select(courier_lists.c.revision).where(courier_lists.c.point == bindparam("point"))
"""Which list a point has; nothing where that is ``NO_LIST``."""


class CourierRefused(ValueError):
    """What was told of a courier is not as it must be; ``code``: ``badge``, ``pin``, ``days``, ``text`` or ``too-many``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Enlisted:
    """A courier as whoever runs central tells of them."""

    badge: str
    name: str
    points: tuple[str, ...]
    company: str = ""
    vehicle: str = ""
    contact: str = ""
    receives_for: tuple[str, ...] = (ANYBODY,)
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Enlisted):
    """A courier as central lists them: of the PIN nothing."""

    revoked: bool = False
    revision: int = 0
    former_points: tuple[str, ...] = field(default=())


def draw_pin() -> str:
    """Return a random PIN that nobody would try first."""
    while True:
        pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
        if not is_easy(pin):
            return pin


async def add(core: Core, told: Enlisted, pin: str = "", salt: bytes = b"") -> str:
    """Make a courier known, or change them and let them come again; return a PIN that was drawn, if one was.

    Who is known keeps the PIN where none is given. Raises ``CourierRefused`` and ``UnknownPoint``.
    """
    badge = _checked(told)
    drawn = "" if pin or await _has_pin(core, badge) else draw_pin()
    row: dict[str, Any] = {
        "badge": badge,
        "name": told.name,
        "company": told.company,
        "vehicle": told.vehicle,
        "contact": told.contact,
        "receives_for": json.dumps(sorted(set(told.receives_for)), ensure_ascii=False),
        "verifier": await _verifier(pin or drawn, salt) if pin or drawn else "",
        "valid_from": told.valid_from and told.valid_from.isoformat(),
        "valid_until": told.valid_until and told.valid_until.isoformat(),
        "revoked": False,
    }
    async with core.database.write() as connection:
        await _keep(core, connection, row, set(told.points))
    return drawn


async def set_pin(core: Core, badge: str, pin: str = "") -> str | None:
    """Give a courier another PIN; return it where it was drawn, else nothing, and ``None`` where there is no such courier."""
    drawn = "" if pin else draw_pin()
    verifier = await _verifier(pin or drawn)
    return drawn if await _change(core, parse_badge(badge), verifier=verifier) else None


async def revoke(core: Core, badge: str) -> bool:
    """Have no window let a courier collect any more, each from its next contact on; whether there is one."""
    return await _change(core, parse_badge(badge), revoked=True, verifier="")


async def listed(core: Core, point: str = "") -> list[Listed]:
    """Return every courier, or those that come or came to one point, by badge."""
    places = select(courier_points.c.badge, courier_points.c.point, courier_points.c.serves)
    async with core.database.read() as connection:
        rows = (await connection.execute(select(couriers).order_by(couriers.c.badge))).mappings().all()
        told = (await connection.execute(places.order_by(courier_points.c.point))).all()
    found = [_listed(row, [(at, serves) for badge, at, serves in told if badge == row["badge"]]) for row in rows]
    return [one for one in found if not point or point in {*one.points, *one.former_points}]


async def of_point(core: Core, point: str) -> Couriers:
    """Return the list for a point's windows; of who may not collect there only badge and name."""
    query = select(couriers, courier_points.c.serves).join(courier_points).where(courier_points.c.point == point)
    async with core.database.read() as connection:
        revision = await list_of(connection, point)  # first: a list that is newer than it says is asked for once more
        rows = (await connection.execute(query.order_by(couriers.c.badge))).mappings().all()
    return Couriers(revision=revision, couriers=[_told(row) for row in rows])


async def list_of(connection: AsyncConnection, point: str) -> str:
    """Return which list of couriers a point has."""
    return str((await connection.execute(LIST, {"point": point})).scalar() or NO_LIST)


def _checked(told: Enlisted) -> str:
    """Return the badge of what may be kept."""
    badge = parse_badge(told.badge)
    limits = ((told.name, 200), (told.company, 200), (told.vehicle, 40), (told.contact, 64))
    codes = (*told.points, *told.receives_for)
    if not badge:
        raise CourierRefused("badge")
    if not told.name.strip() or not told.points or any(len(text) > most or not _plain(text) for text, most in limits):
        raise CourierRefused("text")
    if any(not code or len(code) > 64 or not _plain(code) for code in codes) or len(told.receives_for) > MOST:
        raise CourierRefused("text")
    if told.valid_from and told.valid_until and told.valid_until < told.valid_from:
        raise CourierRefused("days")
    return badge


def _plain(text: str) -> bool:
    """Whether it can be kept and shown; half a character is not printable."""
    return text.isprintable()


async def _verifier(told: str, salt: bytes = b"") -> str:
    pin = parse_pin(told)
    if not pin or is_easy(pin):
        raise CourierRefused("pin")
    return await asyncio.to_thread(verifier_of, pin, salt or secrets.token_bytes(16))


async def _has_pin(core: Core, badge: str) -> bool:
    async with core.database.read() as connection:
        return bool((await connection.execute(select(couriers.c.verifier).where(couriers.c.badge == badge))).scalar())


async def _keep(core: Core, connection: AsyncConnection, row: dict[str, Any], at: set[str]) -> None:
    """Keep a courier and where they come to, and tell the points what is news for them."""
    query = select(couriers).where(couriers.c.badge == row["badge"]).with_for_update()
    held = (await connection.execute(query)).mappings().first()
    if held is not None and not row["verifier"]:
        row["verifier"] = held["verifier"]
    places = await _places(connection, row["badge"])
    known = set((await connection.execute(select(points.c.code).where(among(connection, points.c.code, at)))).scalars())
    if at - known:
        raise UnknownPoint(min(at - known))
    changed = held is None or any(held[name] != value for name, value in row.items())
    wanted = {**dict.fromkeys(places, False), **dict.fromkeys(at, True)}
    if not changed and wanted == places:
        return
    revision = 1 if held is None else held["revision"] + 1
    await core.database.upsert(connection, couriers, [{**row, "revision": revision}])
    moved = [{"point": p, "badge": row["badge"], "serves": s} for p, s in wanted.items() if places.get(p) is not s]
    await core.database.upsert(connection, courier_points, moved)
    await _renew(core, connection, wanted if changed else (one["point"] for one in moved))
    for point in at - places.keys():
        count = select(courier_points.c.badge).where(courier_points.c.point == point).limit(MOST + 1)
        if len((await connection.execute(count)).all()) > MOST:
            raise CourierRefused("too-many")


async def _change(core: Core, badge: str, **values: Any) -> bool:
    async with core.database.write() as connection:
        mine = couriers.c.badge == badge
        done = await connection.execute(update(couriers).where(mine).values(revision=couriers.c.revision + 1, **values))
        if done.rowcount:
            await _renew(core, connection, await _places(connection, badge))
    return done.rowcount > 0


async def _places(connection: AsyncConnection, badge: str) -> dict[str, bool]:
    query = select(courier_points.c.point, courier_points.c.serves).where(courier_points.c.badge == badge)
    return {row.point: bool(row.serves) for row in await connection.execute(query)}


async def _renew(core: Core, connection: AsyncConnection, at: Iterable[str]) -> None:
    """Give these points' lists new revisions, always in the same order: two that do so wait for each other."""
    rows = [{"point": point, "revision": secrets.token_hex(8)} for point in sorted(set(at))]
    await core.database.upsert(connection, courier_lists, rows)


def _told(row: Mapping[Any, Any]) -> Courier:
    if row["revoked"] or not row["serves"]:
        return Courier(badge=row["badge"], name=row["name"], revoked=row["revoked"], serves=row["serves"])
    return Courier(verifier=row["verifier"], **_facts(row))


def _listed(row: Mapping[Any, Any], places: list[tuple[str, bool]]) -> Listed:
    return Listed(
        points=tuple(point for point, serves in places if serves),
        former_points=tuple(point for point, serves in places if not serves),
        revoked=row["revoked"],
        revision=row["revision"],
        **_facts(row),
    )


def _facts(row: Mapping[Any, Any]) -> dict[str, Any]:
    days = {name: row[name] and date.fromisoformat(row[name]) for name in ("valid_from", "valid_until")}
    texts = {name: row[name] for name in ("badge", "name", "company", "vehicle", "contact")}
    return {**texts, "receives_for": tuple(json.loads(row["receives_for"])), **days}
