"""The thread that works the queue off: one job at a printer at a time, tried again while a printer takes nothing."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from clerk_app.printing.choices import Choice, Choices, kind_of, label_of, name_of, width_of
from clerk_app.printing.drawing import Drawer
from clerk_app.printing.printers import BackEnd, Document, NotPrinted, Unsure
from clerk_app.printing.queue import BY_HAND, FAILED, HELD, PRINTING, SENDING, UNSURE, WAITING, Queue
from clerk_app.seat import Refused
from clerk_app.store.books.prints import PrintJob
from clerk_app.store.errors import VaultError

log = logging.getLogger("clerk.printing")

PAUSES = (2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds between two tries of one job, the last again and again."""
WATCH = 1.0
"""Seconds between two looks at what a printer's side holds."""
FROM_BEFORE = "上次退出时正在交给打印机，可能已经打出来。请看一下打印机，没有打出来的再按重试。"

BROKE = "交给打印机时程序出错，不知道打出来没有。请看一下打印机，再按重试或取消。"


class Worker:
    """Hands jobs over and follows them."""

    def __init__(
        self,
        queue: Queue,
        drawer: Drawer,
        back_ends: Mapping[str, BackEnd],
        choices: Callable[[], Choices],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queue = queue
        self._drawer = drawer
        self._back_ends = back_ends
        self._choices = choices
        self._ticks = ticks
        self._due: dict[str, float] = {}
        """By job: when it is tried or asked for next."""
        self._drawn: dict[str, tuple[int, Document]] = {}
        """By job: what was drawn when it was asked for; in memory only."""
        self._wake = threading.Event()
        self._ending = False
        self._recalled = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, beside the client."""
        self._thread = threading.Thread(target=self._run, name="printing", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; what waits is printed after the next start."""
        self._ending = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(5.0)
            self._thread = None

    def give(self, job: PrintJob, nth: int, document: Document) -> None:
        """Hand in what was drawn of a job, for its first try; whatever waits for the same printer is tried now, too."""
        self._drawn[job.id] = (nth, document)
        self.hurry(job.printer)

    def hurry(self, printer: str | None = None) -> None:
        """Try what waits for a printer now; ``None``: look at everything now."""
        for job in self._queue.jobs():
            if printer is None or (job.printer == printer and job.state == WAITING):
                self._due.pop(job.id, None)
        self._wake.set()

    def forget(self, job: PrintJob) -> None:
        """What was known of a job is of no use any more."""
        self._due.pop(job.id, None)
        self._drawn.pop(job.id, None)

    def recall(self) -> None:
        """What was being handed over when the program ended may have been printed, except into a folder."""
        for job in self._queue.jobs():
            if job.state == SENDING and kind_of(job.printer) != "folder":
                self._queue.change(replace(job, state=UNSURE, trouble=FROM_BEFORE))
            elif job.state == SENDING:
                self._queue.change(replace(job, state=WAITING))

    def work(self) -> float | None:
        """Do what is due and return the seconds until something is; ``None``: nothing waits."""
        if not self._recalled:
            self._recalled = True
            self.recall()
        busy = {job.printer for job in self._queue.jobs() if job.state in {PRINTING, HELD}}
        for job in self._queue.jobs():
            if self._ending or job.state in BY_HAND or job.state == SENDING:
                continue
            due = self._due.get(job.id, 0.0) <= self._ticks()
            if job.state in {PRINTING, HELD}:
                if due:
                    self._look(job)
            elif due and job.printer not in busy:
                self._hand_over(job)
                busy.add(job.printer)
            else:
                busy.add(job.printer)  # what was asked for later waits behind it
                self._due.setdefault(job.id, self._ticks() + WATCH)
                if due:
                    self._due[job.id] = self._ticks() + WATCH
        now = self._ticks()
        waiting = (job for job in self._queue.jobs() if job.state not in {*BY_HAND, SENDING})
        return min((max(0.0, self._due.get(job.id, now) - now) for job in waiting), default=None)

    def _run(self) -> None:
        while not self._ending:
            self._wake.clear()
            try:
                pause = self.work()
            except Exception:
                log.exception("the queue could not be worked off")
                pause = PAUSES[-1]
            self._wake.wait(pause)

    def _hand_over(self, job: PrintJob) -> None:
        back_end, name = self._back_ends.get(kind_of(job.printer)), name_of(job.printer)
        if back_end is None:
            self._later(job, f"这台电脑上用不了打印机“{label_of(job.printer)}”，请改选打印机。")
            return
        state = back_end.state(name)
        if not state.ready:
            self._later(job, state.say)
            return
        try:
            job = self._drawer.named(job)
            nth = self._queue.next_print(job)
            document = self._document(job, nth, back_end)
        except Refused as refused:
            self._queue.change(replace(job, state=FAILED, trouble=refused.message))
            return
        job = replace(job, state=SENDING, nth=nth)
        if self._queue.change(job):
            self._send(job, back_end, document)

    def _document(self, job: PrintJob, nth: int, back_end: BackEnd) -> Document:
        before, drawn = self._drawn.pop(job.id, (0, None))
        if drawn is not None and before == nth:
            return drawn
        return self._drawer.draw(job, nth, back_end.form, width_of(job.printer))

    def _send(self, job: PrintJob, back_end: BackEnd, document: Document) -> None:
        name = name_of(job.printer)
        choice = Choice(tray=job.tray, copies=job.copies, sides=self._choices().of(job.kind).sides)
        try:
            ticket = back_end.send(name, document, choice)
        except Unsure as error:
            self._queue.change(replace(job, state=UNSURE, trouble=str(error)))
        except NotPrinted as error:
            self._later(replace(job, state=WAITING, nth=0), str(error))
        except VaultError:
            raise
        except Exception:  # a driver's own fault: nobody knows how far it came
            log.exception("a paper could not be handed over")
            self._queue.change(replace(job, state=UNSURE, trouble=BROKE))
        else:
            if not ticket:
                self._queue.done(job)
                self.forget(job)
            elif self._queue.change(replace(job, state=PRINTING, ticket=ticket, trouble="")):
                self._due[job.id] = self._ticks() + WATCH / 4
            else:  # it was cancelled meanwhile
                back_end.cancel(name, ticket)

    def _look(self, job: PrintJob) -> None:
        """Ask what became of a job the printer's side holds."""
        back_end = self._back_ends.get(kind_of(job.printer))
        self._due[job.id] = self._ticks() + WATCH
        if back_end is None:
            return
        found = back_end.outcome(name_of(job.printer), job.ticket)
        if found.state == "done":
            self._queue.done(job)
            self.forget(job)
        elif found.state == "gone":
            say = found.say or "打印机一侧取消了这一份。"
            self._queue.change(replace(job, state=FAILED, ticket="", nth=0, trouble=say))
        else:
            state = HELD if found.state == "held" else PRINTING
            if (state, found.say) != (job.state, job.trouble):
                self._queue.change(replace(job, state=state, trouble=found.say))

    def _later(self, job: PrintJob, say: str) -> None:
        self._due[job.id] = self._ticks() + PAUSES[min(job.tries, len(PAUSES) - 1)]
        self._queue.change(replace(job, state=WAITING, trouble=say, tries=job.tries + 1))
