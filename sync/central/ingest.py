"""Taking in a batch of entries: one transaction, in journal order, each entry with a verdict that stays."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.journal import Entry, Record, Verdict, signature_holds, stands_for
from clerk_app.domain.people import Person
from sync.central.core import Core
from sync.central.judging import Held, judge_entry
from sync.central.problems import ProblemError, problem
from sync.central.schema import accounts, entries, points, subjects, windows
from sync.central.screening import Screened, check_actor, screen
from sync.central.sessions import person_of
from sync.wire import MAX_ENTRIES, EntriesAnswer, EntriesRequest, EntryVerdict, Problem

Judged = tuple[Verdict, Problem | None]
_entry = msgspec.json.Decoder(Entry).decode


@dataclass
class Batch:
    """One batch on its way through its transaction."""

    window: str
    point: str
    """Empty for central's own window, whose entries go to the points of their subjects."""
    now: int
    last_n: int
    last_digest: str
    last_stands_for: str = ""
    """Where the last entry is a tombstone (``entry.lost``): the digest of what it stands for."""
    people: dict[str, Person | None] = field(default_factory=dict)
    """Accounts by number; ``None``: revoked."""
    owners: dict[str, str] = field(default_factory=dict)
    """The point of each subject that is known."""
    held: dict[str, Held] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    """The last position taken, by point; only of points whose row is locked."""
    answers: dict[int, tuple[str, EntryVerdict]] = field(default_factory=dict)
    """Digest and verdict of what is stored, by ``n``."""
    rows: list[dict[str, Any]] = field(default_factory=list)


async def ingest(core: Core, window: str, public_key: bytes, request: EntriesRequest) -> EntriesAnswer:
    """Store a window's entries and answer each with its verdict; what was stored before is answered as it was then."""
    if request.epoch != core.epoch:
        raise ProblemError("epoch-changed")
    if len(request.entries) > MAX_ENTRIES:
        raise ProblemError("too-large")
    if any(entry.window != window for entry in request.entries):
        raise ProblemError("not-your-window")
    screened = await asyncio.to_thread(screen, request.entries, public_key)
    try:
        async with core.database.write() as connection:
            batch = await _lock_window(connection, window, core.now_ms())
            await _recall(connection, batch, screened)
            await _recall_tombstone(connection, batch, screened, public_key)
            fresh = _fresh(batch, screened)
            if fresh:
                await _prepare(core, connection, batch, fresh)
                for one in fresh:
                    _take(batch, one)
                await _store(core, connection, batch)
    except IntegrityError as error:
        raise ProblemError("entry-reused") from error
    core.states.keep(batch.held)
    core.bell.ring(batch.positions)
    verdicts = [batch.answers[entry.n][1] for entry in request.entries]
    return EntriesAnswer(verdicts=verdicts, last_n=batch.last_n)


async def _lock_window(connection: AsyncConnection, window: str, now: int) -> Batch:
    query = select(windows).where(windows.c.id == window).with_for_update()
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise ProblemError("window-unknown")
    return Batch(window, row["point"] or "", now, row["last_n"], row["last_digest"])


async def _recall(connection: AsyncConnection, batch: Batch, screened: Sequence[Screened]) -> None:
    """Find what was said of the entries that are here already."""
    numbers = [s.entry.n for s in screened if s.entry.n <= batch.last_n]
    if not numbers:
        return
    query = select(entries).where(entries.c.window == batch.window, entries.c.n.in_(numbers))
    for row in (await connection.execute(query)).mappings():
        held = None if row["problem"] is None else msgspec.json.decode(row["problem"], type=Problem)
        verdict = EntryVerdict(
            id=row["id"], n=row["n"], verdict=Verdict(row["verdict"]), position=row["position"], problem=held
        )
        batch.answers[row["n"]] = (row["digest"], verdict)


async def _recall_tombstone(
    connection: AsyncConnection, batch: Batch, screened: Sequence[Screened], public_key: bytes
) -> None:
    """Find out what the last entry stands for, if the next one does not name the entry itself."""
    following = next((s.entry for s in screened if s.entry.n == batch.last_n + 1), None)
    if not batch.last_n or following is None or following.previous == batch.last_digest:
        return
    query = select(entries.c.document).where(entries.c.window == batch.window, entries.c.n == batch.last_n)
    document = (await connection.execute(query)).scalar()
    last = None if document is None else _entry(document)
    if last is not None and signature_holds(last, public_key):
        batch.last_stands_for = stands_for(last)


