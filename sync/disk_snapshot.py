"""The whole catalogue as one file, as a conversation uses it: kept beside the store, then taken in share by share."""

from __future__ import annotations

from typing import Any

from sync.engine import snapshot_operations as ops
from sync.engine.shares import SHARE
from sync.engine.values import Operation
from sync.hold import Act, Hold
from sync.snapshot_file import SnapshotFile, Unreadable

STUMBLES = "catalogue-stumbles"
"""Meta: how often in a row a piece did not come."""


def _file(hold: Hold) -> SnapshotFile:
    if hold.snapshot is None:
        hold.snapshot = SnapshotFile(hold.records.vault.folder)
    return hold.snapshot


def _find(hold: Hold, _: ops.FindFile) -> ops.Partial:
    try:
        return ops.Partial(*_file(hold).found())
    except OSError:
        return ops.Partial()


def _begin(hold: Hold, told: ops.BeginFile) -> ops.Partial:
    try:
        _file(hold).begin(told.told)
    except OSError:
        return ops.Partial()
    return ops.Partial(told.told)


def _keep(hold: Hold, told: ops.KeepPiece) -> ops.Kept:
    file = _file(hold)
    try:
        file.keep(told.offset, told.content)
    except OSError:
        file.drop()  # on a full disk the room is for what the clerk records
        return ops.Kept(kept=False)
    if hold.records.get_meta(STUMBLES):
        hold.records.put_meta(STUMBLES, b"")
    return ops.Kept(kept=True)


def _prove(hold: Hold, _: ops.ProveFile) -> ops.Proven:
    try:
        return ops.Proven(_file(hold).proven())
    except OSError:
        return ops.Proven(holds=False)


def _take(hold: Hold, told: ops.TakeRows) -> ops.Taken:
    file = _file(hold)
    named, _ = file.found()
    try:
        rows = file.rows(SHARE, anew=not told.done)
    except (Unreadable, OSError):
        file.drop()
        return ops.Taken(0, readable=False)
    if named is None:
        return ops.Taken(0, readable=False)
    more = len(rows) == SHARE
    if more:
        hold.records.put_catalogue(rows, 0, more=True)
    else:
        hold.records.put_catalogue(rows, named.revision, only=file.names)
        file.drop()
    return ops.Taken(len(rows), more=more)


def _stumble(hold: Hold, _: ops.Stumble) -> ops.Stumbles:
    count = int(hold.records.get_meta(STUMBLES) or b"0") + 1
    hold.records.put_meta(STUMBLES, str(count).encode())
    return ops.Stumbles(count)


def _drop(hold: Hold, _: ops.DropFile) -> None:
    _file(hold).drop()


ACTS: dict[type[Operation[Any]], Act] = {
    ops.FindFile: _find,
    ops.BeginFile: _begin,
    ops.KeepPiece: _keep,
    ops.ProveFile: _prove,
    ops.TakeRows: _take,
    ops.DropFile: _drop,
    ops.Stumble: _stumble,
}
