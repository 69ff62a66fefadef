"""One simulated machine: a clerk, books on a disk, and the window's real engine, all on the world's time."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain.custody import Manifest
from clerk_app.domain.custody_bodies import Closed
from clerk_app.domain.people import Person
from clerk_app.seat import Seat
from sync.engine import machine, pace
from sync.engine.operations import BeginAnew, Restore, Settle, TakeFeed
from sync.engine.values import Ask, Begun, Disk, Event, Failure, Heard, Rest, Round, Show
from tests.simulation.books import Books
from tests.simulation.clerk import Clerk
from tests.simulation.disk import MemoryDisk
from tests.simulation.model import BEGAN
from tests.simulation.network import Network
from tests.simulation.quirks import Quirks
from tests.simulation.watch import Watch

WRITES = (TakeFeed, Settle, BeginAnew, Restore)
"""Operations after which power is lost five times as often: what they keep must be whole."""
LATENCY = 0.002
"""Seconds an operation of the store takes."""


class World(Protocol):
    """What a station sees of the world."""

    now: float
    chance: random.Random
    network: Network
    watch: Watch
    quirks: Quirks
    signed: dict[str, Closed]

    def later(self, seconds: float, what: Callable[[], object]) -> None: ...

    def log(self, who: str, what: str) -> None: ...

    def plan(self, window: str) -> machine.Conversation: ...

    def wrong(self, what: str) -> None: ...


@dataclass
class Counts:
    """What a station did."""

    steps: int = 0
    rounds: int = 0
    crashes: int = 0
    requests: int = 0
    shows: dict[str, int] = field(default_factory=dict)


class Station:
    """Runs pace and conversation; a crash takes everything but the books."""

    def __init__(self, world: World, seat: Seat, person: Person, secret: bytes) -> None:
        self.world = world
        self.seat = seat
        self.books = Books(seat.window)
        self.key = Ed25519PrivateKey.from_private_bytes(secret)
        self.offset = 0.0
        """Seconds this machine's clock is ahead."""
        self.up = False
        self.counts = Counts()
        self.failure: Failure | None = None
        """Of the last round; ``None``: it went well."""
        self.looked = -1.0
        """When the last round began that went well."""
        self._began = 0.0
        self.said = 0
        """How many acts were shown to the clerk as recorded."""
        self.crashy = 0.0
        """Share of operations of the store after which the machine loses power."""
        self.disk = MemoryDisk(self.books, self.key, lambda: self.wall().timestamp(), lambda: world.now, self._skew)
        self.clerk = Clerk(self.books, seat, person, secret, self.wall, world.chance)
        self._generation = 0
        self._pace = pace.begin(world.quirks.pulse)
        self._talk: machine.Conversation | None = None
        self._resting: Rest | None = None
        self._poked = False
        self.rested_until = 0.0
        """Until when central asked for patience."""

    @property
    def window(self) -> str:
        return self.seat.window

    def wall(self) -> datetime:
        """Return what this machine's clock shows."""
        return BEGAN + timedelta(seconds=self.world.now + self.offset)

    def exchange(self, books: Books) -> None:
        """Put another disk image into the machine, which is off."""
        self.books = self.disk.books = books
        self.clerk.exchange(books)

    def start(self) -> None:
        """Switch on."""
        if self.up:
            return
        self.up = True
        self._generation += 1
        self._pace = pace.begin(self.world.quirks.pulse)
        self._paced(pace.Started())

    def crash(self) -> None:
        """Lose power: what is not in the books is gone."""
        if self.up:
            self.counts.crashes += 1
            self.world.log(self.window, "crash")
        self.up = False
        self.world.watch.crashed(self.window)
        self._generation += 1
        self._talk = self._resting = None

    def act(self, elsewhere: list[list[object]]) -> None:
        """Let the clerk do something."""
        before = len(self.books.own)
        if before < self.said:  # an old disk image: the clerk waits for what central gives back
            return
        done = self.clerk.act(elsewhere)  # type: ignore[arg-type]
        if done:
            self.world.log(self.window, f"acts: {done} → n {len(self.books.own)}")
            self.said = len(self.books.own)
            for record in self.books.own_records()[before:]:
                stood = self.books.stood(record.entry.subject)
                checked = done not in {"blunder", "mend"}
                if checked and stood is not None and record.entry.id in stood.ignored:
                    self.world.wrong(f"{self.window} cannot read its own write {record.entry.id}")
                if isinstance(stood, Manifest):
                    self.world.signed.setdefault(stood.number, stood.closed)
            if self.up:
                self._poke()

    # pace

    def _paced(self, what: pace.Started | pace.Came | pace.Woken) -> None:
        self.counts.steps += 1
        event = pace.PaceEvent(what=what, now=self.world.now, chance=self.world.chance.random())
        self._pace, effect = pace.step(self._pace, event)
        if isinstance(effect, Round):
            self.counts.rounds += 1
            self._poked, self._resting = False, None
            self._began = self.world.now
            self._talk = self.world.plan(self.window)
            self._step(Begun())
            return
        self._resting = effect
        seconds = 0.0 if self._poked and not effect.patient else effect.seconds
        self.rested_until = self.world.now + seconds if effect.patient else 0.0
        generation = self._generation
        self.world.later(seconds, lambda: self._rested(effect, generation))

    def _rested(self, rest: Rest, generation: int) -> None:
        if self._resting is rest and generation == self._generation:
            self._paced(pace.Woken())

    def _poke(self) -> None:
        """An act of the clerk: central is asked at once, unless it asked for patience."""
        self._poked = True
        if self._resting is not None and not self._resting.patient:
            self._paced(pace.Woken())

    # conversation

    def _step(self, what: Heard) -> None:
        assert self._talk is not None
        self.counts.steps += 1
        event = Event(what=what, now=self.world.now, chance=self.world.chance.random())
        self._talk, effects = machine.step(self._talk, event)
        for effect in effects:
            match effect:
                case Show(text):
                    self.world.log(self.window, f"shows: {text}")
                case Disk(operation):
                    self.world.later(LATENCY, partial(self._perform, operation, self._generation))
                case Ask(request):
                    self._ask(request)
        ended = self._talk.ended
        if ended is not None:
            self._over(ended)

    def _ask(self, request: object) -> None:
        generation = self._generation
        self.counts.requests += 1
        fate = self.world.network.ask(
            self.window,
            request,  # type: ignore[arg-type]
            lambda heard: self._hears(heard, generation),
        )
        self.world.log(self.window, f"asks: {_named(request)} ({fate})")

    def _hears(self, heard: Heard, generation: int) -> bool:
        if generation != self._generation:
            return False
        self._step(heard)
        return True

    def _perform(self, operation: object, generation: int) -> None:
        if generation != self._generation:
            return
        cursor = self.books.cursor
        done = self.disk.perform(operation)  # type: ignore[arg-type]
        if self.books.cursor < cursor and not isinstance(operation, BeginAnew):
            self.world.wrong(f"{self.window}: cursor went back from {cursor} to {self.books.cursor}")
        if isinstance(operation, Settle):
            self.world.watch.settled(
                self.window, self.books.epoch, [told.n for told in operation.verdicts], self.world.now
            )
        if self.world.chance.random() < self.crashy * (5 if isinstance(operation, WRITES) else 1):
            self.crash()
            self.world.later(self.world.chance.random() * 20, self.start)
            return
        self._step(done)

    def _over(self, ended: machine.Ended) -> None:
        self.failure = ended.failure
        self.looked = self._began if ended.failure is None else self.looked
        told = "well" if ended.failure is None else f"{ended.failure.kind}: {ended.failure.text}"
        self.world.log(self.window, f"round over, {told}")
        self._talk = None
        self._paced(pace.Came(ended.failure))

    def _skew(self, told: str) -> float:
        return (self.wall() - datetime.fromisoformat(told)).total_seconds()


def _named(request: object) -> str:
    method, path = getattr(request, "method", ""), getattr(request, "path", "")
    query = "&".join(f"{k}={v}" for k, v in getattr(request, "query", ()))
    return f"{method} {path}{'?' + query if query else ''}"
