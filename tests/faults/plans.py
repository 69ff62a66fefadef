"""Which runs there are: every act, on every kind of window, at every step; and a choice of them by seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tests.faults.jobs import ERRORS, KILLS, Job
from tests.faults.pool import Pool
from tests.support.faults_window import ACTS, BAGS

DAY = ("open", *ACTS, "checkpoint", *ACTS[:3], "close")


def scenes() -> list[Job]:
    """Return every situation a fault may fall into; ``target`` is where."""
    found = [Job("clean", ("open", "remark", act, "remark", "close"), 2) for act in ACTS]
    found += [Job("hot", ("open", act, "remark"), 1) for act in ACTS]
    found += [Job("clean", ("open", "small-log", act, "remark"), 2) for act in ACTS]
    for begin in ("fresh", "clean", "hot"):
        found.append(Job(begin, ("open", "receive", "close"), 0))
        found.append(Job(begin, ("open", "receive", "joint", "checkpoint", "remark"), 3))
        found.append(Job(begin, ("open", "receive", "joint", "close"), 3))
    found += [
        Job("stocked", ("open", "full", act, "remark"), 2) for act in ("receive", "joint", "supplement", "settle")
    ]
    found.append(Job("keyed", ("open", "receive", "rotate", "receive", "close"), 2))
    found.append(Job("bent", ("open", "receive", "close"), 0))
    found.append(Job("clean", ("open", "receive", "back-up", "remark"), 2))
    found.append(Job("clean", ("open", "scan", "scan", "remark"), 2))
    found.append(Job("hot", ("open", "scan", "remark"), 1))
    found += [Job(begin, ("open", "receive", "close"), 0, wrong="migrating") for begin in ("clean", "hot")]
    found.append(Job("stocked", ("full", "open", "receive", "remark"), 1))
    found.append(Job("stocked", ("open", "receive", "full", "checkpoint", "close"), 3))
    found += _hand_overs()
    return found


def _hand_overs() -> list[Job]:
    """Return the scenes with bags: packed, and given to a courier all at once."""
    packed = ("pack",) * BAGS
    return [
        Job("clean", ("open", "pack", "remark"), 1),
        Job("clean", ("open", *packed, "pick-up", "remark", "close"), 1 + BAGS),
        Job("hot", ("open", *packed, "pick-up", "remark"), 1 + BAGS),
        Job("clean", ("open", *packed, "small-log", "pick-up", "remark"), 2 + BAGS),
        Job("stocked", ("open", *packed, "full", "pick-up", "remark"), 2 + BAGS),
    ]


@dataclass(frozen=True, slots=True)
class Measured:
    """A scene, and how many calls and lines its target has."""

    scene: Job
    steps: int
    lines: int


def measured(pool: Pool, seen: Sequence[Job]) -> list[Measured]:
    """Return the scenes with their steps; raises ``RuntimeError`` where one does not even work without a fault."""
    by_line = {str(replace(scene, how="lines")): scene for scene in seen}
    found = []
    for answer in pool.all(replace(scene, how="lines") for scene in seen):
        if answer["wrong"]:
            raise RuntimeError(f"{answer['job']}: {answer['wrong']}")
        found.append(Measured(by_line[answer["job"]], answer["steps"], answer["lines"]))
    return sorted(found, key=lambda one: str(one.scene))


def kills(found: Sequence[Measured]) -> Iterator[Job]:
    """Yield every kill at every call of every scene: before it, halfway through it, after it."""
    for one in found:
        for step in range(1, one.steps + 1):
            for how in KILLS:
                yield replace(one.scene, how=how, step=step)


def line_kills(found: Sequence[Measured], chance: random.Random) -> Iterator[Job]:
    """Yield, without end, kills at any executed line of any scene."""
    while True:
        one = chance.choice(found)
        if one.lines:
            yield replace(one.scene, how="line", step=chance.randrange(one.lines) + 1)


def moments(chance: random.Random) -> Iterator[Job]:
    """Yield, without end, kills from outside at any moment of a day's work."""
    while True:
        begin = chance.choice(("clean", "hot", "fresh"))
        script = ("open", "receive", *chance.choices([a for a in DAY[1:] if a not in _NEED], k=8), "close")
        yield Job(
            begin, script, chance.randrange(len(script)), "moment", chance.randrange(4000), chance.randrange(1 << 30)
        )


_NEED = {"notice", "supplement", "close"}
"""What needs a case in a certain state, or ends the day."""


def cuts(chance: random.Random, seen: Sequence[Job] = ()) -> Iterator[Job]:
    """Yield, without end, power cuts in any scene, or in any of these."""
    among = seen or scenes()
    while True:
        yield replace(chance.choice(among), how="power", seed=chance.randrange(1 << 30))


def failures(found: Sequence[Measured]) -> Iterator[Job]:
    """Yield every error at every call of every scene, once and from then on."""
    for one in found:
        for step in range(1, one.steps + 1):
            for how in (*ERRORS, "short"):
                yield replace(one.scene, how=how, step=step)
                yield replace(one.scene, how=f"{how}+", step=step)
