"""Papers to be sent, and the calls of tus, one by one, as a window of the small city says them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import random
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from sqlalchemy import select

from clerk_app.domain import bodies as b
from clerk_app.domain.journal import Entry
from clerk_app.domain.scan_content import JPEG, PDF, PNG
from sync.central.schema import blobs
from tests.support.city import City, Window

TUS = {"Tus-Resumable": "1.0.0"}
PATCH = {**TUS, "Content-Type": "application/offset+octet-stream"}


@dataclass(frozen=True)
class Paper:
    """A file as the scanner left it."""

    content: bytes
    media: str = PNG

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def metadata(self) -> str:
        pairs = {"sha256": self.sha256, "media": self.media}
        return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def png(size: int = 5000, seed: int = 0) -> Paper:
    """A PNG of exactly so many bytes, whose pixels nobody looks at."""
    header = _chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0")
    pixels = random.Random(seed).randbytes(size - 8 - len(header) - 24)
    return Paper(b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b""))


def picture(media: str = JPEG) -> Paper:
    """A small page of any kind that is taken."""
    image = Image.effect_noise((300, 400), 60)
    out = io.BytesIO()
    image.save(out, {JPEG: "JPEG", PNG: "PNG", PDF: "PDF"}[media])
    return Paper(out.getvalue(), media)


def page(pixels: int = 200, seed: int = 0) -> Paper:
    """A PNG that opens, of about three bytes for each pixel of its square: nothing makes noise smaller."""
    noise = random.Random(seed).randbytes(pixels * pixels * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (pixels, pixels), noise).save(out, "PNG", compress_level=0)
    return Paper(out.getvalue())


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def attached(paper: Paper, **changed: Any) -> b.ScanAttached:
    """What an entry says of a paper."""
    whole: dict[str, Any] = {"material": "m1", "sha256": paper.sha256, "size": paper.size, "media": paper.media}
    return b.ScanAttached(**(whole | changed))


async def announce(window: Window, papers: Sequence[Paper], case: str = "") -> list[Entry]:
    """Say entries that name papers, about a new case where none is given; all must count."""
    entries = [] if case else [window.receive()]
    case = case or entries[0].subject
    entries += [window.say("scan.attached", case, attached(paper), seen=len(window.journal)) for paper in papers]
    told = await window.verdicts(entries)
    assert all(verdict.position for verdict in told), told
    return entries


async def create(window: Window, paper: Paper, **headers: str) -> httpx.Response:
    """Begin an upload."""
    told = {**window.headers, **TUS, "Upload-Length": str(paper.size), "Upload-Metadata": paper.metadata}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await window.city.client.post("/v1/uploads", headers={**told, **named})


async def begun(window: Window, paper: Paper) -> str:
    """Begin an upload and return where it is."""
    told = await create(window, paper)
    assert told.status_code == 201, told.text
    return told.headers["location"]


async def stand(window: Window, url: str) -> int:
    """Return how far an upload has come."""
    told = await window.city.client.head(url, headers={**window.headers, **TUS})
    assert told.status_code == 200, told.text
    return int(told.headers["upload-offset"])


async def append(
    window: Window, url: str, offset: int, content: bytes | AsyncIterator[bytes], **headers: str
) -> httpx.Response:
    """Send bytes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    told = {**window.headers, **PATCH, "Upload-Offset": str(offset), **named}
    return await window.city.client.patch(url, content=content, headers=told)


async def send(window: Window, paper: Paper) -> httpx.Response:
    """Send a whole paper in one piece; return the last answer."""
    return await append(window, await begun(window, paper), 0, paper.content)


async def held(city: City) -> list[str]:
    """Return what central has booked as here."""
    async with city.central.database.read() as connection:
        return list((await connection.execute(select(blobs.c.sha256))).scalars())


def whole_files(shelf: Path) -> dict[str, bytes]:
    """Return the files that lie in their places."""
    return {path.name: path.read_bytes() for path in shelf.glob("??/*") if path.parent.name != "parts"}


def parts(shelf: Path) -> list[Path]:
    """Return the files that are on their way."""
    return list(shelf.glob("parts/*"))


class Slow:
    """A ``PATCH`` of which as many bytes arrive as are let through; it can be broken off, or simply fall silent."""

    def __init__(self, window: Window, url: str, offset: int, length: int) -> None:
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.taken = asyncio.Event()
        """Central waits for more than it was given."""
        self.status = 0
        named = {**window.headers, **PATCH, "Upload-Offset": str(offset), "Content-Length": str(length)}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "PATCH",
            "scheme": "http",
            "path": url,
            "raw_path": url.encode(),
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
            "client": ("127.0.0.1", 1),
            "server": ("central.test", 80),
        }
        app = window.city.client._transport.app  # type: ignore[attr-defined]
        self._task = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if self._messages.empty():
            self.taken.set()
        return await self._messages.get()

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]

    async def let(self, content: bytes, *, more: bool = True) -> None:
        """Let bytes arrive, and wait until central has taken them."""
        self.taken.clear()
        self._messages.put_nowait({"type": "http.request", "body": content, "more_body": more})
        if more:
            await self.taken.wait()

    async def cut(self) -> None:
        """Break the connection off, and wait until central has noticed."""
        self._messages.put_nowait({"type": "http.disconnect"})
        await self.ended()

    async def ended(self) -> int:
        """Wait until central has answered; return the status."""
        await asyncio.wait_for(self._task, 20)
        return self.status
