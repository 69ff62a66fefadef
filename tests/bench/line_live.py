"""A window at which somebody works while the storm goes on: one case after another, each timed, saved and sent."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from clerk_app.desk import Desk
from clerk_app.domain.people import Person, Role
from clerk_app.seat import Seat
from clerk_app.store.records import Records
from sync.connect import connect
from sync.runner import RunningLine
from tests.bench.line_city import CLERK, key_of
from tests.support.counter import item_row
from tests.support.story import ALL, APPLICANT, PERMIT

KEY = bytes(32)
PAUSE = 0.2
"""Seconds between two cases: a clerk is slower, but a storm is short."""
LOOK = 0.005
"""Seconds after which it is looked whether central has them."""
LAST_WORDS = 60.0
"""Seconds in which what was said last has to get through."""


def work(desk: Desk, records: Records, line: RunningLine, until: threading.Event) -> dict[str, object]:
    """Receive cases until told to stop; return what was felt."""
    saves: list[float] = []
    trips: list[float] = []
    waiting: deque[tuple[int, float]] = deque()

    def look() -> None:
        confirmed = records.head()[0] - records.unsent_count()
        while waiting and waiting[0][0] <= confirmed:
            trips.append(time.perf_counter() - waiting.popleft()[1])

    while not until.is_set():
        draft = replace(desk.begin([PERMIT.code]), applicant=APPLICANT)
        checklist = draft.checklist()
        for tally in ALL:
            draft = draft.tallied(str(checklist.key_of(PERMIT.code, tally.material)), tally)
        start = time.perf_counter()
        desk.receive(draft)
        saves.append(time.perf_counter() - start)
        waiting.append((records.head()[0], start))
        while time.perf_counter() - start < PAUSE:
            until.wait(LOOK)
            look()
    line.poke()
    end = time.monotonic() + LAST_WORDS
    while waiting and time.monotonic() < end:
        time.sleep(LOOK)
        look()
    return {"saves": saves, "trips": trips, "unsent": records.unsent_count(), "entries": records.head()[0]}


def _wait(over: threading.Event) -> None:
    """Whoever started this closes its standard input when it is enough."""
    sys.stdin.buffer.read()
    over.set()


def main() -> None:
    """Work until standard input ends, then print one line of JSON."""
    folder, address, window, which = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    point = window.rpartition("-")[0]
    key = key_of(which)
    seat = Seat(window=window, number=window[-2:], point=point, point_name="样例服务点", central=address)
    person = Person(number=CLERK.format(point=point), name="样例收件员", role=Role.CLERK, points=(point,))
    folder.mkdir()
    over = threading.Event()

    def clock() -> datetime:
        return datetime.now().astimezone()

    with Records.open(folder, KEY, window=window) as records:
        records.put_catalogue([item_row(PERMIT)], 1)
        line = RunningLine(lambda: connect(records, seat, key, clock), clock).start()
        desk = Desk(records, seat, person, key, clock, line, folder / "papers")
        threading.Thread(target=_wait, args=(over,), daemon=True).start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        felt = work(desk, records, line, over)
        line.stop()
        sys.stdout.write(json.dumps(felt) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
