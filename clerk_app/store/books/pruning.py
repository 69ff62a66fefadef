"""Pruning: what this window need not keep any more is taken out of its store, whole cases at a time.

A case may go when all of this holds of it: it is over, without an open conflict; central has said of every entry that it
counts, and completed backups of central hold it (``Coverage``); the last entry is older than the time things are kept, by
central's clock and by this machine's. What is unsent, refused, uncertain or damaged stays, and while anything in the store
is damaged or missing nothing goes at all. A bag stays while one of its cases does, a list of a hand-over while one of its bags does:
where a case's papers are, these tell.

Of this window's own entries that went, the runs are kept with the digest of each run's last entry: the chain can still be
verified (``runs.verify_kept``), and what was pruned is no gap. What comes again through a feed heard anew is there again. The
room in the file is used again by what is written next; the file does not shrink.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from clerk_app.domain.journal import Record, Verdict
from clerk_app.domain.kinds import MOVING, OPEN, TipState
from clerk_app.domain.standing import Summary, fold_any, summary_of_any, wanted_for
from clerk_app.domain.summary import CaseSummary
from clerk_app.domain.tips import TipSummary
from clerk_app.store.books.book import Book
from clerk_app.store.books.casebook import Casebook
from clerk_app.store.books.further import Further
from clerk_app.store.books.prints import Prints
from clerk_app.store.books.runs import Run, merged, verify_kept
from clerk_app.store.books.scans import Scans
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.file.shelf import FILE
from clerk_app.store.ledger import Ledger

__all__ = ["Coverage", "Pruned", "Pruning", "Run", "verify_kept"]

SHORTEST = 30
"""Days things are kept after the last entry, at least; ``Settings.keep_days`` tells how many more."""
BATCH = 5
"""Cases a transaction: nobody at the window waits for longer than these take."""
BREATH = 0.02
"""Seconds between two transactions, for whoever works at the window."""
TABLE, ROW = "pruned", "own"
NOTE = "pruned"
"""In the mark: the greatest own ``n`` that was ever pruned, for when the row is lost."""
COVERED, DONE_ON = "covered", "pruned-on"
_GAPS = "gaps"


class Coverage(msgspec.Struct, frozen=True):
    """What completed backups of central hold, as central told it."""

    through: int
    """This window's entries up to this ``n``."""
    position: int
    """The point's entries up to this position."""
    at: str
    """When it was told, RFC 3339, by central's clock."""


class _Kept(msgspec.Struct):
    runs: list[Run] = []
    position: int = 0
    """The highest position that was ever pruned."""


class _Fact(msgspec.Struct):
    value: bytes


@dataclass(slots=True)
class Pruned:
    """What pruning came to, or would come to."""

    cases: int = 0
    entries: int = 0
    kept: dict[str, int] = field(default_factory=dict)
    """How many cases stay, by reason: ``open``, ``conflict``, ``unsent``, ``refused``, ``uncovered``, ``recent``, ``damaged``,
    ``scans``."""
    blocked: str = ""
    """Why nothing at all may go: ``uncovered`` or ``damaged``; empty otherwise."""
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    covered: Coverage
    before: datetime
    pruned_to: int
    is_own: Callable[[Record], bool]
    known: frozenset[str]
    """Every subject there was when pruning began."""
    further: Mapping[str, int]
    """Up to which position backups hold the feeds of further points."""

    def is_covered(self, record: Record) -> bool:
        """Whether backups hold an entry in every feed that tells it here; of own ones its number says so, too."""
        if (record.position or 0) > self.covered.position:
            return False
        if any(at > self.further.get(point, 0) for point, at in record.further.items()):
            return False
        return not self.is_own(record) or record.entry.n <= self.covered.through


_kept = msgspec.json.Decoder(_Kept).decode
_coverage = msgspec.json.Decoder(Coverage).decode
_fact = msgspec.json.Decoder(_Fact).decode


