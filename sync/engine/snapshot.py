"""The errand of fetching the whole catalogue as one file, by a window that has none: in pieces, so that a cut costs one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync import wire
from sync.engine.operations import Cursors, LookUp
from sync.engine.snapshot_operations import (
    BeginFile,
    DropFile,
    FindFile,
    KeepPiece,
    Kept,
    Partial,
    ProveFile,
    Proven,
    Stumble,
    Stumbles,
    Taken,
    TakeRows,
)
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Event,
    Failed,
    Failure,
    Go,
    Kind,
    Move,
    Over,
    Pause,
    Request,
    Shared,
    Stuck,
    failed,
)

PATH = "/v1/catalogue/snapshot"
PIECE = 256 << 10
LARGEST_PIECE = 1 << 20
LEAST_PIECE = 16 << 10
LARGEST_FILE = 256 << 20
TRIES = 2
"""So often a file may come to nothing before the catalogue is fetched page by page."""
STUMBLES = 3
"""So often in a row a piece may not come while the rest of the line may well work."""
GONE = frozenset({"snapshot-unknown", "range"})
ON_THE_LINE = frozenset({Kind.TOLD, Kind.CUT, Kind.TOO_LARGE, Kind.BUSY, Kind.DOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Fetch the file and take it in; where that does not work, the pages after it have to do."""

    told: wire.CatalogueSnapshot | None = None
    offset: int = 0
    piece: int = PIECE
    tries: int = TRIES
    taken: int = 0
    """Rows."""
    settled: bool = False
    """The window has a catalogue."""
    why: Failure | None = None
    """Why a piece did not come."""

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(replace(self, told=None), Disk(LookUp()), shared)
            case Done(Cursors(catalogue=revision)):
                going = replace(self, settled=bool(revision))
                return Go(going, Disk(DropFile() if going.settled else FindFile()), shared)
            case Done(Partial(told=told, size=size)):
                return self._found(told, size, shared)
            case Answered(message=wire.CatalogueSnapshot() as told):
                return Go(replace(self, told=told), Disk(BeginFile(told)), shared) if _plausible(told) else Over(shared)
            case Answered(message=bytes() as content) if self.told is not None:
                return self._came(self.told, content, event.what, shared)
            case Done(Kept(kept=kept)) if self.told is not None:
                return self._kept(self.told, shared) if kept else Over(shared)
            case Done(Proven(holds=holds)):
                return Go(replace(self, taken=0), Disk(TakeRows(0)), shared) if holds else self._ask(shared)
            case Done(Taken() as taken):
                return self._taken(taken, shared)
            case Done(Stumbles(count=count)) if self.why is not None:
                return Over(shared) if count >= STUMBLES else Stuck(self.why, shared)
            case Done(None):
                return Over(shared) if self.settled else self._ask(shared)
            case Failed(failure):
                return self._failed(failure, shared)
            case _:
                return failed(event, shared)

    def _found(self, told: wire.CatalogueSnapshot | None, size: int, shared: Shared) -> Move:
        if told is None:
            return self._ask(shared) if self.told is None else Over(shared)  # the disk takes no file
        found = replace(self, told=told, offset=size)
        return Go(found, Disk(ProveFile()), shared) if size >= told.size else _ask_piece(found, told, shared)

    def _ask(self, shared: Shared) -> Move:
        if not self.tries:
            return Over(shared)
        asked = Request(method="GET", path=PATH, answer=wire.CatalogueSnapshot)
        return Go(replace(self, told=None, tries=self.tries - 1), Ask(asked), shared)

    def _came(self, told: wire.CatalogueSnapshot, content: bytes, answer: Answered, shared: Shared) -> Move:
        """A piece begins where it was asked for, or it is the whole file, or something on the way has bent it."""
        begins = answer.header("content-range").startswith(f"bytes {self.offset}-")
        if answer.status == 200 and len(content) == told.size:
            here = 0
        elif answer.status == 206 and begins and 0 < len(content) <= min(self.piece, told.size - self.offset):
            here = self.offset
        else:
            return Go(self, Disk(DropFile()), shared)
        going = replace(self, offset=here + len(content), piece=min(LARGEST_PIECE, self.piece * 2))
        return Go(going, Disk(KeepPiece(here, content)), shared)

    def _kept(self, told: wire.CatalogueSnapshot, shared: Shared) -> Move:
        show = f"已下载目录 {self.offset * 100 // told.size}%"
        if self.offset >= told.size:
            return Go(self, Disk(ProveFile()), shared, show)
        return Pause(self, shared, show)

    def _taken(self, taken: Taken, shared: Shared) -> Move:
        if not taken.readable:
            return Over(shared)
        told = shared.counting(catalogue=taken.rows)
        show = f"已更新目录 {told.report.catalogue} 条"
        if not taken.more:
            return Over(told, show)
        going = replace(self, taken=self.taken + taken.rows)
        return Go(going, Disk(TakeRows(going.taken), breath=True), told, show)

    def _failed(self, failure: Failure, shared: Shared) -> Move:
        """Whatever stands in the way of the file alone must not keep the catalogue away: in the end there are the pages."""
        told, kind = self.told, failure.kind
        if self.settled or self.why is not None or kind not in ON_THE_LINE:
            return Stuck(failure, shared)
        if kind is Kind.TOLD:
            if told is not None and failure.code in GONE:
                return Go(self, Disk(DropFile()), shared)
            return Stuck(failure, shared) if failure.code == "window-revoked" else Over(shared)
        if told is not None and kind in {Kind.CUT, Kind.TOO_LARGE} and self.piece > LEAST_PIECE:
            return _ask_piece(replace(self, piece=max(LEAST_PIECE, self.piece // 4)), told, shared)
        if kind is Kind.BUSY:
            return Stuck(failure, shared) if failure.retry_after else Over(shared)
        return Go(replace(self, why=failure), Disk(Stumble()), shared)


def _ask_piece(errand: Snapshot, told: wire.CatalogueSnapshot, shared: Shared) -> Move:
    last = min(errand.offset + errand.piece, told.size) - 1
    headers = ("Range", f"bytes={errand.offset}-{last}"), ("If-Range", f'"{told.sha256}"')
    path = f"{PATH}/{told.revision}"
    return Go(errand, Ask(Request(method="GET", path=path, accept=wire.SNAPSHOT_TYPE, headers=headers)), shared)


def _plausible(told: wire.CatalogueSnapshot) -> bool:
    return told.revision > 0 and 0 < told.size <= LARGEST_FILE and len(told.sha256) == 64 and told.sha256.isalnum()
