"""The folder of releases over the line: signed metadata and bundles, as they lie there."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import BinaryIO

from starlette.responses import Response, StreamingResponse

from sync.central.core import Core
from sync.central.line.ranges import piece_headers, piece_of
from sync.central.problems import ProblemError

METADATA, TARGETS = "metadata", "targets"
METADATA_TYPE, TARGET_TYPE = "application/json", "application/zstd"
METADATA_NAME = r"(timestamp|[1-9][0-9]{0,8}\.(root|snapshot|targets))\.json"
TARGET_NAME = r"clerk-[0-9][0-9A-Za-z.]{0,39}-[a-z0-9]{1,20}-[a-z0-9_]{1,20}\.tar\.zst"
"""Names lead nowhere else: there is no separator in them, and no two dots that a file system would follow."""
PIECE = 256 << 10


async def metadata(core: Core, name: str, headers: Mapping[str, str]) -> Response:
    """Return signed metadata; raises ``release-unknown``."""
    return await _answer(core, METADATA, name, METADATA_NAME, METADATA_TYPE, headers)


async def target(core: Core, name: str, headers: Mapping[str, str]) -> Response:
    """Return a bundle, or the part of it the request's headers ask for; raises ``release-unknown`` or ``range``."""
    return await _answer(core, TARGETS, name, TARGET_NAME, TARGET_TYPE, headers)


async def _answer(core: Core, kind: str, name: str, form: str, media: str, headers: Mapping[str, str]) -> Response:
    folder = core.settings.releases
    if folder is None or re.fullmatch(form, name) is None:
        raise ProblemError("release-unknown")
    opened = await asyncio.to_thread(_open, folder / kind / name)
    if opened is None:
        raise ProblemError("release-unknown")
    file, size, etag = opened
    try:
        piece = piece_of(headers, etag, size)
    except ProblemError:
        file.close()
        raise
    content = _pieces(file, *(piece or (0, size)))
    return StreamingResponse(content, 206 if piece else 200, piece_headers(piece, etag, size), media)


def _open(path: Path) -> tuple[BinaryIO, int, str] | None:
    """Return an open file, its size and what it is known by; ``None``: there is none. A link is none of ours."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        file = path.open("rb")
    except OSError:
        return None
    about = os.fstat(file.fileno())
    return file, about.st_size, f'"{about.st_size:x}-{about.st_mtime_ns:x}"'


async def _pieces(file: BinaryIO, begin: int, end: int) -> AsyncIterator[bytes]:
    with file:
        await asyncio.to_thread(file.seek, begin)
        while begin < end:
            piece = await asyncio.to_thread(file.read, min(PIECE, end - begin))
            begin += len(piece)
            yield piece
            if not piece:
                return
