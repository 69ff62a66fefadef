"""The book of prints: what waits for a printer, as references and never as content, and how often each paper was printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from clerk_app.store.errors import StoreDamaged
from clerk_app.store.ledger import Ledger

TABLE = "prints"
JOB, COUNT = "job/", "of/"
"""How the ids of rows begin: a job's, and the counts' of one subject."""


class PrintJob(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One paper somebody wants printed."""

    id: str
    kind: str
    """Of paper, as it is called."""
    subject: str
    """Number of the case, bag or hand-over, or the first day of a report."""
    edition: str = ""
    """Which document it is, where a case has several of a kind: a receipt for supplements is not the first one again."""
    more: tuple[str, ...] = ()
    """What else the paper is drawn from: the points of a report."""
    clerk: str = ""
    """Name of whoever wants it: it stands on the paper."""
    asked: str
    """RFC 3339."""
    printer: str
    """As ``printing.choices`` writes printers."""
    tray: str = ""
    copies: int = 1
    state: str = "waiting"
    nth: int = 0
    """Which print of the paper it is; 0 before it was drawn."""
    ticket: str = ""
    """By which the printer's side knows the job."""
    tries: int = 0
    trouble: str = ""
    """Why it is not printed yet, in Chinese."""

    @property
    def document(self) -> str:
        """Return under what it is counted."""
        return self.edition or self.kind


class Counts(msgspec.Struct):
    """How often the papers of one subject were printed."""

    kinds: dict[str, int]
    """By kind of paper, or by document where there are several of a kind."""


_job = msgspec.json.Decoder(PrintJob).decode
_counts = msgspec.json.Decoder(Counts).decode


class Prints:
    """The rows; thread-safe as the store is."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._rows = ledger.table(TABLE)

    def jobs(self) -> list[PrintJob]:
        """Return what waits, the oldest first; a row that does not open is left out."""
        found = (self._fetch(row) for row in list(self._ledger.vault.ids(TABLE)) if row.startswith(JOB))
        return sorted((job for job in found if job is not None), key=lambda job: (job.asked, job.id))

    def keep(self, job: PrintJob) -> None:
        """Keep a job, in the place of what was known of it."""
        self._rows.put(JOB + job.id, job)

    def drop(self, job: PrintJob) -> None:
        """Forget a job."""
        self._rows.discard(JOB + job.id)

    def printed(self, job: PrintJob) -> None:
        """Count a job's paper as printed, and forget the job, in one act."""
        with self._ledger.transaction():
            counts = self.counts(job.subject)
            counts[job.document] = max(counts.get(job.document, 0) + 1, job.nth)
            self._rows.put(COUNT + job.subject, Counts(counts))
            self.drop(job)

    def count(self, document: str, subject: str) -> int:
        """Return how often a document was printed."""
        return self.counts(subject).get(document, 0)

    def counts(self, subject: str) -> dict[str, int]:
        """Return the same for every paper of a subject."""
        try:
            found = self._rows.fetch(COUNT + subject, _counts)
        except StoreDamaged:
            return {}
        return dict(found.kinds) if found is not None else {}

    def every_count(self) -> Iterator[tuple[str, dict[str, int]]]:
        """Yield every subject with its counts."""
        for row in list(self._ledger.vault.ids(TABLE)):
            if row.startswith(COUNT):
                subject = row.removeprefix(COUNT)
                yield subject, self.counts(subject)

    def forget(self, subjects: Iterable[str]) -> None:
        """Forget what was counted of subjects that leave the store."""
        for subject in subjects:
            self._rows.discard(COUNT + subject)

    def _fetch(self, row: str) -> PrintJob | None:
        try:
            return self._rows.fetch(row, _job)
        except StoreDamaged:
            return None
