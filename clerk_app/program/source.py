"""Where releases come from, as the fetching sees it; ``sync.releases`` is the one over the line."""

from __future__ import annotations

from typing import Protocol


class NotThere(Exception):
    """There is no such file."""


class Source(Protocol):
    """Gives files by name; raises ``NotThere`` or what its line raises."""

    def metadata(self, name: str) -> bytes:
        """Return a whole metadata file."""
        ...

    def piece(self, name: str, begin: int, end: int) -> bytes:
        """Return the bytes of a target from ``begin`` to before ``end``; fewer only where nothing more comes."""
        ...
