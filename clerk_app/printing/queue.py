"""What waits for a printer: the rows of the sealed store, held in memory, and the states they go through."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from clerk_app.printing.choices import TEST, label_of
from clerk_app.seat import Refused
from clerk_app.store.books.prints import PrintJob, Prints

WAITING, SENDING, PRINTING, HELD, UNSURE, FAILED = "waiting", "sending", "printing", "held", "unsure", "failed"
STATE_LABELS = {
    WAITING: "排队",
    SENDING: "交送中",
    PRINTING: "打印中",
    HELD: "停在打印机",
    UNSURE: "待核对",
    FAILED: "打印不了",
}
BY_HAND = frozenset({UNSURE, FAILED})
"""States only a person leads out of."""
THERE = frozenset({SENDING, PRINTING, HELD, UNSURE})
"""States of what may come out of a printer yet, or has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What became of asking for a print."""

    job: PrintJob
    nth: int
    """Which print of the paper it is to be."""
    path: Path | None = None
    """Where the file lies, where a folder is the printer."""

    @property
    def again(self) -> str:
        """What is said of a paper that was printed before."""
        return f"（补打第{self.nth}次）" if self.nth > 1 else ""

    def say(self, what: str = "") -> str:
        """Return where it went: 标签已打印：/path, 《接收回执》已送打印机 NAME（补打第2次）; ``what``: else than the paper's name."""
        named = what or f"《{self.job.kind}》"
        if self.path is not None:
            return f"{named}已打印：{self.path}{self.again}"
        return f"{named}已送打印机 {label_of(self.job.printer)}{self.again}"


class Queue:
    """The jobs, the oldest first; thread-safe, and nothing is asked of a printer while its lock is held."""

    def __init__(self, book: Prints) -> None:
        self._book = book
        self._guard = threading.RLock()
        self._known: list[PrintJob] | None = None

    def jobs(self) -> list[PrintJob]:
        """Return what waits."""
        with self._guard:
            if self._known is None:
                self._known = self._book.jobs()
            return list(self._known)

    def seen(self) -> list[PrintJob]:
        """Return the same as far as it is in memory."""
        return list(self._known or ())

    def get(self, id: str) -> PrintJob:
        """Return a job; raises ``Refused`` where it waits no more."""
        found = next((job for job in self.jobs() if job.id == id), None)
        if found is None:
            raise Refused("print-unknown", "这一份已经不在打印队列中：打出来了，或已取消。", "id")
        return found

    def add(self, job: PrintJob) -> None:
        """Put a job in at the end."""
        with self._guard:
            known = self.jobs()
            self._book.keep(job)
            self._known = [*known, job]

    def change(self, job: PrintJob) -> bool:
        """Keep what a job has come to; return whether it was still waiting."""
        with self._guard:
            known = self.jobs()
            if not any(one.id == job.id for one in known):
                return False
            self._book.keep(job)
            self._known = [job if one.id == job.id else one for one in known]
            return True

    def drop(self, job: PrintJob) -> None:
        """Take a job out, not printed."""
        with self._guard:
            self._book.drop(job)
            self._known = [one for one in self.jobs() if one.id != job.id]

    def done(self, job: PrintJob) -> None:
        """Take a job out, printed and counted."""
        with self._guard:
            known = self.jobs()
            if job.kind == TEST:
                self._book.drop(job)
            else:
                self._book.printed(job)
            self._known = [one for one in known if one.id != job.id]

    def next_print(self, job: PrintJob) -> int:
        """Return which print of its paper a job is: what lies at a printer may come out before it."""
        if job.kind == TEST:
            return 1
        with self._guard:
            same = (one for one in self.jobs() if (one.document, one.subject) == (job.document, job.subject))
            ahead = sum(one.state in THERE for one in same if one.id != job.id)
            return self._book.count(job.document, job.subject) + ahead + 1
