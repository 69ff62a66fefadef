"""What goes wrong in a run, and when; everything is drawn from the seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from clerk_app.domain.couriers import Courier
from tests.simulation.network import FAULTS

if TYPE_CHECKING:
    from tests.simulation.station import Station
    from tests.simulation.world import City

YEAR = 365 * 86400.0
FORGOTTEN = 0.15
"""Share of restores after which the operator forgets to begin a new epoch."""


class Chaos:
    """Schedules acts and misfortunes until ``ends``."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._chance = city.chance
        self.ends = self._chance.uniform(40, 160)
        self._healed = False
        self._backup = city.model.back_up()
        self._images: dict[str, object] = {}
        self._busy = self._chance.uniform(2, 9)
        """Seconds between two acts at a window."""
        self.restored = self.forgotten = False
        self.epochs = 1

    def begin(self) -> None:
        for station in self._city.stations:
            self._again(self._busy, partial(self._act, station))
        for mean, what in (
            (25, self._weather),
            (40, self._partition),
            (60, self._portal),
            (70, self._central_down),
            (80, self._back_up),
            (120, self._restore),
            (25, self._crash),
            (90, self._jump),
            (150, self._old_disk),
            (60, self._couriers),
            (6, self._office),
        ):
            self._again(mean, what)
        if self._city.district:
            self._again(30, self._entrust)

    def heal(self) -> None:
        """End it: the line is well, every machine is on."""
        self._healed = True
        self._city.network.heal()
        for station in self._city.stations:
            station.crashy = 0.0
            station.start()
        self._city.log("", "healed")

    def _again(self, mean: float, what: Callable[[], None]) -> None:
        def once() -> None:
            if not self._healed:
                what()
                self._again(mean, what)

        self._city.later(self._chance.expovariate(1 / mean), once)

    def _act(self, station: Station) -> None:
        state = self._city.model.state
        numbers = [
            n
            for n, s in state.subjects.items()
            if n in state.states and state.states[n].case is not None and s.home != station.seat.point
        ]
        elsewhere = []
        if numbers and self._city.network.weather.central_up:
            number = self._chance.choice(numbers)
            home = state.subjects[number].home
            records = [r for r in self._city.model.feed(home) if r.entry.subject == number]
            elsewhere = [records] if records else []
        self._city.acts += 1
        station.act(elsewhere)  # type: ignore[arg-type]

    def _change(self, **changed: object) -> None:
        self._city.network.weather = replace(self._city.network.weather, **changed)  # type: ignore[arg-type]
        self._city.log("", f"weather: {changed}")

    def _weather(self) -> None:
        some = tuple(self._chance.sample(FAULTS, self._chance.randint(1, len(FAULTS))))
        self._change(
            bad=self._chance.choice((0.0, 0.1, 0.3, 0.7)),
            faults=some,
            sheds=self._chance.choice((0.0, 0.0, 0.2)),
            too_large=self._chance.choice((1 << 30, 1 << 30, 3000)),
        )

    def _some(self) -> frozenset[str]:
        return frozenset(s.window for s in self._city.stations if self._chance.random() < 0.5)

    def _partition(self) -> None:
        self._change(cut=self._some())
        self._city.later(self._chance.uniform(5, 60), lambda: self._change(cut=frozenset()))

    def _portal(self) -> None:
        self._change(portal=self._some())
        self._city.later(self._chance.uniform(5, 40), lambda: self._change(portal=frozenset()))

    def _central_down(self) -> None:
        self._change(central_up=False)
        if self._chance.random() < 0.3:
            self._city.model.doors.forget()
        self._city.later(self._chance.uniform(2, 40), lambda: self._change(central_up=True))

    def _back_up(self) -> None:
        self._backup = self._city.model.back_up()
        self._city.log("central", "backed up")

    def _restore(self) -> None:
        if any(s.said > len(s.books.own) for s in self._city.stations):
            return  # an old disk and an old central: what both lost nobody has
        self.epochs += 1
        self.restored = True
        self._city.watch.restored(self._city.now)
        forgotten = self._chance.random() < FORGOTTEN
        self.forgotten |= forgotten
        self._city.model.restore(self._backup, "" if forgotten else f"e{self.epochs}")
        self._city.log("central", f"restored, epoch {self._city.model.state.epoch}{' as before' if forgotten else ''}")

    def _couriers(self) -> None:
        point = self._chance.choice(sorted(self._city.model.state.points))
        badges = self._chance.sample(range(9), self._chance.randint(0, 4))
        gone = self._chance.random() < 0.3
        self._city.model.enlist(
            point, tuple(Courier(badge=f"YZ00{n}", name=f"揽收员{n}", revoked=gone) for n in sorted(badges))
        )
        self._city.log("central", f"{point}: couriers {sorted(badges)}")

    def _entrust(self) -> None:
        """A supervisor of several points loses some, or gets them back."""
        station = self._chance.choice([s for s in self._city.stations if len(s.clerk.person.points) > 1])
        person = station.clerk.person
        kept = tuple(p for p in person.points if p == station.seat.point or self._chance.random() < 0.6)
        self._city.model.entrust(person.number, kept)
        self._city.log("central", f"{person.number} answers for {kept}")

    def _office(self) -> None:
        done = self._city.network.weather.central_up and self._city.office.act(self._city.now)
        if done:
            self._city.log("central", f"its departments: {done}")

    def _crash(self) -> None:
        station = self._chance.choice(self._city.stations)
        if self._chance.random() < 0.5:
            station.crashy = self._chance.choice((0.0, 0.02, 0.1, 0.3))
            return
        station.crash()
        self._city.later(self._chance.uniform(1, 30), station.start)

    def _jump(self) -> None:
        station = self._chance.choice(self._city.stations)
        station.offset = self._chance.choice((0.0, 86400.0, -86400.0, YEAR, -YEAR, 3600.0, -3600.0))
        self._city.log(station.window, f"clock {station.offset:+.0f} s")

    def _old_disk(self) -> None:
        """Keep an image of a disk, or put it back where nothing is lost by it that nobody else has."""
        station = self._chance.choice(self._city.stations)
        image = self._images.pop(station.window, None)
        if image is None:
            self._images[station.window] = station.books.copy()
            return
        known = self._city.model.state.windows[station.window]
        if station.books.unsent or station.books.owed() or known.last_n != len(station.books.own) or self.restored:
            return
        station.crash()
        station.exchange(image)  # type: ignore[arg-type]
        self._city.log(station.window, f"old disk, n {len(station.books.own)}")
        self._city.later(self._chance.uniform(1, 10), station.start)
