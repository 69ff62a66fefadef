"""A small city on a database server: it can be stopped and started, not restored from a file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from clerk_app.domain.plain import to_plain
from sync import wire
from sync.central.central import Central
from sync.central.line.app import build_app
from sync.central.settings import Settings
from tests.support.booth import Town
from tests.support.bridge import Bridge, LoopThread
from tests.support.city import Clock, open_city
from tests.support.story import PERMIT


@dataclass
class ServedTown(Town):
    """Opens its central with these settings."""

    settings: Settings = field(default_factory=lambda: Settings(database=""))

    def start(self) -> None:
        opening = Central.open(self.settings.database, self.clock, settings=self.settings)
        self.central = self.loop.run(opening)
        self.bridge.app = build_app(self.central)


@contextlib.contextmanager
def served_town(loop: LoopThread, url: str, folder: Path) -> Iterator[Town]:
    """Open a city with one published item over a database server; the database is filled once, and goes on as it is."""
    settings = Settings(database=url, scans=folder / "scans")
    city = loop.run(open_city(url, settings))
    body = msgspec.Raw(msgspec.json.encode(to_plain(PERMIT)))
    loop.run(city.central.import_rows([wire.CatalogueRow(kind="item", key=PERMIT.code, revision=0, body=body)]))
    loop.run(city.client.aclose())
    loop.run(city.central.close())
    town = ServedTown(loop, folder / "none", city.central, Clock(), Bridge(loop, None), settings)
    town.start()
    try:
        yield town
    finally:
        loop.run(town.central.close())
