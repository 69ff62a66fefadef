"""The errand of hearing what central published since."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync import wire
from sync.engine.operations import Cursors, LookUp, PutCatalogue
from sync.engine.shares import split
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Event,
    Failed,
    Failure,
    Go,
    Move,
    Over,
    Pause,
    Request,
    Shared,
    Stuck,
    down,
    failed,
)

CATALOGUE_PAGE = 2000
"""Rows: the most central gives at once; it ends a page early where that would be too many bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Take in changed and withdrawn documents to the end; the revision goes with the rows that lead to it."""

    page: int = CATALOGUE_PAGE
    after: int = 0
    left: tuple[wire.CatalogueRow, ...] = ()
    """Of the page in hand, to be taken in."""
    more: bool = False
    came: bool = False
    """Something was taken in: if it ends here, what has come so far can be found all the same."""
    why: Failure | None = None
    """Why it ends here."""

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Done(None) if self.why is not None:
                return Stuck(self.why, shared)
            case Failed() if self.why is not None:
                return Stuck(self.why, shared)
            case Begun():
                return Go(self, Disk(LookUp()), shared)
            case Done(Cursors(catalogue=after)):
                query = (("after", after), ("limit", self.page))
                asked = Request(method="GET", path="/v1/catalogue", answer=wire.Catalogue, query=query)
                return Go(replace(self, after=after), Ask(asked), shared)
            case Answered(message=wire.Catalogue() as page):
                return self._page(page, shared)
            case Done(None):
                show = f"已更新目录 {shared.report.catalogue} 条"
                if self.left:
                    return self._take(shared, show, breath=True)
                return Pause(replace(self, more=False), shared, show) if self.more else Over(shared, show)
            case Failed(failure):
                return self._broken_off(failure, shared)
            case _:
                return failed(event, shared)

    def _page(self, page: wire.Catalogue, shared: Shared) -> Move:
        revisions = [self.after, *(row.revision for row in page.rows)]
        if revisions != sorted({*revisions}) or page.next != revisions[-1] or (page.more and not page.rows):
            return self._broken_off(down(), shared)
        if not page.rows:
            return Over(shared)
        return replace(self, left=tuple(page.rows), more=page.more)._take(shared)

    def _take(self, shared: Shared, show: str = "", *, breath: bool = False) -> Move:
        share, left = split(self.left)
        revision = share[-1].revision
        taking = Disk(PutCatalogue(share, revision, more=self.more or bool(left)), breath)
        return Go(
            replace(self, left=left, after=revision, came=True), taking, shared.counting(catalogue=len(share)), show
        )

    def _broken_off(self, failure: Failure, shared: Shared) -> Move:
        if not self.came:
            return Stuck(failure, shared)
        return Go(replace(self, why=failure, left=()), Disk(PutCatalogue((), self.after)), shared)
