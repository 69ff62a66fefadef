"""A window's books in memory: what its store keeps, without a disk, for thousands of runs a minute.

Every method is one act: done as a whole or not at all. That a real store does the same to the same operations is shown by
``test_disk_contract``.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from clerk_app.domain.case import Case
from clerk_app.domain.couriers import Courier
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary, manifest_summary, parcel_summary
from clerk_app.domain.deadlines import Calendar
from clerk_app.domain.journal import GENESIS, Entry, Record, Verdict, in_order
from clerk_app.domain.numbers import parse_case_number
from clerk_app.domain.standing import Standing, fold_any
from clerk_app.domain.summary import CaseSummary, summary_of
from clerk_app.domain.trail import Step, gone_on
from clerk_app.store.books.further import FurtherPoint
from clerk_app.store.books.subjects import HERE, OWN, feeds_of
from sync import wire
from sync.engine.operations import KeptSession
from tests.support.story import COVERED

Told = tuple[str, Verdict, int | None, dict[str, Any] | None]
"""Of an entry: its id, and central's verdict, position and problem."""
UNHEARD = (Verdict.REFUSED, Verdict.QUARANTINED)
LOST = {"type": "urn:clerk:problem:lost", "title": "", "status": 410}


class Forked(Exception):
    """An own entry that comes back contradicts the chain."""


@dataclass(frozen=True)
class Place:
    """How far a further point's feed was heard."""

    position: int = 0
    mark: int = 0
    trail: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Followed:
    """The list of further points, as ``Records.further`` tells it."""

    held: tuple[FurtherPoint, ...]

    def points(self) -> tuple[FurtherPoint, ...]:
        return self.held


