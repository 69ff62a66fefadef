"""What is pruned was over, confirmed, in a completed backup and old; whatever happens meanwhile, cases go whole."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clerk_app.domain.journal import Verdict
from clerk_app.domain.kinds import OPEN
from clerk_app.store.books.pruning import SHORTEST, Coverage
from clerk_app.store.books.runs import verify_kept
from clerk_app.store.records import Records
from tests.support.pruned import LATER, Kept, everything_covered, over, own_of
from tests.support.tree import ROOT
from tests.support.window_journal import KEY, WINDOW, Journal, heard, verdicts


def test_only_what_is_over_confirmed_covered_and_old_goes(kept: Kept) -> None:
    records = kept.records
    gone = kept.case()
    running = kept.case(ended=False)
    unsent = kept.case(sent=False)
    refused = kept.case(verdict=Verdict.REFUSED)
    conflicting = kept.case(verdict=Verdict.CONFLICTING)
    everything_covered(records)
    uncovered = kept.case()
    kept.journal.day = LATER.date() - timedelta(days=SHORTEST - 1)
    recent = kept.case()

    came_to = kept.prune()

    assert (came_to.cases, came_to.entries) == (1, 2)
    assert came_to.kept == {"open": 2, "unsent": 1, "conflict": 1, "uncovered": 1, "recent": 1}
    assert {s.number for s in records.summaries()} == {running, unsent, refused, conflicting, uncovered, recent}
    assert records.case(gone) is None
    assert records.records_of(gone) == []
    assert records.rebuild() == []


def test_the_refused_end_of_a_case_that_another_act_ended_keeps_it(kept: Kept) -> None:
    number = kept.case(ended=False)
    refused = over(kept.journal, number)
    kept.journal.write(kept.records, refused)
    kept.records.settle(verdicts([refused], 9, Verdict.REFUSED))
    other = Journal(window="FS0001-02", cases=dict(kept.journal.cases))
    kept.records.take_feed(heard([over(other, number)], 2), 2)
    everything_covered(kept.records)
    assert kept.prune().kept == {"refused": 1}
    assert len(kept.records.refused()) == 1


def test_own_entries_are_covered_by_number_and_all_by_position(kept: Kept) -> None:
    kept.case()
    other = Journal(window="FS0001-02")
    received = other.receive()
    kept.records.take_feed(heard([received, over(other, received.subject)], 3), 4)
    for through, position, uncovered in ((2, 4, 0), (1, 4, 1), (2, 3, 1), (2, 1, 2), (0, 4, 1)):
        kept.records.pruning.cover(Coverage(through, position, LATER.isoformat()))
        assert kept.prune(dry_run=True).kept.get("uncovered", 0) == uncovered


def test_nothing_goes_before_central_has_told_of_backups(kept: Kept) -> None:
    kept.case()
    assert kept.prune().blocked == "uncovered"
    kept.records.pruning.cover(Coverage(0, 0, LATER.isoformat()))
    assert kept.prune().blocked == "uncovered"
    assert len(kept.records.summaries()) == 1


def test_both_clocks_must_say_that_it_is_old(kept: Kept) -> None:
    kept.case()
    everything_covered(kept.records, at=datetime(2026, 3, 10, tzinfo=UTC))
    assert kept.prune(now=LATER + timedelta(days=9999)).kept == {"recent": 1}
    everything_covered(kept.records, at=LATER)
    assert kept.prune(now=datetime(2026, 3, 10, tzinfo=UTC)).kept == {"recent": 1}
    assert kept.prune().cases == 1


def test_fewer_days_than_thirty_are_thirty(kept: Kept) -> None:
    kept.journal.day = LATER.date() - timedelta(days=10)
    kept.case()
    everything_covered(kept.records)
    assert kept.prune(days=0).kept == {"recent": 1}


def test_a_dry_run_tells_the_same_and_does_nothing(kept: Kept) -> None:
    for _ in range(7):
        kept.case()
    everything_covered(kept.records)
    before = (kept.records.journal(), kept.records.vault.generation)
    told = kept.prune(dry_run=True)
    assert (kept.records.journal(), kept.records.vault.generation) == before
    assert kept.prune() == told
    assert kept.records.journal() == []


def test_a_dry_run_works_beside_a_running_client(kept: Kept) -> None:
    kept.case()
    everything_covered(kept.records)
    with Records.open(kept.records.vault.folder, KEY, window=WINDOW, read_only=True) as looking:
        assert looking.pruning.prune(SHORTEST, LATER, dry_run=True).cases == 1


def test_a_damaged_store_is_not_pruned(tmp_path: Path) -> None:
    with Records.open(tmp_path, KEY, window=WINDOW) as records:
        kept = Kept(records)
        kept.case()
        everything_covered(records)
        records.vault.write("other", "row", b"x")
        [num] = records.vault._fetch("SELECT num FROM tables WHERE name = 'other'")[0]
        records.vault._fetch(f"UPDATE d{num} SET body = zeroblob(length(body))")
        assert list(records.vault.scan("other")) == []
        assert kept.prune().blocked == "damaged"
        assert len(records.journal()) == 2


def test_told_to_stop_it_ends_between_two_transactions(kept: Kept) -> None:
    for _ in range(12):
        kept.case()
    everything_covered(kept.records)
    asked = iter([False, True])
    came_to = kept.records.pruning.prune(SHORTEST, LATER, cancelled=lambda: next(asked))
    assert came_to.stopped
    assert 0 < came_to.cases < 12
    assert len(kept.records.summaries()) == 12 - came_to.cases
    assert kept.records.rebuild() == []


def test_by_itself_it_is_done_once_a_day_of_central(kept: Kept) -> None:
    pruning = kept.records.pruning
    kept.case()
    assert pruning.daily(SHORTEST, LATER) is None
    everything_covered(kept.records)
    first = pruning.daily(SHORTEST, LATER)
    assert first is not None
    assert first.cases == 1
    kept.case()
    everything_covered(kept.records, at=LATER + timedelta(minutes=5))
    assert pruning.daily(SHORTEST, LATER) is None
    everything_covered(kept.records, at=LATER + timedelta(days=1))
    second = pruning.daily(SHORTEST, LATER)
    assert second is not None
    assert second.cases == 1


def test_what_a_restored_central_says_of_its_backups_counts_though_it_is_less(kept: Kept) -> None:
    kept.case()
    everything_covered(kept.records)
    kept.records.pruning.cover(Coverage(1, 1, LATER.isoformat()))
    assert kept.prune().kept == {"uncovered": 1}


def test_the_room_is_used_again(tmp_path: Path) -> None:
    sizes = []
    with Records.open(tmp_path, KEY, window=WINDOW) as records:
        kept = Kept(records)
        for _ in range(4):
            with records.transaction():
                for _ in range(150):
                    kept.case()
            everything_covered(records)
            assert kept.prune().cases == 150
            records.vault.checkpoint()
            sizes.append((tmp_path / "store.db").stat().st_size)
    assert sizes[-1] < 1.2 * sizes[0]


def test_copies_from_before_a_migration_go_with_what_they_held(kept: Kept) -> None:
    folder = kept.records.vault.folder
    for name, day in (("store.db.v1", 1), ("store.db.v1-2", 2), ("store.db.damaged-20260302-090000", 1)):
        (folder / name).write_bytes(b"x")
        moment = (LATER - timedelta(days=100 * day)).timestamp()
        os.utime(folder / name, (moment, moment))
    (folder / "store.db.v2").write_bytes(b"x")
    os.utime(folder / "store.db.v2", (LATER.timestamp(), LATER.timestamp()))
    everything_covered(kept.records)
    kept.case()
    everything_covered(kept.records)
    kept.prune()
    left = {path.name for path in folder.glob("store.db.*")}
    assert left == {"store.db.v2", "store.db.damaged-20260302-090000"}


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from clerk_app.store.records import Records
from tests.support.window_journal import KEY, WINDOW

with Records.open(Path(sys.argv[1]), KEY, window=WINDOW) as records:
    print("open", flush=True)
    sys.stdin.readline()
    records.pruning.prune(30, datetime(2026, 9, 1, tzinfo=UTC), breath=0.002)
"""


