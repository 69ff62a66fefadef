"""A window whose entries are confirmed and backed up as it goes, for the tests of pruning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from clerk_app.domain import bodies as b
from clerk_app.domain.journal import Entry, Verdict
from clerk_app.store.books.pruning import SHORTEST, Coverage, Pruned
from clerk_app.store.records import Records
from tests.support.window_journal import WINDOW, Journal, verdicts

LATER = datetime(2026, 9, 1, tzinfo=UTC)
"""Half a year after every act of ``Journal``."""


def over(journal: Journal, subject: str) -> Entry:
    return journal.say("case.withdrawn", subject, b.Ended(on=journal.day, reason="样例"))


def everything_covered(records: Records, at: datetime = LATER) -> None:
    positions = [record.position or 0 for record in records.journal()]
    records.pruning.cover(Coverage(records.head()[0], max(positions, default=0), at.isoformat()))


def own_of(records: Records) -> list[Entry]:
    return sorted((r.entry for r in records.journal() if r.entry.window == WINDOW), key=lambda entry: entry.n)


@dataclass
class Kept:
    """A journal that is written, confirmed and covered as it goes."""

    records: Records
    journal: Journal = field(default_factory=Journal)
    position: int = 0

    def case(self, *, ended: bool = True, sent: bool = True, verdict: Verdict = Verdict.APPLIED) -> str:
        entries = [self.journal.receive()]
        number = entries[0].subject
        if ended:
            entries.append(over(self.journal, number))
        self.journal.write(self.records, *entries)
        if sent:
            self.confirm(entries, verdict)
        return number

    def confirm(self, entries: list[Entry], verdict: Verdict = Verdict.APPLIED) -> None:
        told = verdicts(entries[:-1], self.position + 1) + verdicts(entries[-1:], self.position + len(entries), verdict)
        self.records.settle(told)
        self.position += len(entries)

    def prune(self, days: int = SHORTEST, now: datetime = LATER, *, dry_run: bool = False) -> Pruned:
        return self.records.pruning.prune(days, now, dry_run=dry_run)
