"""What a window asks for: its point's feed, cases, prefilings, and where it stands."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from sync.central.access import duties
from sync.central.access.couriers import LIST, NO_LIST
from sync.central.access.credentials import clean
from sync.central.access.sessions import Caller
from sync.central.core import Core
from sync.central.entries.ground import home_of, mark_of
from sync.central.problems import ProblemError
from sync.central.releases import rollouts
from sync.central.schema import accounts, durable_positions, entries, prefilings, windows
from sync.wire import Prefiling, SessionState
from sync.wire_fleet import WindowWord

MAX_FEED = 500
MAX_WAIT = 25
LOOK_AGAIN = 2.0
"""Seconds after which a long poll looks for what another process committed."""
OLDEST_CLIENT = "0.1.0"
MAX_FEED_BYTES = 4 << 20
"""Of documents in one page; a page has always one entry at least."""

# Made once: every window asks them with every round, and they take longer to write than to answer.
_COVERED = select(durable_positions.c.position).where(durable_positions.c.point == bindparam("point"))
_STOOD = select(
    _COVERED.scalar_subquery().label("position"),
    LIST.scalar_subquery().label("couriers"),
    duties.NOTED.label("duties"),
    rollouts.OFFERING.label("offering"),
)
_REVOKED = select(accounts.c.number, accounts.c.points).where(accounts.c.revoked.is_(True)).order_by(accounts.c.number)
_SEEN = (
    update(windows)
    .where(windows.c.id == bindparam("mine"))
    .returning(windows.c.point, windows.c.last_n, windows.c.last_digest, windows.c.durable_through)
)


class StoredFeedEntry(msgspec.Struct, kw_only=True, omit_defaults=True):
    """``wire.FeedEntry`` with its entry as it is stored."""

    position: int
    verdict: str
    entry: msgspec.Raw
    mark: int = 0


class StoredFeed(msgspec.Struct, kw_only=True, omit_defaults=True):
    """``wire.Feed`` likewise."""

    entries: list[StoredFeedEntry]
    next: int
    more: bool = False
    mark: int = 0


class StoredOwnEntry(msgspec.Struct, kw_only=True, omit_defaults=True):
    """``wire.OwnEntry`` likewise."""

    entry: msgspec.Raw
    verdict: str
    position: int | None = None
    problem: msgspec.Raw | None = None


class StoredOwnEntries(msgspec.Struct, kw_only=True, omit_defaults=True):
    """``wire.OwnEntries`` likewise."""

    entries: list[StoredOwnEntry]
    more: bool = False


class StoredCase(msgspec.Struct, kw_only=True):
    """``wire.CaseRecords`` likewise."""

    number: str
    point: str
    entries: list[StoredFeedEntry]


async def feed(core: Core, point: str, after: int, limit: int, wait: float, mark: int = 0) -> StoredFeed:
    """Return the point's entries after a position; when there are none, wait for one, at most ``wait`` seconds.

    ``mark``: the one the asking window heard with that position; 0: it has none.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    with core.bell.listen(point) as rung:
        while True:
            rung.clear()
            page = await page_of(core, point, after, limit, mark)
            left = until - loop.time()
            if page.entries or left <= 0 or core.bell.silent:
                return page
            try:
                await asyncio.wait_for(rung.wait(), min(left, LOOK_AGAIN))
            except TimeoutError:
                continue


async def page_of(core: Core, point: str, after: int, limit: int, mark: int) -> StoredFeed:
    """Return a page of a point's feed; raises ``cursor-ahead``.

    Positions are taken under the point's row lock: whoever reads one can read every one before it.

    What stands at ``after`` comes with the page, to be held against the mark; without a row the feed ends before it.
    """
    columns = (entries.c.position, entries.c.verdict, entries.c.document, entries.c.id, entries.c.received_at)
    query = select(*columns).where(entries.c.point == point, entries.c.position >= after)
    heard = 1 if after else 0
    async with core.database.read() as connection:
        found = (await connection.execute(query.order_by(entries.c.position).limit(limit + 1 + heard))).all()
    last, rows = found[:heard], found[heard:]
    if [row.position for row in last] != [after][:heard]:
        raise ProblemError("cursor-ahead")
    there = mark_of(last[0].id, last[0].received_at) if last else 0
    if mark not in {0, there}:
        raise ProblemError("cursor-ahead")
    page: list[StoredFeedEntry] = []
    size = 0
    for row in rows[:limit]:
        size += len(row.document)
        if page and size > MAX_FEED_BYTES:
            break
        page.append(_stored(row.position, row.verdict, row.document, mark_of(row.id, row.received_at)))
    ended = (page[-1].position, page[-1].mark) if page else (after, there)
    return StoredFeed(entries=page, next=ended[0], more=len(page) < len(rows), mark=ended[1])


