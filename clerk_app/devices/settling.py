"""Which files in the scanner's folder are whole, told from how they were seen to lie there; no disk, no clock.

A file counts once its size and time stood still for a moment and what it holds is whole from its first byte to its last. One
that is not whole is looked at again when it changed; if it never does, it is refused after a while, with the reason.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clerk_app.devices.original import Stamp

STEADY = 1.0
"""Seconds a file lies unchanged before it is read."""
PATIENCE = 30.0
"""Seconds a file that is not whole, or cannot be read, is waited for before it is tried again."""
MOST = 500
"""Files that are looked at, the newest; older ones take their turn as these go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A file in the scanner's folder that can be attached, or that never will be."""

    path: Path
    stamp: Stamp
    media: str = ""
    pages: int = 0
    refused: str = ""
    """Why it cannot be attached, in Chinese; empty: it can."""

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.stamp.size

    @property
    def at(self) -> float:
        """When it was written, as whoever wrote it says: seconds since 1970."""
        return self.stamp.changed / 1e9


@dataclass(slots=True)
class _Known:
    stamp: Stamp
    since: float
    """When it was first seen like this."""
    due: float
    """When it is to be read; never: told already."""
    told: Seen | None = None


@dataclass(slots=True)
class Settling:
    """All files of one folder, as far as they are known."""

    steady: float = STEADY
    patience: float = PATIENCE
    most: int = MOST
    _known: dict[str, _Known] = field(default_factory=dict)
    _claimed: dict[Path, Stamp] = field(default_factory=dict)
    beyond: int = 0
    """Older files that are not looked at yet."""

    def look(self, found: Mapping[str, Stamp], now: float) -> list[str]:
        """Take in what lies in the folder; return the names to be read now, the newest first."""
        self._claimed = {path: stamp for path, stamp in self._claimed.items() if found.get(path.name) == stamp}
        looked = found
        if len(found) > self.most:
            looked = dict(heapq.nlargest(self.most, found.items(), key=_newest))
        self.beyond = len(found) - len(looked)
        for name in self._known.keys() - looked.keys():
            del self._known[name]
        for name, stamp in looked.items():
            known = self._known.get(name)
            if known is None or known.stamp != stamp:
                self._known[name] = _Known(stamp, now, now + self.steady)
        claimed = self._names()
        due = [name for name, known in self._known.items() if known.due <= now and name not in claimed]
        return sorted(due, key=lambda name: _newest((name, self._known[name].stamp)), reverse=True)

    def tell(self, seen: Seen, now: float, *, partial: bool = False) -> None:
        """Take in what reading a file came to; ``partial``: it may become whole, or readable, yet."""
        known = self._known.get(seen.path.name)
        if known is None or known.stamp != seen.stamp:
            return
        known.due = now + self.patience if partial else float("inf")
        waited = now - known.since >= self.patience
        known.told = None if partial and not waited else seen

    def again(self, name: str, now: float) -> None:
        """Look at a file anew that changed while it was read."""
        known = self._known.get(name)
        if known is not None:
            known.due = now + self.steady

    def waiting(self) -> tuple[Seen, ...]:
        """Return what can be attached and what was refused, the newest first."""
        claimed = self._names()
        told = [k.told for name, k in self._known.items() if k.told is not None and name not in claimed]
        return tuple(sorted(told, key=lambda seen: _newest((seen.path.name, seen.stamp)), reverse=True))

    def claim(self, path: Path, stamp: Stamp) -> None:
        """Somebody has this file in hand: it waits for nobody else."""
        self._claimed[path] = stamp

    def claimed(self, path: Path) -> Stamp | None:
        """Return the file somebody has in hand, unless another has come in its place."""
        return self._claimed.get(path)

    def let_go(self, path: Path) -> None:
        """It waits again."""
        self._claimed.pop(path, None)

    def _names(self) -> set[str]:
        return {path.name for path in self._claimed}

    def forget(self) -> None:
        """The folder is gone; what somebody has in hand stays in hand."""
        self._known.clear()
        self.beyond = 0

    def rest(self, now: float) -> float | None:
        """Return the seconds until something is to be read; ``None``: nothing is."""
        claimed = self._names()
        due = min((k.due for name, k in self._known.items() if name not in claimed), default=float("inf"))
        return None if due == float("inf") else max(0.0, due - now)


def counted(seen: Iterable[Seen]) -> int:
    """Return how many can be attached."""
    return sum(not one.refused for one in seen)


def _newest(found: tuple[str, Stamp]) -> tuple[int, str]:
    name, stamp = found
    return stamp.changed, name
