"""Uploads as the database and the folder have them: where each stands, and who holds it.

Whoever moves an upload holds the lock of its part, which ends with the process that holds it; the offset moves in a
transaction of its own, after the bytes are durable, and only from where it was read under the lock.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from sync.central.access.sessions import Caller, recheck
from sync.central.core import Core
from sync.central.files import scans
from sync.central.files.shelf import Part
from sync.central.problems import ProblemError
from sync.central.schema import uploads, windows

LASTS_MS = 7 * 24 * 3600 * 1000
"""How long an upload nobody goes on with is kept."""
MOST_OPEN = 16
"""Uploads a window may have under way; beginning another ends the one that lay still for longest."""
SWEPT_AT_ONCE = 50
PATIENCE = 15.0
"""Seconds a lock is waited for: whoever holds it is dying, or nearly done."""
LOCK_TICK = 0.02

# Made once: each piece of a file asks and moves.
_MINE = select(uploads).where(uploads.c.id == bindparam("name"), uploads.c.window == bindparam("of"))
_MOVED = (
    update(uploads)
    .where(uploads.c.id == bindparam("name"), uploads.c.offset == bindparam("stood"))
    .values(offset=bindparam("to"), expires_at=bindparam("until"))
)
_MOVED_BY_ONE_WHO_MAY = _MOVED.where(
    select(windows.c.id).where(windows.c.id == bindparam("of"), windows.c.revoked.is_(False)).exists()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One upload."""

    id: str
    window: str
    sha256: str
    media: str
    size: int
    offset: int
    expires_at: int

    @property
    def is_whole(self) -> bool:
        return self.offset == self.size


async def add(core: Core, window: str, announced: Mapping[Any, Any], *, here: bool) -> Upload:
    """Begin an upload of an announced file; one that is here already is whole."""
    row = {
        "id": secrets.token_urlsafe(32),
        "window": window,
        "sha256": announced["sha256"],
        "media": announced["media"],
        "size": announced["size"],
        "offset": announced["size"] if here else 0,
        "expires_at": core.now_ms() + LASTS_MS,
    }
    async with core.database.write() as connection:
        await connection.execute(insert(uploads).values(**row))
    return Upload(**row)


async def load(core: Core, window: str, name: str) -> Upload:
    """Return a window's upload; another's is told from none in no way."""
    if _is_name(name):
        async with core.database.read() as connection:
            row = (await connection.execute(_MINE, {"name": name, "of": window})).mappings().first()
        if row is not None and row["expires_at"] > core.now_ms():
            return Upload(**row)
    raise ProblemError("upload-unknown")


@asynccontextmanager
async def held(core: Core, window: str, name: str, *, urgent: bool) -> AsyncIterator[tuple[Upload, Part | None]]:
    """Hold an upload's lock, with the upload as it stands then; one that is whole has no part any more.

    ``urgent`` asks whoever is writing to let go: it is a client that knows of no other request of its own any more.
    """
    shelf = scans.shelf_of(core)
    part = await asyncio.to_thread(shelf.find_part, name) if _is_name(name) else None
    if part is None:
        upload = await load(core, window, name)
        if upload.is_whole:
            yield upload, None
            return
        part = await asyncio.to_thread(shelf.make_part, name)
    try:
        if not part.try_lock():
            await load(core, window, name)  # whoever may not have it may not ask for it either
            await _wait(part, urgent=urgent)
        upload = await load(core, window, name)
        if upload.is_whole:
            await asyncio.to_thread(shelf.drop_part, name)
        elif part.size() < upload.offset:
            # The folder is older than the database: bytes that were here are not.
            upload = await _moved(core, upload, part.size())
        yield upload, part
    finally:
        part.close()


async def _wait(part: Part, *, urgent: bool) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE
    while not part.try_lock():
        if urgent:
            part.want()
        if loop.time() > until:
            raise ProblemError("unavailable", headers={"Retry-After": "1"})
        await asyncio.sleep(LOCK_TICK)


async def move(core: Core, caller: Caller, upload: Upload, offset: int) -> Upload:
    """Move the offset from where it was read; where it comes to the end, the file is booked with it.

    A window that was revoked meanwhile moves nothing.
    """
    if caller.person is not None:
        await recheck(core, caller)
    moved = await _moved(core, upload, offset, asked=True)
    if moved is upload:
        await recheck(core, caller)
        raise ProblemError("upload-unknown")
    return moved


async def _moved(core: Core, upload: Upload, offset: int, *, asked: bool = False) -> Upload:
    """Move the offset, and the upload lasts on from now; return the very same where it is not what it was."""
    moved = replace(upload, offset=offset, expires_at=core.now_ms() + LASTS_MS)
    told = {"name": upload.id, "stood": upload.offset, "to": offset, "until": moved.expires_at}
    async with core.database.write() as connection:
        if asked:
            done = await connection.execute(_MOVED_BY_ONE_WHO_MAY, {**told, "of": upload.window})
        else:
            done = await connection.execute(_MOVED, told)
        if done.rowcount and offset == upload.size:
            await scans.book(core, connection, upload.sha256, upload.size, upload.media)
    return moved if done.rowcount else upload


async def remove(core: Core, name: str) -> None:
    """Forget an upload and what came of it."""
    async with core.database.write() as connection:
        await connection.execute(delete(uploads).where(uploads.c.id == name))
    await asyncio.to_thread(scans.shelf_of(core).drop_part, name)


async def sweep(core: Core, window: str) -> None:
    """Remove what has expired, and what a window has under way beyond its share."""
    expired = select(uploads.c.id).where(uploads.c.expires_at <= core.now_ms()).limit(SWEPT_AT_ONCE)
    mine = select(uploads.c.id).where(uploads.c.window == window, uploads.c.offset < uploads.c.size)
    surplus = mine.order_by(uploads.c.expires_at.desc(), uploads.c.id).offset(MOST_OPEN - 1).limit(SWEPT_AT_ONCE)
    async with core.database.read() as connection:
        found = [*(await connection.execute(expired)).scalars(), *(await connection.execute(surplus)).scalars()]
    if not found:
        return
    async with core.database.write() as connection:
        await connection.execute(delete(uploads).where(uploads.c.id.in_(found)))
    shelf = scans.shelf_of(core)
    for name in found:
        await asyncio.to_thread(shelf.drop_part, name)
    await asyncio.to_thread(shelf.sweep, 2 * LASTS_MS / 1000)


def _is_name(name: str) -> bool:
    """Whether an upload can be called so: it names a file."""
    return len(name) <= 43 and name.replace("-", "").replace("_", "").isalnum() and name.isascii()
