"""The line on one machine, in one run: pushing, the catalogue, the storm, a scan with cuts; beside what it is measured against.

Real PostgreSQL with every commit on the disk, central as processes behind a socket, real window stores. The status is 1 where a figure
is worse than its last bound; between that and its target it is called missed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench import line_catalogue, line_push, line_storm, line_uploads
from tests.bench.line_city import BenchCity, bench_city
from tests.bench.line_storm import Told, Weather, share

WINDOWS = 767
MB = 1e6
KB = 1e3
WEATHERS = (
    Weather(name="at-once", entries=100),
    Weather(name="at-once-30", entries=30),
    Weather(name="jitter-20s", entries=30, jitter=20.0),
    Weather(name="lost-10%", entries=100, lost=0.1),
)
STORM_TARGET = WINDOWS * 30 / 16.0
"""Entries in a second: as many windows with 30 each in 16 seconds."""
STORM_BOUND = WINDOWS * 30 / 17.8
"""What CouchDB needed for them on a machine like the one the targets are of."""
SAVE_TARGET = 0.05
"""Seconds of a save at a window while the storm is on, p99: nobody notices it."""


@dataclass(frozen=True)
class Figure:
    """One figure, and what it should be."""

    name: str
    value: float
    unit: str
    target: float | None = None
    bound: float | None = None
    """Past it the run has failed; ``None``: as the target."""
    more_is_better: bool = False

    @property
    def verdict(self) -> str:
        """Say how it stands to its target."""
        if self.target is None:
            return ""
        if self._reaches(self.target):
            return "met"
        return "missed" if self.bound is not None and self._reaches(self.bound) else "FAILED"

    def _reaches(self, wanted: float) -> bool:
        return self.value >= wanted if self.more_is_better else self.value <= wanted

    def line(self) -> str:
        """Return it as a line of the table."""
        sign = "≥" if self.more_is_better else "≤"
        target = f"{sign} {_number(self.target)} {self.unit}" if self.target is not None else ""
        return f"  {self.name:<58}{_number(self.value):>10} {self.unit:<12}{target:<22}{self.verdict}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def push(city: BenchCity, base: Path) -> Iterator[Figure]:
    """Push 10,000 documents."""
    told = line_push.measure(city, base)
    yield Figure("one document", told.size, "bytes")
    yield Figure("window's store → PostgreSQL, checks on", told.ours, "docs/s", 2500, 1800, more_is_better=True)
    yield Figure("  on the wire, both ways", told.ours_bytes / MB, "MB", 7, 15)
    yield Figure("plain batches of 200, nothing checked", told.plain, "docs/s")
    yield Figure("  on the wire, both ways", told.plain_bytes / MB, "MB")
    yield Figure("COPY, one stream and one commit (the floor)", told.copy, "docs/s")
    yield Figure("ours against plain batches", told.ours / told.plain, "times")
    yield Figure("ours against COPY", told.ours / told.copy, "times")


def catalogue(city: BenchCity, base: Path) -> Iterator[Figure]:
    """Pull the catalogue."""
    for what, work in (("sample city", line_catalogue.measure_sample), ("6 KB items", line_catalogue.measure_large)):
        told = work(city, base)
        yield Figure(f"{what}: {told.items} rows, as JSON", told.raw / MB, "MB")
        yield Figure("  whole, into an empty window", told.fresh, "s", 2.0, 4.0)
        yield Figure("  on the wire, both ways", told.fresh_bytes / MB, "MB", 8, 16)
        yield Figure(f"  {line_catalogue.CHANGED} changed", told.changed * 1e3, "ms", 20, 60)
        yield Figure("  on the wire, both ways", told.changed_bytes / KB, "KB", 45, 90)
        yield Figure("  nothing changed", told.nothing * 1e3, "ms", 4, 19)
        yield Figure("  on the wire, both ways", told.nothing_bytes / KB, "KB", 1.2, 6)


def storm(city: BenchCity, base: Path) -> Iterator[Figure]:
    """Have the storms."""
    workers = min(2, os.cpu_count() or 1)
    for told in line_storm.measure(city, base, WEATHERS, WINDOWS, workers):
        yield from _of_storm(told)


def _of_storm(told: Told) -> Iterator[Figure]:
    weather = told.weather
    count = told.windows * weather.entries
    yield Figure(f"{weather.name}: {told.windows} windows × {weather.entries} entries", count, "entries")
    bounds: tuple[float | None, float | None] = (None, None) if weather.jitter else (STORM_TARGET, STORM_BOUND)
    yield Figure("  taken in", told.rate, "entries/s", *bounds, more_is_better=True)
    yield Figure("  all of it", told.seconds, "s")
    yield Figure("  a window's wait, p50", share(told.waits, 50), "s")
    yield Figure(
        "  a window's wait, p99", share(told.waits, 99), "s", *((0.25, 1.0) if weather.jitter else (None, None))
    )
    yield Figure("  asked for patience", told.shed, "times")
    yield Figure("  lost, doubled or refused", len(told.wrong), "windows", 0, 0)
    yield Figure(f"  foreground save ({len(told.saves)}), p50", share(told.saves, 50) * 1e3, "ms")
    yield Figure("  foreground save, p99", share(told.saves, 99) * 1e3, "ms", SAVE_TARGET * 1e3, 1000)
    yield Figure("  until central has it, p50", share(told.trips, 50), "s")
    yield Figure("  until central has it, p99", share(told.trips, 99), "s")
    for wrong in told.wrong[:5]:
        print(f"  !! {wrong}", flush=True)


def uploads(_: BenchCity, __: Path) -> Iterator[Figure]:
    """Send a scan of 20 MB over a line that is cut five times."""
    ours, beside = line_uploads.upload_figures()
    yield Figure("20 MB scan, five cuts: bytes sent for each byte", ours.sent_per_byte, "bytes", 1.05, 1.3)
    yield Figure("  all of it, proven and durable", ours.cut_mb_per_second, "MB/s")
    yield Figure("  without a cut", ours.mb_per_second, "MB/s")
    yield Figure("  a public tus server, neither durable nor proven", beside.mb_per_second, "MB/s")
    yield Figure("  this disk, for as much made durable as often", beside.durable_seconds * 1e3, "ms")
    yield Figure("  the public server, with that added", beside.durable_mb_per_second, "MB/s")
    against = ours.mb_per_second / beside.durable_mb_per_second
    yield Figure("  ours against that", against, "times", 1.5, 1.0, more_is_better=True)


Part = Callable[[BenchCity, Path], Iterator[Figure]]
PARTS: dict[str, tuple[str, Part]] = {
    "push": ("10,000 case documents from a window's store into PostgreSQL", push),
    "catalogue": ("the whole catalogue, 50 items changed, nothing changed", catalogue),
    "storm": ("all points come back at once", storm),
    "uploads": ("a scan over a line that is cut", uploads),
}


def main() -> int:
    """Run the parts named, or all; the status is 1 where a figure failed."""
    wanted = sys.argv[1:] or list(PARTS)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name, bench_city(WINDOWS + 1) as city:
        for part in wanted:
            title, work = PARTS[part]
            print(f"== {title}", flush=True)
            base = Path(name) / part
            base.mkdir()
            for figure in work(city, base):
                figures.append(figure)
                print(figure.line(), flush=True)
    verdicts = [figure.verdict for figure in figures]
    print(
        f"== {verdicts.count('met')} met, {verdicts.count('missed')} missed, {verdicts.count('FAILED')} failed", end=""
    )
    print(f" in {time.monotonic() - start:.0f} s, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    return 1 if "FAILED" in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
