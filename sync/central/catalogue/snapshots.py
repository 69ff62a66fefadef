"""The catalogue as one compressed file: made when the first window asks for it, kept in parts, served from any place in it.

Inside stand the rows as JSON, one a line, in the order of their revisions. What changes while it is made has a larger
revision by then and comes with what changed since, as does everything afterwards: a file is made anew only once a good
part of the catalogue is another.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
import zstandard
from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response, StreamingResponse

from sync import wire
from sync.central.catalogue.publishing import REVISION, row_of
from sync.central.core import Core
from sync.central.database import get_meta
from sync.central.line.ranges import piece_headers, piece_of
from sync.central.problems import ProblemError
from sync.central.schema import catalogue, snapshot_parts, snapshots

LEVEL = 9
PART = 256 << 10
"""Bytes of one part; another size must not meet files that are kept already."""
CHUNK = 500
"""Rows read at a time."""
GOOD_PART = 20
"""Once more than one row in so many has changed, the file is made anew."""
KEPT_MS = 24 * 3600 * 1000
"""How long a file is still there once there is a newer one: for whoever is in the middle of it."""
MOST_KEPT = 4
_LOCK = 0x736E6170
"""PostgreSQL's advisory lock under which one process makes the file."""


async def newest(core: Core) -> wire.CatalogueSnapshot:
    """Return the file to begin with, made first where there is none that is young enough."""
    async with core.database.read() as connection:
        told = await _young_enough(connection)
    if told is None:
        async with core.making_snapshot:
            told = await (_made_here(core) if core.database.is_sqlite else _made_alone(core))
    return told


async def answer(core: Core, revision: int, headers: Mapping[str, str]) -> Response:
    """Return a file, or the part of it the request's headers ask for."""
    async with core.database.read() as connection:
        row = (await connection.execute(select(snapshots).where(snapshots.c.revision == revision))).mappings().first()
    if row is None:
        raise ProblemError("snapshot-unknown")
    etag, size = f'"{row["digest"]}"', int(row["size"])
    piece = piece_of(headers, etag, size)
    content = _content(core, revision, *(piece or (0, size)))
    told = piece_headers(piece, etag, size)
    return StreamingResponse(content, 206 if piece else 200, told, wire.SNAPSHOT_TYPE)


async def _content(core: Core, revision: int, begin: int, end: int) -> AsyncIterator[bytes]:
    """Yield bytes of the file; no connection is held while a slow line takes them."""
    for part in range(begin // PART, (end - 1) // PART + 1):
        mine = (snapshot_parts.c.revision == revision, snapshot_parts.c.part == part)
        async with core.database.read() as connection:
            content = (await connection.execute(select(snapshot_parts.c.content).where(*mine))).scalar_one()
        start = part * PART
        yield bytes(content)[max(0, begin - start) : end - start]


async def _young_enough(connection: AsyncConnection) -> wire.CatalogueSnapshot | None:
    """Return the newest file, unless a good part of the catalogue has changed since."""
    newest = select(snapshots).order_by(snapshots.c.revision.desc()).limit(1)
    row = (await connection.execute(newest)).mappings().first()
    if row is None:
        return None
    changed = select(func.count()).select_from(catalogue).where(catalogue.c.revision > row["revision"])
    if (await connection.execute(changed)).scalar_one() * GOOD_PART > row["rows"]:
        return None
    return wire.CatalogueSnapshot(revision=row["revision"], size=row["size"], sha256=row["digest"], rows=row["rows"])


async def _made_alone(core: Core) -> wire.CatalogueSnapshot:
    """Make the file while no other process does, over one connection: a pool may have no more."""
    async with core.database.write() as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        told = await _young_enough(connection)
        if told is None:
            told, content = await _made(connection)
            await _keep(core, connection, told, content)
    return told


async def _made_here(core: Core) -> wire.CatalogueSnapshot:
    """Make the file without holding up those who write; another process that makes the same one does no harm."""
    async with core.database.read() as connection:
        told = await _young_enough(connection)
        if told is not None:
            return told
        told, content = await _made(connection)
    async with core.database.write() as connection:
        await _keep(core, connection, told, content)
    return told


async def _made(connection: AsyncConnection) -> tuple[wire.CatalogueSnapshot, bytes]:
    file = _File()
    revision = int(await get_meta(connection, REVISION) or 0)
    after = 0
    while chunk := await _rows(connection, after, revision):
        after = chunk[-1]["revision"]
        await asyncio.to_thread(file.add, chunk)
    if not file.rows:
        raise ProblemError("snapshot-unknown")
    content = await asyncio.to_thread(file.close)
    digest = hashlib.sha256(content).hexdigest()
    return wire.CatalogueSnapshot(revision=revision, size=len(content), sha256=digest, rows=file.rows), content


async def _rows(connection: AsyncConnection, after: int, last: int) -> list[Mapping[Any, Any]]:
    wanted = select(catalogue).where(catalogue.c.revision > after, catalogue.c.revision <= last)
    return list((await connection.execute(wanted.order_by(catalogue.c.revision).limit(CHUNK))).mappings().all())


class _File:
    """Rows on their way into one frame; the same rows give the same bytes."""

    def __init__(self) -> None:
        self.rows = 0
        self._content = bytearray()
        self._packing = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()

    def add(self, chunk: list[Mapping[Any, Any]]) -> None:
        """Write rows."""
        for row in chunk:
            self._content += self._packing.compress(msgspec.json.encode(row_of(row)) + b"\n")
        self.rows += len(chunk)

    def close(self) -> bytes:
        """End the frame and return all of it."""
        return bytes(self._content + self._packing.flush())


async def _keep(core: Core, connection: AsyncConnection, told: wire.CatalogueSnapshot, content: bytes) -> None:
    row = {"revision": told.revision, "digest": told.sha256, "size": told.size, "rows": told.rows}
    await core.database.insert_new(connection, snapshots, {**row, "made_at": core.now_ms()})
    for number, begin in enumerate(range(0, len(content), PART)):
        part = {"revision": told.revision, "part": number, "content": content[begin : begin + PART]}
        await core.database.insert_new(connection, snapshot_parts, part)
    await _sweep(connection, core.now_ms())


async def _sweep(connection: AsyncConnection, now: int) -> None:
    """Take away what nobody can be in the middle of any more."""
    query = select(snapshots.c.revision, snapshots.c.made_at).order_by(snapshots.c.revision.desc())
    held = [(revision, made_at) for revision, made_at in (await connection.execute(query)).all()]
    for place, (revision, _) in enumerate(held):
        if place and (held[place - 1][1] < now - KEPT_MS or place >= MOST_KEPT):
            await connection.execute(delete(snapshot_parts).where(snapshot_parts.c.revision == revision))
            await connection.execute(delete(snapshots).where(snapshots.c.revision == revision))
