"""What the errand of fetching the whole catalogue asks of the disk (``sync.disk_snapshot`` does it beside the store)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync import wire
from sync.engine.values import Operation


@dataclass(frozen=True, slots=True)
class Partial:
    """A file on its way."""

    told: wire.CatalogueSnapshot | None = None
    """What it must come to; ``None``: none was begun."""
    size: int = 0
    """Bytes of it that are here."""


@dataclass(frozen=True, slots=True)
class FindFile(Operation[Partial]):
    """Return the file that was begun."""


@dataclass(frozen=True, slots=True)
class BeginFile(Operation[Partial]):
    """Begin a file and drop any other; ``Partial()`` where the disk takes none."""

    told: wire.CatalogueSnapshot


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a piece."""

    kept: bool
    """``False``: the disk does not take it, and the file was dropped."""


@dataclass(frozen=True, slots=True)
class KeepPiece(Operation[Kept]):
    """Write a piece at its place; what is behind it goes."""

    offset: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proven:
    """Whether the file is what it was said to be; one that is not was dropped."""

    holds: bool


@dataclass(frozen=True, slots=True)
class ProveFile(Operation[Proven]):
    """Compare size and SHA-256."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a share of the file's rows."""

    rows: int
    """Taken in with it."""
    more: bool = False
    readable: bool = True
    """``False``: these are no rows, and the file was dropped."""


@dataclass(frozen=True, slots=True)
class TakeRows(Operation[Taken]):
    """Take in the next rows; with the last the revision, and the file goes. The revision is 0 before that."""

    done: int
    """Rows taken in already in this conversation; 0: from the beginning."""


@dataclass(frozen=True, slots=True)
class Stumbles:
    """How often in a row a piece did not come, over all conversations."""

    count: int


@dataclass(frozen=True, slots=True)
class Stumble(Operation[Stumbles]):
    """Keep that a piece did not come; one that comes makes good for it."""


@dataclass(frozen=True, slots=True)
class DropFile(Operation[None]):
    """Drop what was begun: it leads nowhere, or is not needed any more."""
