"""Parts of a file over HTTP (RFC 9110 §14): which bytes a request is answered with."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sync.central.problems import ProblemError

_RANGE = re.compile(r"bytes=(?:(\d{1,16})-(\d{1,16})?|-(\d{1,16}))")


def piece_of(headers: Mapping[str, str], etag: str, size: int) -> tuple[int, int] | None:
    """Return where the bytes that are asked for begin and end (the end not among them), or ``None`` for all of them.

    What is no range, asks for several, or belongs to another file (``If-Range``) is answered with the whole. Raises the
    problem ``range`` for one past the end.
    """
    asked = _RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if asked is None or headers.get("if-range", etag) != etag:
        return None
    first, last, tail = (None if number is None else int(number) for number in asked.groups())
    if first is None:
        begin, end = max(0, size - (tail or 0)), size
    elif last is not None and last < first:
        return None
    else:
        begin, end = first, size if last is None else min(size, last + 1)
    if begin >= end:
        raise ProblemError("range", headers={"Content-Range": f"bytes */{size}"})
    return begin, end


def piece_headers(piece: tuple[int, int] | None, etag: str, size: int) -> dict[str, str]:
    """Return the headers of an answer with these bytes."""
    begin, end = piece or (0, size)
    told = {"ETag": etag, "Accept-Ranges": "bytes", "Content-Length": str(end - begin), "Cache-Control": "no-transform"}
    return told if piece is None else {**told, "Content-Range": f"bytes {begin}-{end - 1}/{size}"}
