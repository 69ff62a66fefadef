"""The errand of hearing what is new of this point: the feed, page by page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync import wire
from sync.engine.operations import Cursors, LookUp, TakeFeed
from sync.engine.shares import split
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Event,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Take in the feed to its end; the cursor goes with the entries it stands for, never before them."""

    after: int = 0
    mark: int = 0
    """What central said of the place ``after``."""
    left: tuple[wire.FeedEntry, ...] = ()
    """Of the page in hand, to be taken in."""
    more: bool = False
    ended: bool = False
    """There was nothing to be taken in."""

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(self, Disk(LookUp()), shared)
            case Done(Cursors(feed=after, mark=mark)):
                query = (("after", after), ("mark", mark)) if mark else (("after", after),)
                asked = Request(method="GET", path="/v1/feed", answer=wire.Feed, query=query)
                return Go(replace(self, after=after, mark=mark), Ask(asked), shared)
            case Answered(message=wire.Feed() as page):
                return self._page(page, shared)
            case Done(None) if self.ended:
                return Over(shared)
            case Done(None):
                show = f"已下载流水至第 {self.after} 条"
                if self.left:
                    return self._take(shared, show, breath=True)
                return Pause(Feed(), shared, show) if self.more else Over(shared, show)
            case _:
                return failed(event, shared)

    def _page(self, page: wire.Feed, shared: Shared) -> Move:
        positions = [told.position for told in page.entries]
        last = self.after + len(positions)
        if positions != list(range(self.after + 1, last + 1)) or page.next != last or (page.more and not positions):
            return Stuck(down(), shared)
        if not positions:
            return self._nothing_new(page.mark, shared)
        return replace(self, left=tuple(page.entries), more=page.more)._take(shared)

    def _nothing_new(self, mark: int, shared: Shared) -> Move:
        """Learn what central says of the place this window has come to, where it did not know that yet."""
        if mark in {0, self.mark} or not self.after:
            return Over(shared)
        return Go(replace(self, ended=True), Disk(TakeFeed((), self.after, mark)), shared)

    def _take(self, shared: Shared, show: str = "", *, breath: bool = False) -> Move:
        share, left = split(self.left)
        others = sum(told.entry.window != shared.window for told in share)
        last = share[-1]
        going = replace(self, left=left, after=last.position)
        taking = TakeFeed(share, last.position, last.mark)
        return Go(going, Disk(taking, breath), shared.counting(pulled=others), show)
