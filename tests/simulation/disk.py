"""The store's operations over books in memory; ``test_disk_contract`` holds them against those over ``Records``."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain.journal import point_of
from clerk_app.domain.trail import Step
from sync import wire
from sync.disk_scans import ASK_EVERY
from sync.engine import courier_operations as couriers
from sync.engine import further_operations as further
from sync.engine import operations as ops
from sync.engine import scan_operations as scans
from sync.engine import snapshot_operations as snapshot
from sync.engine.values import Done, Failed, Failure, Kind, Operation
from tests.simulation.books import Books, Forked, Told


@dataclass
class MemoryDisk:
    """A window's books, its key, and the clock its tokens last by; the books may be exchanged under it."""

    books: Books
    key: Ed25519PrivateKey
    clock: Callable[[], float] = time.time
    """This machine's clock, right or wrong, in seconds."""
    steady: Callable[[], float] = time.monotonic
    """A clock that only goes forward."""
    skew: Callable[[str], float] = lambda _: 0.0
    """Told central's time; returns by how many seconds this machine's clock is ahead."""

    def perform(self, operation: Operation[Any]) -> Done | Failed:
        """Do one operation as a whole."""
        try:
            return Done(ACTS[type(operation)](self, operation))
        except Forked:
            return Failed(Failure(kind=Kind.FORKED))


def _load_session(disk: MemoryDisk, _: ops.LoadSession) -> ops.KeptSession:
    kept = disk.books.session
    lasts = disk.books.session_until - disk.clock() if kept.access else 0.0
    return ops.KeptSession(kept.access, kept.refresh, lasts)


def _keep_session(disk: MemoryDisk, told: ops.KeepSession) -> None:
    disk.books.session = told.session
    disk.books.session_until = disk.clock() + told.session.lasts


def _standing(disk: MemoryDisk, asked: ops.Standing) -> ops.Stand:
    books = disk.books
    n = asked.last_n
    digest = None if n > len(books.own) else books.own_record(n).entry.digest() if n else "0" * 64
    return ops.Stand(
        head=len(books.own),
        digest=digest,
        unsent=len(books.unsent),
        first_unsent=min(books.unsent, default=None),
        epoch=books.epoch,
    )


def _restore(disk: MemoryDisk, told: ops.Restore) -> None:
    disk.books.restore(told.entries)


def _begin_anew(disk: MemoryDisk, told: ops.BeginAnew) -> int:
    return disk.books.begin_anew(told.last_n, told.epoch, told.sure)


def _prepare(disk: MemoryDisk, told: ops.Prepare) -> None:
    disk.books.barred = told.barred


def _stumble(disk: MemoryDisk, _: snapshot.Stumble) -> snapshot.Stumbles:
    disk.books.stumbles += 1
    return snapshot.Stumbles(disk.books.stumbles)


def _agree(disk: MemoryDisk, told: ops.Agree) -> None:
    disk.books.epoch = disk.books.epoch or told.state.epoch


def _take_unsent(disk: MemoryDisk, asked: ops.TakeUnsent) -> ops.Batch:
    books, size = disk.books, 0
    taken: list[ops.Unsent] = []
    for n in sorted(books.unsent):
        entry = books.own_record(n).entry
        raw = msgspec.json.encode(entry)
        size += len(raw) + 1
        if taken and (size > asked.size or len(taken) >= asked.limit):
            break
        taken.append(ops.Unsent(entry.id, n, raw))
    return ops.Batch(tuple(taken), len(books.unsent))


def _settle(disk: MemoryDisk, told: ops.Settle) -> None:
    disk.books.settle([_plain(v) for v in told.verdicts], [_plain(v) for v in told.changed])


def _plain(told: wire.EntryVerdict) -> Told:
    return told.id, told.verdict, told.position, msgspec.to_builtins(told.problem)


def _next_scan(disk: MemoryDisk, asked: scans.NextScan) -> scans.Turn:
    books = disk.books
    if disk.steady() < books.uploads_rest:
        return scans.Turn(agreed=True)
    if not books.scans_epoch:
        books.scans_epoch, books.scans_asked = asked.epoch, disk.clock()
    elif books.scans_epoch != asked.epoch or not 0.0 <= disk.clock() - books.scans_asked < ASK_EVERY:
        return scans.Turn(agreed=False)
    owed = books.owed()
    for entry in owed:
        body = entry.body
        if body["sha256"] not in asked.skipped:
            url = books.uploads.get(body["sha256"], "")
            return scans.Turn(
                agreed=True, scan=scans.Owed(sha256=body["sha256"], media=body["media"], size=body["size"], url=url)
            )
    return scans.Turn(agreed=True)


