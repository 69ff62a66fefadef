"""Switches that make rare things common (FoundationDB's BUGGIFY)."""

from __future__ import annotations

import dataclasses
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeVar
from unittest import mock

from sync.engine import shares

T = TypeVar("T")


@dataclass(frozen=True)
class Quirks:
    """How a run is set; the defaults are those of the product."""

    batch: int = 200
    share: int = 100
    page: int = 500
    piece: int = 1 << 20
    pulse: float = 10.0

    @classmethod
    def drawn(cls, chance: random.Random) -> Quirks:
        """Return some of them thrown."""
        return cls(
            batch=chance.choice((200, 200, 1, 2)),
            share=chance.choice((100, 100, 1)),
            page=chance.choice((500, 500, 1, 3)),
            piece=chance.choice((1 << 20, 3, 7)),
            pulse=chance.choice((10.0, 20.0, 40.0)),
        )


@contextmanager
def quirky(quirks: Quirks) -> Iterator[None]:
    """Make the engine take long answers in so many at a time."""
    with ExitStack() as stack:
        for module in ("feeding", "catalogue", "comparing", "pushing"):
            stack.enter_context(mock.patch(f"sync.engine.{module}.split", partial(_split, quirks.share)))
        for name, loaded in list(sys.modules.items()):
            if name.startswith("sync.engine.") and getattr(loaded, "replace", None) is dataclasses.replace:
                stack.enter_context(mock.patch.object(loaded, "replace", swift_replace))
        yield


def swift_replace(value: T, /, **changes: Any) -> T:
    """Do what ``dataclasses.replace`` does, in a third of the time: a step does it ten times, and there are millions."""
    kind: Any = type(value)
    names, values = _members(kind)
    made: T = kind(**(dict(zip(names, values(value), strict=True)) | changes))
    return made


@cache
def _members(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(f.name for f in dataclasses.fields(kind) if f.init)
    return names, attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, n) for n in names)


def _split(share: int, whole: tuple[Any, ...], size: int = shares.SHARE) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    return shares.split(whole, min(share, size))
