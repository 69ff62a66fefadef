"""What a mutant is tried by where the standard seeds do not reach: one named story each, which the sound code passes."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter
from pathlib import Path

from clerk_app.domain import bodies as b
from clerk_app.domain.checklist import Tally
from clerk_app.seat import Act
from sync.central.settings import Settings
from sync.engine import pace as pacing
from sync.engine.values import Failure, Kind, Rest, Round
from sync.policy import LONG_OUTAGE
from tests.contract.test_central_uploads_lines import test_of_two_requests_at_once_exactly_one_advances
from tests.simulation.model import Backup
from tests.simulation.quirks import Quirks, quirky
from tests.simulation.station import Station
from tests.simulation.world import City
from tests.support.city import open_city
from tests.support.story import ALL

WINDOWS = 300


def two_requests_write_one_upload() -> None:
    """Of two requests that write one upload at once exactly one advances (real central, SQLite)."""

    async def tried(folder: Path) -> None:
        url = f"sqlite:///{folder / 'central.db'}"
        city = await open_city(url, Settings(database=url, scans=folder / "scans"))
        try:
            await test_of_two_requests_at_once_exactly_one_advances(city)
        finally:
            await city.client.aclose()
            await city.central.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(tried(Path(folder)))


def the_city_comes_back_spread_out() -> None:
    """After an outage not a tenth of all windows is back within the same second, and all are within five minutes."""
    chance = random.Random(1)
    back: Counter[int] = Counter()
    down = Failure(kind=Kind.DOWN)
    for _ in range(WINDOWS):
        now, pace = 0.0, pacing.begin()
        heard: pacing.Started | pacing.Came | pacing.Woken = pacing.Started()
        while True:
            pace, effect = pacing.step(pace, pacing.PaceEvent(what=heard, now=now, chance=chance.random()))
            if isinstance(effect, Round):
                if now >= 2 * LONG_OUTAGE:
                    break
                heard = pacing.Came(down)
            else:
                assert isinstance(effect, Rest)
                now += effect.seconds
                heard = pacing.Woken()
        back[int(now)] += 1
    assert max(back.values()) < WINDOWS / 10, "they come back at once"
    assert max(back) < 2 * LONG_OUTAGE + 300, "somebody waits for more than five minutes"


class Quiet(City):
    """A city in which nothing happens by itself, and the line is good; ``more`` windows at one more point."""

    def __init__(self, more: int = 0) -> None:
        super().__init__(0)
        for ordinal in range(1, more + 1):
            self._open(len(self.stations), "FS0009", ordinal)
        self.quirks = Quirks()
        self.network.heal()
        self.chaos._healed = True

    def pass_by(self, seconds: float) -> None:
        self._until(self.now + seconds)

    def restore_in_silence(self, backup: Backup) -> None:
        """Put a backup in the database's place, and begin no new epoch."""
        self.model.restore(backup)
        self.watch.restored(self.now)
        self.chaos.forgotten = True

    def agree(self) -> None:
        """See whether everybody is at rest, and shows the same."""
        assert self.checks.unrest() == "", self.checks.unrest()
        self.checks.at_rest()


def a_released_entry_is_held_back_again() -> None:
    """Central is restored to before the moment it let an entry go, and who let it go is gone: the window does not count it."""
    city = Quiet()
    one, two = [s for s in city.stations if s.seat.point == city.stations[0].seat.point][:2]
    with quirky(city.quirks):
        for station in city.stations:
            station.start()
        empty = city.model.back_up()
        _receive(one)
        city.pass_by(60)
        [number] = two.books.cases()
        _say(two, _remark(number))
        city.pass_by(60)
        one.crash()
        _restore(city, empty, "e2")
        _receive(two)
        city.pass_by(60)
        assert not two.books.own_record(1).position, "its case is awaited"
        backup = city.model.back_up()
        one.start()
        city.pass_by(60)
        assert (two.books.own_record(1).position or 0) > (two.books.own_record(2).position or 0), "it was let go"
        one.crash()
        _restore(city, backup, "e3")
        city.pass_by(60)
        assert not two.books.own_record(1).position, "it counts nowhere"
        one.start()
        city.pass_by(120)
        city.agree()


def _restore(city: City, backup: Backup, epoch: str) -> None:
    city.model.restore(backup, epoch)
    city.watch.restored(city.now)


def a_restore_nobody_told_of() -> None:
    """Central is restored without a new epoch: a window of which it lost nothing hears what it lost of another."""
    city = Quiet()
    one, two = [s for s in city.stations if s.seat.point == city.stations[0].seat.point][:2]
    with quirky(city.quirks):
        for station in city.stations:
            station.start()
        _receive(one)
        city.pass_by(60)
        backup = city.model.back_up()
        [number] = two.books.cases()
        _say(one, _remark(number))
        city.pass_by(60)
        one.crash()
        city.restore_in_silence(backup)
        _say(two, _remark(number))  # it takes the place of the one that is lost
        city.pass_by(60)
        assert two.books.standing() == city.model.standing(two.seat.point), "it shows what central does not have"
        one.start()
        city.pass_by(60)
        city.agree()


def a_release_nobody_told_of() -> None:
    """An entry that was held back gets the same place in another life of central, behind something else."""
    city = Quiet(more=4)
    one, two, three, four = city.stations[-4:]
    with quirky(city.quirks):
        for station in (one, two, three):
            station.start()
        _receive(one)
        city.pass_by(60)
        [number] = two.books.cases()
        _say(two, Act("materials.checked", number, b.Checked(tallies=(Tally(material="no-such"),))))
        _say(two, Act("materials.checked", number, b.Checked(tallies=(ALL[0],))))
        city.pass_by(60)
        backup = city.model.back_up()
        _say(one, _remark(number))
        city.pass_by(60)
        _say(two, Act("entry.mended", number, b.Mended(entry=two.books.own[0], reason="登记有误")))
        city.pass_by(60)
        placed = two.books.own_record(2).position
        assert placed == three.books.cursor, "it was let go"
        for station in (one, two, three):
            station.crash()
        city.restore_in_silence(backup)
        four.start()
        _receive(four)
        city.pass_by(60)
        for station in (two, one, three, *city.stations[:-4]):
            station.start()
            city.pass_by(60)
        assert two.books.own_record(2).position == placed
        city.agree()


def _remark(number: str) -> Act:
    return Act("remark.added", number, b.Remarked(text="改天再来"))


def _receive(station: Station) -> None:
    station.said += 1
    station.clerk._receive()
    station.said = len(station.books.own)
    station._poke()


def _say(station: Station, act: Act) -> None:
    station.clerk._unchecked(act)
    station.said = len(station.books.own)
    station._poke()
