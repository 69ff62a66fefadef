"""The museum: bugs other systems had, each put back into our line by name, to see whether the suite would notice.

A mutant is a patch over the real code, or over the disk or central of the simulation where the bug lives there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

MUSEUM: dict[str, Mutant] = {}


@dataclass(frozen=True)
class Mutant:
    """One bug."""

    name: str
    seen_in: str
    """Who had it; empty: we might."""
    about: str
    patch: Callable[[], AbstractContextManager[object]]
    trial: Callable[[], None] | None = None
    """The story that finds it; ``None``: the standard seeds of the simulation do."""
    seed: int = 0
    """The one that found it last; it is tried first."""


def exhibit(
    name: str, seen_in: str = "", trial: Callable[[], None] | None = None, seed: int = 0
) -> Callable[[Callable[[], Iterator[None]]], Callable[[], Iterator[None]]]:
    """Put a patch into the museum; what it does is its docstring."""

    def take(patch: Callable[[], Iterator[None]]) -> Callable[[], Iterator[None]]:
        MUSEUM[name] = Mutant(name, seen_in, (patch.__doc__ or "").strip(), contextmanager(patch), trial, seed)
        return patch

    return take
