"""Scans on their way to central, as a conversation uses the store (``clerk_app.store.books.scans``)."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from clerk_app.store.errors import ScanDamaged
from clerk_app.store.records import Records
from sync.engine import scan_operations as ops
from sync.engine.values import Operation
from sync.hold import Act, Hold

ASKED_KEY = "line-scans-epoch"
"""In which life central was last asked what it lacks."""
ASKED_AT_KEY = "line-scans-asked"
"""When, by this machine's clock in seconds since 1970; empty: it is to be asked again."""
ASK_EVERY = 86400.0
"""Seconds after which it is asked again: its files may be others without its saying so."""


def _next(hold: Hold, told: ops.NextScan) -> ops.Turn:
    records = hold.records
    if _rests(hold):
        return ops.Turn(agreed=True)
    asked = (records.get_meta(ASKED_KEY) or b"").decode()
    if not asked:  # this is the first life of central's that is known here: nothing was sent in another
        _keep_asked(hold, told.epoch)
    elif asked != told.epoch or not 0.0 <= hold.clock().timestamp() - _asked_at(records) < ASK_EVERY:
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
        _keep_asked(hold, told.epoch)


def _keep_asked(hold: Hold, epoch: str) -> None:
    with hold.records.transaction():
        hold.records.put_meta(ASKED_KEY, epoch.encode())
        hold.records.put_meta(ASKED_AT_KEY, str(hold.clock().timestamp()).encode())


def _asked_at(records: Records) -> float:
    try:
        return float(records.get_meta(ASKED_AT_KEY) or b"-inf")
    except ValueError:
        return -math.inf


def ask_again(records: Records) -> None:
    """Have central asked what it lacks: it may have lost files with what else it lost."""
    records.put_meta(ASKED_AT_KEY, b"")


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