class Pruning:
    """The rule of what may go, and its going; thread-safe as the store is."""

    def __init__(
        self, ledger: Ledger, book: Book, casebook: Casebook, scans: Scans, further: Further, prints: Prints
    ) -> None:
        self._vault = ledger.vault
        self._scans = scans
        self._prints = prints
        self._further = further
        self._rows = ledger.table(TABLE)
        self._meta = ledger.table("meta")
        self._book = book
        self._casebook = casebook
        self._read: tuple[int, _Kept] | None = None
        """The row as last read, and the store's generation then."""
        book.was_pruned = self.holds

    def cover(self, told: Coverage) -> None:
        """Keep what central said of its backups, where that is news; a restored central may say less than before."""
        held = self.coverage()
        if held is None and not told.through and not told.position:
            return
        if held is None or (held.through, held.position, held.at[:10]) != (told.through, told.position, told.at[:10]):
            self._meta.put(COVERED, _Fact(msgspec.json.encode(told)))

    def coverage(self) -> Coverage | None:
        """Return what central last said of its backups; ``None``: nothing yet."""
        fact = self._meta.fetch(COVERED, _fact)
        return None if fact is None else _coverage(fact.value)

    def pruned(self) -> list[Run]:
        """Return the runs of own entries that were pruned, ascending.

        Where they were lost: one up to the last that ever was, of which only some may be gone.
        """
        return self._held().runs

    def holds(self, n: int) -> bool:
        """Whether own entry ``n`` was pruned; it may have come again since."""
        return any(run.first <= n <= run.last for run in self._held().runs)

    def daily(self, days: int, now: datetime, cancelled: Callable[[], bool] = lambda: False) -> Pruned | None:
        """Prune once a day of central's; return ``None`` where that was done or there is no word of backups."""
        covered = self.coverage()
        done = self._meta.fetch(DONE_ON, _fact)
        if covered is None or (done is not None and done.value.decode() == covered.at[:10]):
            return None
        came_to = self.prune(days, now, cancelled=cancelled, breath=BREATH)
        if not came_to.stopped:
            self._meta.put(DONE_ON, _Fact(covered.at[:10].encode()))
        return came_to

    def prune(
        self,
        days: int,
        now: datetime,
        *,
        dry_run: bool = False,
        cancelled: Callable[[], bool] = lambda: False,
        breath: float = 0.0,
    ) -> Pruned:
        """Take away what may go, case by case; ``days`` (at least 30) are counted from a case's last entry.

        Each few cases are one transaction: stopped or killed, what went went whole. ``dry_run`` only counts.
        """
        came_to = Pruned()
        covered = self.coverage()
        if covered is None or self._hurt():
            came_to.blocked = "damaged" if covered else "uncovered"
            return came_to
        before = min(datetime.fromisoformat(covered.at), now) - timedelta(days=max(days, SHORTEST))
        known = list(self._casebook.known())
        names = frozenset(name for name, _ in known)
        further = {one.point: one.covered for one in self._further.points()}
        rule = _Rule(covered, before, self._held().position, self._book.is_own, names, further)
        subjects: list[str] = []
        for name, summary in known:
            reason = _stays_at_a_glance(summary, before)
            _count(came_to, [reason] if reason else [])
            if not reason:
                subjects.append(name)
        for begin in range(0, len(subjects), BATCH):
            if begin:
                time.sleep(breath)
            if cancelled():
                came_to.stopped = True
                break
            self._batch(subjects[begin : begin + BATCH], rule, came_to, dry_run=dry_run)
        if not dry_run:
            self._forget_copies(before)
        return came_to

    def _batch(self, subjects: Sequence[str], rule: _Rule, came_to: Pruned, *, dry_run: bool) -> None:
        reasons: list[str] = []
        going: dict[str, list[Record]] = {}
        with self._vault.transaction():
            for subject in subjects:
                records = self._casebook.whole(subject)
                reason = "damaged" if records is None else _stays(records, rule) or self._lacks_scans(records)
                if reason or records is None:
                    reasons.append(reason)
                else:
                    going[subject] = records
            if going and not dry_run:
                self._forget(going)
        _count(came_to, reasons)
        came_to.cases += len(going)
        came_to.entries += sum(map(len, going.values()))

    def _lacks_scans(self, records: Sequence[Record]) -> str:
        return "scans" if self._scans.keep(records) else ""

    def _forget(self, going: dict[str, list[Record]]) -> None:
        records = [record for found in going.values() for record in found]
        kept = self._held()
        own = [record.entry for record in records if self._book.is_own(record)]
        highest = max((record.position or 0 for record in records), default=0)
        self._vault.set_note(NOTE, max([int(self._vault.note(NOTE) or 0), *(entry.n for entry in own)]) or None)
        self._read = None
        self._vault.on_undo(self._forget_read)
        self._rows.put(ROW, _Kept(merged(kept.runs, own), max(kept.position, highest)))
        self._scans.drop(records)
        self._prints.forget(going)
        for subject in going:
            self._casebook.forget(subject)
        for record in records:
            self._book.drop(record)

    def _forget_copies(self, before: datetime) -> None:
        """Take away copies made before a migration (``store.file.migration``) that are as old as what goes from the store."""
        with suppress(OSError):  # another day will do
            for copy in self._vault.folder.glob(f"{FILE}.v[0-9]*"):
                if datetime.fromtimestamp(copy.stat().st_mtime, UTC) < before:
                    copy.unlink()

    def _forget_read(self) -> None:
        self._read = None

    def _held(self) -> _Kept:
        generation = self._vault.generation
        if self._read is None or self._read[0] != generation:
            try:
                kept = self._rows.fetch(ROW, _kept)
            except StoreDamaged:
                kept = None
            top = int(self._vault.note(NOTE) or 0)
            self._read = generation, kept or _Kept([Run(1, top)] if top else [])
        return self._read[1]

    def _hurt(self) -> bool:
        return bool(self._vault.findings or self._vault.damages or self._vault.note(_GAPS))


