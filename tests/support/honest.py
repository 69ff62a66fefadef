"""A window's store and a central that both do what they are asked, as few lines as an engine needs to speak with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from clerk_app.domain.journal import GENESIS, Entry, Verdict
from clerk_app.domain.trail import Step
from sync import wire
from sync.engine import further_operations as further
from sync.engine import operations as ops
from sync.engine import scan_operations as scans
from sync.engine import snapshot_operations as snapshot
from sync.engine.values import Answered, Ask, Disk, Done, Failed, Failure, Heard, Kind, Request

WINDOW = "FS0001-01"
FURTHER = "FS0002"
"""The further point."""


def entry(n: int, window: str = WINDOW) -> Entry:
    """Return an entry of which nobody asks what it says."""
    return Entry(
        id=f"{window}-{n}",
        kind="remark.added",
        subject="FS0001-01-250603-0001-S",
        at="2025-06-03T09:00:00+08:00",
        actor="C1",
        window=window,
        n=n,
        seen=0,
        previous=GENESIS,
    )


@dataclass
class Honest:
    """Both ends; ``do`` returns what comes of an effect."""

    written: int = 0
    """Own entries there are."""
    rows: int = 0
    """Catalogue documents there are."""
    page: int = 2
    """Entries or rows on one page."""
    unsent: list[int] = field(default_factory=list)
    life: int = 1
    """Of central."""
    held: list[Entry] = field(default_factory=list)
    """What central has, in its order."""
    cursor: int = 0
    mark: int = 0
    revision: int = 0
    epoch: str = ""
    session: ops.KeptSession = field(default_factory=ops.KeptSession)
    tokens: int = 0
    asked: list[Request] = field(default_factory=list)
    further: list[Entry] | None = None
    """What central has of a further point; ``None``: the window hears its own alone."""
    further_at: tuple[int, int] = (0, 0)
    """How far that was heard, and the mark."""

    def write(self, count: int) -> None:
        """Write own entries."""
        self.unsent += range(self.written + 1, self.written + count + 1)
        self.written += count

    def do(self, effect: Ask | Disk) -> Heard:
        if isinstance(effect, Ask):
            self.asked.append(effect.request)
            return self._answer(effect.request)
        return Done(self._done(effect.operation))

    def said(self) -> list[str]:
        """Return what central was asked, in order."""
        return [f"{request.method} {request.path}" for request in self.asked]

    # central

    def _answer(self, request: Request) -> Heard:
        if not request.bare and request.token != f"token-{self.tokens}":
            return told(401, "token-invalid")
        query = dict(request.query)
        match request.method, request.path:
            case "POST", "/v1/challenges":
                return Answered(message=wire.Challenge(challenge="c", expires_in=300))
            case "POST", "/v1/sessions":
                return self._session()
            case "GET", "/v1/session":
                return Answered(message=self._state())
            case "POST", "/v1/entries":
                return Answered(message=self._take(request.content))
            case "GET", "/v1/feed":
                after = int(query["after"])
                if int(query.get("mark", 0)) not in {0, self.marked(after)}:
                    return told(410, "cursor-ahead")
                return Answered(message=self._feed(after))
            case "POST", "/v1/feeds":
                return Answered(message=self._feeds(msgspec.json.decode(request.content, type=wire.FeedsRequest)))
            case "GET", "/v1/catalogue":
                return Answered(message=self._catalogue(int(query["after"])))
            case _:
                return told(404, "not-found")

    def _session(self) -> Answered:
        self.tokens += 1
        return Answered(
            message=wire.Session(
                access_token=f"token-{self.tokens}", expires_in=900, refresh_token="", server_time="", offline_days=0
            )
        )

    def _state(self) -> wire.SessionState:
        mine = [e for e in self.held if e.window == WINDOW]
        return wire.SessionState(
            epoch="e1",
            last_n=len(mine),
            last_digest=mine[-1].digest() if mine else GENESIS,
            durable_through=0,
            server_time="2025-06-03T09:00:00+08:00",
            oldest_client="0.1.0",
            further=[]
            if self.further is None
            else [wire.FurtherPoint(point=FURTHER, until="2025-06-06T09:00:00+08:00")],
        )

    def _take(self, content: bytes) -> wire.EntriesAnswer:
        told = msgspec.json.decode(content, type=wire.EntriesRequest).entries
        known = {e.id for e in self.held}
        self.held += [e for e in told if e.id not in known]
        places = {e.id: place for place, e in enumerate(self.held, start=1)}
        verdicts = [wire.EntryVerdict(id=e.id, n=e.n, verdict=Verdict.APPLIED, position=places[e.id]) for e in told]
        return wire.EntriesAnswer(verdicts=verdicts, last_n=told[-1].n)

    def _feeds(self, asked: wire.FeedsRequest) -> wire.Feeds:
        told = []
        for place in asked.feeds:
            held = self.held if place.point != FURTHER else self.further or []
            page = self._feed(place.after, held)
            if place.mark not in {0, self.marked(place.after)}:
                told.append(wire.PointFeed(point=place.point, code="cursor-ahead"))
            elif page.entries or page.mark != place.mark:
                one = wire.PointFeed(point=place.point, next=page.next, more=page.more, mark=page.mark)
                one.entries = page.entries
                told.append(one)
        return wire.Feeds(feeds=told)

    def _feed(self, after: int, held: list[Entry] | None = None) -> wire.Feed:
        held = self.held if held is None else held
        found = list(enumerate(held, start=1))[after : after + self.page]
        entries = [
            wire.FeedEntry(position=place, verdict=Verdict.APPLIED, entry=e, mark=self.marked(place))
            for place, e in found
        ]
        last = after + len(found)
        return wire.Feed(entries=entries, next=last, more=last < len(held), mark=self.marked(last))

    def marked(self, place: int) -> int:
        """Return central's word for a place; another life of its has others."""
        return place and place * 1000 + self.life

    def _catalogue(self, after: int) -> wire.Catalogue:
        last = min(after + self.page, self.rows)
        rows = [wire.CatalogueRow(kind="point", key=str(n), revision=n) for n in range(after + 1, last + 1)]
        return wire.Catalogue(rows=rows, next=last, more=last < self.rows)

    # the store

    def _done(self, operation: Any) -> Any:
        match operation:
            case ops.LoadSession():
                return self.session
            case ops.KeepSession(session):
                self.session = session
            case ops.Sign():
                return "00"
            case ops.Backlog() | ops.Conclude():
                return len(self.unsent)
            case ops.Meet():
                return 0.0
            case ops.Standing():
                return self._standing(operation.last_n)
            case ops.Agree(state):
                self.epoch = self.epoch or state.epoch
            case ops.TakeUnsent(limit):
                found = tuple(ops.Unsent(entry(n).id, n, msgspec.json.encode(entry(n))) for n in self.unsent[:limit])
                return ops.Batch(found, len(self.unsent))
            case ops.Settle(verdicts):
                done = {verdict.n for verdict in verdicts}
                self.unsent = [n for n in self.unsent if n not in done]
            case ops.LookUp():
                return ops.Cursors(self.cursor, self.revision, self.mark)
            case ops.TakeFeed(position=position, mark=mark):
                self.cursor, self.mark = position, mark
            case ops.LookBack():
                return (Step(1, self.cursor, self.mark),) if self.mark else ()
            case ops.BeginAnew(sure=sure):
                self.cursor, self.mark = (sure.position, sure.mark) if sure else (0, 0)
                self.revision = 0
                return 0
            case ops.PutCatalogue(revision=revision):
                self.revision = revision
            case _:
                return self._done_further(operation)
        return None

    def _done_further(self, operation: Any) -> Any:
        match operation:
            case further.Follow(points=points):
                return tuple(self._place() for _ in points)
            case further.Followed():
                own = wire.FeedPlace(point=WINDOW[:6], after=self.cursor, mark=self.mark)
                return () if self.further is None else (own, self._place())
            case further.TakeFurther(position=position, mark=mark):
                self.further_at = position, mark
            case further.LookBackAt():
                return (Step(1, *self.further_at),) if self.further_at[1] else ()
            case further.BeginAnewAt(sure=sure):
                self.further_at = (sure.position, sure.mark) if sure else (0, 0)
                return self.further_at[0]
            case _:
                return RESULTS.get(type(operation))
        return None

    def _place(self) -> wire.FeedPlace:
        return wire.FeedPlace(point=FURTHER, after=self.further_at[0], mark=self.further_at[1])

    def _standing(self, n: int) -> ops.Stand:
        first = self.unsent[0] if self.unsent else None
        digest = (entry(n).digest() if n else GENESIS) if n <= self.written else None
        return ops.Stand(
            head=self.written, digest=digest, unsent=len(self.unsent), first_unsent=first, epoch=self.epoch
        )


RESULTS: dict[type[Any], Any] = {
    ops.Heal: False,
    ops.WaitingLoads: (),
    ops.DeliveredLoads: (),
    scans.NextScan: scans.Turn(agreed=True),
    snapshot.FindFile: snapshot.Partial(),
    snapshot.Stumble: snapshot.Stumbles(1),
}
"""What comes of operations that find nothing to do."""


def told(status: int, code: str) -> Failed:
    """Return a problem of central's."""
    return Failed(Failure(kind=Kind.TOLD, text="不行。", code=code, status=status))
