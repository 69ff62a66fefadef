"""Taking in a batch of entries: one transaction around what ``taking`` makes of them."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.journal import CENTRAL, Entry, signature_holds, stands_for
from sync.central.access import incidents
from sync.central.catalogue.tips import follow
from sync.central.core import Core
from sync.central.entries import taking
from sync.central.entries.ground import Head, Row, Taken
from sync.central.entries.grounding import Wider, first_guess, lay, row_of, store
from sync.central.entries.screening import Screened, screen
from sync.central.problems import ProblemError
from sync.central.schema import entries, windows
from sync.wire import MAX_ENTRIES, EntriesAnswer, EntriesRequest, EntryVerdict

TRIES = 8
"""A transaction begins anew where more points turn out to be concerned; there are never more than all of them."""
CORES = min(4, os.cpu_count() or 1)
LEAST_SCREENED = 25
"""Entries worth a thread of their own."""
REPORTED = frozenset({"not-your-window", "chain-broken", "entry-reused"})
"""Refusals of a whole batch that a window which is what it says never meets; central's own speaks from several processes."""

_WINDOWS = select(windows).with_for_update()
_entry = msgspec.json.Decoder(Entry).decode


async def ingest(
    core: Core, window: str, public_key: bytes, request: EntriesRequest, backlog: int | None = None
) -> EntriesAnswer:
    """Store a window's entries and answer each with its verdict; what was stored before is answered as it now stands.

    ``backlog`` is how many the window says are unsent, these among them.
    """
    try:
        return await _ingest(core, window, public_key, request, backlog)
    except ProblemError as error:
        if error.code in REPORTED and window != CENTRAL:
            first = min((entry.n for entry in request.entries), default=None)
            await incidents.report(core, window, error.code, first)
        raise


async def _ingest(
    core: Core, window: str, public_key: bytes, request: EntriesRequest, backlog: int | None
) -> EntriesAnswer:
    if request.epoch != core.epoch:
        raise ProblemError("epoch-changed")
    if len(request.entries) > MAX_ENTRIES:
        raise ProblemError("too-large")
    if any(entry.window != window for entry in request.entries):
        raise ProblemError("not-your-window")
    screened = await _screened(request.entries, public_key)
    left = None if backlog is None else max(0, backlog - len(request.entries))
    concerned: frozenset[str] = frozenset()
    for _ in range(TRIES):
        try:
            held, taken = await _once(core, window, public_key, screened, concerned, left)
        except Wider as wider:
            concerned = wider.points
        except IntegrityError as error:
            raise ProblemError("entry-reused") from error
        else:
            return _answer(request, held, taken)
    raise ProblemError("unavailable", headers={"Retry-After": "1"})


async def _screened(said: Sequence[Entry], public_key: bytes) -> list[Screened]:
    """Screen entries beside the loop, on all cores: checking a signature lets other threads go on."""
    share = max(LEAST_SCREENED, -(-len(said) // CORES))
    shares = [said[begin : begin + share] for begin in range(0, len(said), share)]
    found = await asyncio.gather(*(asyncio.to_thread(screen, some, public_key) for some in shares))
    return [one for some in found for one in some]


async def _once(
    core: Core,
    window: str,
    public_key: bytes,
    screened: Sequence[Screened],
    concerned: frozenset[str],
    left: int | None,
) -> tuple[dict[int, Row], Taken]:
    """Have one transaction; return what was held of the batch before, and what came of the rest."""
    now = core.now_ms()
    async with core.database.write() as connection:
        head = await _head(connection, window)
        held = await _recall(connection, head, screened)
        head = await _recall_tombstone(connection, head, screened, public_key)
        batch = taking.fresh(head, {n: row.digest for n, row in held.items()}, screened)
        if not batch:
            return held, Taken(last_n=head.last_n, last_digest=head.last_digest)
        ground = await lay(core, connection, head, batch, concerned | first_guess(head, batch))
        taken = taking.take(head, ground, batch, now)
        await store(core, connection, head, taken, now, left)
        await follow(core, connection, taken.states)
    core.states.keep(taken.states)
    core.bell.ring(taken.positions)
    for verdict, count in Counter(told.verdict for told in taken.answers.values()).items():
        core.metrics.entries(verdict.value, count)
    for whose, code, n in taken.incidents:
        incidents.tell(core, whose, code, n)
    return held, taken


def _answer(request: EntriesRequest, held: dict[int, Row], taken: Taken) -> EntriesAnswer:
    told: dict[int, EntryVerdict] = {n: row.told() for n, row in held.items()} | taken.answers
    asked = {entry.n for entry in request.entries}
    return EntriesAnswer(
        verdicts=[told[entry.n] for entry in request.entries],
        last_n=taken.last_n,
        changed=[verdict for n, verdict in sorted(taken.answers.items()) if n not in asked],
    )


async def _head(connection: AsyncConnection, window: str) -> Head:
    """Lock the window's row: of one window there is one batch at a time."""
    query = _WINDOWS.where(windows.c.id == window)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise ProblemError("window-unknown")
    if row["revoked"] and row["point"] is not None:  # while the batch waited for its turn
        raise ProblemError("window-revoked")
    forebears: list[str] = []
    parent = row["parent"]
    while parent is not None and parent not in forebears:
        forebears.append(parent)
        parent = (await connection.execute(select(windows.c.parent).where(windows.c.id == parent))).scalar()
    return Head(
        window=window,
        point=row["point"] or "",
        last_n=row["last_n"],
        last_digest=row["last_digest"],
        forebears=frozenset(forebears),
    )


async def _recall(connection: AsyncConnection, head: Head, screened: Sequence[Screened]) -> dict[int, Row]:
    """Find what was said of the entries that are here already, where they were said; of central's own, at their homes."""
    numbers = [s.entry.n for s in screened if s.entry.n <= head.last_n]
    if not numbers:
        return {}
    query = select(entries).where(entries.c.window == head.window, entries.c.n.in_(numbers))
    if head.point:
        query = query.where(entries.c.point == head.point)
    rows = [row_of(stored) for stored in (await connection.execute(query)).mappings()]
    return {row.n: row for row in rows if head.point or row.position is None or row.at_home}


async def _recall_tombstone(
    connection: AsyncConnection, head: Head, screened: Sequence[Screened], public_key: bytes
) -> Head:
    """Find out what the last entry stands for, if the next one does not name the entry itself."""
    following = next((s.entry for s in screened if s.entry.n == head.last_n + 1), None)
    if not head.last_n or following is None or following.previous == head.last_digest:
        return head
    query = select(entries.c.document).where(entries.c.window == head.window, entries.c.n == head.last_n)
    if head.point:
        query = query.where(entries.c.point == head.point)
    document = (await connection.execute(query.limit(1))).scalar()
    last = None if document is None else _entry(document)
    if last is None or not signature_holds(last, public_key):
        return head
    return replace(head, last_stands_for=stands_for(last))
