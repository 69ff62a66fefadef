"""Bodies in and out: media types, compression both ways, and the limits that keep a rubbish body from hurting."""

from __future__ import annotations

import asyncio
import gzip
import io
import zlib
from typing import Any, TypeVar

import msgspec
import zstandard
from starlette.requests import Request
from starlette.responses import Response

from sync.central.problems import ProblemError
from sync.wire import MEDIA_TYPE, PROBLEM_TYPE, Problem

T = TypeVar("T")

SMALL_BODY = 64 * 1024
"""Enough for every request but a batch of entries."""
WORTH_COMPRESSING = 1024
ZSTD_WINDOW = 1 << 23
"""The largest window (RFC 8878 §3.1.1.1.2 recommends to support 8 MiB) a request's frame may ask memory for."""
FIRST_SECONDS, SLOWEST = 20.0, 8 * 1024
"""A body may take as long as one of the largest size does at 8 KiB a second, and the first seconds."""
JSON_TYPES = frozenset({MEDIA_TYPE, "application/json"})


async def read_body(request: Request, limit: int) -> bytes:
    """Return the request's body, decompressed; neither form may be longer than ``limit``."""
    media_type = request.headers.get("content-type", MEDIA_TYPE).partition(";")[0].strip().lower()
    if media_type not in JSON_TYPES:
        raise ProblemError("media-type")
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "", "gzip", "zstd"}:
        raise ProblemError("media-type", headers={"Accept-Encoding": "zstd, gzip"})
    try:
        async with asyncio.timeout(FIRST_SECONDS + limit / SLOWEST):
            body = await _received(request, limit)
    except TimeoutError as error:
        raise ProblemError("too-slow", headers={"Connection": "close"}) from error
    return _decompressed(body, coding, limit)


async def _received(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise ProblemError("too-large")
    return bytes(body)


def _decompressed(body: bytes, coding: str, limit: int) -> bytes:
    """Stop one byte past the limit, however much more a bomb holds."""
    try:
        if coding == "gzip":
            out = zlib.decompressobj(wbits=31).decompress(body, limit + 1)
        elif coding == "zstd":
            decompressor = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
            with decompressor.stream_reader(io.BytesIO(body)) as reader:
                out = reader.read(limit + 1)
        else:
            out = body
    except (zlib.error, zstandard.ZstdError) as error:
        raise ProblemError("not-json") from error
    if len(out) > limit:
        raise ProblemError("too-large")
    return out


def decode(body: bytes, kind: type[T]) -> T:
    """Return the message in a body, or raise the problem with it."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise ProblemError("malformed", f"请求内容不符合约定的格式（{error}）。") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemError("not-json") from error
    except RecursionError as error:
        raise ProblemError("malformed") from error


def encode(message: Any) -> bytes:
    """Return a message as JSON."""
    return msgspec.json.encode(message)


def answer(request: Request, body: bytes, status: int = 200) -> Response:
    """Return an answer of ours, compressed as the caller accepts it."""
    headers = {"Vary": "Accept-Encoding", "Cache-Control": "no-store"}
    if len(body) >= WORTH_COMPRESSING:
        accepted = accepted_encodings(request.headers.get("accept-encoding", ""))
        if "zstd" in accepted:
            body = zstandard.ZstdCompressor(level=3).compress(body)
            headers["Content-Encoding"] = "zstd"
        elif "gzip" in accepted:
            body = gzip.compress(body, compresslevel=5, mtime=0)
            headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers, MEDIA_TYPE)


def problem_answer(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return a problem as RFC 9457 wants it."""
    return Response(encode(problem), problem.status, {"Cache-Control": "no-store", **(headers or {})}, PROBLEM_TYPE)


def accepted_encodings(header: str) -> frozenset[str]:
    """Return the codings an ``Accept-Encoding`` header allows (RFC 9110 §12.5.3): those without a weight of zero."""
    accepted = set()
    for part in header.lower().split(","):
        coding, _, weight = part.partition(";")
        if weight.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            accepted.add(coding.strip())
    return frozenset(accepted)
