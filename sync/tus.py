"""The client's side of tus 1.0.0, as functions of values: what to say next, and what an answer means.

It knows nothing of who answers: any tus server will do that creates uploads (extension ``creation``).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

VERSION = "1.0.0"
RESUMABLE = "Tus-Resumable"
CONTENT = "application/offset+octet-stream"
ANEW = frozenset({403, 404, 410})
"""Answers after which an upload is begun anew: it is no more, or not ours."""
ELSEWHERE = frozenset({409, 460})
"""Answers after which the server is asked where the upload stands."""
DONE = frozenset({200, 201, 204})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A file on its way."""

    endpoint: str
    """Where uploads are made."""
    size: int
    metadata: tuple[tuple[str, str], ...] = ()
    url: str = ""
    """Of the upload; empty: it is yet to be made."""
    offset: int | None = None
    """How far it has come; ``None``: the server has to be asked."""

    @property
    def is_whole(self) -> bool:
        return self.offset == self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """One request."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    content: bytes = b""


class OutOfStep(ValueError):
    """The server's answer is none that tus knows, or contradicts what it said before."""


def next_method(sending: Sending) -> str:
    """Return with which method an upload goes on that is not whole; ``PATCH`` needs a piece of the file."""
    if not sending.url:
        return "POST"
    return "HEAD" if sending.offset is None else "PATCH"


def say(sending: Sending, piece: bytes = b"") -> Say:
    """Return the request with which an upload goes on; ``piece`` stands in the file where the upload has come to."""
    method = next_method(sending)
    headers = {RESUMABLE: VERSION}
    if method == "POST":
        headers["Upload-Length"] = str(sending.size)
        if sending.metadata:
            headers["Upload-Metadata"] = _metadata(sending.metadata)
    elif method == "PATCH":
        headers["Upload-Offset"] = str(sending.offset)
        headers["Content-Type"] = CONTENT
    return Say(method=method, url=sending.url or sending.endpoint, headers=tuple(headers.items()), content=piece)


def heard(sending: Sending, status: int, headers: dict[str, str]) -> Sending:
    """Return the upload as an answer tells it (names of headers in lower case).

    Raises ``OutOfStep`` for a status that says nothing about where the upload stands, and for an answer that cannot be.
    """
    method = next_method(sending)
    if method == "POST":
        return _made(sending, status, headers)
    if status in ANEW:
        return replace(sending, url="", offset=None)
    if status in ELSEWHERE and method == "PATCH":
        return replace(sending, offset=None)
    if status not in DONE:
        raise OutOfStep(f"status {status}")
    offset = _number(headers, "upload-offset")
    least = (sending.offset or 0) + (method == "PATCH")
    if not least <= offset <= sending.size or _number(headers, "upload-length", sending.size) != sending.size:
        if method == "HEAD":  # another file's upload goes by this name
            return replace(sending, url="", offset=None)
        raise OutOfStep(f"offset {offset}")
    return replace(sending, offset=offset)


def _made(sending: Sending, status: int, headers: dict[str, str]) -> Sending:
    location = headers.get("location", "")
    if status != 201 or not location:
        raise OutOfStep(f"status {status}")
    url = urljoin(sending.endpoint, location)
    here, there = urlsplit(sending.endpoint), urlsplit(url)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise OutOfStep("the upload is on another server")
    offset = _number(headers, "upload-offset", 0)
    if offset > sending.size:
        raise OutOfStep(f"offset {offset}")
    return replace(sending, url=url, offset=offset)


def _number(headers: dict[str, str], name: str, default: int | None = None) -> int:
    text = headers.get(name)
    if text is None and default is not None:
        return default
    if text is None or not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise OutOfStep(name)
    return int(text)


def _metadata(pairs: tuple[tuple[str, str], ...]) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs)
