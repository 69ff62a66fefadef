"""Bugs of the window's end: its engine, its pace, its store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest import mock

import msgspec

from clerk_app.domain.journal import GENESIS, Record, Verdict, signed
from sync import wire
from sync.engine import operations as ops
from sync.engine import pace as pacing
from sync.engine.values import Answered, Done, Failed, Request, Rest
from tests.mutants import trials
from tests.mutants.museum import exhibit
from tests.simulation import disk as disks
from tests.simulation import network
from tests.simulation.asking import Answer
from tests.simulation.books import Books
from tests.simulation.disk import MemoryDisk
from tests.simulation.station import Station

Act = Any


def act(operation: type[Any], instead: Act) -> Any:
    """Have one operation of the store done otherwise."""
    return mock.patch.dict(disks.ACTS, {operation: instead})


@exhibit("cursor before data", "PouchDB 1240", seed=7)
def cursor_before_data() -> Iterator[None]:
    """The feed's cursor is durable at once, the entries it stands for only at the end of the round."""
    late: dict[int, list[ops.TakeFeed]] = {}
    perform, crash = MemoryDisk.perform, Station.crash

    def performed(disk: MemoryDisk, operation: Any) -> Any:
        if isinstance(operation, ops.TakeFeed):
            disk.books.cursor = operation.position
            late.setdefault(id(disk), []).append(operation)
            return Done(None)
        if isinstance(operation, ops.Conclude | ops.BeginAnew | ops.Restore):
            for held in late.pop(id(disk), []):
                disk.books.take_feed(held.entries, held.position, held.mark)
        return perform(disk, operation)

    def crashed(station: Station) -> None:
        late.pop(id(station.disk), None)
        crash(station)

    with mock.patch.object(MemoryDisk, "perform", performed), mock.patch.object(Station, "crash", crashed):
        yield


@exhibit("checkpoint before the verdicts", "CouchDB COUCHDB-1256")
def checkpoint_before_verdicts() -> Iterator[None]:
    """Of a batch of verdicts only the first is kept before the rest is held to be done."""

    def settled(disk: MemoryDisk, told: ops.Settle) -> None:
        disks._settle(disk, ops.Settle(told.verdicts[:1], told.changed))
        for verdict in told.verdicts[1:]:
            disk.books.unsent.pop(verdict.n, None)

    with act(ops.Settle, settled):
        yield


@exhibit("feed rewinds to 0", "CouchDB 3885, 3788")
def feed_rewinds() -> Iterator[None]:
    """The window asks for the feed from its beginning, time and again."""
    with act(ops.LookUp, lambda disk, _: ops.Cursors(0, disk.books.revision)):
        yield


@exhibit("retries stop", "PowerSync native 15")
def retries_stop() -> Iterator[None]:
    """After a few failures nothing is tried again before the next act."""
    step = pacing.step

    def stepped(pace: pacing.Pace, event: pacing.PaceEvent) -> tuple[pacing.Pace, pacing.PaceEffect]:
        pace, effect = step(pace, event)
        return pace, Rest(1e9) if isinstance(effect, Rest) and pace.attempt > 3 else effect

    with mock.patch.object(pacing, "step", stepped):
        yield


@exhibit("patience ignored")
def patience_ignored() -> Iterator[None]:
    """``Retry-After`` is not heeded."""
    step = pacing.step

    def stepped(pace: pacing.Pace, event: pacing.PaceEvent) -> tuple[pacing.Pace, pacing.PaceEffect]:
        if isinstance(event.what, pacing.Came) and event.what.failure is not None:
            event = replace(event, what=pacing.Came(replace(event.what.failure, retry_after=None)))
        return step(pace, event)

    with mock.patch.object(pacing, "step", stepped):
        yield


@exhibit("restore forgotten", "Medic CHT 8093")
def restore_forgotten() -> Iterator[None]:
    """The window never notices that central was restored: what was confirmed once is never said again."""

    def agreed(disk: MemoryDisk, told: ops.Agree) -> None:
        disk.books.epoch = told.state.epoch

    with mock.patch("sync.engine.comparing.has_lost", return_value=False), act(ops.Agree, agreed):
        yield


