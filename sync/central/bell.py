"""Wakes the long polls of this process when a point's feed has grown."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Bell:
    """Rung after a commit; what other processes commit is found by looking again now and then."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.silent = False
        """Set on the way out: nobody waits any more."""

    @contextmanager
    def listen(self, *points: str) -> Iterator[asyncio.Event]:
        """Give an event that is set by every ring of any of these points while the block lasts."""
        event = asyncio.Event()
        for point in points:
            self._listeners[point].add(event)
        try:
            yield event
        finally:
            for point in points:
                self._listeners[point].discard(event)
                if not self._listeners[point]:
                    self._listeners.pop(point)

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(set().union(*self._listeners.values()))

    def ring(self, points: Iterable[str]) -> None:
        """Wake who listens to these points."""
        for point in points:
            for event in self._listeners.get(point, ()):
                event.set()

    def silence(self) -> None:
        """Wake everybody, for good."""
        self.silent = True
        self.ring(list(self._listeners))
