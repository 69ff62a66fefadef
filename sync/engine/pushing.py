"""The errand of saying what is unsent, batch by batch, in the order of the chain."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from clerk_app.domain.journal import Verdict
from sync import wire
from sync.engine.operations import Batch, Settle, TakeUnsent
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
from sync.engine.words import refused

BATCH_BYTES = wire.MAX_BYTES - (64 << 10)
"""What a batch of entries may weigh, with room for what stands around them."""
UNHEARD = frozenset({Verdict.REFUSED, Verdict.QUARANTINED})
MOST_STALLS = 3
"""So often a batch may begin with what was settled already; once more would be a loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """Say everything unsent."""

    limit: int = wire.MAX_ENTRIES
    batch: Batch | None = None
    """On its way."""
    left: tuple[wire.EntryVerdict, ...] = ()
    """To be kept."""
    changed: tuple[wire.EntryVerdict, ...] = ()
    """Of earlier entries, to be kept with them."""
    last: int = 0
    """The greatest number that was settled."""
    stalls: int = 0

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Done(Batch() as batch):
                return self._say(batch, shared) if batch.entries else Over(shared)
            case Answered(message=wire.EntriesAnswer() as answer) if self.batch is not None:
                return self._settle(self.batch, answer, shared)
            case Done(None) if self.left:
                return self._keep(shared, breath=True)
            case Begun() | Done(None):
                show = f"已上报 {shared.report.pushed} 条" if self.batch is not None else ""
                return Go(replace(self, batch=None), self._next(), shared, show)
            case Failed(failure) if failure.kind is Kind.TOO_LARGE and self.batch is not None:
                return self._halved(self.batch, failure.text, shared)
            case _:
                return failed(event, shared)

    def _next(self) -> Disk:
        return Disk(TakeUnsent(self.limit, BATCH_BYTES))

    def _say(self, batch: Batch, shared: Shared) -> Move:
        stalls = self.stalls + (batch.entries[0].n <= self.last)
        if stalls > MOST_STALLS:
            return Stuck(down("市中心没有对上报的流水作答。"), shared)
        entries = b",".join(entry.raw for entry in batch.entries)
        content = b'{"epoch":%b,"entries":[%b]}' % (msgspec.json.encode(shared.epoch), entries)
        request = Request(
            method="POST", path="/v1/entries", answer=wire.EntriesAnswer, content=content, backlog=batch.unsent
        )
        return Go(replace(self, batch=batch, stalls=stalls), Ask(request), shared)

    def _settle(self, batch: Batch, answer: wire.EntriesAnswer, shared: Shared) -> Move:
        said = {(entry.id, entry.n) for entry in batch.entries}
        verdicts = tuple(verdict for verdict in answer.verdicts if (verdict.id, verdict.n) in said)
        if not verdicts:
            return Stuck(down("市中心没有对上报的流水作答。"), shared)
        first = batch.entries[0].n
        changed = tuple(verdict for verdict in answer.changed if verdict.n < first)
        unheard = sum(verdict.verdict in UNHEARD for verdict in verdicts)
        last = max(self.last, *(verdict.n for verdict in verdicts))
        going = replace(self, left=verdicts, changed=changed, last=last)
        return going._keep(shared.counting(pushed=len(verdicts), refused=unheard))

    def _keep(self, shared: Shared, *, breath: bool = False) -> Move:
        share, left = split(self.left, wire.MAX_ENTRIES)
        return Go(replace(self, left=left, changed=()), Disk(Settle(share, self.changed), breath), shared)

    def _halved(self, batch: Batch, why: str, shared: Shared) -> Move:
        if len(batch.entries) == 1:
            n = batch.entries[0].n
            return Stuck(refused(f"第 {n} 条流水过大，市中心不收：{why}请联系技术人员。"), shared)
        smaller = replace(self, batch=None, limit=len(batch.entries) // 2)
        return Go(smaller, smaller._next(), shared)
