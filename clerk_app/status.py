"""What a window holds and how it stands with central, signed in or not."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.line import Line
from clerk_app.store.records import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A window in a few numbers."""

    entries: int
    unsent: int
    refused: int
    online: bool
    catalogue_revision: int
    cases: int
    last_success: str = ""
    """RFC 3339; empty: never."""
    last_problem: str = ""
    """Chinese; empty while all is well."""


def status(records: Records, line: Line) -> Status:
    """Return the status of a window's store and line."""
    seen = line.status()
    return Status(
        entries=records.entry_count(),
        unsent=records.unsent_count(),
        refused=len(records.refused()),
        online=seen.online,
        catalogue_revision=records.catalogue_revision(),
        cases=len(records.summaries()),
        last_success=seen.last_success,
        last_problem=seen.last_problem,
    )
