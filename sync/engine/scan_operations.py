"""What the errand of uploading asks of the store (``sync.disk_scans`` does it over ``Records``)."""

from __future__ import annotations

from dataclasses import dataclass

from sync.engine.values import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A file that central has not got, and whose entry it has."""

    sha256: str
    media: str
    size: int
    url: str = ""
    """Of an upload that was begun; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Which file is next."""

    agreed: bool
    """In this life of central it was asked what it lacks."""
    scan: Owed | None = None
    """``None``: nothing is to be sent now."""


@dataclass(frozen=True, slots=True)
class NextScan(Operation[Turn]):
    """Return the file that goes on or is next: of the newest case first, nothing while uploads rest."""

    epoch: str
    skipped: tuple[str, ...] = ()
    """Files that are of no use now."""


@dataclass(frozen=True, slots=True)
class ReadPiece(Operation[bytes | None]):
    """Return a piece of a file as it was scanned; ``None``: it cannot be read any more."""

    sha256: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class KeepUpload(Operation[None]):
    """Keep where a file's upload is, and how far it has come."""

    sha256: str
    url: str
    offset: int


@dataclass(frozen=True, slots=True)
class Uploaded(Operation[None]):
    """Central has the file."""

    sha256: str


@dataclass(frozen=True, slots=True)
class RefuseScan(Operation[None]):
    """Keep why a file cannot be had by central, and send it no more; somebody has to scan it anew."""

    sha256: str
    reason: str
    """Chinese."""


@dataclass(frozen=True, slots=True)
class ScansMissing(Operation[None]):
    """Central told in this life of its what it lacks: so much is owed again."""

    epoch: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestUploads(Operation[None]):
    """Send no file for so many seconds; entries go on."""

    seconds: float
