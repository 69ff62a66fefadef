"""What is made of a failure in a round: everything anew, where that helps and may still be done, or its end."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync.engine.greeting import Greet
from sync.engine.operations import BeginAnew, Heal
from sync.engine.values import Begun, Disk, Done, Errand, Event, Failure, Go, Kind, Move, Over, Shared, Stuck, failed
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
    """Central was restored: say again what it lost, and hear again whatever may not be as it was."""

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun() if shared.state is not None:
                return Go(self, Disk(BeginAnew(shared.state.last_n, shared.state.epoch)), shared)
            case Done(int() as lost):
                return Over(shared, f"市中心从备份恢复过，重新核对；须再报 {lost} 条")
            case _:
                return failed(event, shared)
