"""The errand of hearing who collects at this point: asked for only where central says that the list is another by now."""

from __future__ import annotations

from dataclasses import dataclass

from sync import wire
from sync.engine.courier_operations import CouriersKnown, KeepCouriers
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
    failed,
)

LIST = Request(method="GET", path="/v1/couriers", answer=wire.Couriers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Couriers:
    """Take in the list of couriers as a whole; that it cannot be had holds up nothing else."""

    told: str = ""
    """Which list central has, as it greeted."""
    taken: int | None = None
    """How many were taken in."""

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                told = shared.state.couriers if shared.state is not None else ""
                return Go(Couriers(told=told), Disk(CouriersKnown()), shared) if told else Over(shared)
            case Done(str() as known):
                return Over(shared) if known == self.told else Go(self, Ask(LIST), shared)
            case Answered(message=wire.Couriers() as page):
                keeping = KeepCouriers(page.revision, tuple(page.couriers))
                return Go(Couriers(told=self.told, taken=len(page.couriers)), Disk(keeping), shared)
            case Done(None):
                return Over(shared, f"已更新揽收员名单 {self.taken} 人")
            case Failed(failure) if failure.kind is Kind.TOLD:
                return Over(shared)
            case _:
                return failed(event, shared)
