"""What the errand of hearing further points asks of the store (``sync.disk_further`` does it over ``Records``)."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.domain.trail import Step
from sync import wire
from sync.engine.values import Operation


@dataclass(frozen=True, slots=True)
class Follow(Operation[tuple[wire.FeedPlace, ...]]):
    """Follow these points and no others: what is held of others goes; return how far each is heard."""

    points: tuple[wire.FurtherPoint, ...]


@dataclass(frozen=True, slots=True)
class Followed(Operation[tuple[wire.FeedPlace, ...]]):
    """Return how far this window has heard, its own feed first; empty: it follows no further point."""


@dataclass(frozen=True, slots=True)
class TakeFurther(Operation[None]):
    """Take in entries of a further point's feed together with the place they lead to; may fail ``FORKED``."""

    point: str
    entries: tuple[wire.FeedEntry, ...]
    """Empty: only the mark is news."""
    position: int
    mark: int


@dataclass(frozen=True, slots=True)
class LookBackAt(Operation[tuple[Step, ...]]):
    """Return the places passed in a further point's feed, the last one last."""

    point: str


@dataclass(frozen=True, slots=True)
class BeginAnewAt(Operation[int]):
    """Central was restored: go back to the last place at which a further point's feed is as it was; return how far that is."""

    point: str
    sure: Step | None
    """``None``: none is."""
