"""Bells that tell who listens to them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sync.central.bell import Bell


class ToldBell(Bell):
    """Tells when somebody begins to listen."""

    def __init__(self) -> None:
        super().__init__()
        self.somebody = asyncio.Event()

    @contextmanager
    def listen(self, *points: str) -> Iterator[asyncio.Event]:
        self.somebody.set()
        with super().listen(*points) as event:
            yield event
