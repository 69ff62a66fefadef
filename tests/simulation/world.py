"""A small city on virtual time: several windows, one central, a bad line, one thread, one seed."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from clerk_app.domain.custody_bodies import Closed
from clerk_app.domain.people import Person, Role
from clerk_app.seat import Seat
from sync.engine import machine, plans
from sync.engine.pushing import Push
from sync.engine.uploading import Upload
from sync.engine.values import Errand
from tests.simulation.chaos import Chaos
from tests.simulation.checks import Checks
from tests.simulation.model import Model
from tests.simulation.network import Network
from tests.simulation.office import Office
from tests.simulation.quirks import Quirks, quirky
from tests.simulation.station import Station
from tests.simulation.watch import Watch

SOON = 300.0
"""Virtual seconds after healing within which every queue is empty."""
SECRETS = tuple(bytes([n]) * 32 for n in range(1, 9))
LAYOUTS = (("FS0001", "FS0001", "FS0002"), ("FS0001", "FS0001", "FS0002", "FS0002"), ("FS0001", "FS0002", "FS0003"))


DISTRICT = 0.3
"""Share of the cities in which supervisors answer for all points."""


class Wrong(AssertionError):
    """Something that must never happen; names the seed."""


@dataclass
class Outcome:
    """What a run came to."""

    seed: int
    steps: int = 0
    acts: int = 0
    requests: int = 0
    entries: int = 0
    seconds: float = 0.0
    """Virtual."""
    healed_in: float = 0.0
    """Virtual seconds from healing to agreement."""
    faults: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    said: dict[tuple[str, str], int] = field(default_factory=dict)
    """How often windows said what, by kind and verdict."""


class City:
    """Everything of one run."""

    def __init__(self, seed: int, trace: Callable[[str], None] | None = None) -> None:
        self.seed = seed
        self.now = 0.0
        self.chance = random.Random(seed)
        self.quirks = Quirks.drawn(self.chance)
        self._trace = trace
        self._order = itertools.count()
        self._heap: list[tuple[float, int, Callable[[], object]]] = []
        self.model = Model()
        self.model.page = self.quirks.page
        self.network = Network(self.model, self.chance, self.later, lambda: self.now)
        self.watch = self.network.watch = Watch(self.model, self.wrong)
        self.office = Office(self.model, self.chance)
        self.stations: list[Station] = []
        self.signed: dict[str, Closed] = {}
        """Every hand-over as clerk and courier signed it."""
        self.acts = 0
        self.district = random.Random(f"district {seed}").random() < DISTRICT
        """Whether its supervisors answer for all points."""
        self.since = -1.0
        """When the day began that came after the rest."""
        layout = self.chance.choice(LAYOUTS)
        for number, point in enumerate(layout):
            self._open(number, point, layout[:number].count(point) + 1, layout)
        self.checks = Checks(self)
        self.chaos = Chaos(self)

    def _open(self, number: int, point: str, ordinal: int, points: Sequence[str] = ()) -> None:
        role = Role.SUPERVISOR if number % 2 else Role.CLERK
        several = self.district and role is Role.SUPERVISOR and len(set(points)) > 1
        answered_for = tuple(sorted(set(points))) if several else (point,)
        person = Person(number=f"P{number}", name="样例", role=role, points=answered_for)
        seat = Seat(window=f"{point}-0{ordinal}", number=f"0{ordinal}", point=point, point_name=point)
        station = Station(self, seat, person, SECRETS[number])
        self.model.enrol(seat.window, point, station.key.public_key().public_bytes_raw())
        self.model.state.people[person.number] = person
        if several:
            self.model.state.duties[seat.window] = person.number
        self.stations.append(station)

    # what stations see

    def later(self, seconds: float, what: Callable[[], object]) -> None:
        heapq.heappush(self._heap, (self.now + seconds, next(self._order), what))

    def log(self, who: str, what: str) -> None:
        if self._trace is not None:
            self._trace(f"{self.now:10.3f} {who:12} {what}")

    def plan(self, window: str) -> machine.Conversation:
        """Return a round, as the quirks will have it."""
        errands = tuple(self._quirky(errand) for errand in plans.everything())
        return machine.begin(errands, window, anew=errands, rounds=plans.ROUNDS)

    def _quirky(self, errand: Errand) -> Errand:
        if isinstance(errand, Push):
            return replace(errand, limit=self.quirks.batch)
        return replace(errand, piece=self.quirks.piece) if isinstance(errand, Upload) else errand

    def wrong(self, what: str) -> None:
        """End the run: this must never happen."""
        self.log("", f"WRONG {what}")
        raise Wrong(f"seed {self.seed} at {self.now:.3f} s: {what}\n  again: {replay(self.seed)}")

    # running

    def run(self) -> Outcome:
        """Live through the chaos, heal, and see whether all agree."""
        with quirky(self.quirks):
            for station in self.stations:
                self.later(self.chance.random() * 5, station.start)
            self.chaos.begin()
            self._until(self.chaos.ends)
            self.chaos.heal()
            self.checks.as_signed()
            healed = self.now
            self._settle(healed)
            agreed = self.now - healed
            self.checks.at_rest()
            self._a_day_later()
        return self._outcome(agreed)

    def _until(self, end: float) -> None:
        while self._heap and self._heap[0][0] <= end:
            self.now, _, what = heapq.heappop(self._heap)
            what()
        self.now = max(self.now, end)

    def _settle(self, healed: float) -> None:
        """Run on until every queue is empty and everybody has heard everything."""
        while self.checks.unrest():
            if self.now >= healed + SOON:
                self.wrong(f"not at rest {SOON:.0f} s after healing: {self.checks.unrest()}")
            self._until(self.now + 1.0)

    def _a_day_later(self) -> None:
        """What was doubled on its way comes once more, and nothing changes; central is asked for files it may lack."""
        self.now += 86400.0
        self.since = self.now
        self._heap = [(at + 86400.0, order, what) for at, order, what in self._heap]
        self.network.next_day()
        self._until(self.now + 60.0)
        self._settle(self.now)
        self.checks.at_rest(asked_today=True)

    def _outcome(self, agreed: float) -> Outcome:
        verdicts: Counter[str] = Counter()
        said: Counter[tuple[str, str]] = Counter()
        for station in self.stations:
            for record in station.books.own_records():
                verdicts[str(record.verdict)] += 1
                said[record.entry.kind, str(record.verdict)] += 1
        return Outcome(
            seed=self.seed,
            steps=sum(s.counts.steps for s in self.stations),
            acts=self.acts,
            requests=sum(s.counts.requests for s in self.stations),
            entries=sum(len(s.books.own) for s in self.stations),
            seconds=self.now,
            healed_in=agreed,
            faults=dict(self.network.counts),
            verdicts=dict(verdicts),
            said=dict(said),
        )


def replay(seed: int) -> str:
    """Return the command that makes a run again."""
    return f"python -m tests.simulation --seed {seed} --trace"


def run(seed: int, trace: Callable[[str], None] | None = None) -> Outcome:
    """Make one run; raises ``Wrong``."""
    return City(seed, trace).run()
