"""A central of dictionaries: the same judging as the real one (``sync.central.entries.taking``), without a database.

That it answers the same histories alike is shown by ``test_central_contract``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from clerk_app.domain.couriers import Courier
from clerk_app.domain.journal import CENTRAL, Entry, Record
from clerk_app.domain.standing import Standing, fold_any
from sync import wire
from sync.central.access.couriers import NO_LIST
from sync.central.entries import taking
from sync.central.entries.ground import Ground, Head, Row, Taken, mark_of
from sync.central.entries.screening import screen
from sync.central.problems import ProblemError
from tests.simulation.asking import Answer, Asked
from tests.simulation.doors import Doors
from tests.simulation.shelf import Shelf
from tests.simulation.state import Key, Known, State

BEGAN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""The moment virtual time counts from, by central's clock."""
FOR_EVER = "2099-12-31T00:00:00+00:00"
_entry = msgspec.json.Decoder(Entry).decode


@dataclass(frozen=True)
class Backup:
    """Last night's backup: database, sessions and files."""

    state: State
    doors: Doors
    shelf: Shelf


class Model:
    """Central; ``answer`` is its one door."""

    def __init__(self) -> None:
        self.state = State()
        self.doors = Doors()
        self.shelf = Shelf()
        self.page = 500
        """Entries a page of the feed has at most."""
        self.now = 0.0
        self.lists = 0

    # what an operator does

    def enrol(self, window: str, point: str, public_key: bytes) -> None:
        state = self.state
        state.windows[window] = Known(window, point, public_key)
        state.points.setdefault(point, point)
        state.positions.setdefault(point, 0)
        state.feeds.setdefault(point, [])
        state.said[window] = []

    def enrol_own(self, public_key: bytes) -> None:
        """Have central's own window, which is at no point."""
        self.state.windows[CENTRAL] = Known(CENTRAL, "", public_key)
        self.state.said[CENTRAL] = []

    def say(self, entries: Sequence[Entry], now: float) -> None:
        """Take in what central's own window says: it neither waits for anything nor lets anything go on."""
        self.now = now
        known = self.state.windows[CENTRAL]
        head = Head(window=CENTRAL, point="", last_n=known.last_n, last_digest=known.last_digest)
        fresh = taking.fresh(head, {}, screen(entries, known.public_key))
        ground = replace(self._ground(), people={}, unheard=[])
        self.commit(known, taking.take(head, ground, fresh, self.now_ms()))

    def back_up(self) -> Backup:
        """Return last night's backup; from now on windows are told how far it reaches."""
        backup = Backup(self.state.copy(), self.doors.copy(), self.shelf.copy())
        for window, known in self.state.windows.items():
            self.state.windows[window] = replace(known, durable_through=known.last_n)
        return backup

    def restore(self, backup: Backup, epoch: str = "") -> None:
        """Put a backup in the database's place; ``epoch``: as the operator must, begin a new one."""
        doors, shelf = backup.doors.copy(), backup.shelf.copy()
        doors.serial, shelf.serial = self.doors.serial, self.shelf.serial  # names are random: none comes twice
        self.state, self.doors, self.shelf = backup.state.copy(), doors, shelf
        self.state.epoch = epoch or self.state.epoch

    def enlist(self, point: str, couriers: tuple[Courier, ...]) -> None:
        """Have others come to a point; no list is called as one before it, not even after a restore."""
        self.lists += 1
        self.state.couriers[point] = (f"l{self.lists}", couriers)

    def entrust(self, number: str, points: tuple[str, ...]) -> None:
        """Have a supervisor answer for other points than before."""
        person = self.state.people[number]
        assert person is not None
        self.state.people[number] = replace(person, points=points)

    def further(self, window: str) -> list[str]:
        """Return the points a window hears of besides its own."""
        point, person = self.state.windows[window].point, self.state.people.get(self.state.duties.get(window, ""))
        return sorted({*person.points} - {point}) if person is not None and point in person.points else []

    def feed(self, point: str) -> list[Record]:
        """Return a point's feed."""
        rows = (self.state.rows[key] for key in self.state.feeds[point])
        return [Record(entry=_entry(r.document), verdict=r.verdict, position=r.position) for r in rows]

    def standing(self, point: str) -> dict[str, Standing]:
        """Return a point's cases, bags and manifests as its feed folds."""
        subjects: dict[str, list[Record]] = {}
        for record in self.feed(point):
            subjects.setdefault(record.entry.subject, []).append(record)
        folded = {subject: fold_any(subject, records) for subject, records in subjects.items()}
        return {subject: one for subject, one in folded.items() if one is not None}

    # what a window asks

    def answer(self, asked: Asked, now: float) -> Answer:
        """Return what central says to one request; what it changes is committed with that."""
        self.now = now
        try:
            return self._routed(asked)
        except ProblemError as error:
            body = msgspec.json.encode(error.problem)
            return self._told(error.problem.status, body, wire.PROBLEM_TYPE, error.headers)

    def _told(
        self, status: int, body: bytes, media: str = wire.MEDIA_TYPE, more: Mapping[str, str] | None = None
    ) -> Answer:
        headers = {"content-type": media, wire.EPOCH_HEADER.lower(): self.state.epoch, **(more or {})}
        return Answer(status, headers, body)

    def _routed(self, asked: Asked) -> Answer:
        route = (asked.method, asked.path)
        if asked.path in self.doors.PATHS:
            told = self.doors.open(asked.path, asked.content, self.state.windows, self.now, self.server_time())
            return self._told(201, msgspec.json.encode(told))
        known = self.doors.caller(asked.token, self.state.windows, self.now)
        if asked.path.startswith("/v1/uploads"):
            status, headers = self.shelf.tus(asked.method, asked.path, asked.headers, asked.content, known, self.state)
            return self._told(status, b"", more=headers)
        after = int(asked.query.get("after", 0))
        match route:
            case ("GET", "/v1/session"):
                message: Any = self._session(known)
            case ("POST", "/v1/entries"):
                message = self._entries(known, msgspec.json.decode(asked.content, type=wire.EntriesRequest))
            case ("GET", "/v1/entries"):
                message = self._own(known, after)
            case ("GET", "/v1/feed"):
                message = self._feed(known.point, after, int(asked.query.get("mark", 0)))
            case ("POST", "/v1/feeds"):
                message = self._feeds(known, msgspec.json.decode(asked.content, type=wire.FeedsRequest))
            case ("GET", "/v1/catalogue"):
                message = self._catalogue(after, int(asked.query.get("limit", 500)))
            case ("GET", "/v1/couriers"):
                revision, couriers = self._couriers(known.point)
                message = wire.Couriers(revision=revision, couriers=list(couriers))
            case ("GET", "/v1/scans/missing"):
                message = wire.MissingScans(missing=self.shelf.missing(known, self.state))
            case ("GET", path) if path.startswith("/v1/cases/"):
                message = self._case(path.removeprefix("/v1/cases/"))
            case _:
                raise ProblemError("not-found")
        return self._told(200, msgspec.json.encode(message))

    def server_time(self) -> str:
        return self._clock.isoformat(timespec="milliseconds")

    def now_ms(self) -> int:
        return int(self._clock.timestamp() * 1000)

    @property
    def _clock(self) -> datetime:
        return BEGAN + timedelta(seconds=self.now)

    def _session(self, known: Known) -> wire.SessionState:
        return wire.SessionState(
            epoch=self.state.epoch,
            last_n=known.last_n,
            last_digest=known.last_digest,
            durable_through=known.durable_through,
            server_time=self.server_time(),
            oldest_client="0.1.0",
            couriers=self._couriers(known.point)[0],
            further=[wire.FurtherPoint(point=code, until=FOR_EVER) for code in self.further(known.window)],
        )

    def _couriers(self, point: str) -> tuple[str, tuple[Courier, ...]]:
        return self.state.couriers.get(point, (NO_LIST, ()))

    def _entries(self, known: Known, request: wire.EntriesRequest) -> wire.EntriesAnswer:
        if request.epoch != self.state.epoch:
            raise ProblemError("epoch-changed")
        if len(request.entries) > wire.MAX_ENTRIES:
            raise ProblemError("too-large")
        if any(entry.window != known.window for entry in request.entries):
            raise ProblemError("not-your-window")
        screened = screen(request.entries, known.public_key)
        said = self.state.said[known.window]
        held = {e.n: self.state.rows[said[e.n - 1]] for e in request.entries if e.n <= len(said)}
        head = Head(window=known.window, point=known.point, last_n=known.last_n, last_digest=known.last_digest)
        fresh = taking.fresh(head, {n: row.digest for n, row in held.items()}, screened)
        answers = {n: row.told() for n, row in held.items()}
        changed: list[wire.EntryVerdict] = []
        if fresh:
            taken = taking.take(head, self._ground(), fresh, self.now_ms())
            self.commit(known, taken)
            answers |= taken.answers
            sent = {entry.n for entry in request.entries}
            changed = [verdict for n, verdict in sorted(taken.answers.items()) if n not in sent]
        last = self.state.windows[known.window].last_n
        return wire.EntriesAnswer(verdicts=[answers[e.n] for e in request.entries], last_n=last, changed=changed)

    def _ground(self) -> Ground:
        state = self.state
        return Ground(
            people=state.people,
            subjects=state.subjects,
            states=state.states,
            unheard=list(state.unheard.values()),
            positions=state.positions,
            windows={w: k.point for w, k in state.windows.items() if k.point},
            prefilings=state.prefilings,
        )

    def commit(self, known: Known, taken: Taken) -> None:
        """Store what a batch came to."""
        state = self.state
        for key, row in taken.rows.items():
            state.rows[key] = row
            if row.window == known.window and row.point == known.point:
                state.said[row.window].append(key)
        for key, row in (taken.rows | taken.changed).items():
            state.rows[key] = row
            if row.position is None:
                state.unheard[key] = row
            else:
                state.unheard.pop(key, None)
        self._file([*taken.rows.values(), *taken.changed.values()])
        state.subjects.update(taken.subjects)
        state.states.update(taken.states)
        state.positions.update(taken.positions)
        state.prefilings.update(taken.prefilings)
        for point, entry in taken.named:
            if entry.kind == "scan.attached":
                state.announced.setdefault((point, entry.body["sha256"]), entry)
        state.windows[known.window] = replace(known, last_n=taken.last_n, last_digest=taken.last_digest)

    def _file(self, rows: Sequence[Row]) -> None:
        """Put what counts into the feeds, each at its position."""
        for row in sorted((r for r in rows if r.position is not None), key=lambda r: r.position or 0):
            feed = self.state.feeds[row.point]
            if (row.position or 0) <= len(feed):
                continue
            assert row.position == len(feed) + 1, "positions have a gap"
            feed.append((row.window, row.n, row.point))

    def _own(self, known: Known, after: int) -> wire.OwnEntries:
        keys = self.state.said[known.window][after : after + self.page]
        rows = [self.state.rows[key] for key in keys]
        told = [
            wire.OwnEntry(entry=_entry(r.document), verdict=r.verdict, position=r.position, problem=r.problem)
            for r in rows
        ]
        return wire.OwnEntries(entries=told, more=after + len(keys) < known.last_n)

    def _feed(self, point: str, after: int, mark: int = 0, limit: int = 500) -> wire.Feed:
        keys = self.state.feeds[point]
        if after > len(keys) or mark not in {0, self._mark(keys, after)}:
            raise ProblemError("cursor-ahead")
        told = [_feed_entry(self.state.rows[key]) for key in keys[after : after + min(self.page, limit)]]
        for one in told:
            one.mark = self._mark(keys, one.position)
        last = after + len(told)
        return wire.Feed(entries=told, next=last, more=last < len(keys), mark=self._mark(keys, last))

    def _feeds(self, known: Known, request: wire.FeedsRequest) -> wire.Feeds:
        told = wire.Feeds(feeds=[])
        left = min(request.limit, self.page)
        for place in request.feeds:
            if left <= 0:
                told.more = True
                break
            if place.point not in {known.point, *self.further(known.window)}:
                told.feeds.append(wire.PointFeed(point=place.point, code="not-your-point"))
                continue
            try:
                page = self._feed(place.point, place.after, place.mark, left)
            except ProblemError as error:
                told.feeds.append(wire.PointFeed(point=place.point, code=error.code))
                continue
            left -= len(page.entries)
            if page.entries or page.mark != place.mark:
                one = wire.PointFeed(point=place.point, next=page.next, more=page.more, mark=page.mark)
                one.entries = page.entries
                told.feeds.append(one)
        return told

    def _mark(self, keys: Sequence[Key], position: int) -> int:
        row = self.state.rows[keys[position - 1]] if position else None
        return 0 if row is None else mark_of(row.id, row.received_at)

    def _case(self, number: str) -> wire.CaseRecords:
        subject = self.state.subjects.get(number)
        keys = self.state.feeds[subject.home] if subject is not None else []
        rows = [row for key in keys if (row := self.state.rows[key]).subject == number]
        if not rows or subject is None:
            raise ProblemError("case-unknown")
        return wire.CaseRecords(number=number, point=subject.home, entries=[_feed_entry(row) for row in rows])

    def _catalogue(self, after: int, limit: int) -> wire.Catalogue:
        rows = [row for row in self.state.catalogue if row.revision > after]
        if after > max((row.revision for row in self.state.catalogue), default=0):
            raise ProblemError("cursor-ahead")
        page = rows[:limit]
        return wire.Catalogue(rows=page, next=page[-1].revision if page else after, more=len(page) < len(rows))


def _feed_entry(row: Row) -> wire.FeedEntry:
    assert row.position is not None
    return wire.FeedEntry(position=row.position, verdict=row.verdict, entry=_entry(row.document))
