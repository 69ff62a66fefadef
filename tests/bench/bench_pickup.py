"""A courier takes 300 bags: each scan against one frame of the screen, then closing, printing and telling central.

Bags are made through the desk, one case each, in a store on this machine's disk; central is the embedded one.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from clerk_app.dispatch import Signed
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.pickup import Scan
from tests.support.booth import Booth, booth, town
from tests.support.bridge import loop_thread

BAGS = 300
FRAME_MS = 1000 / 60
"""Textual draws at most sixty times a second."""
COURIER = Signed(taker=cb.Hand(kind=cb.HandKind.COURIER, code="YZ000123", name="邮政速递"), proof="pin")
T = TypeVar("T")


def timed(act: Callable[[], T]) -> tuple[float, T]:
    """Return the milliseconds something takes, and what it comes to."""
    start = time.perf_counter()
    done = act()
    return 1000 * (time.perf_counter() - start), done


def packed(at: Booth) -> list[str]:
    """Receive so many cases and put each into a bag of its own."""
    numbers = []
    for serial in range(BAGS):
        case = at.receive()
        [group] = [g for g in at.desk.to_pack() if case in {one.number for one in g.cases}]
        packing = at.desk.packing(group.direction, group.to, [case])
        numbers.append(at.desk.pack(packing, f"S{serial:04d}").number)
    return numbers


def main() -> int:
    """Print the figures; the status is 1 where a scan takes longer than a frame."""
    with (
        tempfile.TemporaryDirectory(dir=Path.cwd()) as name,
        loop_thread() as loop,
        town(loop, Path(name)) as city,
        booth(city.enrol(), Path(name) / "window", city.clock, city.bridge) as at,
    ):
        at.sync()
        numbers = packed(at)
        at.sync()
        held, scans = at.desk.begin_pickup(), []
        for number in numbers:
            took, (held, scan, _) = timed(partial(at.desk.scan_bag, held, number))
            assert scan is Scan.TAKEN
            scans.append(took)
        closing, manifest = timed(lambda: at.desk.close_pickup(held, COURIER, {}))
        printing, _ = timed(lambda: at.desk.print_manifest(manifest.number))
        syncing, report = timed(at.sync)
        found, where = timed(lambda: at.desk.trace(at.desk.parcel(numbers[0]).cases[0]))
        assert where[0].holder.code == "YZ000123"
    scans.sort()
    worst = scans[-1]
    print(f"a scan of {BAGS}, median       {statistics.median(scans):8.3f} ms")
    print(f"a scan of {BAGS}, the slowest  {worst:8.3f} ms   a frame is {FRAME_MS:.1f} ms")
    print(f"closing: {BAGS + 1} entries       {closing:8.0f} ms   {closing / (BAGS + 1):.2f} ms an entry")
    print(f"printing both copies       {printing:8.0f} ms")
    print(f"telling central            {syncing:8.0f} ms   {1000 * report.pushed / syncing:.0f} entries a second")
    print(f"where a paper is           {found:8.1f} ms")
    return 0 if worst <= FRAME_MS else 1


if __name__ == "__main__":
    sys.exit(main())
