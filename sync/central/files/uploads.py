"""Files on their way to central (tus 1.0.0): begun, asked for, gone on with, given up."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from sync.central.access.sessions import Caller
from sync.central.core import Core
from sync.central.files import scans, tus, upload_rows
from sync.central.files.upload_rows import Upload
from sync.central.files.upload_writing import Writing
from sync.central.problems import ProblemError


def configuration() -> Response:
    """Tell what central's end of tus can do."""
    return Response(status_code=204, headers=tus.CONFIGURATION)


async def create(core: Core, caller: Caller, request: Request) -> Response:
    """Begin an upload; of a file that is here already nothing has to come."""
    tus.check_version(request)
    wanted = tus.creation(request.headers)
    scans.shelf_of(core)
    async with core.database.read() as connection:
        row = await scans.announced(connection, caller.point, wanted.sha256)
    if row["size"] != wanted.size or wanted.media not in {"", row["media"]}:
        raise ProblemError("scan-refused")
    await upload_rows.sweep(core, caller.window)
    here = await scans.is_here(core, wanted.sha256, wanted.size, row["media"])
    upload = await upload_rows.add(core, caller.window, row, here=here)
    return _answer(201, upload, {"Location": f"{tus.PREFIX}/{upload.id}"})


async def stand(core: Core, caller: Caller, request: Request, name: str) -> Response:
    """Tell how far an upload has come, once whoever is still writing it has ended."""
    tus.check_version(request)
    async with upload_rows.held(core, caller.window, name, urgent=True) as (upload, _):
        about = tus.metadata(upload.sha256, upload.media)
        return _answer(200, upload, {"Upload-Length": str(upload.size), "Upload-Metadata": about})


async def append(core: Core, caller: Caller, request: Request, name: str) -> Response:
    """Take in bytes, as far as they come; the file is proven when the last one is here."""
    tus.check_version(request)
    offset, length = tus.check_patch(request.headers)
    checksum = tus.Checksum.of(request.headers)
    async with upload_rows.held(core, caller.window, name, urgent=False) as (upload, part):
        if offset != upload.offset:
            raise ProblemError("upload-offset", headers={"Upload-Offset": str(upload.offset)})
        if length is not None and length > upload.size - offset:
            raise ProblemError("too-large")
        if part is None or upload.is_whole:
            return _answer(204, upload)
        writing = Writing(core, caller, upload, part)
        await writing.take(request, checksum)
        return _answer(204, writing.upload)


async def drop(core: Core, caller: Caller, request: Request, name: str) -> Response:
    """Give an upload up; a file that is whole stays."""
    tus.check_version(request)
    async with upload_rows.held(core, caller.window, name, urgent=True):
        await upload_rows.remove(core, name)
    return Response(status_code=204)


def _answer(status: int, upload: Upload, more: Mapping[str, str] | None = None) -> Response:
    headers = {
        "Upload-Offset": str(upload.offset),
        "Upload-Expires": tus.expires(upload.expires_at),
        "Cache-Control": "no-store",
        **(more or {}),
    }
    return Response(status_code=status, headers=headers)
