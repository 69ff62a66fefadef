"""督办 over 50,000 cases and 2,000 tasks: opening it, moving through it, and redrawing when a feed brings 500 entries.

The queue is told from summaries, so those are made directly; everything from the desk's doors to the painted lines is the
client's own. What reads runs on the desk's thread: the longest the screen's own loop stood still meanwhile is measured, too.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

from clerk_app.docket import Docket
from clerk_app.domain.deadlines import Calendar, YearTable
from clerk_app.domain.kinds import State
from clerk_app.domain.standing import Summary
from clerk_app.domain.summary import CaseSummary
from clerk_app.domain.supervision import ClockStub, TaskStub
from clerk_app.domain.supervision_words import TaskKind
from clerk_app.store.records import Records
from screens.supervision.screen import Supervision
from screens.supervision.views import Asked, read
from tests.support.client import SEAT, SUPERVISOR, Client, opened
from tests.support.dispatching import desk_of

CASES, TASKS, FEED, FEEDS, MOVES = 50_000, 2_000, 500, 20, 400
FRAME = 1000 / 60
"""Milliseconds."""
TODAY = date(2026, 3, 2)
SORTS = (TaskKind.DECLINED, TaskKind.BREACH, TaskKind.VISITS, TaskKind.VERIFY, TaskKind.RATING)


class Told:
    """What a store of this size would tell."""

    def __init__(self) -> None:
        self._all: dict[str, Summary | None] = {f"FS0001-03-260302-{n:06d}-X": summary(n) for n in range(CASES)}
        self._years = Calendar([YearTable(year=2026, holidays=(), workdays=())])

    def told(self, feeds: object = None) -> list[tuple[str, Summary | None]]:
        return list(self._all.items())

    @property
    def loose_ends(self) -> Told:
        return self

    @property
    def further(self) -> Told:
        return self

    def needing(self) -> list[Any]:
        return []

    def points(self) -> tuple[str, ...]:
        return ()

    def losses(self) -> list[Any]:
        return []

    def calendar(self) -> Calendar:
        return self._years

    def feed(self, turn: int) -> None:
        """Have so many cases changed, every fourth of which gains a task or loses one."""
        for n in range(turn * FEED, (turn + 1) * FEED):
            number = f"FS0001-03-260302-{n:06d}-X"
            old = cast("CaseSummary", self._all[number])
            tasks = old.tasks if n % 4 else () if old.tasks else (stub(n),)
            self._all[number] = replace(old, tasks=tasks, updated_at=f"2026-03-02T13:{turn:02d}:00+08:00")


def stub(n: int) -> TaskStub:
    """Make a task."""
    kind = SORTS[n % len(SORTS)]
    return TaskStub(key=str(kind), kind=kind, at=f"2026-02-{1 + n % 28:02d}T09:00:00+08:00", note=f"第 {n} 项说明")


def summary(n: int) -> CaseSummary:
    """Make a case; every twenty-fifth has a task."""
    task = n % (CASES // TASKS) == 0
    return CaseSummary(
        number=f"FS0001-03-260302-{n:06d}-X",
        official="",
        item="11440600007065402P3440107001001",
        item_name=f"样例事项{n % 997}审批",
        department=f"样例市第{n % 167}局",
        applicant=f"样例{n}",
        id_number=f"4406041900{n:08d}",
        phone="13800000000",
        state=State.ACCEPTED,
        received_on=TODAY,
        notice_due=TODAY,
        promised_due=TODAY,
        debt_due=None,
        paused=False,
        visits=1,
        visits_cap=1,
        conflicts=0,
        unsent=0,
        updated_at="2026-03-02T12:00:00+08:00",
        place="FS0001",
        tasks=(stub(n),) if task else (),
        clocks=(ClockStub(key="clock:promised", started_on=TODAY, due=TODAY + timedelta(days=20 + n % 40)),),
        window="FS0001-03",
    )


def timed(act: Callable[[], object]) -> float:
    """Return the milliseconds of this thread that something takes, whatever else the machine does."""
    begun = time.thread_time()
    act()
    return (time.thread_time() - begun) * 1000


def paint(client: Client) -> None:
    """Make every line of the screen, as it goes to the terminal."""
    client.app.screen._compositor.render_strips()


async def beside(work: Callable[[], object]) -> tuple[float, float]:
    """Do something on a thread; return its milliseconds, and the longest the loop stood still meanwhile."""
    begun = time.perf_counter()
    job = asyncio.get_running_loop().run_in_executor(None, work)
    longest, last = 0.0, time.perf_counter()
    while not job.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    await job
    return (time.perf_counter() - begun) * 1000, longest * 1000


async def measured(folder: Path) -> dict[str, list[float]]:
    """Return every figure by its name, in milliseconds."""
    async with opened(folder, (120, 40), signed_in=False) as client:
        await client.sign_in(SUPERVISOR)
        desk, told = desk_of(client), Told()
        gc.collect()
        gc.freeze()  # as the client does once its store is open
        desk._docket = Docket(cast("Records", told), SEAT, SUPERVISOR, client.clock)
        found: dict[str, list[float]] = {}

        def note(name: str, *costs: float) -> None:
            found.setdefault(name, []).extend(costs)

        took, still = await beside(lambda: read(desk, Asked()))
        note("first look at all cases, on the desk's thread", took)
        note("  the loop stood still at most", still)
        await client.press("f5")
        screen = client.app.screen
        assert isinstance(screen, Supervision)
        assert len(screen.listing.rows) >= TASKS
        note("opening again: read", *(timed(lambda: read(desk, Asked())) for _ in range(10)))
        note("floor: the screen painted with nothing changed", *(timed(lambda: paint(client)) for _ in range(50)))
        for _ in range(MOVES):
            moved = timed(lambda: screen.listing.action_move(1))
            await asyncio.sleep(0)
            note("frame: the cursor moved and painted", moved + timed(lambda: paint(client)))
        for turn in range(FEEDS):
            told.feed(turn)
            took, still = await beside(lambda: read(desk, Asked()))
            note(f"a feed of {FEED}: read, on the desk's thread", took)
            note("  the loop stood still at most", still)
            rows = read(desk, Asked())
            shown = timed(lambda rows=rows: screen._show(rows))  # type: ignore[misc]
            await asyncio.sleep(0)
            note(f"frame: a feed of {FEED} shown and painted", shown + timed(lambda: paint(client)))
        return found


def main() -> int:
    """Print the figures; the status is 1 where the middle one of a frame's costs is more than a frame."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measured(Path(folder) / "window"))
    print(f"{CASES} cases, {TASKS} tasks, 120x40; a frame is {FRAME:.1f} ms")
    missed = []
    for name, costs in found.items():
        values = sorted(costs)
        p50, p99 = values[len(values) // 2], values[len(values) * 99 // 100]
        print(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, worst {values[-1]:.1f} ms ({len(values)})")
        if name.startswith("frame") and p50 > FRAME:
            missed.append(name)
    if missed:
        print(f"missed: {', '.join(missed)}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
