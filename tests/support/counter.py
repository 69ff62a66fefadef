"""A real desk over a real store in a folder, without a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from clerk_app.desk import Desk
from clerk_app.devices.scanner import Scanner
from clerk_app.domain.catalogue import JointService, ServiceItem
from clerk_app.domain.deadlines import YearTable
from clerk_app.domain.people import Person, Role
from clerk_app.domain.plain import to_plain
from clerk_app.line import LineStatus
from clerk_app.store.records import Records
from sync.wire import CatalogueRow
from tests.support.story import SEAT

KEY = bytes(range(32))
CLERK = Person(number="C0001", name="样例收件员", role=Role.CLERK, points=("FS0001",))
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=8)))


class DeadLine:
    """A line on which nothing ever moves."""

    def status(self) -> LineStatus:
        return LineStatus(last_problem="没有接线")

    def poke(self) -> None:
        """Nobody listens."""

    def stop(self) -> None:
        """There is nothing to end."""


@dataclass
class HandClock:
    """A clock moved by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def wait(self, days: int) -> None:
        """Let days pass."""
        self.now += timedelta(days=days)


@dataclass
class Office:
    """What a test works with."""

    desk: Desk
    records: Records
    clock: HandClock
    folder: Path


@contextmanager
def office(
    folder: Path,
    items: Iterable[ServiceItem],
    joint: Iterable[JointService] = (),
    person: Person = CLERK,
    years: Iterable[YearTable] = (),
    scanner: Scanner | None = None,
) -> Iterator[Office]:
    """Open a desk over the store in ``folder``, with these items and years in its catalogue."""
    clock = HandClock()
    with Records.open(folder, KEY, window=SEAT.window) as records:
        rows = [item_row(item) for item in items]
        rows += [_row("joint", service.code, service) for service in joint]
        rows += [year_row(table) for table in years]
        if rows:
            records.put_catalogue(rows, records.catalogue_revision() + len(rows))
        desk = Desk(records, SEAT, person, KEY, clock, DeadLine(), folder / "papers", scanner=scanner)
        yield Office(desk, records, clock, folder)


def item_row(item: ServiceItem) -> CatalogueRow:
    """Return an item as central publishes it."""
    return _row("item", item.edition.key, item)


def year_row(table: YearTable) -> CatalogueRow:
    """Return a year's days as central publishes them."""
    return _row("calendar", str(table.year), table)


def _row(kind: str, key: str, body: ServiceItem | JointService | YearTable) -> CatalogueRow:
    return CatalogueRow(kind=kind, key=key, revision=1, body=msgspec.Raw(msgspec.json.encode(to_plain(body))))
