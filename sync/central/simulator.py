"""A department that is not there: moves accepted cases on, so that a demonstration has something to deliver.

Only ``clerk demo`` starts it, and every entry names it as its actor. It speaks through central's own window, as a real
department's system would, and its entries pass the same checks as everybody's.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from clerk_app.domain.bodies import Decided, Numbered, TakenUp
from clerk_app.domain.case import Case
from clerk_app.domain.journal import CENTRAL
from clerk_app.domain.kinds import State
from clerk_app.domain.timing import BEIJING
from sync.central.bag_simulator import BagSimulator
from sync.central.central import Central
from sync.central.due import due
from sync.central.own_window import OwnWindow, Said
from sync.central.problems import ProblemError

log = logging.getLogger("clerk.simulator")

WINDOW = CENTRAL
ACTOR = "部门模拟器"
BATCH = 50
ACCEPTANCES = ("case.accepted", "case.accepted_provisionally")
REFUSED_IN = 10
"""One case in so many is denied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step a department takes, some time after acceptance, with a case in one of these states."""

    kind: str
    after: timedelta
    states: frozenset[State]


STAGES = (
    Stage(
        kind="case.numbered",
        after=timedelta(seconds=5),
        states=frozenset({State.ACCEPTED, State.PROVISIONAL, State.UNDER_REVIEW}),
    ),
    Stage(kind="case.taken_up", after=timedelta(seconds=30), states=frozenset({State.ACCEPTED})),
    Stage(kind="case.decided", after=timedelta(seconds=90), states=frozenset({State.UNDER_REVIEW})),
)


@dataclass(kw_only=True)
class Simulator:
    """Says at each step what is due; the same cases at the same times get the same outcomes."""

    central: Central
    window: OwnWindow
    stages: tuple[Stage, ...] = STAGES

    @classmethod
    async def open(cls, central: Central, stages: tuple[Stage, ...] = STAGES) -> Self:
        """Speak through central's own window."""
        return cls(central=central, window=await OwnWindow.open(central), stages=stages)

    async def step(self, now: datetime) -> int:
        """Say what has become due by ``now``; how many entries that were."""
        said: set[str] = set()
        for stage in self.stages:
            waiting = await due(self.central, stage.kind, ACCEPTANCES, stage.after, now)
            told = [(s, h, h.case) for s, h in waiting.items() if h.case is not None]
            ready = [(s, h, c) for s, h, c in told if c.state in stage.states and not c.paused and s not in said]
            ready = ready[:BATCH]
            things = [
                Said(kind=stage.kind, subject=subject, seen=len(held.records), body=_body(stage.kind, case, now))
                for subject, held, case in ready
            ]
            await self.window.say(things, ACTOR, now)
            said |= {thing.subject for thing in things}
        return len(said)


async def run_simulator(central: Central, every: float = 2.0) -> None:
    """Step for ever; a step that fails is tried again at the next."""
    simulator = await Simulator.open(central)
    bags = BagSimulator(central=central, window=simulator.window)
    while True:
        try:
            await simulator.step(central.clock())
            await bags.step(central.clock())
        except (ProblemError, SQLAlchemyError, OSError) as error:
            log.warning("simulator: %s", type(error).__name__)
        await asyncio.sleep(every)


def _body(kind: str, case: Case, now: datetime) -> Numbered | TakenUp | Decided:
    today: date = now.astimezone(BEIJING).date()
    chance = int.from_bytes(hashlib.sha256(case.number.encode()).digest()[:8])
    serial = chance % 1_000_000
    match kind:
        case "case.numbered":
            return Numbered(official=f"MN{case.received_on:%Y%m%d}{serial:06d}")
        case "case.taken_up":
            return TakenUp(on=today, by=ACTOR)
        case _:
            denied = chance % REFUSED_IN == 0
            return Decided(
                on=today,
                outcome="denied" if denied else "approved",
                document=f"模拟〔{today.year}〕{serial:06d}号",
                note="模拟结果，仅供演示",
            )
