"""Which subjects changed since somebody last looked, so that a list of thousands is brought up to date by the few that did."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

KEPT = 4096
"""Changes that are remembered; who looks more seldom reads everything anew."""


class Changes:
    """Counts changes as they become durable; in memory, and thread-safe."""

    def __init__(self) -> None:
        self.heard: list[Callable[[], None]] = []
        """Called after each change, on the thread that made it: to wake who then asks ``since``; must not wait."""
        self._log: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self._last = self._forgotten = 1
        self._lock = threading.Lock()

    def note(self, subjects: Iterable[str]) -> None:
        """Note that these changed, came or went."""
        with self._lock:
            for subject in subjects:
                self._last += 1
                if len(self._log) == KEPT:
                    self._forgotten = self._log[0][0]
                self._log.append((self._last, subject))
        self._tell()

    def forget(self) -> None:
        """Note that anything may be other than before."""
        with self._lock:
            self._last += 1
            self._forgotten = self._last
            self._log.clear()
        self._tell()

    def since(self, mark: int) -> tuple[int, frozenset[str] | None]:
        """Return the mark to ask with next, and what changed since ``mark`` (0: never asked); ``None``: read everything anew."""
        with self._lock:
            if not self._forgotten <= mark <= self._last:
                return self._last, None
            return self._last, frozenset(subject for at, subject in self._log if at > mark)

    def _tell(self) -> None:
        for told in self.heard:
            told()
