"""The errand of bringing central what other windows wrote and a supervisor here has vouched for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from sync import wire
from sync.engine.operations import DeliveredLoads, Load, LoadAsked, LoadEnded, Part, PartSent, TakePart, WaitingLoads
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Event,
    Failed,
    Failure,
    Go,
    Kind,
    Move,
    Over,
    Request,
    Shared,
    failed,
)

LATER = frozenset({"epoch-changed", "too-often"})
"""Problems that are not about the file."""
NOT_YET = frozenset({"not-found", "method"})
"""What a central answers that does not know this call: it is one version older."""
ASK_AGAIN = 3600.0
"""Seconds between two questions whether central's backups hold what was delivered."""


@dataclass(frozen=True, slots=True)
class Carry:
    """Bring everything that waits, and let go of what central's backups hold: until then it may have to be said again."""

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(self, Disk(WaitingLoads()), shared)
            case Done(tuple() as loads):
                return Over(shared, then=(*(Bring(load=load) for load in loads), LetGo()))
            case _:
                return failed(event, shared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bring:
    """Bring one file, part by part, from where central stands."""

    load: Load
    under_way: bool = False
    """A part is: what is answered is about it."""
    durable: int = 0
    """Up to which ``n`` of the file's window central's backups reach."""
    ended: Shared | None = None
    """What is shared once the outcome is kept."""

    def step(self, event: Event, shared: Shared) -> Move:
        load = self.load
        match event.what:
            case Done(None) if self.ended is not None:
                return Over(self.ended)
            case Begun():
                return Go(self, _say(load, shared), shared)
            case Answered(message=wire.CarriedAnswer() as told) if self.under_way:
                load = replace(load, sent=load.sent + 1, refused=load.refused + told.refused)
                kept = Disk(PartSent(load.word.content, load.sent, load.refused))
                return Go(Bring(load=load, durable=told.durable_through), kept, shared)
            case Answered(message=wire.CarriedAnswer() as told):
                return replace(self, durable=told.durable_through)._next(shared)
            case Done(None):
                return self._next(shared, f"已代报 {load.word.window} 第 {load.sent}/{load.parts} 份")
            case Done(Part() as part) if part.lost:
                return self._refused("lost", part.lost, shared)
            case Done(Part() as part):
                return Go(replace(self, under_way=True), _say(load, shared, part.records), shared)
            case Failed(failure) if failure.kind is Kind.TOLD and failure.code in NOT_YET:
                return Over(shared)
            case Failed(failure) if _is_about_the_file(failure):
                return self._refused(failure.code or "too-large", failure.text, shared)
            case _:
                return failed(event, shared)

    def _next(self, shared: Shared, show: str = "") -> Move:
        load = self.load
        if load.sent < load.parts:
            return Go(self, Disk(TakePart(load.word.content, load.sent)), shared, show)
        kept = Disk(LoadEnded(load.word.content, drop=self.durable >= load.word.last))
        return Go(replace(self, ended=shared.counting(carried=1)), kept, shared, show)

    def _refused(self, code: str, problem: str, shared: Shared) -> Move:
        kept = Disk(LoadEnded(self.load.word.content, code, problem))
        return Go(replace(self, ended=shared.counting(carried_refused=1)), kept, shared)


@dataclass(frozen=True, slots=True)
class LetGo:
    """Ask, once in a while, whether central's backups hold what was delivered; what they hold need not be kept."""

    loads: tuple[Load, ...] | None = None
    """Still to be asked about; ``None``: it was not looked yet."""

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(self, Disk(DeliveredLoads(ASK_AGAIN)), shared)
            case Done(tuple() as loads):
                return LetGo(loads)._ask(shared)
            case Answered(message=wire.CarriedAnswer() as told) if self.loads:
                return self._asked(self.loads[0], told.durable_through, shared)
            case Failed(failure) if self.loads and _is_about_the_file(failure):
                return self._asked(self.loads[0], 0, shared)
            case Done(None) if self.loads:
                return LetGo(self.loads[1:])._ask(shared)
            case _:
                return failed(event, shared)

    def _ask(self, shared: Shared) -> Move:
        return Go(self, _say(self.loads[0], shared), shared) if self.loads else Over(shared)

    def _asked(self, load: Load, durable: int, shared: Shared) -> Move:
        return Go(self, Disk(LoadAsked(load.word.content, drop=durable >= load.word.last)), shared)


def _is_about_the_file(failure: Failure) -> bool:
    if failure.kind is Kind.TOO_LARGE:
        return True
    return failure.kind is Kind.TOLD and failure.code not in LATER and failure.status != 401


def _say(load: Load, shared: Shared, records: bytes = b"") -> Ask:
    """Return one part as it is said; without records only what central has is asked."""
    said = wire.CarriedRequest(
        epoch=shared.epoch, header=load.header, signature=load.signature, word=load.word, records=records
    )
    content = msgspec.json.encode(said)
    return Ask(Request(method="POST", path="/v1/carried", answer=wire.CarriedAnswer, content=content))
