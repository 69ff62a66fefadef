"""Bytes of one ``PATCH`` on their way into the file, under the upload's lock.

They are written beside the loop while the next ones come in: the line is never made to wait for the disk while there is
room, and what has come when it breaks is not lost on the way. Meanwhile no connection to the database is held: a slow
line costs nobody else anything.
"""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from sync.central.access.sessions import Caller
from sync.central.core import Core
from sync.central.files import scans, tus, upload_rows
from sync.central.files.shelf import Part
from sync.central.files.upload_rows import Upload
from sync.central.problems import ProblemError

SAVE_EVERY, SAVE_AFTER = 8 << 20, 2.0
"""Bytes of one request, and seconds, after which the offset moves: a kill costs no more than either."""
MOST_WAITING = 8
"""Pieces of one request that may wait in memory for the disk."""


class Writing:
    """One ``PATCH``."""

    def __init__(self, core: Core, caller: Caller, upload: Upload, part: Part) -> None:
        self.upload = upload
        """As it stands, durably."""
        self._core = core
        self._caller = caller
        self._part = part
        self._saved = core.seconds()
        self._at = upload.offset
        """Where the next piece goes that comes."""
        self._waiting: list[bytes] = []
        self._behind: asyncio.Future[None] | None = None
        """Pieces being written."""

    async def take(self, request: Request, checksum: tus.Checksum | None) -> None:
        """Write what comes; what came before the end was cut is kept, unless it had to come whole."""
        try:
            cut = await self._taken(request, checksum)
        finally:
            # Whatever ended it: no thread goes on writing once the lock is given back.
            if self._behind is not None:
                await asyncio.wait({self._behind})
        if checksum is not None and (cut or not checksum.holds()):
            raise ProblemError("upload-checksum")
        await self._save()
        if cut and not self.upload.is_whole:
            raise ProblemError("upload-offset")

    async def _taken(self, request: Request, checksum: tus.Checksum | None) -> bool:
        """Take in what comes; return whether it was cut."""
        try:
            async for piece in tus.pieces(request, self._part.is_wanted):
                if self._at + len(piece) > self.upload.size:
                    raise ProblemError("too-large")
                await self._put(piece)
                if checksum is not None:
                    checksum.running.update(piece)
                elif self._is_due():
                    await self._save()
        except tus.Cut:
            return True
        return False

    def _is_due(self) -> bool:
        more = self._at - self.upload.offset
        return self._at < self.upload.size and (more > SAVE_EVERY or self._core.seconds() - self._saved > SAVE_AFTER)

    async def _put(self, piece: bytes) -> None:
        """Have a piece written, now or with the next ones; waits where too many wait already."""
        self._waiting.append(piece)
        self._at += len(piece)
        if self._behind is None or self._behind.done() or len(self._waiting) >= MOST_WAITING:
            await self._written()
            self._begin()

    def _begin(self) -> None:
        pieces, self._waiting = self._waiting, []
        at = self._at - sum(map(len, pieces))
        self._behind = asyncio.ensure_future(asyncio.to_thread(self._part.write, at, pieces))

    async def _written(self) -> None:
        """Wait until what is being written is."""
        if self._behind is not None:
            behind, self._behind = self._behind, None
            await behind

    async def _save(self) -> None:
        """Make the bytes durable, then move the offset; the last byte moves it only with the file proven and in place."""
        await self._written()
        pieces, self._waiting = self._waiting, []
        at = self._at - sum(map(len, pieces))
        try:
            await asyncio.to_thread(self._part.sync, at, pieces)
        except OSError:
            # What the disk holds now nobody knows, however often it is asked again: begin anew.
            await upload_rows.remove(self._core, self.upload.id)
            raise
        if self._at == self.upload.size:
            await self._prove()
        more = self._at - self.upload.offset
        self.upload = await upload_rows.move(self._core, self._caller, self.upload, self._at)
        self._saved = self._core.seconds()
        self._core.metrics.upload_bytes(more)
        if self.upload.is_whole:
            self._core.metrics.upload("finished")
            await asyncio.to_thread(scans.shelf_of(self._core).drop_part, self.upload.id)

    async def _prove(self) -> None:
        """Give the file its place, if it is what was announced; else nothing is left of it."""
        upload = self.upload
        if await asyncio.to_thread(self._part.media, upload.sha256) != upload.media:
            await upload_rows.remove(self._core, upload.id)
            self._core.metrics.upload("refused")
            raise ProblemError("scan-refused")
        await asyncio.to_thread(scans.shelf_of(self._core).keep, upload.id, upload.sha256)
