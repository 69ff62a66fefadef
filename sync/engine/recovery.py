"""What is made of a failure in a round: everything anew, where that helps and may still be done, or its end."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clerk_app.domain.trail import Step
from sync import wire
from sync.engine.greeting import Greet
from sync.engine.operations import BeginAnew, Heal, LookBack
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Errand,
    Event,
    Failed,
    Failure,
    Go,
    Kind,
    Move,
    Over,
    Request,
    Shared,
    Stuck,
    failed,
)
from sync.engine.words import refused, two_histories

LOOK_ANEW = frozenset({"epoch-changed", "gap", "cursor-ahead"})
"""Problems after which the window asks where central stands, and goes on from there."""
TWO_HISTORIES = frozenset({"entry-reused", "chain-broken"})


def recovered(failure: Failure) -> tuple[Errand, ...] | None:
    """Return what is to be done before everything is done anew, or ``None`` where that does not help."""
    if failure.kind is Kind.TOLD and failure.code in LOOK_ANEW:
        return (Greet(), Anew()) if failure.code == "cursor-ahead" else ()
    if failure.kind is Kind.DAMAGED:
        return (Mend(failure),)
    return () if failure.kind is Kind.HEALED else None


def final(failure: Failure) -> Failure:
    """Return what a failure means where nothing is done about it any more."""
    if failure.kind is Kind.FORKED or (failure.kind is Kind.TOLD and failure.code in TWO_HISTORIES):
        return two_histories()
    return refused(failure.text) if failure.kind in {Kind.TOLD, Kind.HEALED} else failure


@dataclass(frozen=True, slots=True)
class Mend:
    """Bring the store in order after a damaged row was met; where that cannot be done, that is the end."""

    failure: Failure

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(self, Disk(Heal()), shared)
            case Done(True):
                return Over(shared)
            case Done(False):
                return Stuck(replace(self.failure, kind=Kind.STORE), shared)
            case _:
                return failed(event, shared)


@dataclass(frozen=True, slots=True)
class Anew:
    """Central was restored: find the last place at which its feed is as it was, say again and hear again what came after."""

    trail: tuple[Step, ...] = ()
    """Places to ask for, the last first in turn."""

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(self, Disk(LookBack()), shared)
            case Done(tuple() as trail):
                return self._look(trail, shared)
            case Answered(message=wire.Feed()):
                return self._begin(self.trail[-1], shared)
            case Failed(failure) if failure.kind is Kind.TOLD and failure.code == "cursor-ahead" and self.trail:
                return self._look(self.trail[:-1], shared)
            case Done(int() as lost):
                return Over(shared, f"市中心从备份恢复过，重新核对；须再报 {lost} 条")
            case _:
                return failed(event, shared)

    def _look(self, trail: tuple[Step, ...], shared: Shared) -> Move:
        if not trail:
            return self._begin(None, shared)
        query = (("after", trail[-1].position), ("mark", trail[-1].mark), ("limit", 1))
        asked = Request(method="GET", path="/v1/feed", answer=wire.Feed, query=query)
        return Go(replace(self, trail=trail), Ask(asked), shared)

    def _begin(self, sure: Step | None, shared: Shared) -> Move:
        if shared.state is None:
            raise LookupError("nobody asked where central stands")
        return Go(self, Disk(BeginAnew(shared.state.last_n, shared.state.epoch, sure)), shared)
