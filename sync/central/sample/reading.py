"""Reads the sample's JSON files, which people write by hand: a member nobody knows is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from importlib.resources import files
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class Authored(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is written by hand."""


def read(name: str, kind: type[T]) -> T:
    """Return one file of this package as a ``kind``."""
    return msgspec.json.decode((files(__package__) / name).read_bytes(), type=kind)


def build(kind: type[T], members: Mapping[str, Any]) -> T:
    """Return a dataclass of its members as JSON has them; raises ``ValueError`` at one that it does not have."""
    unknown = members.keys() - {f.name for f in fields(kind)}  # type: ignore[arg-type]
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}: {dict(members)}")
    return msgspec.convert(members, kind)