def _fresh(batch: Batch, screened: Sequence[Screened]) -> list[Screened]:
    """Return what is new, gapless and chained to what is held; anything else ends the request."""
    fresh: list[Screened] = []
    next_n, named = batch.last_n + 1, {batch.last_digest, batch.last_stands_for}
    taken: dict[int, str] = {n: digest for n, (digest, _) in batch.answers.items()}
    for one in screened:
        n = one.entry.n
        if n in taken:
            if taken[n] != one.digest:
                raise ProblemError("entry-reused")
            continue
        if n != next_n:
            raise ProblemError("gap", expected=next_n)
        if one.entry.previous not in named:
            raise ProblemError("chain-broken")
        fresh.append(one)
        taken[n] = one.digest
        named = {one.digest, stands_for(one.entry) if one.problem is None else ""}
        next_n += 1
    return fresh


async def _prepare(core: Core, connection: AsyncConnection, batch: Batch, fresh: Sequence[Screened]) -> None:
    """Lock the points concerned, and load what the verdicts are founded on."""
    names = {one.subject for one in fresh}
    if not batch.point:
        batch.owners = {s: p for s, (p, _) in (await _subjects(connection, names)).items()}
    concerned = sorted({batch.point} if batch.point else set(batch.owners.values()))
    query = select(points.c.code, points.c.position).where(points.c.code.in_(concerned))
    # In one order everywhere, so that two batches never wait for each other.
    for code, position in await connection.execute(query.order_by(points.c.code).with_for_update()):
        batch.positions[code] = position
    known = await _subjects(connection, names)
    batch.owners = {subject: point for subject, (point, _) in known.items()}
    counts = {subject: count for subject, (point, count) in known.items() if point in batch.positions}
    batch.held = await core.states.load(connection, counts)
    if batch.point:
        actors = {one.actor for one in fresh}
        rows = await connection.execute(select(accounts).where(accounts.c.number.in_(actors)))
        batch.people = {row["number"]: None if row["revoked"] else person_of(row) for row in rows.mappings()}


async def _subjects(connection: AsyncConnection, names: set[str]) -> dict[str, tuple[str, int]]:
    query = select(subjects).where(subjects.c.subject.in_(names))
    rows = (await connection.execute(query)).mappings()
    return {row["subject"]: (row["point"], row["count"]) for row in rows}


def _take(batch: Batch, one: Screened) -> None:
    """Judge one entry and give it its place."""
    if one.subject not in batch.owners and batch.point and one.entry.subject.startswith(f"{batch.point}-"):
        # A number names its point: nobody begins a subject in another's name.
        batch.owners[one.subject] = batch.point
        batch.held[one.subject] = Held()
    verdict, trouble = _judged(batch, one)
    point = batch.point or batch.owners.get(one.subject, "")
    position = None
    if verdict not in {Verdict.REFUSED, Verdict.QUARANTINED}:
        position = batch.positions[point] = batch.positions[point] + 1
    if one.subject in batch.held:
        record = Record(entry=one.entry, verdict=verdict, position=position)
        batch.held[one.subject] = batch.held[one.subject].after(record)
    entry = one.entry
    said = EntryVerdict(id=entry.id, n=entry.n, verdict=verdict, position=position, problem=trouble)
    batch.answers[entry.n] = (one.digest, said)
    batch.last_n, batch.last_digest = entry.n, one.digest
    batch.rows.append(
        {
            "window": batch.window,
            "n": entry.n,
            "point": point,
            "position": position,
            "id": entry.id,
            "subject": one.subject,
            "kind": one.kind,
            "digest": one.digest,
            "document": one.document,
            "verdict": verdict.value,
            "problem": None if trouble is None else msgspec.json.encode(trouble).decode(),
            "received_at": batch.now,
        }
    )


def _judged(batch: Batch, one: Screened) -> Judged:
    if one.problem is not None:
        return Verdict.REFUSED, problem(one.problem)
    barred = check_actor(one.entry, batch.point, batch.people)
    if barred is not None:
        return barred
    if one.subject not in batch.held:
        return Verdict.REFUSED, problem("not-your-point" if batch.point else "case-unknown")
    return judge_entry(one.entry, batch.held[one.subject])


async def _store(core: Core, connection: AsyncConnection, batch: Batch) -> None:
    await connection.execute(insert(entries), batch.rows)
    touched = {row["subject"] for row in batch.rows} & batch.held.keys()
    counts = [{"subject": s, "point": batch.owners[s], "count": batch.held[s].version} for s in sorted(touched)]
    await core.database.upsert(connection, subjects, counts)
    taken = [{"code_": code, "position_": position} for code, position in batch.positions.items()]
    if taken:
        moved = update(points).where(points.c.code == bindparam("code_")).values(position=bindparam("position_"))
        await connection.execute(moved, taken)
    stood = update(windows).where(windows.c.id == batch.window)
    await connection.execute(stood.values(last_n=batch.last_n, last_digest=batch.last_digest, last_seen=batch.now))