@dataclass
class Books:
    """What one window knows; ``copy`` is a disk image."""

    window: str
    records: dict[str, Record] = field(default_factory=dict)
    """By entry id, in the order they arrived here."""
    subjects: dict[str, dict[str, None]] = field(default_factory=dict)
    """Ids by subject."""
    own: list[str] = field(default_factory=list)
    """Ids of the own entries: ``own[n - 1]``."""
    unsent: dict[int, None] = field(default_factory=dict)
    """Numbers of the own entries central has said nothing of."""
    digest: str = GENESIS
    cursor: int = 0
    mark: int = 0
    """What central said of the place ``cursor``; 0: nothing."""
    trail: tuple[Step, ...] = ()
    """The places of the feed that were passed."""
    rows: dict[tuple[str, str], wire.CatalogueRow] = field(default_factory=dict)
    revision: int = 0
    epoch: str = ""
    barred: tuple[str, ...] = ()
    session: KeptSession = field(default_factory=KeptSession)
    session_until: float = 0.0
    serials: dict[date, int] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    """Scans made here, by SHA-256."""
    uploads: dict[str, str] = field(default_factory=dict)
    """Where an upload that was begun is, by SHA-256."""
    uploaded: dict[str, None] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)
    """Scans central does not take, and why."""
    scans_epoch: str = ""
    """Central's life in which it was asked what it lacks."""
    scans_asked: float = -math.inf
    """When, by this machine's clock."""
    uploads_rest: float = 0.0
    couriers: tuple[str, tuple[Courier, ...]] = ("", ())
    """Which list of the point's couriers central told last, and who is on it."""
    far: dict[str, Place] = field(default_factory=dict)
    """The further points that are followed, and how far each feed was heard."""
    stumbles: int = 0
    """How often the catalogue as one file did not come."""

    def __post_init__(self) -> None:
        self._folded: dict[str, Standing | None] = {}

    def copy(self) -> Books:
        """Return the same, on a disk of its own."""
        return replace(
            self,
            records=dict(self.records),
            subjects={s: dict(ids) for s, ids in self.subjects.items()},
            own=list(self.own),
            unsent=dict(self.unsent),
            rows=dict(self.rows),
            serials=dict(self.serials),
            files=dict(self.files),
            uploads=dict(self.uploads),
            uploaded=dict(self.uploaded),
            given_up=dict(self.given_up),
            far=dict(self.far),
        )

    # what a clerk's hand needs of ``Records``

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Give a context: nothing here fails halfway."""
        yield

    def head(self) -> tuple[int, str]:
        return len(self.own), self.digest

    def records_of(self, subject: str) -> list[Record]:
        return in_order(self.records[id] for id in self.subjects.get(subject, ()))

    def record(self, entry_id: str) -> Record | None:
        return self.records.get(entry_id)

    def stood(self, subject: str) -> Standing | None:
        if subject not in self._folded:
            self._folded[subject] = fold_any(subject, self.records_of(subject))
        return self._folded[subject]

    def standing(self) -> dict[str, Standing]:
        """Return every case, bag and manifest its own point's feed tells this window of."""
        return self.standing_of(HERE)

    def _all(self) -> dict[str, Standing]:
        found = {subject: self.stood(subject) for subject in self.subjects}
        return {subject: one for subject, one in found.items() if one is not None}

    def case(self, number: str) -> Case | None:
        found = self.stood(number)
        return found if isinstance(found, Case) else None

    def cases(self) -> dict[str, Case]:
        """Return every case its own point's feed tells this window of."""
        return self.cases_of(HERE)

    def cases_of(self, feed: str) -> dict[str, Case]:
        """Return every case that a feed tells of."""
        told = self.standing_of(feed).items()
        return {number: one for number, one in told if isinstance(one, Case)}

    def standing_of(self, feed: str) -> dict[str, Standing]:
        """Return every case, bag and manifest that a feed tells of."""
        return {subject: one for subject, one in self._all().items() if feed in self.feeds_of(subject)}

    def summaries(self, feeds: frozenset[str] = OWN) -> list[CaseSummary]:
        return [summary_of(one, 0) for one in self._listed(feeds) if isinstance(one, Case)]

    def parcels(self, feeds: frozenset[str] = OWN) -> list[ParcelSummary]:
        return [parcel_summary(one, 0) for one in self._listed(feeds) if isinstance(one, Parcel)]

    def manifests(self, feeds: frozenset[str] = OWN) -> list[ManifestSummary]:
        return [manifest_summary(one, 0) for one in self._listed(feeds) if isinstance(one, Manifest)]

    def _listed(self, feeds: frozenset[str]) -> list[Standing]:
        return [one for number, one in sorted(self._all().items()) if not feeds.isdisjoint(self.feeds_of(number))]

    def find_cases(self, _: str, feeds: frozenset[str] = OWN) -> list[CaseSummary]:
        return []

    def item(self, _: str, version: str) -> None:
        """Nothing a clerk does here looks into the catalogue."""

    def calendar(self) -> Calendar:
        return COVERED

    def point_name(self, code: str) -> str:
        return code

    @property
    def further(self) -> Followed:
        return Followed(tuple(FurtherPoint(point, "2099-12-31T00:00:00+00:00") for point in sorted(self.far)))

    def feeds_of(self, subject: str) -> frozenset[str]:
        return feeds_of(self.records_of(subject)) if self.subjects.get(subject) else frozenset()

    def append(self, entries: Sequence[Entry], stood: Sequence[Standing]) -> None:
        """Record own entries."""
        for entry in entries:
            n, digest = self.head()
            if entry.n != n + 1 or entry.previous != digest:
                raise ValueError(f"entry {entry.n} does not follow entry {n} of this window")
            self._put(Record(entry=entry))
            self._own(entry)
            if entry.kind == "scan.attached":
                self.given_up.pop(entry.body["sha256"], None)

    def next_serial(self, day: date) -> int:
        self.serials[day] = self.serials.get(day, 0) + 1
        return self.serials[day]

    # what the line needs

    def own_record(self, n: int) -> Record:
        return self.records[self.own[n - 1]]

    def own_records(self) -> list[Record]:
        return [self.records[id] for id in self.own]

    def refused(self) -> list[Record]:
        """Return what central refused or quarantined of this window."""
        return [record for record in self.own_records() if record.verdict in UNHEARD]

    def owed(self) -> list[Entry]:
        """Return entries whose files central lacks, what was attached last first."""
        done = self.uploaded.keys() | self.given_up.keys()
        attached: dict[str, list[Record]] = {}
        for record in self.own_records():
            if record.entry.kind == "scan.attached" and record.entry.body["sha256"] in self.files:
                attached.setdefault(record.entry.body["sha256"], []).append(record)
        owing = [rs for sha256, rs in attached.items() if sha256 not in done and any(r.position for r in rs)]
        return [records[0].entry for records in reversed(owing)]

    def settle(self, verdicts: Sequence[Told], changed: Sequence[Told] = ()) -> None:
        """Keep central's verdicts; what was said once is not unsaid, but what was held back may be judged anew."""
        for id, verdict, position, problem in verdicts:
            self._settle(self.records[id], verdict, position, problem)
        for id, verdict, position, problem in changed:
            if id in self.records:
                self._settle(self.records[id], verdict, position, problem)

    def _settle(self, held: Record, verdict: Verdict, position: int | None, problem: dict[str, Any] | None) -> None:
        waited = held.verdict is Verdict.QUARANTINED
        if held.verdict is not None and not waited and (held.position is not None or position is None):
            return
        if held.verdict is not None and not waited:
            verdict, problem = held.verdict, held.problem
        self._put(replace(held, verdict=verdict, position=position, problem=problem))

    def take_feed(self, told: Sequence[wire.FeedEntry], position: int, mark: int) -> None:
        """Take in a page together with the cursor it leads to, and what central says of that place."""
        fresh = [f.entry for f in told if f.entry.window == self.window and f.entry.id not in self.records]
        self._admit([f.entry for f in told if f.entry in fresh])
        for one in told:
            held = self.records.get(one.entry.id)
            if held is None or (held.verdict, held.position) != (one.verdict, one.position):
                further = held.further if held is not None else {}
                self._put(Record(entry=one.entry, verdict=one.verdict, position=one.position, further=further))
        self._move(position, mark)

    def follow(self, points: Sequence[str]) -> None:
        """Follow these points and no others; what only others' feeds told goes."""
        gone = self.far.keys() - set(points)
        self.far = {point: self.far.get(point, Place()) for point in sorted(points)}
        for record in list(self.records.values()):
            if gone.isdisjoint(record.further):
                continue
            left = replace(record, further={p: at for p, at in record.further.items() if p not in gone})
            if left.placed or record.entry.window == self.window:
                self._put(left)
            else:
                self._drop(record)

    def _drop(self, record: Record) -> None:
        entry = record.entry
        del self.records[entry.id]
        del self.subjects[entry.subject][entry.id]
        if not self.subjects[entry.subject]:
            del self.subjects[entry.subject]
        self._folded.pop(entry.subject, None)

    def take_further(self, point: str, told: Sequence[wire.FeedEntry], position: int, mark: int) -> None:
        """Take in a page of a further point's feed."""
        self._admit([f.entry for f in told if f.entry.window == self.window and f.entry.id not in self.records])
        for one in told:
            held = self.records.get(one.entry.id) or Record(entry=one.entry)
            further = {**held.further, point: one.position}
            if (held.verdict, held.further) != (one.verdict, further):
                self._put(replace(held, verdict=one.verdict, problem=None, further=further))
        self._go(point, position, mark)

    def begin_anew_at(self, point: str, sure: Step | None) -> int:
        """Central was restored: hear a further point's feed again from the last place that is as it was."""
        position, mark = (sure.position, sure.mark) if sure is not None else (0, 0)
        for record in list(self.records.values()):
            if record.further.get(point, 0) <= position:
                continue
            left = replace(record, further={p: at for p, at in record.further.items() if p != point})
            if record.entry.window == self.window:
                self._put(left if left.position is not None else Record(entry=left.entry, further=left.further))
            else:
                self._put(left if left.placed else replace(left, verdict=Verdict.QUARANTINED, problem=LOST))
        self._go(point, position, mark)
        return position

    def _go(self, point: str, position: int, mark: int) -> None:
        place = self.far.get(point, Place())
        self.far[point] = Place(position, mark, gone_on(place.trail, position, mark))

    def restore(self, told: Sequence[wire.OwnEntry]) -> None:
        """Take in own entries that central gave back, with what it said of them."""
        fresh = [o for o in told if o.entry.n > len(self.own)]
        self._admit([o.entry for o in fresh])
        for one in fresh:
            problem = None if one.problem is None else {"type": one.problem.type}
            self._put(Record(entry=one.entry, verdict=one.verdict, position=one.position, problem=problem))

    def begin_anew(self, last_n: int, epoch: str, sure: Step | None) -> int:
        """Central was restored: say again what it lost, hear again what came after the last place that is as it was."""
        position, mark = (sure.position, sure.mark) if sure is not None else (0, 0)
        kept = max((r.entry.n for r in self.own_records() if 0 < (r.position or 0) <= position), default=0)
        lost = 0
        for record in self.own_records():
            unsure = record.entry.n > min(kept, last_n) or (record.position or 0) > position
            if record.verdict is not None and unsure:
                lost += record.entry.n > last_n
                self._put(Record(entry=record.entry, further=record.further))
                if (
                    record.entry.kind == "scan.attached"
                ):  # central may have lost its file as well, and cannot say so yet
                    self.uploaded.pop(record.entry.body["sha256"], None)
        for record in list(self.records.values()):
            if record.entry.window != self.window and (record.position or 0) > position:
                left = replace(record, position=None)
                self._put(left if left.placed else replace(left, verdict=Verdict.QUARANTINED, problem=LOST))
        self._move(position, mark)
        self.revision, self.epoch = 0, epoch
        self.scans_asked = -math.inf
        return lost

    def _move(self, position: int, mark: int) -> None:
        self.cursor, self.mark = position, mark
        self.trail = gone_on(self.trail, position, mark)

    def put_catalogue(self, rows: Sequence[wire.CatalogueRow], revision: int) -> None:
        for row in rows:
            self.rows[row.kind, row.key] = row
        self.revision = revision

    def _admit(self, entries: Sequence[Entry]) -> None:
        """Go on from the head with own entries that come back; raises ``Forked`` and then nothing is changed."""
        digest, n = self.digest, len(self.own)
        for entry in entries:
            if (entry.n, entry.previous) != (n + 1, digest):
                raise Forked
            digest, n = entry.digest(), n + 1
        for entry in entries:
            self._own(entry)
            number = parse_case_number(entry.subject)
            if number is not None and number.window == self.window:
                self.serials[number.day] = max(self.serials.get(number.day, 0), number.serial)

    def _own(self, entry: Entry) -> None:
        self.own.append(entry.id)
        self.digest = entry.digest()

    def _put(self, record: Record) -> None:
        entry = record.entry
        self.records[entry.id] = record
        self.subjects.setdefault(entry.subject, {})[entry.id] = None
        self._folded.pop(entry.subject, None)
        if entry.window == self.window:
            if record.verdict is None:
                self.unsent[entry.n] = None
            else:
                self.unsent.pop(entry.n, None)