async def own_entries(core: Core, window: str, point: str, after: int, limit: int) -> StoredOwnEntries:
    """Return what is held of a window past an ``n``, with the verdicts."""
    columns = (entries.c.document, entries.c.verdict, entries.c.position, entries.c.problem)
    query = select(*columns).where(entries.c.point == point, entries.c.window == window, entries.c.n > after)
    async with core.database.read() as connection:
        rows = (await connection.execute(query.order_by(entries.c.n).limit(limit + 1))).all()
    page: list[StoredOwnEntry] = []
    size = 0
    for document, verdict, position, told in rows[:limit]:
        size += len(document)
        if page and size > MAX_FEED_BYTES:
            break
        problem = None if told is None else msgspec.Raw(told.encode())
        entry = msgspec.Raw(document.encode())
        page.append(StoredOwnEntry(entry=entry, verdict=verdict, position=position, problem=problem))
    return StoredOwnEntries(entries=page, more=len(page) < len(rows))


async def case(core: Core, number: str) -> StoredCase:
    """Return a case of any point as its entries tell it."""
    number = clean(number)
    home = home_of(number)
    async with core.database.read() as connection:
        query = select(entries.c.position, entries.c.verdict, entries.c.document)
        query = query.where(entries.c.point == home, entries.c.subject == number, entries.c.position.is_not(None))
        rows = (await connection.execute(query.order_by(entries.c.position))).all()
    if not rows:
        raise ProblemError("case-unknown")
    return StoredCase(number=number, point=home, entries=[_stored(*row) for row in rows])


async def prefiling(core: Core, number: str) -> Prefiling:
    """Return an application made online, and the case it has become, if it has."""
    query = select(prefilings.c.document, prefilings.c.received_as).where(prefilings.c.number == clean(number))
    async with core.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        raise ProblemError("prefiling-unknown")
    told = msgspec.json.decode(row.document, type=Prefiling)
    told.received_as = row.received_as or ""
    return told


async def session_state(
    core: Core, caller: Caller, version: str, backlog: int | None, word: WindowWord | None = None
) -> SessionState:
    """Return where central and the window stand; what the window tells of itself is noted for the fleet."""
    told: dict[str, Any] = {"mine": caller.window, "last_seen": core.now_ms(), "backlog": backlog}
    if version:
        told["version"] = version
    if word is not None:
        told |= {"word": msgspec.json.encode(word).decode(), "word_at": core.now_ms()}
    async with core.database.write() as connection:
        row = (await connection.execute(_SEEN, told)).one()
        stood = (await connection.execute(_STOOD, {"point": row.point, "window": caller.window})).one()
        left = (await connection.execute(_REVOKED)).all()
        further = await duties.further(core, connection, caller.window, row.point) if stood.duties else []
        offered = await rollouts.held(connection) if stood.offering and version else []
    return SessionState(
        epoch=core.epoch,
        last_n=row.last_n,
        last_digest=row.last_digest,
        durable_through=row.durable_through,
        server_time=core.server_time(),
        oldest_client=OLDEST_CLIENT,
        barred=[account.number for account in left if row.point in json.loads(account.points)],
        durable_position=stood.position or 0,
        handover=None if core.handover is None else core.handover.told(),
        couriers=stood.couriers or NO_LIST,
        further=further,
        release=rollouts.release_for(offered, caller.window, row.point, version),
    )


def _stored(position: int, verdict: str, document: str, mark: int = 0) -> StoredFeedEntry:
    return StoredFeedEntry(position=position, verdict=verdict, entry=msgspec.Raw(document.encode()), mark=mark)
