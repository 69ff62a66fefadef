"""What a case is made of besides its own members: visits, notices, remarks, scans, moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clerk_app.domain.checklist import Deficit


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One appearance of the applicant (rule 8); ``ordinal`` is not kept, the order of days is."""

    on: date
    entry: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A one-time notice that was given."""

    number: int
    given_on: date
    deficits: tuple[Deficit, ...]
    entry: str
    stage: str = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A deficit named in a later notice that the first could have named (rule 2)."""

    notice: int
    material: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    at: str
    actor: str
    text: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A scanned paper that was attached."""

    material: str
    sha256: str
    size: int
    media: str
    pages: int
    entry: str
    """Of the ``scan.attached``."""
    window: str
    """That holds the file until central does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One change of the point that handles the case."""

    on: date
    to: str
    name: str
    entry: str
