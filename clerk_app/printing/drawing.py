"""Drawing what a job names, from the store, at the moment it is printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace_job

from clerk_app import bag_papers, paperwork
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.measuring import TITLES, Measuring
from clerk_app.printing.choices import TEST
from clerk_app.printing.machine import trial
from clerk_app.printing.printers import Document, Form
from clerk_app.seat import Refused, Seat
from clerk_app.store.books.prints import PrintJob
from clerk_app.store.records import Records

if TYPE_CHECKING:
    from clerk_app.paper.context import PaperContext

SLIPS = (paperwork.RECEIPT, paperwork.ACCEPTANCE)
"""The papers that may be given as a slip."""
REPORTS = {title: kind for kind, title in TITLES.items()}


class Drawer:
    """Turns a job into what a printer takes; the same job drawn again says what is true then."""

    def __init__(self, records: Records, seat: Seat, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._seat = seat
        self._clock = clock

    def draw(self, job: PrintJob, nth: int, form: Form, width: int = 80) -> Document:
        """Return a job's paper as its ``nth`` print; raises ``Refused`` where it cannot be printed."""
        name = f"{job.subject}-{job.kind}" if job.kind not in REPORTS else f"{job.kind}-{job.subject}"
        title = f"clerk-{job.id}"
        if job.kind == TEST:
            place = f"{self._seat.point_name or self._seat.point}　窗口 {self._seat.window}"
            return replace(trial(form, job.printer, place, self._clock()), title=title)
        if form == "slip":
            return Document(content=self._slip(job, nth, width), media="", name=name, title=title)
        media = "A6" if job.kind == bag_papers.LABEL else "A4"
        return Document(content=self._pdf(job, nth), media=media, name=name, title=title)

    def named(self, job: PrintJob) -> PrintJob:
        """Return a job with the document it means now: by its number, where a case has several of a kind (收〔2026〕…-1号)."""
        if job.kind in REPORTS:
            return replace_job(job, edition="-".join((job.kind, *job.more)))
        if job.kind in {TEST, bag_papers.LABEL, bag_papers.MANIFEST}:
            return job
        from clerk_app.paper import papers

        try:
            number = papers.compose(job.kind, self._context(job, 1)).number
        except papers.PaperNotReady as error:
            raise Refused("paper-unprintable", str(error)) from error
        tail = number.partition(job.subject)[2].removesuffix("号")
        return replace_job(job, edition=job.kind + tail)

    def _pdf(self, job: PrintJob, nth: int) -> bytes:
        if job.kind in REPORTS:
            measuring = Measuring(self._records, self._seat, self._clock)
            return measuring.paper(REPORTS[job.kind], date.fromisoformat(job.subject), job.more, nth)
        if job.kind in {bag_papers.LABEL, bag_papers.MANIFEST}:
            return self._bag(job, nth)
        return paperwork.render(job.kind, self._context(job, nth))

    def _bag(self, job: PrintJob, nth: int) -> bytes:
        stood = self._records.stood(job.subject)
        confirmed = all(record.confirmed for record in self._records.records_of(job.subject))
        printed = bag_papers.Printed(seat=self._seat, now=self._clock(), confirmed=confirmed, nth=nth)
        if isinstance(stood, Parcel) and job.kind == bag_papers.LABEL:
            return bag_papers.label(stood, printed)
        if isinstance(stood, Manifest) and job.kind == bag_papers.MANIFEST:
            return bag_papers.manifest(stood, printed)
        raise Refused("paper-unknown", f"本窗口没有 {job.subject[:40]} 的《{job.kind}》。", "kind")

    def _context(self, job: PrintJob, nth: int) -> PaperContext:
        case = self._records.case(job.subject)
        if case is None:
            raise Refused("case-unknown", f"本窗口没有办件 {job.subject[:40]}，文书打印不了。", "case")
        return paperwork.context_of(job.kind, case, self._records, self._seat, job.clerk, self._clock(), nth)

    def _slip(self, job: PrintJob, nth: int, width: int) -> bytes:
        from clerk_app.paper import papers
        from clerk_app.paper.slip import slip

        if job.kind not in SLIPS:
            told = "、".join(f"《{kind}》" for kind in SLIPS)
            raise Refused("paper-too-wide", f"《{job.kind}》小票机打印不了，请改用打印机。小票机只打印{told}。")
        try:
            return slip(papers.compose(job.kind, self._context(job, nth)), width)
        except (papers.MissingGlyph, papers.PaperNotReady) as error:
            raise Refused("paper-unprintable", str(error)) from error
