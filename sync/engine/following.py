"""The errand of hearing what is new at further points, all of them with one question; none is asked where nobody answers for any."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from clerk_app.domain.trail import Step
from sync import wire
from sync.engine.further_operations import BeginAnewAt, Follow, Followed, LookBackAt, TakeFurther
from sync.engine.shares import split
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Event,
    Failed,
    Go,
    Kind,
    Move,
    Over,
    Pause,
    Request,
    Shared,
    Stuck,
    down,
    failed,
)

AHEAD = "cursor-ahead"
LISTEN = 15
"""Seconds one question waits for news: less than a connection is believed to be silent for."""


def asked(places: tuple[wire.FeedPlace, ...], limit: int = 500, wait: int = 0) -> Ask:
    """Return the question what is new behind these places."""
    content = msgspec.json.encode(wire.FeedsRequest(feeds=list(places), limit=limit, wait=wait))
    return Ask(Request(method="POST", path="/v1/feeds", answer=wire.Feeds, content=content))


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """Take in the further points' feeds to their ends; each by itself, so that what is wrong with one holds up no other."""

    places: tuple[wire.FeedPlace, ...] = ()
    """As they were asked for."""
    pages: tuple[wire.PointFeed, ...] = ()
    """To be taken in."""
    left: tuple[wire.FeedEntry, ...] = ()
    """Of the first page, to be taken in."""
    more: bool = False
    anew: tuple[str, ...] = ()
    """Points whose feeds are not what they were."""

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                points = tuple(shared.state.further) if shared.state is not None else ()
                return Go(Further(), Disk(Follow(points)), shared)
            case Done(tuple() as places):
                shared = replace(shared, report=replace(shared.report, further=len(places)))
                return Go(Further(places=places), asked(places), shared) if places else Over(shared)
            case Answered(message=wire.Feeds() as told):
                return self._told(told, shared)
            case Done(None) if self.pages:
                return self._next(shared)
            case Failed(failure) if failure.kind is Kind.TOLD:  # it holds up nothing else
                return Over(shared)
            case _:
                return failed(event, shared)

    def _told(self, told: wire.Feeds, shared: Shared) -> Move:
        after = {place.point: place.after for place in self.places}
        pages = tuple(page for page in told.feeds if not page.code)
        if any(not _is_gapless(page, after.get(page.point)) for page in pages):
            return Stuck(down(), shared)
        anew = tuple(page.point for page in told.feeds if page.code == AHEAD and page.point in after)
        more = (told.more and bool(told.feeds)) or any(page.more for page in pages)
        return replace(self, pages=pages, more=more, anew=anew)._take(shared)

    def _next(self, shared: Shared) -> Move:
        page = self.pages[0]
        if self.left:
            return self._share(page, self.left, shared, breath=True)
        show = f"已下载{page.point}流水至第 {page.next} 条" if page.entries else ""
        return replace(self, pages=self.pages[1:])._take(shared, show)

    def _take(self, shared: Shared, show: str = "") -> Move:
        if self.pages:
            return self._share(self.pages[0], tuple(self.pages[0].entries), shared, show)
        if self.anew:
            return Over(shared, show, then=(*(AnewAt(point=point) for point in self.anew), Further()))
        return Pause(Further(), shared, show) if self.more else Over(shared, show)

    def _share(
        self,
        page: wire.PointFeed,
        entries: tuple[wire.FeedEntry, ...],
        shared: Shared,
        show: str = "",
        *,
        breath: bool = False,
    ) -> Move:
        share, left = split(entries)
        position, mark = (share[-1].position, share[-1].mark) if share else (page.next, page.mark)
        others = sum(told.entry.window != shared.window for told in share)
        taking = TakeFurther(page.point, share, position, mark)
        return Go(replace(self, left=left), Disk(taking, breath), shared.counting(pulled=others), show)


def _is_gapless(page: wire.PointFeed, after: int | None) -> bool:
    if after is None:
        return False
    last = after + len(page.entries)
    positions = [told.position for told in page.entries]
    return positions == list(range(after + 1, last + 1)) and page.next == last and not (page.more and not positions)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnewAt:
    """A further point's feed is not what it was: find the last place at which it is, and hear it again from there."""

    point: str
    trail: tuple[Step, ...] = ()
    """Places to ask for, the last first in turn."""

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(self, Disk(LookBackAt(self.point)), shared)
            case Done(tuple() as trail):
                return self._look(trail, shared)
            case Answered(message=wire.Feeds() as told):
                ahead = any(page.point == self.point and page.code == AHEAD for page in told.feeds)
                return self._look(self.trail[:-1], shared) if ahead else self._begin(self.trail[-1], shared)
            case Done(int() as position):
                return Over(shared, f"市中心从备份恢复过，{self.point}的流水自第 {position} 条起重新核对")
            case _:
                return failed(event, shared)

    def _look(self, trail: tuple[Step, ...], shared: Shared) -> Move:
        if not trail:
            return self._begin(None, shared)
        place = wire.FeedPlace(point=self.point, after=trail[-1].position, mark=trail[-1].mark)
        return Go(replace(self, trail=trail), asked((place,), limit=1), shared)

    def _begin(self, sure: Step | None, shared: Shared) -> Move:
        return Go(self, Disk(BeginAnewAt(self.point, sure)), shared)


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait until one of the feeds this window hears has news; the result: ``True``, it has; ``None``: there is nothing to wait for."""

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(self, Disk(Followed()), shared)
            case Done(tuple() as places):
                return Go(self, asked(places, limit=1, wait=LISTEN), shared) if places else Over(shared)
            case Answered(message=wire.Feeds() as told):
                return Over(shared, result=bool(told.feeds))
            case Failed(failure) if failure.kind is Kind.TOLD:
                return Over(shared)
            case _:
                return failed(event, shared)
