"""The errand of finding out whether this window lost something, and fetching it again, or central did."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync import wire
from sync.engine.feeding import Feed
from sync.engine.operations import Agree, Prepare, Restore, Stand, Standing
from sync.engine.recovery import Anew
from sync.engine.shares import split
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Event,
    Failed,
    Go,
    Kind,
    Move,
    Over,
    Request,
    Shared,
    Stuck,
    down,
    failed,
)
from sync.engine.words import two_histories

OLDER_CENTRAL = frozenset({"method", "not-found"})
"""What a central says that cannot give a window its own entries back: then the feed has to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """Fetch own entries that are missing here before anything new is said; then see whether central lost some."""

    regain: bool = True
    """Central can be asked for them."""
    prepared: bool = False
    after: int | None = None
    """Asked for own entries past this number."""
    left: tuple[wire.OwnEntry, ...] = ()
    """Of the page in hand, to be taken in."""
    taken: int = 0
    """The last number taken in."""
    agreed: bool = False

    def step(self, event: Event, shared: Shared) -> Move:
        state = shared.state
        if state is None:
            return failed(event, shared)
        match event.what:
            case Begun() if not self.prepared:
                return Go(replace(self, prepared=True), Disk(Prepare(tuple(sorted(state.barred)))), shared)
            case Done(Stand() as stand) if self.agreed:
                return Over(shared, then=(Anew(),) if has_lost(stand, state) else ())
            case Done(Stand() as stand):
                return self._looked(stand, state, shared)
            case Answered(message=wire.OwnEntries() as page):
                return self._page(page, shared)
            case Done(None) if self.left:
                return self._take(shared, breath=True)
            case Begun() | Done(None):
                show = f"已从市中心取回本窗口流水至第 {self.taken} 条" if self.taken else ""
                digest_of = 0 if self.agreed else state.last_n
                return Go(replace(self, taken=0), Disk(Standing(digest_of)), shared, show)
            case Failed(failure) if failure.kind is Kind.TOLD and failure.code in OLDER_CENTRAL:
                return self._by_feed(shared)
            case _:
                return failed(event, shared)

    def _looked(self, stand: Stand, state: wire.SessionState, shared: Shared) -> Move:
        if stand.digest not in {None, state.last_digest}:
            return Stuck(two_histories(f"第 {state.last_n} 条的内容不同"), shared)
        wanted = wanted_after(stand, state.last_n) if self.regain else None
        if wanted is None:
            return Go(replace(self, agreed=True), Disk(Agree(state)), shared)
        if self.after is not None and wanted <= self.after:
            return self._by_feed(shared)
        asked = Request(method="GET", path="/v1/entries", answer=wire.OwnEntries, query=(("after", wanted),))
        return Go(replace(self, after=wanted), Ask(asked), shared)

    def _page(self, page: wire.OwnEntries, shared: Shared) -> Move:
        after = self.after or 0
        if [own.entry.n for own in page.entries] != list(range(after + 1, after + 1 + len(page.entries))):
            return Stuck(down(), shared)
        if not page.entries:
            return self._by_feed(shared)
        return replace(self, left=tuple(page.entries))._take(shared)

    def _take(self, shared: Shared, *, breath: bool = False) -> Move:
        share, left = split(self.left)
        return Go(replace(self, left=left, taken=share[-1].entry.n), Disk(Restore(share), breath), shared)

    @staticmethod
    def _by_feed(shared: Shared) -> Move:
        return Over(shared, then=(Feed(), Compare(prepared=True, regain=False)))


def wanted_after(stand: Stand, last_n: int) -> int | None:
    """Return the number past which own entries are to be asked for; ``None``: nothing is missing that central has."""
    if stand.missing is not None and stand.missing.first <= last_n:
        return stand.missing.first - 1
    return stand.head if last_n > stand.head else None


def has_lost(stand: Stand, state: wire.SessionState) -> bool:
    """Whether central is another than before, or has less than it confirmed."""
    return stand.epoch != state.epoch or confirmed(stand) > state.last_n


def confirmed(stand: Stand) -> int:
    """Return up to which ``n`` central is known to have had this window's entries."""
    surely = stand.missing.first - 1 if stand.missing is not None else stand.head
    if not stand.unsent:
        return surely
    if stand.first_unsent is not None:
        return min(surely, stand.first_unsent - 1)
    return surely if stand.missing is not None else 0