def _read_piece(disk: MemoryDisk, asked: scans.ReadPiece) -> bytes | None:
    content = disk.books.files.get(asked.sha256)
    return None if content is None else content[asked.offset : asked.offset + asked.size]


def _keep_upload(disk: MemoryDisk, told: scans.KeepUpload) -> None:
    disk.books.uploads[told.sha256] = told.url


def _uploaded(disk: MemoryDisk, told: scans.Uploaded) -> None:
    disk.books.uploaded[told.sha256] = None
    disk.books.given_up.pop(told.sha256, None)
    disk.books.uploads.pop(told.sha256, None)


def _refuse_scan(disk: MemoryDisk, told: scans.RefuseScan) -> None:
    disk.books.given_up[told.sha256] = told.reason
    disk.books.uploads.pop(told.sha256, None)


def _scans_missing(disk: MemoryDisk, told: scans.ScansMissing) -> None:
    books = disk.books
    for sha256 in told.missing:
        books.uploaded.pop(sha256, None)
    books.scans_epoch, books.scans_asked = told.epoch, disk.clock()


def _rest_uploads(disk: MemoryDisk, told: scans.RestUploads) -> None:
    disk.books.uploads_rest = disk.steady() + told.seconds


def _keep_couriers(disk: MemoryDisk, told: couriers.KeepCouriers) -> None:
    disk.books.couriers = told.revision, told.couriers


def _follow(disk: MemoryDisk, told: further.Follow) -> tuple[wire.FeedPlace, ...]:
    disk.books.follow([one.point for one in told.points])
    return _places(disk)


def _places(disk: MemoryDisk) -> tuple[wire.FeedPlace, ...]:
    held = disk.books.far.items()
    return tuple(wire.FeedPlace(point=point, after=at.position, mark=at.mark) for point, at in held)


def _followed(disk: MemoryDisk, _: further.Followed) -> tuple[wire.FeedPlace, ...]:
    own = wire.FeedPlace(point=point_of(disk.books.window), after=disk.books.cursor, mark=disk.books.mark)
    return (own, *_places(disk)) if disk.books.far else ()


def _look_back_at(disk: MemoryDisk, asked: further.LookBackAt) -> tuple[Step, ...]:
    place = disk.books.far.get(asked.point)
    return place.trail if place is not None else ()


ACTS: dict[type[Operation[Any]], Callable[[MemoryDisk, Any], Any]] = {
    ops.LoadSession: _load_session,
    ops.KeepSession: _keep_session,
    ops.Sign: lambda disk, asked: disk.key.sign(asked.data).hex(),
    ops.Backlog: lambda disk, _: len(disk.books.unsent),
    ops.Meet: lambda disk, told: disk.skew(told.state.server_time),
    ops.Prepare: _prepare,
    ops.Standing: _standing,
    ops.Restore: _restore,
    ops.BeginAnew: _begin_anew,
    ops.Agree: _agree,
    ops.Heal: lambda disk, _: False,
    ops.Conclude: lambda disk, _: len(disk.books.unsent),
    ops.TakeUnsent: _take_unsent,
    ops.Settle: _settle,
    ops.LookUp: lambda disk, _: ops.Cursors(disk.books.cursor, disk.books.revision, disk.books.mark),
    ops.LookBack: lambda disk, _: disk.books.trail,
    ops.TakeFeed: lambda disk, told: disk.books.take_feed(told.entries, told.position, told.mark),
    ops.PutCatalogue: lambda disk, told: disk.books.put_catalogue(told.rows, told.revision),
    ops.WaitingLoads: lambda *_: (),
    ops.DeliveredLoads: lambda *_: (),
    scans.NextScan: _next_scan,
    scans.ReadPiece: _read_piece,
    scans.KeepUpload: _keep_upload,
    scans.Uploaded: _uploaded,
    scans.RefuseScan: _refuse_scan,
    scans.ScansMissing: _scans_missing,
    scans.RestUploads: _rest_uploads,
    further.Follow: _follow,
    further.Followed: _followed,
    further.TakeFurther: lambda disk, told: disk.books.take_further(told.point, told.entries, told.position, told.mark),
    further.LookBackAt: _look_back_at,
    further.BeginAnewAt: lambda disk, told: disk.books.begin_anew_at(told.point, told.sure),
    couriers.CouriersKnown: lambda disk, _: disk.books.couriers[0],
    couriers.KeepCouriers: _keep_couriers,
    snapshot.FindFile: lambda *_: snapshot.Partial(),
    snapshot.DropFile: lambda *_: None,
    snapshot.Stumble: _stumble,
}
