"""Values to and from plain JSON data, as they stand in entry bodies, in the store and on the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")


class NotPlain(ValueError):
    """Data from outside does not have the shape it should have; the message names the place in English."""


def to_plain(value: Any) -> Any:
    """Return a value as JSON data: dataclasses as dicts without members that hold their default, dates as ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(v) for f in fields(value) if not _is_default(f, v := getattr(value, f.name))}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(v) for v in value]
    return value


def from_plain(kind: type[T], data: Any) -> T:
    """Return ``data`` as a ``kind``; raises ``NotPlain`` when it does not fit."""
    try:
        return msgspec.convert(data, kind)
    except (msgspec.ValidationError, ValueError, OverflowError, RecursionError) as error:
        raise NotPlain(str(error)) from error


def body_of(kind: type[T], body: dict[str, Any]) -> T:
    """Return an entry's body as a ``kind``, as ``from_plain`` does; asked again at once, as judging and folding do, the same."""
    held, of, value = _LAST[0]
    if held is not body or of is not kind:
        value = from_plain(kind, body)
        _LAST[0] = (body, kind, value)
    return cast("T", value)


_LAST: list[tuple[object, object, object]] = [(None, None, None)]
"""The body that was asked for last; held, so that no other can take its place in memory."""


def _is_default(field: Field[Any], value: Any) -> bool:
    if field.default is not MISSING:
        return bool(field.default == value)
    if field.default_factory is not MISSING:
        return bool(field.default_factory() == value)
    return False
