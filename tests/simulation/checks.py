"""What must hold of a city at rest, whatever happened before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_app.domain.couriers import Courier
from clerk_app.domain.journal import CENTRAL, Record, Verdict, point_of, verify_chain
from clerk_app.domain.kinds import KINDS
from clerk_app.domain.merge import judge
from sync.central.access.couriers import NO_LIST
from sync.central.entries.ground import Row, destination
from tests.simulation import custody_checks
from tests.simulation.books import UNHEARD

if TYPE_CHECKING:
    from tests.simulation.station import Station
    from tests.simulation.world import City

PASSING = frozenset({"waits", "case-awaited"})
"""Reasons for which an entry waits."""
NEVER: frozenset[str] = frozenset()
OUTDATED = frozenset({"state-forbids", "not-your-point", "case-elsewhere", "incomplete", "not-on-notice"})
"""Reasons that arise where the case is another by now than its clerk knew."""
MAY_BE_REFUSED = {
    "materials.checked": OUTDATED | {"material-unknown"},
    "case.moved": OUTDATED | {"rule"},
    "case.supplemented": OUTDATED,
    "case.accepted": OUTDATED,
    "case.declined": OUTDATED | {"deemed-accepted"},
    "case.withdrawn": OUTDATED,
    "notice.given": OUTDATED | {"notice-differs", "nothing-missing"},
    "conflict.settled": OUTDATED,
    "case.suspended": OUTDATED | {"already-suspended"},
    "case.resumed": OUTDATED | {"not-suspended", "dates-not-moved"},
    "entry.mended": frozenset({"mended-unknown"}),
    "papers.packed": frozenset({"papers-not-here"}),
    "papers.given_back": frozenset({"papers-not-here"}),
    "result.arrived": OUTDATED | {"result-here"},
    "result.delivered": OUTDATED | {"result-not-here"},
    "parcel.waybilled": OUTDATED,
    "pickup.asked": OUTDATED,
    "pickup.cancel_asked": OUTDATED,
    "remark.added": frozenset({"not-your-point"}),
    "scan.attached": frozenset({"not-your-point"}),
}
"""Reasons for which an entry of a kind may be refused, in a city where nobody lies."""

AFTER_A_RESTORE = {
    "papers.packed": frozenset({"not-your-point"}),
    "papers.unpacked": frozenset({"not-your-point"}),
    "papers.given_back": frozenset({"not-your-point"}),
    "parcel.received": frozenset({"state-forbids"}),
    "parcel.handed_over": frozenset({"state-forbids"}),
    "discrepancy.closed": frozenset({"discrepancy-unknown", "discrepancy-closed"}),
}
"""And for these where central was restored: what it said itself is lost, and what windows say again counts in another order."""


class Checks:
    """Looks at everything at once, as nobody in the city can."""

    def __init__(self, city: City) -> None:
        self._city = city

    def unrest(self) -> str:
        """Return who has something to say or to hear yet; empty: all is at rest."""
        return next(filter(None, map(self._unrest_at, self._city.stations)), "")

    def _unrest_at(self, station: Station) -> str:
        books, state = station.books, self._city.model.state
        failure = "" if station.failure is None else f"; last: {station.failure.kind} {station.failure.text}"
        if books.unsent:
            return f"{station.window} has {len(books.unsent)} unsent{failure}"
        if books.epoch != state.epoch:
            return f"{station.window} knows epoch {books.epoch}, central is {state.epoch}{failure}"
        restored = self._city.watch.restored_at
        if restored is not None and station.looked < restored:
            return f"{station.window} has not looked since central was restored{failure}"
        if station.looked < self._city.since:
            return f"{station.window} has not looked today{failure}"
        if books.cursor != state.positions[station.seat.point]:
            return f"{station.window} heard up to {books.cursor} of {state.positions[station.seat.point]}{failure}"
        further = self._city.model.further(station.window)
        if [*books.far] != further:
            return f"{station.window} follows {[*books.far]} and not {further}{failure}"
        behind = [point for point in further if books.far[point].position != state.positions[point]]
        if behind:
            return f"{station.window} has not heard all of {behind}{failure}"
        if books.couriers[0] != self._couriers_of(station)[0]:
            return f"{station.window} has not heard of the couriers of today{failure}"
        if books.owed():
            return f"{station.window} owes {len(books.owed())} scans{failure}"
        return ""

    def at_rest(self, *, asked_today: bool = False) -> None:
        """Hold the books of everybody against each other.

        Where the operator forgot the new epoch that a restore must begin with, files that central lost and nothing else
        are only noticed when they are next asked for, which is once a day.
        """
        for station in self._city.stations:
            self._nothing_lost(station)
            self._agrees(station)
            self._follows(station)
            self._knows_the_couriers(station)
            if asked_today or not self._city.chaos.forgotten:
                self._scans(station)
        self._heard_for_a_reason()
        for point in self._city.model.state.points:
            self._nothing_doubled(point)
            self._conflicts_were_seen(point)
        for trouble in custody_checks.troubles(self._city):
            self._city.wrong(trouble)

    def as_signed(self) -> None:
        """Hold every hand-over that is known anywhere against what was signed."""
        for trouble in custody_checks.lists(self._city):
            self._city.wrong(trouble)

    def _knows_the_couriers(self, station: Station) -> None:
        told = self._couriers_of(station)
        if station.books.couriers != told:
            self._city.wrong(f"{station.window}: couriers {station.books.couriers}, central {told}")

    def _couriers_of(self, station: Station) -> tuple[str, tuple[Courier, ...]]:
        return self._city.model.state.couriers.get(station.seat.point, (NO_LIST, ()))

    def _nothing_lost(self, station: Station) -> None:
        """Every act is where its clerk can see what became of it, and central has the same chain."""
        books, state = station.books, self._city.model.state
        own = books.own_records()
        broken = verify_chain([r.entry for r in own])
        if broken is not None:
            self._city.wrong(f"{station.window}: the chain breaks at {broken.n}")
        if [state.rows[key].id for key in state.said[station.window]] != [r.entry.id for r in own]:
            self._city.wrong(f"{station.window}: central has another history")
        if len(own) != station.said:
            self._city.wrong(f"{station.window}: {station.said} entries were written, {len(own)} are there")
        refused = {r.entry.id for r in books.refused()}
        for record, key in zip(own, state.said[station.window], strict=True):
            row = state.rows[key]
            told = (record.verdict, record.position) == (row.verdict, row.position)
            if not told:
                both = f"{record.verdict} at {record.position}, central {row.verdict} at {row.position}"
                self._city.wrong(f"{station.window} n {record.entry.n} {record.entry.kind}: {both}")
            unheard = row.verdict in UNHEARD
            if unheard != (record.entry.id in refused):
                self._city.wrong(f"{station.window} n {record.entry.n}: neither in effect nor on the list")
            if not unheard and row.position is None:
                self._stands_elsewhere(station, record)
            if unheard and row.code not in self._reasons(row):
                self._city.wrong(f"{station.window} n {record.entry.n}: {row.kind} is refused for {row.code}")

    def _stands_elsewhere(self, station: Station, record: Record) -> None:
        """What was said from afar is in the feeds of its subject's audience, and not in the one where it was said."""
        subject = self._city.model.state.subjects[record.entry.subject]
        told = {
            p for p in self._city.model.state.points for r in self._city.model.feed(p) if r.entry.id == record.entry.id
        }
        if told != set(subject.audience) or station.seat.point in told:
            self._city.wrong(f"{station.window} n {record.entry.n}: said from afar, and heard at {sorted(told)}")

    def _heard_for_a_reason(self) -> None:
        """A subject is heard of at its home, where it was taken up, and where a bag goes to."""
        for name, subject in self._city.model.state.subjects.items():
            said = [r.entry for r in self._city.model.feed(subject.home) if r.entry.subject == name]
            reasons = {subject.home} | {point_of(e.window) for e in said if e.kind == "case.moved"}
            reasons |= {destination(e) for e in said}
            if not set(subject.audience) <= reasons:
                self._city.wrong(f"{name} is heard of at {subject.audience}, which is no business of theirs")

    def _follows(self, station: Station) -> None:
        """The window shows the cases that further points' feeds tell, and holds nothing of any other point."""
        books, further = station.books, self._city.model.further(station.window)
        for point in further:
            if books.standing_of(point) != self._city.model.standing(point):
                self._city.wrong(f"{station.window} shows {point}'s cases otherwise than central")
        for record in books.records.values():
            if not record.further.keys() <= set(further):
                self._city.wrong(f"{station.window} remembers {record.entry.subject} at {record.further}")
            foreign = record.entry.window != station.window and record.verdict not in UNHEARD
            if foreign and not record.placed:
                self._city.wrong(f"{station.window} keeps what no feed tells it: {record.entry.subject}")

    def _reasons(self, row: Row) -> frozenset[str]:
        """Return why an entry may have no place; of a bag that a department sent, a restored central may know nothing any more."""
        reasons = MAY_BE_REFUSED.get(row.kind, NEVER) | PASSING
        if not self._city.chaos.restored:
            return reasons
        gone = {"case-unknown"} if f"-{CENTRAL}-" in row.subject else NEVER
        return reasons | AFTER_A_RESTORE.get(row.kind, NEVER) | gone

    def _nothing_doubled(self, point: str) -> None:
        feed = self._city.model.feed(point)
        if [r.position for r in feed] != list(range(1, len(feed) + 1)):
            self._city.wrong(f"{point}: positions are not 1, 2, 3 …")
        said = [r.entry.id for r in feed]
        numbers = [(r.entry.window, r.entry.n) for r in feed]
        if len(set(said)) != len(said) or len(set(numbers)) != len(numbers):
            self._city.wrong(f"{point}: an entry counts twice")
        receipts = [r.entry.subject for r in feed if r.entry.kind == "case.received"]
        if len(set(receipts)) != len(receipts):
            self._city.wrong(f"{point}: a case number was given twice")

    def _conflicts_were_seen(self, point: str) -> None:
        """Nothing counts that was written without having seen what it does not commute with."""
        state = self._city.model.state
        before: dict[str, list[Record]] = {}
        for record in self._city.model.feed(point):
            entry = record.entry
            if state.subjects[entry.subject].home != point:
                continue
            held = before.setdefault(entry.subject, [])
            there = {r.entry.id for r in held}
            own = (state.rows[key] for key in state.said[entry.window][: entry.n - 1])
            aside = [row.record for row in own if row.subject == entry.subject and row.id not in there]
            if _counts(record) and judge(entry, [*held, *aside]) is Verdict.CONFLICTING:
                self._city.wrong(
                    f"{point}: {entry.kind} of {entry.window} counts, though it had not seen what it meets"
                )
            held.append(record)

    def _agrees(self, station: Station) -> None:
        """The window shows the cases, bags and hand-overs that central's feed tells, conflicts and all."""
        there, here = self._city.model.standing(station.seat.point), station.books.standing()
        for number in there.keys() | here.keys():
            if there.get(number) != here.get(number):
                self._city.wrong(f"{station.window} shows {number} otherwise than central")
        feed = self._city.model.feed(station.seat.point)
        settled = _settled(feed)
        begun = {r.entry.subject for r in feed if not KINDS[r.entry.kind].states}
        open_ = {r.entry.id for r in feed if r.verdict is Verdict.CONFLICTING and r.entry.subject in begun}
        shown = {id for case in here.values() for id in case.conflicts}
        if not open_ - settled <= shown:
            self._city.wrong(f"{station.window} does not show the conflicts {sorted(open_ - settled - shown)}")

    def _scans(self, station: Station) -> None:
        blobs = self._city.model.shelf.blobs
        for record in station.books.own_records():
            if record.entry.kind != "scan.attached" or record.verdict in UNHEARD:
                continue
            sha256 = record.entry.body["sha256"]
            if sha256 not in station.books.files:  # the disk it was on is gone
                continue
            if sha256 not in station.books.given_up and blobs.get(sha256) != station.books.files[sha256]:
                self._city.wrong(f"{station.window}: scan {sha256[:8]} is not at central")
            if sha256 in station.books.given_up:
                self._city.wrong(f"{station.window}: scan {sha256[:8]} given up: {station.books.given_up[sha256]}")


def _settled(feed: list[Record]) -> set[str]:
    """Return what settlements are about that count, or stand because a later one says so of them."""
    settled: set[str] = set()
    standing: set[str] = set()
    for record in reversed(feed):
        if record.entry.kind == "conflict.settled" and (_counts(record) or record.entry.id in standing):
            about = record.entry.body["entry"]
            settled.add(about)
            if record.entry.body["stands"]:
                standing.add(about)
    return settled


def _counts(record: Record) -> bool:
    return record.verdict is not None and record.verdict.counts
