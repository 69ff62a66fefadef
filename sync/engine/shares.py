"""Long answers are taken in piece by piece, so that whoever works at the window gets the store in between."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")
SHARE = 100
"""So much of an answer is taken in at a time."""


def split(whole: tuple[T, ...], size: int = SHARE) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """Return the next share of an answer, and what is left."""
    return whole[:size], whole[size:]
