"""The whole catalogue into a window's store, then 50 items that changed, then nothing: seconds, and bytes both ways."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain.catalogue import ServiceItem
from clerk_app.store.records import Records
from sync.central.catalogue.seeding import catalogue_rows
from sync.central.central import Central
from sync.central.sample.generator import city as sample_city
from sync.connect import http_client
from sync.disk import WindowDisk
from sync.driver import Driver
from sync.engine import machine
from sync.engine.catalogue import Catalogue
from sync.engine.snapshot import Snapshot
from sync.hold import Hold
from sync.talk import Talk
from sync.wire import CatalogueRow
from tests.bench.line_city import BenchCity, Counted, Pen, Served, counted, folder_in, halves, now
from tests.bench.stores import catalogue as large_rows

ROUNDS = 5
CHANGED = 50
QUIET = 9
"""How often a round is asked whether anything changed."""
KEY = bytes(32)


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """Medians: seconds and bytes."""

    items: int
    raw: float
    """Bytes of the rows as JSON."""
    fresh: float
    fresh_bytes: float
    changed: float
    changed_bytes: float
    nothing: float
    nothing_bytes: float


class Puller:
    """A window that hears nothing but the catalogue."""

    def __init__(self, records: Records, pen: Pen, served: Served) -> None:
        client = http_client(served.address)
        self._counted: Counted = counted(client)
        self._talk = Talk(client)
        self._window = pen.window
        signer = Ed25519PrivateKey.from_private_bytes(pen.key).sign
        self._disk = WindowDisk(Hold(records, pen.window, signer, now, lambda _: 0.0))
        self.close = self._talk.close

    def pull(self) -> tuple[float, int, int]:
        """Hear the catalogue to its end; return the seconds, the bytes and the rows."""
        before, start = self._counted.both, time.perf_counter()
        driver = Driver(self._talk, self._disk, time.monotonic, lambda: 0.5)
        ended = driver.run(machine.begin((Snapshot(), Catalogue()), self._window))
        assert ended.failure is None, ended.failure
        return time.perf_counter() - start, self._counted.both - before, ended.report.catalogue


@contextmanager
def pulling(base: Path, name: str, pen: Pen, served: Served) -> Iterator[Puller]:
    """Open an empty window."""
    with (
        Records.open(folder_in(base, name), KEY, window=pen.window) as records,
        closing(Puller(records, pen, served)) as puller,
    ):
        yield puller


def publish(url: str, rows: Sequence[CatalogueRow]) -> None:
    """Publish rows beside the process that serves."""

    async def work() -> None:
        central = await Central.open(url)
        try:
            await central.import_rows(rows)
        finally:
            await central.close()

    asyncio.run(work())


def changed_items(items: Sequence[ServiceItem], turn: int) -> list[CatalogueRow]:
    """Return some items with other words in them, spread over the catalogue."""
    step = len(items) // CHANGED
    some = (items[(n * step + turn) % len(items)] for n in range(CHANGED))
    return list(catalogue_rows(replace(i, phone=f"0757-8{turn:07d}", name=f"{i.name}（{turn}）") for i in some))


def measure(
    city: BenchCity, base: Path, name: str, rows: list[CatalogueRow], change: Callable[[int], list[CatalogueRow]]
) -> Pulled:
    """Pull a catalogue into fresh windows, then what changes in it."""
    fresh, changed, nothing = [], [], []
    with city.served() as served:
        publish(served.url, rows)
        with pulling(base, f"{name}-first", city.pen(0), served) as first:
            first.pull()  # the file is made once for the whole city, not for each window
        for turn in range(ROUNDS):
            with pulling(base, f"{name}-{turn}", city.pen(1), served) as window:
                fresh.append(window.pull())
                publish(served.url, change(turn))
                changed.append(window.pull())
                assert changed[-1][2] == CHANGED, changed[-1]
                nothing += [window.pull() for _ in range(QUIET)]
    return Pulled(
        items=len(rows),
        raw=sum(len(bytes(row.body)) + len(row.search.encode()) for row in rows),
        fresh=halves([told[0] for told in fresh]),
        fresh_bytes=halves([told[1] for told in fresh]),
        changed=halves([told[0] for told in changed]),
        changed_bytes=halves([told[1] for told in changed]),
        nothing=halves([told[0] for told in nothing]),
        nothing_bytes=halves([told[1] for told in nothing]),
    )


def measure_sample(city: BenchCity, base: Path) -> Pulled:
    """Pull the full sample catalogue."""
    sample = sample_city(full=True)
    rows = list(catalogue_rows(sample.items, sample.joint))
    return measure(city, base, "sample", rows, lambda turn: changed_items(sample.items, turn))


def measure_large(city: BenchCity, base: Path) -> Pulled:
    """Pull as many items of 6 KB each."""
    rows = large_rows(11_389)
    return measure(
        city, base, "large", rows, lambda turn: [_reworded(rows[n * 200 + turn], turn) for n in range(CHANGED)]
    )


def _reworded(row: CatalogueRow, turn: int) -> CatalogueRow:
    return CatalogueRow(kind=row.kind, key=row.key, revision=0, search=f"{row.search}{turn}", body=row.body)
