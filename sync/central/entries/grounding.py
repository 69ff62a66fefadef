"""What a batch is taken in over, out of the database, and what came of it, into it.

Locks are taken in one order everywhere: the window's row, points in the order of their codes, prefilings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.journal import Verdict
from clerk_app.domain.people import Person
from sync.central.access import incidents
from sync.central.access.sessions import person_of
from sync.central.core import Core
from sync.central.database import among
from sync.central.entries.ground import (
    Ground,
    Head,
    Needs,
    Row,
    Subject,
    Taken,
    destination,
    home_of,
    is_from_afar,
    needs,
    number_of,
)
from sync.central.entries.judging import Held
from sync.central.entries.screening import Screened
from sync.central.entries.waiting import waits
from sync.central.files import scans
from sync.central.schema import accounts, entries, points, prefilings, subjects, windows
from sync.wire import Problem

ENTRY_COLUMNS = Row.__struct_fields__


# Made once: a statement of many columns takes longer to write than the database to answer.
_UNPLACED = select(entries).where(entries.c.position.is_(None))
_SUBJECTS = select(subjects)


class Wider(Exception):
    """More points are concerned than were locked: the transaction has to begin anew, with all of them."""

    def __init__(self, points: frozenset[str]) -> None:
        super().__init__()
        self.points = points


def row_of(stored: Any) -> Row:
    """Return an entry as the database holds it."""
    told = {name: stored[name] for name in ENTRY_COLUMNS}
    held = None if told["problem"] is None else msgspec.json.decode(told["problem"], type=Problem)
    return Row(**(told | {"verdict": Verdict(told["verdict"]), "problem": held}))


def first_guess(head: Head, batch: Sequence[Screened]) -> frozenset[str]:
    """Return the points that are surely concerned."""
    return frozenset({head.point} if head.point else {home_of(one.subject) for one in batch})


async def lay(
    core: Core, connection: AsyncConnection, head: Head, batch: Sequence[Screened], locked: frozenset[str]
) -> Ground:
    """Lock the points and load what the verdicts are founded on; raises ``Wider``."""
    positions = await _lock(connection, locked)
    wanted = needs((one.entry, one.subject) for one in batch)
    anew = await _said_anew(connection, head, wanted)
    names = wanted.subjects | {row.subject for row in anew}
    known = await _subjects(connection, names)
    enrolled = await _enrolled(connection, head, names, known)
    people = await _people(connection, head, wanted.actors)
    reached = {s: t for s, t in known.items() if _in_reach(head, s, t, wanted, people)}
    concerned = locked.union(*(told.concerned for told in reached.values()))
    concerned |= {p for s in names - known.keys() if (p := _home_awaited(s, enrolled))}
    concerned |= {p for one in batch if (p := destination(one.entry))}
    if not concerned <= locked:
        raise Wider(concerned)
    unheard = [*anew, *await _unheard(connection, head, names, positions)]
    more = needs((row.entry, row.subject) for row in unheard if waits(row))
    states = await core.states.load(connection, {s: told.count for s, told in reached.items()})
    return Ground(
        people=people | await _people(connection, head, more.actors - wanted.actors),
        subjects=known,
        states=states,
        named=await _named(connection, positions, states, wanted.moved | more.moved, wanted.ids | more.ids),
        unheard=list({row.key: row for row in unheard}.values()),
        positions=positions,
        windows=enrolled,
        prefilings=await _prefilings(connection, wanted.prefilings | more.prefilings),
    )


async def store(
    core: Core, connection: AsyncConnection, head: Head, taken: Taken, now: int, left: int | None = None
) -> None:
    """Write what came of a batch; ``left`` is how many entries the window has unsent after it, where it told."""
    await core.database.insert_many(connection, entries, [_stored(row) for row in taken.rows.values()])
    if taken.changed:
        where = (entries.c.window == bindparam("window_"), entries.c.n == bindparam("n_"))
        changes = update(entries).where(*where, entries.c.point == bindparam("point_"))
        names = ("position", "verdict", "problem", "received_at", "mended")
        changes = changes.values({name: bindparam(f"{name}_") for name in names})
        rows = [_stored(row) for row in taken.changed.values()]
        await connection.execute(changes, [{f"{k}_": row[k] for k in ("window", "n", "point", *names)} for row in rows])
    told = [_told(s, taken.subjects[s]) for s in sorted(taken.subjects)]
    await core.database.upsert_many(connection, subjects, told)
    if taken.positions:
        moved = update(points).where(points.c.code == bindparam("code_")).values(position=bindparam("position_"))
        at = [{"code_": code, "position_": position} for code, position in taken.positions.items()]
        await connection.execute(moved, at)
    for number, case in taken.prefilings.items():
        became = update(prefilings).where(prefilings.c.number == number)
        await connection.execute(became.values(received_as=case))
    await scans.announce(core.database, connection, taken.named)
    for window, code, n in taken.incidents:
        await incidents.note(core, connection, window, code, n)
    stood = update(windows).where(windows.c.id == head.window)
    stands: dict[str, Any] = {"last_n": taken.last_n, "last_digest": taken.last_digest, "last_seen": now}
    await connection.execute(stood.values(stands if left is None else {**stands, "backlog": left}))


def _stored(row: Row) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ENTRY_COLUMNS}
    held = None if row.problem is None else msgspec.json.encode(row.problem).decode()
    return told | {"verdict": row.verdict.value, "problem": held}


def _told(name: str, subject: Subject) -> dict[str, Any]:
    audience, waiting = _listed(subject.audience), _listed(subject.waiting)
    return {"subject": name, "point": subject.home, "count": subject.count, "audience": audience, "waiting": waiting}


@lru_cache(maxsize=1024)
def _listed(points: tuple[str, ...]) -> str:
    return json.dumps(points)


async def _lock(connection: AsyncConnection, locked: frozenset[str]) -> dict[str, int]:
    query = select(points.c.code, points.c.position).where(points.c.code.in_(locked))
    # In one order everywhere, so that two batches never wait for each other.
    rows = await connection.execute(query.order_by(points.c.code).with_for_update())
    return dict(rows.all())


async def _said_anew(connection: AsyncConnection, head: Head, wanted: Needs) -> list[Row]:
    """Return what entries of the batch mend or say anew, and what that in turn was to say anew."""
    found: dict[str, Row] = {}
    ids = wanted.ids
    asked: ColumnElement[bool] = among(connection, entries.c.mended, ids)
    if wanted.mended:
        asked = or_(asked, entries.c.id.in_(wanted.mended))
    while head.point and ids:
        rows = await _rows(connection, entries.c.point == head.point, asked)
        ids = frozenset(row.id for row in rows) - found.keys()
        found |= {row.id: row for row in rows}
        asked = among(connection, entries.c.mended, ids)
    return list(found.values())


async def _unheard(connection: AsyncConnection, head: Head, names: Iterable[str], locked: Iterable[str]) -> list[Row]:
    """Central's own window neither waits for anything nor holds anybody up."""
    if not head.point:
        return []
    return await _rows(connection, entries.c.point.in_(list(locked)), among(connection, entries.c.subject, names))


