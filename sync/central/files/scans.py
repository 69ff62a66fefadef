"""Files that entries name (``scan.attached``): what was announced, what is here, what is missing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response, StreamingResponse

from clerk_app.domain.bodies import ScanAttached
from clerk_app.domain.journal import Entry
from clerk_app.domain.plain import from_plain
from sync.central.access.sessions import Caller
from sync.central.core import Core
from sync.central.database import Database
from sync.central.files.shelf import Shelf
from sync.central.files.tus import PIECE
from sync.central.line.ranges import piece_headers, piece_of
from sync.central.problems import ProblemError
from sync.central.schema import blobs, entries, scans
from sync.wire import MissingScans

KIND = "scan.attached"
SHA256 = re.compile(r"[0-9a-f]{64}")
AT_ONCE = 500
"""Hashes named in one query."""
_entry = msgspec.json.Decoder(Entry).decode


def folder_of(core: Core) -> Path | None:
    """Return the folder of files: the one that is set, else the one beside a database that is a file."""
    file = core.database.file
    return core.settings.scans or (file and file.with_name(file.name + ".scans"))


def shelf_of(core: Core) -> Shelf:
    """Return the shelf of files; where there is no folder for it, files have to wait."""
    folder = folder_of(core)
    if folder is None:
        raise ProblemError("unavailable", headers={"Retry-After": "300"})
    return Shelf(folder)


async def announce(database: Database, connection: AsyncConnection, named: Iterable[tuple[str, Entry]]) -> None:
    """Note which files the entries of a point name, inside the transaction that stores them; other kinds are passed over.

    ``named`` are the point and the entry; a point that hears of a case later hears of its files by the same entries.
    """
    for point, entry in named:
        if entry.kind != KIND:
            continue
        body = from_plain(ScanAttached, entry.body)
        row = {"point": point, "sha256": body.sha256, "window": entry.window, "subject": entry.subject}
        await database.insert_new(connection, scans, {**row, "size": body.size, "media": body.media})


async def announced(connection: AsyncConnection, point: str, sha256: str) -> Mapping[Any, Any]:
    """Return what a point's entries say of a file; where they say nothing, it may not come yet."""
    query = select(scans).where(scans.c.point == point, scans.c.sha256 == sha256)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise ProblemError("scan-unannounced")
    return row


async def missing(core: Core, window: str, point: str) -> MissingScans:
    """Return the files a window's entries name and central does not have, in the order of the entries.

    Of those that are booked it is looked whether they lie in their places: a folder may be put back without a word.
    """
    query = select(entries.c.document).where(entries.c.point == point, entries.c.window == window)
    query = query.where(entries.c.kind == KIND, entries.c.position.is_not(None)).order_by(entries.c.n)
    async with core.database.read() as connection:
        documents = (await connection.execute(query)).scalars().all()
        names = list(dict.fromkeys(str(_entry(document).body.get("sha256")) for document in documents))
        held: dict[str, int] = {}
        for at in range(0, len(names), AT_ONCE):
            here = select(blobs.c.sha256, blobs.c.size).where(blobs.c.sha256.in_(names[at : at + AT_ONCE]))
            held.update((await connection.execute(here)).all())
    lost = set(await asyncio.to_thread(_gone, core, held))
    return MissingScans(missing=[name for name in names if name not in held or name in lost])


def _gone(core: Core, booked: Mapping[str, int]) -> list[str]:
    """Return the booked files that do not lie in their places."""
    folder = folder_of(core)
    shelf = Shelf(folder) if folder is not None else None
    return [name for name, size in booked.items() if shelf is not None and not shelf.has(name, size)]


async def answer(core: Core, caller: Caller, sha256: str, headers: Mapping[str, str]) -> Response:
    """Return a file one of the point's entries names, or the part of it the request's headers ask for."""
    row = await _readable(core, caller.point, sha256)
    size, shelf, etag = int(row["size"]), shelf_of(core), f'"{sha256}"'
    if not await asyncio.to_thread(shelf.has, sha256, size):
        raise ProblemError("scan-unknown")
    piece = piece_of(headers, etag, size)
    told = {
        **piece_headers(piece, etag, size),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    content = _content(shelf.path(sha256), *(piece or (0, size)))
    return StreamingResponse(content, 206 if piece else 200, told, row["media"])


async def _readable(core: Core, point: str, sha256: str) -> Mapping[Any, Any]:
    if SHA256.fullmatch(sha256):
        mine = select(scans.c.sha256).where(scans.c.point == point, scans.c.sha256 == sha256)
        async with core.database.read() as connection:
            query = select(blobs).where(blobs.c.sha256 == sha256, mine.exists())
            row = (await connection.execute(query)).mappings().first()
        if row is not None:
            return row
    raise ProblemError("scan-unknown")


async def _content(path: Path, begin: int, end: int) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    with file:
        await asyncio.to_thread(file.seek, begin)
        while begin < end:
            piece = await asyncio.to_thread(file.read, min(PIECE, end - begin))
            begin += len(piece)
            yield piece
            if not piece:
                return


async def book(core: Core, connection: AsyncConnection, sha256: str, size: int, media: str) -> None:
    """Note that a file is here, whole and proven; it lies in its place by now."""
    row = {"sha256": sha256, "size": size, "media": media, "stored_at": core.now_ms()}
    await core.database.insert_new(connection, blobs, row)


async def is_here(core: Core, sha256: str, size: int, media: str) -> bool:
    """Whether a file is here, whole. One that lies there unbooked, as after a restore, is proven and booked.

    One that is booked and does not lie there is booked no more: it has to come again.
    """
    shelf = shelf_of(core)
    async with core.database.read() as connection:
        booked = (await connection.execute(select(blobs.c.size).where(blobs.c.sha256 == sha256))).scalar()
    if booked is None:
        found = await asyncio.to_thread(shelf.found, sha256, size) == media
        if found:
            async with core.database.write() as connection:
                await book(core, connection, sha256, size, media)
        return found
    if await asyncio.to_thread(shelf.has, sha256, booked):
        return bool(booked == size)
    await _forget(core, [sha256])
    return False


async def reconcile(core: Core) -> int:
    """Forget every file that is booked and does not lie in its place, as after a restore; return how many."""
    async with core.database.read() as connection:
        rows = (await connection.execute(select(blobs.c.sha256, blobs.c.size))).all()
    lost = await asyncio.to_thread(_gone, core, dict(rows))
    for at in range(0, len(lost), AT_ONCE):
        await _forget(core, lost[at : at + AT_ONCE])
    return len(lost)


async def _forget(core: Core, names: list[str]) -> None:
    async with core.database.write() as connection:
        await connection.execute(delete(blobs).where(blobs.c.sha256.in_(names)))