@exhibit("a feed asked for without its mark", trial=trials.a_restore_nobody_told_of)
def feed_without_mark() -> Iterator[None]:
    """The window does not say what it heard last, only where that stood."""
    with act(ops.LookUp, lambda disk, _: ops.Cursors(disk.books.cursor, disk.books.revision)):
        yield


@exhibit("feed not heard again after a restore")
def feed_not_heard_again() -> Iterator[None]:
    """After a restore the own entries are said again, but the cursor stays where it was."""

    def anew(disk: MemoryDisk, told: ops.BeginAnew) -> int:
        cursor = disk.books.cursor
        lost = disk.books.begin_anew(told.last_n, told.epoch, told.sure)
        disk.books.cursor = cursor
        return lost

    with act(ops.BeginAnew, anew):
        yield


@exhibit("a released entry trusted after a restore", trial=trials.a_released_entry_is_held_back_again)
def released_trusted() -> Iterator[None]:
    """The place of an entry that was held back first, younger than its number, is not doubted after a restore."""

    def anew(disk: MemoryDisk, told: ops.BeginAnew) -> int:
        before = {r.entry.n: r for r in disk.books.own_records()}
        lost = disk.books.begin_anew(told.last_n, told.epoch, told.sure)
        said = max((n for n, r in before.items() if disk.books.own_record(n).verdict), default=0)
        for n, record in before.items():
            if n < said and record.verdict:
                disk.books._put(record)
        return lost

    with act(ops.BeginAnew, anew):
        yield


@exhibit("a restored feed known by its length", seed=59)
def feed_known_by_length() -> Iterator[None]:
    """After a restore the feed is taken to be as it was wherever central has as many entries."""
    with act(ops.LookBack, lambda disk, _: tuple(replace(step, mark=0) for step in disk.books.trail)):
        yield


@exhibit("a file not sent again after a restore", seed=36)
def file_not_sent_again() -> Iterator[None]:
    """What was uploaded once is never owed again."""

    def anew(disk: MemoryDisk, told: ops.BeginAnew) -> int:
        books = disk.books
        uploaded, asked = dict(books.uploaded), books.scans_asked
        lost = books.begin_anew(told.last_n, told.epoch, told.sure)
        books.uploaded, books.scans_epoch, books.scans_asked = uploaded, told.epoch, asked
        return lost

    with act(ops.BeginAnew, anew):
        yield


@exhibit("entry held by its file", "OpenCRVS 13303")
def held_by_its_file() -> Iterator[None]:
    """An entry is sent only once its file is at central."""

    def taken(disk: MemoryDisk, asked: ops.TakeUnsent) -> ops.Batch:
        batch = disks._take_unsent(disk, asked)
        ready: list[ops.Unsent] = []
        for one in batch.entries:
            entry = disk.books.records[one.id].entry
            if entry.kind == "scan.attached" and entry.body["sha256"] not in disk.books.uploaded:
                break
            ready.append(one)
        return ops.Batch(tuple(ready), batch.unsent)

    with act(ops.TakeUnsent, taken):
        yield


@exhibit("entry edited after it was sent", "ODK Collect 5317", seed=5)
def edited_after_sending() -> Iterator[None]:
    """What is still unsent is written anew when it is said again."""
    tried: set[str] = set()

    def taken(disk: MemoryDisk, asked: ops.TakeUnsent) -> ops.Batch:
        books, key = disk.books, disk.key.private_bytes_raw()
        again = next((n for n in sorted(books.unsent) if books.own[n - 1] in tried), 0)
        for record in books.own_records()[again - 1 :] if again else ():
            previous = books.own_record(record.entry.n - 1).entry.digest() if record.entry.n > 1 else GENESIS
            edited = replace(record.entry, at=record.entry.at.replace("T0", "T1"), previous=previous)
            books._put(Record(entry=signed(edited, key)))
        books.digest = books.own_record(len(books.own)).entry.digest() if books.own else GENESIS
        batch = disks._take_unsent(disk, asked)
        tried.update(one.id for one in batch.entries)
        return batch

    with act(ops.TakeUnsent, taken):
        yield


