"""Whether a version that was just switched to comes up: its first screen is painted and the window's store is open."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clerk_app.program.build_info import build_info
from clerk_app.program.switching import Programs, of_window

log = logging.getLogger("clerk.program")


class Health:
    """Of one start of the client in a window's folder."""

    def __init__(self, folder: Path, programs: Programs | None = None, version: str = "") -> None:
        """``programs`` and ``version`` are this program's own where nothing is said."""
        self._programs = programs or of_window(folder)
        self._version = version or build_info().version
        self._missing = {"painted", "opened"}

    def painted(self) -> None:
        """The first screen is up."""
        self._seen("painted")

    def opened(self) -> None:
        """The window's store is open."""
        self._seen("opened")

    def _seen(self, what: str) -> None:
        self._missing.discard(what)
        if not self._missing:
            with suppress(OSError):  # then the next start says so
                self._programs.healthy(self._version)

    @contextmanager
    def excusing(self, *reasons: type[BaseException]) -> Iterator[None]:
        """A start that ends for one of these reasons is not held against the version."""
        try:
            yield
        except reasons:
            with suppress(OSError):
                self._programs.excuse()
            raise
