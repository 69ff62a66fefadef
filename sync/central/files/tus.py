"""tus 1.0.0 as headers: what a request must say, what an answer tells, and a body that is read piece by piece."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clerk_app.domain.scan_content import MAX_BYTES
from sync.central.problems import ProblemError

VERSION = "1.0.0"
PREFIX = "/v1/uploads"
EXTENSIONS = "creation,expiration,termination,checksum"
CONTENT = "application/offset+octet-stream"
CHECKSUMS = ("sha1", "sha256")
CONFIGURATION = {
    "Tus-Version": VERSION,
    "Tus-Extension": EXTENSIONS,
    "Tus-Max-Size": str(MAX_BYTES),
    "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
}
PIECE = 64 << 10
TICK = 0.1
"""Seconds: so often a silent body is looked after."""
SILENCE = 20.0
"""Seconds without a byte after which a body comes no more."""
LINGER = 5.0
"""Seconds what is on its way still comes in, once somebody waits for the upload."""
LONGEST = 900.0
"""Seconds one request may take: then what came of it is kept, and the rest may come with the next."""
_METADATA = re.compile(r"([^\s,]{1,64})(?: ([A-Za-z0-9+/=]{0,512}))?")


class Cut(Exception):
    """The body ended before its end: the other side is gone, or silent, or somebody asked for the upload."""


@dataclass(frozen=True, slots=True)
class Creation:
    """What a ``POST`` announces."""

    size: int
    sha256: str
    media: str
    """Empty where it is not said."""


def check_version(request: Request) -> None:
    """Refuse whoever speaks another version, or does not say which."""
    if request.headers.get("tus-resumable") != VERSION:
        raise ProblemError("tus-version", headers={"Tus-Version": VERSION})


def creation(headers: Mapping[str, str]) -> Creation:
    """Return what a ``POST`` announces; a length that comes later, and parts of a file, are extensions central lacks."""
    if "upload-defer-length" in headers or "upload-concat" in headers:
        raise ProblemError("malformed")
    size = _number(headers, "upload-length")
    if size > MAX_BYTES:
        raise ProblemError("too-large", headers={"Tus-Max-Size": str(MAX_BYTES)})
    told = _metadata(headers.get("upload-metadata", ""))
    sha256 = told.get("sha256", "").lower()
    if not sha256:
        raise ProblemError("malformed")
    return Creation(size, sha256, told.get("media", ""))


def metadata(sha256: str, media: str) -> str:
    """Return the ``Upload-Metadata`` of an upload: what central keeps of it."""
    pairs = {"sha256": sha256, "media": media}
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def check_patch(headers: Mapping[str, str]) -> tuple[int, int | None]:
    """Return the offset a ``PATCH`` goes on from, and how much it brings, if it says."""
    if headers.get("content-type", "").strip().lower() != CONTENT:
        raise ProblemError("media-type")
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise ProblemError("media-type")
    length = _number(headers, "content-length") if "content-length" in headers else None
    return _number(headers, "upload-offset"), length


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the bytes of one ``PATCH`` must come to."""

    running: Any
    expected: bytes

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Checksum | None:
        """Return what a request says of its bytes, if it does."""
        told = headers.get("upload-checksum")
        if told is None:
            return None
        algorithm, _, digest = told.strip().partition(" ")
        if algorithm not in CHECKSUMS:
            raise ProblemError("malformed")
        try:
            expected = base64.b64decode(digest.strip(), validate=True)
        except binascii.Error as error:
            raise ProblemError("malformed") from error
        # SHA-1 is the one algorithm every tus server has to know; it guards against the line, not against people.
        return cls(hashlib.new(algorithm, usedforsecurity=False), expected)

    def holds(self) -> bool:
        """Whether the bytes came to it."""
        return bool(self.running.digest() == self.expected)


def expires(at_ms: int) -> str:
    """Return a time as ``Upload-Expires`` tells it."""
    return format_datetime(datetime.fromtimestamp(at_ms // 1000, UTC), usegmt=True)


async def pieces(request: Request, is_wanted: Callable[[], bool]) -> AsyncIterator[bytes]:
    """Yield the body in pieces of at most 64 KiB; raises ``Cut`` where it does not come to its end.

    Once somebody else wants the upload, only what is on its way already is waited for.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST
    more = True
    while more:
        message = await _message(request.receive, is_wanted, min(until, loop.time() + SILENCE))
        if message["type"] == "http.disconnect":
            raise Cut
        body = message.get("body", b"")
        for at in range(0, len(body), PIECE):
            yield body[at : at + PIECE]
        more = message.get("more_body", False)
        if more and is_wanted():
            until = min(until, loop.time() + LINGER)
        if more and loop.time() > until:
            raise Cut


async def _message(receive: Receive, is_wanted: Callable[[], bool], until: float) -> Message:
    """Return the next part of a body; raises ``Cut`` where it is too late, or is silent and somebody waits."""
    silent = 0
    while True:
        try:
            async with asyncio.timeout(TICK):
                return await receive()
        except TimeoutError:
            silent += 1
            # On a busy machine the time may be up together with bytes coming in: they are there at the next look.
            if (silent > 1 and is_wanted()) or asyncio.get_running_loop().time() > until:
                raise Cut from None


def _number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise ProblemError("malformed")
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """Return the pairs of an ``Upload-Metadata`` header; those central does not know are heard and forgotten."""
    told: dict[str, str] = {}
    for part in header.split(",") if header.strip() else ():
        found = _METADATA.fullmatch(part.strip())
        if found is None or found[1] in told:
            raise ProblemError("malformed")
        try:
            told[found[1]] = base64.b64decode(found[2] or "", validate=True).decode(errors="replace")
        except ValueError as error:
            raise ProblemError("malformed") from error
    return told


class Tus:
    """Puts ``Tus-Resumable`` on every answer about uploads, and takes ``X-HTTP-Method-Override`` for the method."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (scope["path"] + "/").startswith(PREFIX + "/"):
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": list(message["headers"])}
                MutableHeaders(raw=message["headers"])["Tus-Resumable"] = VERSION
            await send(message)

        for name, value in scope["headers"]:
            if name == b"x-http-method-override":
                scope = {**scope, "method": value.decode("latin-1").strip().upper()}
        await self._app(scope, receive, told)
