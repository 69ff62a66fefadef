"""Several points' feeds at once, for a window at which a supervisor of several points signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from sync.central.access import duties
from sync.central.access.sessions import Caller
from sync.central.core import Core
from sync.central.problems import ProblemError
from sync.central.reading import LOOK_AGAIN, MAX_FEED, MAX_FEED_BYTES, MAX_WAIT, StoredFeedEntry, page_of
from sync.central.schema import points
from sync.wire import FeedPlace, FeedsRequest

MOST = 100
"""Feeds one request may ask for."""
MAX_POSITION = 2**53 - 1


class StoredPointFeed(msgspec.Struct, kw_only=True, omit_defaults=True):
    """``wire.PointFeed`` with its entries as they are stored."""

    point: str
    entries: list[StoredFeedEntry] = []
    next: int = 0
    more: bool = False
    mark: int = 0
    code: str = ""


class StoredFeeds(msgspec.Struct, kw_only=True, omit_defaults=True):
    """``wire.Feeds`` likewise."""

    feeds: list[StoredPointFeed]
    more: bool = False


async def feeds(core: Core, caller: Caller, asked: FeedsRequest) -> StoredFeeds:
    """Return what is new in any of the feeds the caller's window may hear; when nothing is, wait for it."""
    _must_be_in_range(asked)
    loop = asyncio.get_running_loop()
    until = loop.time() + asked.wait
    with core.bell.listen(*(place.point for place in asked.feeds)) as rung:
        while True:
            rung.clear()
            # Asked anew each time: who was revoked while they waited hears nothing more.
            told = await _pages(core, asked, await _heard_by(core, caller))
            if told.feeds or not await _rung(core, asked.feeds, rung, until):
                return told


def _must_be_in_range(asked: FeedsRequest) -> None:
    numbers = (number for place in asked.feeds for number in (place.after, place.mark))
    named = {place.point for place in asked.feeds}
    if (
        not 0 < len(named) == len(asked.feeds) <= MOST
        or not 1 <= asked.limit <= MAX_FEED
        or not 0 <= asked.wait <= MAX_WAIT
        or not all(0 <= number <= MAX_POSITION for number in numbers)
        or not all(0 < len(point) <= 32 and point.isprintable() for point in named)
    ):
        raise ProblemError("malformed")


async def _heard_by(core: Core, caller: Caller) -> frozenset[str]:
    async with core.database.read() as connection:
        told = await duties.further(core, connection, caller.window, caller.point)
    return frozenset({caller.point, *(one.point for one in told)})


async def _pages(core: Core, asked: FeedsRequest, heard: frozenset[str]) -> StoredFeeds:
    """Look at the feeds in the order they were named, as long as there is room."""
    told = StoredFeeds(feeds=[])
    left, room = asked.limit, MAX_FEED_BYTES
    for place in asked.feeds:
        if left <= 0 or room <= 0:
            told.more = True
            break
        one = await _page(core, place, left) if place.point in heard else _without(place, "not-your-point")
        left -= len(one.entries)
        room -= sum(len(memoryview(entry.entry)) for entry in one.entries)
        if one.entries or one.code or one.mark != place.mark:
            told.feeds.append(one)
    return told


async def _page(core: Core, place: FeedPlace, limit: int) -> StoredPointFeed:
    try:
        page = await page_of(core, place.point, place.after, limit, place.mark)
    except ProblemError as error:
        return _without(place, error.code)
    return StoredPointFeed(point=place.point, entries=page.entries, next=page.next, more=page.more, mark=page.mark)


def _without(place: FeedPlace, code: str) -> StoredPointFeed:
    return StoredPointFeed(point=place.point, next=place.after, mark=place.mark, code=code)


async def _rung(core: Core, places: Sequence[FeedPlace], rung: asyncio.Event, until: float) -> bool:
    """Wait until one of the feeds may have grown; ``False``: time is up."""
    loop = asyncio.get_running_loop()
    while (left := until - loop.time()) > 0 and not core.bell.silent:
        try:
            await asyncio.wait_for(rung.wait(), min(left, LOOK_AGAIN))
        except TimeoutError:
            if await _grown(core, places):
                return True
        else:
            return not core.bell.silent
    return False


async def _grown(core: Core, places: Sequence[FeedPlace]) -> bool:
    """Whether another process gave out a place behind one of these: one small question, however many feeds there are."""
    after = {place.point: place.after for place in places}
    query = select(points.c.code, points.c.position).where(points.c.code.in_(after))
    async with core.database.read() as connection:
        return any(position != after[code] for code, position in await connection.execute(query))
