"""A window that is killed in the middle of its work has every act it acknowledged, once and whole."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from clerk_app.domain.journal import verify_chain
from clerk_app.store.records import Records
from tests.support.window_journal import KEY, WINDOW

CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from clerk_app.store.records import Records
from tests.support.window_journal import KEY, WINDOW, Journal

with Records.open(Path(sys.argv[1]), KEY, window=WINDOW) as records:
    n, previous = records.head()
    journal = Journal(n=n, previous=previous, cases={s.number: records.case(s.number) for s in records.summaries()})
    while True:
        with records.transaction():
            entry = journal.receive()
            journal.write(records, entry)
            journal.write(records, journal.remark(entry.subject))
        print(entry.subject, flush=True)
"""


def test_every_acknowledged_act_is_there_once_and_whole_after_each_kill(tmp_path: Path) -> None:
    chance = random.Random(20260302)
    acknowledged: list[str] = []
    for kills in range(1, 7):
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        ) as child:
            assert child.stdout is not None
            acknowledged += [child.stdout.readline().strip() for _ in range(chance.randrange(1, 40))]
            child.kill()
            acknowledged += child.stdout.read().split("\n")[:-1]
        with Records.open(tmp_path, KEY, window=WINDOW) as records:
            assert records.damages() == []
            entries = [r.entry for r in records.journal()]
            numbers = [e.subject for e in entries if e.kind == "case.received"]
            assert set(acknowledged) <= set(numbers)
            assert len(numbers) == len(set(numbers))
            assert len(numbers) - len(acknowledged) <= kills  # durable, and killed before it could say so
            assert len(entries) == 2 * len(numbers)  # no half act
            assert verify_chain(entries) is None
            assert records.rebuild() == []
            assert records.unsent_count() == len(entries)