def _stays_at_a_glance(summary: Summary | None, before: datetime) -> str:
    """Return why a subject surely stays, by what memory tells; empty: it has to be looked at."""
    if summary is None:
        return ""
    if summary.unsent:
        return "unsent"
    if summary.conflicts:
        return "conflict"
    if why := _unfinished(summary):
        return why
    return "" if _old(summary.updated_at, before) else "recent"


def _stays(records: Sequence[Record], rule: _Rule) -> str:
    """Return why a subject stays, by its entries; empty: it may go."""
    for record in records:
        entry = record.entry
        if record.verdict is None:
            return "unsent"
        if not record.verdict.counts and record.verdict is not Verdict.CONFLICTING:
            return "refused"
        if not rule.is_covered(record):
            return "uncovered"
        if not _old(entry.at, rule.before):
            return "recent"
    stood = fold_any(records[0].entry.subject, records) if records else None
    if stood is None:  # of a case that was pruned, a part may have come again; of any other subject nothing is known
        return "" if records and all((r.position or 0) <= rule.pruned_to for r in records) else "open"
    if stood.conflicts:
        return "conflict"
    return _unfinished(summary_of_any(stood, 0)) or ("open" if not rule.known.isdisjoint(wanted_for(stood)) else "")


def _unfinished(summary: Summary) -> str:
    """Return why a subject is not done with, ``open`` or ``task``; empty: it is."""
    if _is_open(summary):
        return "open"
    return "task" if not isinstance(summary, TipSummary) and summary.tasks else ""


def _is_open(summary: Summary) -> bool:
    """Whether something is still to come of it: of a bag until it came to somebody, of a list until nothing is unclear."""
    if isinstance(summary, TipSummary):
        return summary.state in {TipState.OFFERED, TipState.APPROVED}
    if isinstance(summary, CaseSummary):
        return summary.state in OPEN
    return summary.discrepancies > 0 or summary.state in MOVING


def _old(at: str, before: datetime) -> bool:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return False
    return moment.tzinfo is not None and moment < before


def _count(came_to: Pruned, reasons: Iterable[str]) -> None:
    for reason in reasons:
        came_to.kept[reason] = came_to.kept.get(reason, 0) + 1
