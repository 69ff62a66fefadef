"""What a window holds and how it stands with central, signed in or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from clerk_app.domain.timing import DOUBT_LABELS
from clerk_app.line import Line
from clerk_app.store.copies.carried import counts
from clerk_app.store.errors import StoreReadOnly
from clerk_app.store.records import Records
from clerk_app.window_clock import WindowClock


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
    carried_waiting: int = 0
    """Files of other windows that this one is to bring to central."""
    carried_refused: int = 0
    """Such files central does not take."""
    waiting: int = 0
    """Entries central holds back until another one has come, or was mended."""
    conflicts: int = 0
    """Acts that conflict with others and that nobody settled yet."""
    scans_owed: int = 0
    """Scans central is still to get."""
    scans_refused: int = 0
    """Scans that have to be made anew: central will not have their file, or it cannot be read any more."""
    scans_seen: int = 0
    """Files in the scanner's folder that can be attached."""
    troubles: tuple[str, ...] = ()
    """What is wrong at this window itself, in a few Chinese words each, the gravest first; empty while all is well."""


def status(records: Records, line: Line, clock: Callable[[], datetime] | None = None) -> Status:
    """Return the status of a window's store and line; ``clock`` tells whether it is in doubt."""
    seen = line.status()
    waiting, refused = counts(records)
    ends = records.loose_ends
    return Status(
        entries=records.entry_count(),
        unsent=records.unsent_count(),
        refused=len(ends.needing()),
        online=seen.online,
        catalogue_revision=records.catalogue_revision(),
        cases=records.case_count(),
        last_success=seen.last_success,
        last_problem=seen.last_problem,
        carried_waiting=waiting,
        carried_refused=refused,
        waiting=ends.waiting(),
        conflicts=ends.conflicts(),
        scans_owed=records.scans.waiting_count(),
        scans_refused=records.scans.refused_count(),
        troubles=tuple(troubles(records, clock)),
    )


def troubles(records: Records, clock: Callable[[], datetime] | None = None) -> Iterator[str]:
    """Yield what is wrong at this window; reads nothing from the disk, so that it may be asked every second."""
    vault = records.vault
    if vault.trouble is not None:
        yield "数据只能读取" if isinstance(vault.trouble, StoreReadOnly) else "磁盘读写出错"
    if vault.short_of_space:
        yield "磁盘空间不足"
    if vault.older is not None:
        yield "数据是旧的备份"
    elif records.damages():
        yield "有数据损坏"
    if missing := sum(gap.size for gap in records.gaps()):
        yield f"{missing} 条流水缺失"
    elif records.notices():
        yield "数据损坏后修复过，待补回"
    if refused := records.scans.refused_count():
        yield f"{refused} 份扫描件要重扫"
    yield from (told for worry in records.worries if (told := worry()))
    if isinstance(clock, WindowClock) and (doubt := clock.reading().doubt):
        yield DOUBT_LABELS[doubt]
