"""What this window prints: the one door to queue and printers.

A job is kept as a reference in the sealed store and drawn again whenever it is handed to a printer. What a printer that is
stopped or not there does not take stays in the queue and is tried again; what was being handed over when the program died is
printed by a person's word only.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from clerk_app.printing import machine
from clerk_app.printing.choices import TEST, Choice, Choices, kind_of, label_of, name_of, width_of
from clerk_app.printing.drawing import Drawer
from clerk_app.printing.folder import Folder, write
from clerk_app.printing.printers import BackEnd, Document, FoundPrinter, NotPrinted
from clerk_app.printing.queue import BY_HAND, SENDING, WAITING, Handed, Queue
from clerk_app.printing.worker import Worker
from clerk_app.seat import Refused, Seat
from clerk_app.store.books.prints import PrintJob
from clerk_app.store.errors import VaultError
from clerk_app.store.records import Records

log = logging.getLogger("clerk.printing")


class Printing:
    """The queue and the printers; thread-safe."""

    def __init__(
        self,
        records: Records,
        seat: Seat,
        clock: Callable[[], datetime],
        papers: Path,
        choices: Callable[[], Choices] = Choices,
        back_ends: Mapping[str, BackEnd] | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """``papers``: the folder that is the printer where none is chosen; ``choices`` is asked each time."""
        self.papers = papers
        self._records = records
        self._clock = clock
        self._choices = choices
        self._folder = Folder(papers)
        given = back_ends if back_ends is not None else machine.back_ends()
        self._back_ends: dict[str, BackEnd] = {**given, "folder": self._folder}
        self._drawer = Drawer(records, seat, clock)
        self._queue = Queue(records.prints)
        self._worker = Worker(self._queue, self._drawer, self._back_ends, choices, ticks)

    # printing

    def print(
        self,
        kind: str,
        subject: str,
        clerk: str,
        *,
        more: Sequence[str] = (),
        printer: str | None = None,
        copies: int = 0,
    ) -> Handed:
        """Have a paper printed; raises ``Refused`` where it cannot be drawn, or a folder takes nothing.

        ``printer``, ``copies``: other than what is chosen for this kind of paper. What a folder takes is there on return.
        """
        choice = self._choices().of(kind)
        job = PrintJob(
            id=uuid.uuid4().hex[:12],
            kind=kind,
            subject=subject,
            more=tuple(more),
            clerk=clerk,
            asked=self._clock().isoformat(timespec="milliseconds"),
            printer=choice.printer if printer is None else printer,
            tray=choice.tray if printer in {None, choice.printer} else "",
            copies=copies or choice.copies,
        )
        job = self._drawer.named(job)
        nth = self._queue.next_print(job)
        document = self._draw(job, nth)
        if kind_of(job.printer) == "folder":
            return self._into_folder(replace(job, nth=nth), document)
        self._queue.add(job)
        self._worker.give(job, nth, document)
        return Handed(job=job, nth=nth)

    def test_page(self, printer: str, clerk: str = "") -> Handed:
        """Have the page printed that shows whether a printer is all right."""
        return self.print(TEST, "", clerk, printer=printer, copies=1)

    def keep_file(self, content: bytes, name: str, suffix: str) -> Path:
        """Put a file that is no paper into the folder of papers; raises ``Refused``."""
        try:
            return write(content, self.papers, name, suffix)
        except NotPrinted as error:
            raise Refused("paper-unwritable", str(error)) from error

    def _draw(self, job: PrintJob, nth: int) -> Document:
        found = self._back_ends.get(kind_of(job.printer))
        if found is None:
            told = f"这台电脑上用不了打印机“{label_of(job.printer)}”，请改选打印机。"
            raise Refused("printer-unknown", told, "printer")
        return self._drawer.draw(job, nth, found.form, width_of(job.printer))

    def _into_folder(self, job: PrintJob, document: Document) -> Handed:
        name = name_of(job.printer)
        try:
            self._folder.send(name, document, Choice())
        except NotPrinted as error:
            raise Refused("paper-unwritable", str(error)) from error
        try:
            self._queue.done(job)
        except VaultError as error:  # the paper is there: that it cannot be counted keeps nobody from it
            log.warning("a print was not counted: %s", type(error).__name__)
        path = self._folder.place(name) / f"{document.name}{document.suffix}"
        return Handed(job=job, nth=job.nth, path=path)

    # the queue

    def jobs(self) -> list[PrintJob]:
        """Return what waits, the oldest first."""
        return self._queue.jobs()

    def times_printed(self, document: str, subject: str) -> int:
        """Return how often a document was printed: a kind of paper, with the document's own number where there are several."""
        return self._records.prints.count(document, subject)

    def retry(self, id: str) -> None:
        """Try a job now."""
        job = self._at_rest(id)
        self._withdraw(job)
        self._queue.change(replace(job, state=WAITING, ticket="", nth=0, trouble="", tries=0))
        self._worker.hurry(job.printer)

    def cancel(self, id: str) -> None:
        """Take a job out of the queue, and out of the printer's where it lies there."""
        job = self._queue.get(id)
        self._queue.drop(job)
        self._worker.forget(job)
        self._withdraw(job)

    def reroute(self, id: str, printer: str) -> None:
        """Have a job printed elsewhere; raises ``Refused`` where that printer cannot print it."""
        job = self._at_rest(id)
        changed = replace(job, printer=printer, tray="", state=WAITING, ticket="", nth=0, trouble="", tries=0)
        self._draw(changed, self._queue.next_print(changed))
        self._withdraw(job)
        self._worker.forget(job)
        self._queue.change(changed)
        self._worker.hurry(printer)

    def _at_rest(self, id: str) -> PrintJob:
        job = self._queue.get(id)
        if job.state == SENDING:
            raise Refused("print-under-way", "这一份正在交给打印机，请稍等几秒。", "id")
        return job

    def _withdraw(self, job: PrintJob) -> None:
        back_end = self._back_ends.get(kind_of(job.printer))
        if back_end is not None and job.ticket:
            back_end.cancel(name_of(job.printer), job.ticket)

    # the printers

    def found_printers(self) -> tuple[FoundPrinter, ...]:
        """Return every printer there is: those the machine knows, and those the settings name; takes seconds at most."""
        return machine.found_printers(self._choices(), self._back_ends)

    def named(self, text: str) -> str:
        """Return the printer that is meant by its name or as the settings write it; raises ``Refused``."""
        if kind_of(text) in self._back_ends:
            return text
        found = next((one.printer for one in self.found_printers() if one.name == text), None)
        if found is None:
            told = f"没有找到打印机“{text[:40]}”。可用的打印机见 clerk printers。"
            raise Refused("printer-unknown", told, "printer")
        return found

    def trays(self, printer: str) -> tuple[str, ...]:
        """Return what a printer's trays are called, as far as can be told."""
        back_end = self._back_ends.get(kind_of(printer))
        return back_end.trays(name_of(printer)) if back_end is not None else ()

    def told(self) -> str:
        """Return the printers' state in one word: ``none`` is chosen, ``stopped``, ``queue-N``, or ``ok``; never waits."""
        waiting = self._queue.seen()
        if any(job.trouble or job.state in BY_HAND for job in waiting):
            return "stopped"
        if waiting:
            return f"queue-{len(waiting)}"
        return "ok" if self._choices().printers() else "none"

    def worry(self) -> str:
        """Return what keeps papers from being printed, in a few words for the header; never waits."""
        troubled = [job for job in self._queue.seen() if job.trouble or job.state in BY_HAND]
        return f"{len(troubled)} 份文书没打出来" if troubled else ""

    # the work

    def start(self) -> Printing:
        """Work the queue off beside the client."""
        self._worker.start()
        return self

    def stop(self) -> None:
        """End that; what waits is printed after the next start."""
        self._worker.stop()

    def hurry(self) -> None:
        """Have everything tried and looked at now: somebody has seen to the printer."""
        self._worker.hurry()

    def work(self) -> float | None:
        """Do what is due now; return the seconds until something is, ``None`` where nothing waits."""
        return self._worker.work()
