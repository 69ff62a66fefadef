"""The books in memory and the store on a disk do the same: whole histories are done to both, and every answer compared."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clerk_app.domain.journal import Entry, Record
from clerk_app.domain.standing import Standing, Summary
from clerk_app.store.books.gaps import ChainForked
from clerk_app.store.records import Records
from sync.disk import ACTS as REAL
from sync.disk import WindowDisk
from sync.engine import incarnating
from sync.engine import operations as ops
from sync.engine import scan_operations as scans
from sync.engine import snapshot_operations as snapshot
from sync.engine.values import Done, Failed, Failure, Kind, Operation
from sync.hold import Hold
from tests.simulation.books import Books
from tests.simulation.chaos import Chaos
from tests.simulation.disk import ACTS, MemoryDisk
from tests.simulation.station import Station
from tests.simulation.world import City
from tests.support.counter import KEY

SEEDS = range(4)
NOT_SIMULATED = {
    incarnating.FindFork,
    *(ops.TakePart, ops.PartSent, ops.LoadEnded, ops.LoadAsked),
    *(snapshot.BeginFile, snapshot.KeepPiece, snapshot.ProveFile, snapshot.TakeRows),
}
"""Work carried by hand and the catalogue as one file have tests of their own over the real store."""


class TwinBooks(Books):
    """What a clerk writes goes into a real store as well."""

    real: Records

    def append(self, entries: Sequence[Entry], stood: Sequence[Standing]) -> None:
        super().append(entries, stood)
        self.real.append(entries, stood)


@dataclass
class TwinDisk(MemoryDisk):
    """Does every operation twice and compares."""

    window: WindowDisk | None = None
    done: int = 0

    def perform(self, operation: Operation[Any]) -> Done | Failed:
        here = super().perform(operation)
        assert self.window is not None
        try:
            there: Done | Failed = Done(self.window.perform(operation))
        except ChainForked:
            there = Failed(Failure(kind=Kind.FORKED))
        assert comparable(there) == comparable(here), operation
        self.done += 1
        return here


def comparable(told: Done | Failed) -> object:
    """Return an answer as it can be compared: an entry by what it says, not by how it is written."""
    if isinstance(told, Done) and isinstance(told.result, ops.Batch):
        entries = [(one.id, one.n, msgspec.json.decode(one.raw, type=Entry)) for one in told.result.entries]
        return entries, told.result.unsent
    if isinstance(told, Done) and isinstance(told.result, ops.KeptSession):
        return told.result.access, told.result.refresh, round(told.result.lasts, 3)
    return told


class Twin(Station):
    """A machine with both kinds of disk; a crash opens the real one anew."""

    folder: Path
    stack: contextlib.ExitStack

    def furnish(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.exchange(TwinBooks(self.window))
        self.disk = TwinDisk(self.books, self.key, self.disk.clock, self.disk.steady, self.disk.skew)
        self._open()

    def _open(self) -> None:
        records = Records.open(self.folder, KEY, window=self.window, reserve=4096)
        self.stack.callback(records.close)
        self.records = records
        hold = Hold(records, self.window, self.key.sign, self.wall, lambda told: self._skew(told.isoformat()))
        assert isinstance(self.disk, TwinDisk)
        assert isinstance(self.books, TwinBooks)
        self.disk.window, self.books.real = WindowDisk(hold), records
        self.clerk.hold = lambda content, sha256: records.scans.hold(content, sha256, "image/png", 1)

    def crash(self) -> None:
        super().crash()
        self.records.close()
        self._open()


def city_of_twins(seed: int, folder: Path, stack: contextlib.ExitStack) -> City:
    """Return a city whose machines have both disks."""
    city = City(seed)
    city.stations = [Twin(city, s.seat, s.clerk.person, s.key.private_bytes_raw()) for s in city.stations]
    for station in city.stations:
        assert isinstance(station, Twin)
        path = folder / station.window
        path.mkdir()
        station.furnish(path, stack)
    return city


@pytest.fixture(autouse=True)
def _disks_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images of disks are put back in memory only."""
    monkeypatch.setattr(Chaos, "_old_disk", lambda _: None)


@pytest.fixture
def stack() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as opened:
        yield opened


@pytest.mark.parametrize("seed", SEEDS)
def test_both_disks_answer_a_whole_history_alike(seed: int, tmp_path: Path, stack: contextlib.ExitStack) -> None:
    city = city_of_twins(seed, tmp_path, stack)
    city.run()
    for station in city.stations:
        assert isinstance(station, Twin)
        assert isinstance(station.disk, TwinDisk)
        assert station.disk.done > 20
        books, records = station.books, station.records
        shown: list[Summary] = [*records.summaries(), *records.parcels(), *records.manifests()]
        assert {s.number: records.stood(s.number) for s in shown} == books.standing()
        assert records.rebuild() == []
        own = [r for r in records.journal() if r.entry.window == station.window]
        assert [bare(r) for r in sorted(own, key=lambda r: r.entry.n)] == [bare(r) for r in books.own_records()]
        assert {r.entry.id for r in records.refused()} == {r.entry.id for r in books.refused()}
        assert (records.feed_cursor(), records.feed_mark()) == (books.cursor, books.mark)
        assert records.feed_trail() == books.trail
        assert [one.point for one in records.further.points()] == [*books.far]
        for point, place in books.far.items():
            held = records.further.place(point)
            assert (held.position, held.mark, held.trail) == (place.position, place.mark, place.trail)
            told = records.summaries(frozenset({point}))
            assert {s.number: records.case(s.number) for s in told} == books.cases_of(point)


def bare(record: Record) -> Record:
    """Return a record without the words of its problem."""
    problem = None if record.problem is None else {"type": record.problem["type"]}
    return replace(record, problem=problem)


def test_every_operation_of_the_line_is_done_in_both() -> None:
    assert set(REAL) - set(ACTS) == NOT_SIMULATED
    assert set(ACTS) - set(REAL) == set()
    assert {o for o in ACTS if o.__module__ == scans.__name__} == {o for o in REAL if o.__module__ == scans.__name__}