def test_killed_in_the_middle_every_case_is_whole_or_gone(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    with Records.open(folder, KEY, window=WINDOW) as records:
        kept = Kept(records)
        with records.transaction():
            for n in range(300):
                kept.case(ended=n % 3 != 0)
        everything_covered(records)
    chance = random.Random(20260902)
    left = [300]
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        ) as child:
            assert child.stdout is not None
            assert child.stdin is not None
            child.stdout.readline()
            child.stdin.write(b"\n")
            child.stdin.flush()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(chance.uniform(0.002, 0.06))
            child.send_signal(signal.SIGKILL)
        with Records.open(folder, KEY, window=WINDOW) as records:
            assert records.damages() == []
            assert records.rebuild() == []
            cases = records.summaries()
            assert all(len(records.records_of(s.number)) == 1 + (s.state not in OPEN) for s in cases)
            assert records.entry_count() == sum(1 + (s.state not in OPEN) for s in cases)
            assert verify_kept(own_of(records), records.pruned()) is None
            pruned = sum(run.last - run.first + 1 for run in records.pruned())
            assert pruned + len(own_of(records)) == records.head()[0] == 500
            left.append(len(cases))
    assert left == sorted(left, reverse=True)
    assert left[-1] < 300
    with Records.open(folder, KEY, window=WINDOW) as records:
        records.pruning.prune(SHORTEST, LATER)
        assert len(records.summaries()) == 100
