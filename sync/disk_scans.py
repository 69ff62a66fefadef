"""Scans on their way to central, as a conversation uses the store (``clerk_app.store.books.scans``)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clerk_app.store.errors import ScanDamaged
from sync.engine import scan_operations as ops
from sync.engine.values import Operation
from sync.hold import Act, Hold

ASKED_KEY = "line-scans-epoch"
"""In which life central was last asked what it lacks."""


def _next(hold: Hold, told: ops.NextScan) -> ops.Turn:
    records = hold.records
    if _rests(hold):
        return ops.Turn(agreed=True)
    asked = (records.get_meta(ASKED_KEY) or b"").decode()
    if not asked:  # this is the first life of central's that is known here: nothing was sent in another
        records.put_meta(ASKED_KEY, told.epoch.encode())
    elif asked != told.epoch:
        return ops.Turn(agreed=False)
    row = next((row for row in records.scans.owed() if row.sha256 not in told.skipped), None)
    if row is None:
        return ops.Turn(agreed=True)
    return ops.Turn(agreed=True, scan=ops.Owed(sha256=row.sha256, media=row.media, size=row.size, url=row.url))


def _piece(hold: Hold, told: ops.ReadPiece) -> bytes | None:
    try:
        return hold.records.scans.piece(told.sha256, told.offset, told.size)
    except ScanDamaged:
        return None


def _keep(hold: Hold, told: ops.KeepUpload) -> None:
    hold.records.scans.keep_upload(told.sha256, told.url, told.offset)


def _uploaded(hold: Hold, told: ops.Uploaded) -> None:
    hold.records.scans.uploaded(told.sha256)


def _refuse(hold: Hold, told: ops.RefuseScan) -> None:
    hold.records.scans.refuse(told.sha256, told.reason)


def _missing(hold: Hold, told: ops.ScansMissing) -> None:
    with hold.records.transaction():
        hold.records.scans.say_again(told.missing)
        hold.records.put_meta(ASKED_KEY, told.epoch.encode())


def _rest(hold: Hold, told: ops.RestUploads) -> None:
    hold.uploads_rest = hold.clock(), timedelta(seconds=told.seconds)


def _rests(hold: Hold) -> bool:
    """Whether files have to wait; a clock that was set back ends it."""
    if hold.uploads_rest is None:
        return False
    since, long = hold.uploads_rest
    return timedelta(0) <= hold.clock() - since < long


ACTS: dict[type[Operation[Any]], Act] = {
    ops.NextScan: _next,
    ops.ReadPiece: _piece,
    ops.KeepUpload: _keep,
    ops.Uploaded: _uploaded,
    ops.RefuseScan: _refuse,
    ops.ScansMissing: _missing,
    ops.RestUploads: _rest,
}
