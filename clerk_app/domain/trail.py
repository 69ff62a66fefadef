"""The places of the feed this window has passed, and what central said of each: by them a restored central tells how far it is the same.

Few are kept, the nearer the denser: the step with number i stays while fewer than 2 · 2^v(i) came after it, v(i) being how often 2
divides i. Of n steps that leaves about 2 · log2 n; and where central lost the last d of them, one of the 3 · d before the last is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A place at which the cursor stood."""

    number: int
    """Counted from 1 on along the trail."""
    position: int
    mark: int
    """Central's word for what stands there (``wire.FeedEntry.mark``)."""


def gone_on(trail: Sequence[Step], position: int, mark: int) -> tuple[Step, ...]:
    """Return the trail, ascending, after the cursor moved to a place; where it went back, what lies behind is no part of it."""
    before = [step for step in trail if step.position < position]
    if mark:
        before.append(Step(before[-1].number + 1 if before else 1, position, mark))
    return tuple(step for step in before if before[-1].number - step.number < 2 * _power(step.number))


def _power(number: int) -> int:
    """Return the greatest power of 2 that divides a number."""
    return number & -number
