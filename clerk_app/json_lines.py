"""Lines of JSON that a program hands in, one object a line: read alike whatever they ask for."""

from __future__ import annotations

import json
from typing import TypeVar

from clerk_app.domain.plain import NotPlain, from_plain
from clerk_app.seat import Refused

T = TypeVar("T")

MAX_LINE = 1 << 20
"""Bytes of one line; neither an intake nor a hand-over has use for more."""
MAX_PLACE = 160
"""Characters of what is told about a wrong place."""


def read_line(shape: type[T], raw: bytes) -> T:
    """Return what one line tells, in this shape; raises ``Refused``. What is ``null`` counts as not told."""
    if len(raw) > MAX_LINE:
        raise Refused("line-too-long", f"这一行有 {len(raw)} 字节，超过 {MAX_LINE} 字节的上限，没有登记。")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused("json-invalid", "这一行不是完整的 JSON，没有登记。") from error
    if not isinstance(data, dict):
        raise Refused("json-invalid", "这一行应是一个 JSON 对象，没有登记。")
    try:
        return from_plain(shape, {name: value for name, value in data.items() if value is not None})
    except NotPlain as error:
        # The message names the place, never the value: fit to be shown.
        raise Refused("shape-invalid", f"这一行的内容格式不对（{str(error)[:MAX_PLACE]}），没有登记。") from error