async def _rows(connection: AsyncConnection, *where: ColumnElement[bool]) -> list[Row]:
    query = _UNPLACED.where(*where)
    return [row_of(stored) for stored in (await connection.execute(query)).mappings()]


async def _subjects(connection: AsyncConnection, names: frozenset[str]) -> dict[str, Subject]:
    homes = {home_of(name) for name in names}
    query = _SUBJECTS.where(subjects.c.point.in_(homes), among(connection, subjects.c.subject, names))
    return {
        row["subject"]: Subject(
            home=row["point"],
            audience=tuple(json.loads(row["audience"])),
            count=row["count"],
            waiting=tuple(json.loads(row["waiting"])),
        )
        for row in (await connection.execute(query)).mappings()
    }


async def _enrolled(
    connection: AsyncConnection, head: Head, names: Iterable[str], known: dict[str, Subject]
) -> dict[str, str]:
    """Return which windows of those that gave cases numbers central does not know yet are enrolled, with their points."""
    strange = (number_of(name) for name in names if name not in known or not known[name].count)
    asked = {number.window for number in strange if number is not None and number.window != head.window}
    if not asked:
        return {}
    query = select(windows.c.id, windows.c.point).where(windows.c.id.in_(asked), windows.c.point.is_not(None))
    return dict((await connection.execute(query)).all())


def _in_reach(head: Head, name: str, told: Subject, wanted: Needs, people: Mapping[str, Person | None]) -> bool:
    """Whether something may come of an entry about a subject; of others nothing is looked at, and their points go on."""
    if not head.point or not told.count or name in wanted.moved or head.point in told.concerned:
        return True
    return any(is_from_afar(kind, told, people.get(actor)) for kind, actor in wanted.overseen.get(name, ()))


def _home_awaited(name: str, enrolled: dict[str, str]) -> str:
    """Return the home of a case whose first entry is still to come, where what waits for it is noted."""
    number = number_of(name)
    return number.point if number is not None and enrolled.get(number.window) == number.point else ""


async def _named(
    connection: AsyncConnection,
    locked: Iterable[str],
    states: Mapping[str, Held],
    moved: frozenset[str],
    said: frozenset[str],
) -> dict[tuple[str, str], tuple[str, int]]:
    """Return whose entries bear, at the points concerned, an id of what a move may bring to one of them."""
    if not moved:
        return {}
    brought = {record.entry.id for name in moved if name in states for record in states[name].records}
    columns = (entries.c.point, entries.c.id, entries.c.window, entries.c.n)
    ids = among(connection, entries.c.id, said | brought)
    query = select(*columns).where(entries.c.point.in_(list(locked)), ids)
    return {(point, id): (window, n) for point, id, window, n in await connection.execute(query)}


async def _people(connection: AsyncConnection, head: Head, actors: frozenset[str]) -> dict[str, Person | None]:
    if not head.point or not actors:
        return {}
    rows = await connection.execute(select(accounts).where(accounts.c.number.in_(actors)))
    return {row["number"]: None if row["revoked"] else person_of(row) for row in rows.mappings()}


async def _prefilings(connection: AsyncConnection, numbers: frozenset[str]) -> dict[str, str]:
    if not numbers:
        return {}
    query = select(prefilings.c.number, prefilings.c.received_as).where(prefilings.c.number.in_(numbers))
    rows = await connection.execute(query.order_by(prefilings.c.number).with_for_update())
    return {number: case or "" for number, case in rows}
