"""The errand at the end of a round: what is unsent now, and whether it can be said at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync.engine.operations import Conclude, Heal, Stand, Standing
from sync.engine.values import Begun, Disk, Done, Event, Go, Kind, Move, Over, Shared, Stuck, failed
from sync.engine.words import stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Note that central was asked for everything; find out whether something is unsent of which nothing may be said."""

    stand: Stand | None = None

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(self, Disk(Conclude()), shared)
            case Done(bool() as healed) if self.stand is not None:
                failure = stuck(self.stand)
                return Stuck(replace(failure, kind=Kind.HEALED) if healed else failure, shared)
            case Done(int() as unsent):
                shared = replace(shared, report=replace(shared.report, unsent=unsent))
                return Go(self, Disk(Standing(0)), shared) if unsent else Over(shared)
            case Done(Stand() as stand) if stand.unsent and stand.first_unsent is None:
                return Go(Finish(stand=stand), Disk(Heal()), shared)
            case Done(Stand()):
                return Over(shared)
            case _:
                return failed(event, shared)
