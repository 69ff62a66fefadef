"""The errand of becoming another window, where this one's history went its own way: a disk image put back, or a clone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from clerk_app.domain.journal import GENESIS
from sync import wire
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Event,
    Go,
    Move,
    Operation,
    Over,
    Request,
    Shared,
    Stuck,
    down,
    failed,
)
from sync.engine.words import refused

PAGE = 500
"""Own entries that are compared at a time, from the latest backwards."""
NO_FORK = refused("本窗口的流水与市中心一致，没有分叉，不需要重新立户。")


@dataclass(frozen=True, slots=True)
class Fork:
    """Where two histories of one window part."""

    shared_n: int
    """The last entry both have."""
    shared_digest: str
    fork_digest: str
    """Of this machine's next entry; empty: it has none, and so nothing of its own."""


@dataclass(frozen=True, slots=True)
class Incarnation:
    """What central made of this machine."""

    enrolment: wire.Enrolment
    shared_n: int
    """The last entry of the former window that central holds as it is here."""


@dataclass(frozen=True, slots=True)
class FindFork(Operation[Fork | None]):
    """Return where this window's entries part from those given, as ``n`` and digest ascending; ``None``: before all of them."""

    digests: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incarnate:
    """Find the fork, and ask central for a new window of this point; the result is an ``Incarnation``."""

    public_key: str
    after: int = 0
    fork: Fork | None = None

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun() if shared.state is not None:
                return self._look(max(0, shared.state.last_n - PAGE), shared)
            case Answered(message=wire.OwnEntries() as page):
                return self._compare(page, shared)
            case Done(None) if self.after:
                return self._look(max(0, self.after - PAGE), shared)
            case Done(Fork() as fork):
                return self._found(fork, shared)
            case Answered(message=wire.Enrolment() as enrolment) if self.fork is not None:
                return Over(shared, result=Incarnation(enrolment, self.fork.shared_n))
            case _:
                return failed(event, shared)

    def _look(self, after: int, shared: Shared) -> Move:
        query = (("after", after), ("limit", PAGE))
        asked = Request(method="GET", path="/v1/entries", answer=wire.OwnEntries, query=query)
        return Go(replace(self, after=after), Ask(asked), shared)

    def _compare(self, page: wire.OwnEntries, shared: Shared) -> Move:
        numbers = [own.entry.n for own in page.entries]
        if numbers != list(range(self.after + 1, self.after + 1 + len(numbers))):
            return Stuck(down(), shared)
        told = [(own.entry.n, own.entry.digest()) for own in page.entries]
        first = [(0, GENESIS)] if self.after == 0 else []
        return Go(self, Disk(FindFork((*first, *told))), shared)

    def _found(self, fork: Fork, shared: Shared) -> Move:
        state = shared.state
        if state is None or not fork.fork_digest or fork.shared_n >= state.last_n:
            return Stuck(NO_FORK, shared)
        message = wire.IncarnationRequest(
            public_key=self.public_key,
            shared_n=fork.shared_n,
            shared_digest=fork.shared_digest,
            fork_digest=fork.fork_digest,
        )
        asked = Request(
            method="POST", path="/v1/incarnations", answer=wire.Enrolment, content=msgspec.json.encode(message)
        )
        return Go(replace(self, fork=fork), Ask(asked), shared)