@exhibit("a retry with a new id", "WatermelonDB 1881, ODK Aggregate 331")
def retry_with_a_new_id() -> Iterator[None]:
    """What nobody confirmed is written once more, as another entry."""
    heard = Station._hears

    def hears(station: Station, told: Any, generation: int) -> bool:
        books = station.books
        if isinstance(told, Failed) and books.unsent and station.said == len(books.own):
            last = books.own_record(max(books.unsent)).entry
            n, previous = books.head()
            again = replace(last, id=last.id[:-1] + "0", n=n + 1, previous=previous, seen=last.seen + 1)
            if again.id not in books.records:
                books.append([signed(again, station.key.private_bytes_raw())], [])
        return heard(station, told, generation)

    with mock.patch.object(Station, "_hears", hears):
        yield


@exhibit("own pushes come back as new", "WatermelonDB 649, 1219")
def own_pushes_come_back() -> Iterator[None]:
    """The feed's word for an own entry is taken for another entry."""
    take = Books.take_feed

    def taken(books: Books, told: Any, position: int, mark: int) -> None:
        take(books, told, position, mark)
        for one in told:
            if one.entry.window == books.window:
                copy = replace(one.entry, id=one.entry.id + "-2", window="FS9999-01")
                books._put(Record(entry=copy, verdict=one.verdict, position=one.position))

    with mock.patch.object(Books, "take_feed", taken):
        yield


@exhibit("TinyDB's own storage", "TinyDB JSONStorage")
def tinydb_storage() -> Iterator[None]:
    """The store is a file rewritten as a whole: losing power while it is written leaves nothing that can be read."""
    crash = Station.crash

    def crashed(station: Station) -> None:
        was_up = station.up
        crash(station)
        if was_up and station.books.own:
            station.exchange(Books(station.window))

    with mock.patch.object(Station, "crash", crashed):
        yield


@exhibit("401 drops the queue")
def unauthorised_drops_the_queue() -> Iterator[None]:
    """A session that central does not take any more ends what was waiting to be said."""

    def kept(disk: MemoryDisk, told: ops.KeepSession) -> None:
        if not told.session.access:
            disk.books.unsent.clear()
        disks._keep_session(disk, told)

    with act(ops.KeepSession, kept):
        yield


@exhibit("a captive portal taken for an answer", seed=16)
def portal_taken_for_an_answer() -> Iterator[None]:
    """Status 200 is enough: whoever says it has taken the entries."""
    understood = network.understood

    def credulous(request: Request, answer: Answer) -> Answered | Failed:
        if (
            answer.status == 200
            and request.method == "POST"
            and request.path == "/v1/entries"
            and b"<" in answer.body[:1]
        ):
            told = msgspec.json.decode(request.content, type=wire.EntriesRequest)
            verdicts = [wire.EntryVerdict(id=e.id, n=e.n, verdict=Verdict.APPLIED, position=e.n) for e in told.entries]
            return Answered(message=wire.EntriesAnswer(verdicts=verdicts, last_n=told.entries[-1].n))
        return understood(request, answer)

    with mock.patch.object(network, "understood", credulous):
        yield


@exhibit("the chance to wait is not used", trial=trials.the_city_comes_back_spread_out)
def no_jitter() -> Iterator[None]:
    """All windows wait equally long, and come back at once."""
    step = pacing.step

    def stepped(pace: pacing.Pace, event: pacing.PaceEvent) -> tuple[pacing.Pace, pacing.PaceEffect]:
        return step(pace, replace(event, chance=0.5))

    with mock.patch.object(pacing, "step", stepped):
        yield
