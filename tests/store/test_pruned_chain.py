"""What is left of the chain is verified over what was pruned, and what comes again is there again."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from clerk_app.store.books.runs import Run, merged, verify_kept
from clerk_app.store.records import Records
from tests.support.pruned import Kept, everything_covered, over, own_of
from tests.support.window_journal import KEY, WINDOW, Journal, heard


def test_the_chain_holds_over_what_was_pruned_and_goes_on(kept: Kept) -> None:
    for n in range(6):
        kept.case(ended=n % 2 == 0)
    everything_covered(kept.records)
    kept.prune()
    assert [(run.first, run.last) for run in kept.records.pruned()] == [(1, 2), (4, 5), (7, 8)]
    kept.case()
    assert verify_kept(own_of(kept.records), kept.records.pruned()) is None
    assert kept.records.own_digest(kept.records.head()[0]) == kept.journal.previous
    assert kept.records.unsent_count() == 0


def test_runs_that_come_to_adjoin_are_one(kept: Kept) -> None:
    numbers = [kept.case(ended=n % 2 == 0) for n in range(4)]
    everything_covered(kept.records)
    kept.prune()
    for number in numbers[1::2]:
        ended = over(kept.journal, number)
        kept.journal.write(kept.records, ended)
        kept.confirm([ended])
    everything_covered(kept.records)
    kept.prune()
    assert [(run.first, run.last) for run in kept.records.pruned()] == [(1, 8)]
    assert own_of(kept.records) == []
    kept.case(ended=False)
    assert verify_kept(own_of(kept.records), kept.records.pruned()) is None


def test_an_entry_taken_out_of_the_rest_is_noticed(kept: Kept) -> None:
    for n in range(6):
        kept.case(ended=n % 2 == 0)
    everything_covered(kept.records)
    kept.prune()
    own, runs = own_of(kept.records), kept.records.pruned()
    assert verify_kept(own, runs) is None
    for missing in range(len(own)):
        broken = verify_kept([*own[:missing], *own[missing + 1 :]], runs)
        if missing < len(own) - 1 or own[missing].n < runs[-1].last:
            assert broken is not None, missing
    for n, run in enumerate(runs[:-1]):
        forged = [*runs[:n], Run(run.first, run.last, ("0" * 64,)), *runs[n + 1 :]]
        assert verify_kept(own, forged) is not None


def test_what_is_heard_again_is_there_again_and_can_go_again(kept: Kept) -> None:
    for n in range(4):
        kept.case(ended=n != 1)
    records = kept.records
    everything_covered(records)
    feed = sorted((r for r in records.journal() if r.position), key=lambda r: r.position or 0)
    kept.prune()
    assert records.entry_count() == 1

    records.take_feed(feed, len(feed))
    assert sorted(r.entry.n for r in records.journal()) == [1, 2, 3, 4, 5, 6, 7]
    assert len(records.summaries()) == 4
    assert records.rebuild() == []
    assert verify_kept(own_of(records), records.pruned()) is None
    assert records.head() == (kept.journal.n, kept.journal.previous)

    assert kept.prune().cases == 3
    assert [r.entry.n for r in records.journal()] == [3]


def test_of_a_case_heard_again_in_part_the_part_goes_too(kept: Kept) -> None:
    kept.case()
    kept.case(ended=False)
    records = kept.records
    everything_covered(records)
    feed = sorted((r for r in records.journal() if r.position), key=lambda r: r.position or 0)
    kept.prune()
    records.take_feed(feed[1:], len(feed))
    assert len(records.summaries()) == 1
    assert records.entry_count() == 2

    assert kept.prune().entries == 1
    assert [r.entry.n for r in records.journal()] == [3]


def test_a_subject_of_which_the_beginning_never_came_stays(kept: Kept) -> None:
    other = Journal(window="FS0001-02")
    number = other.receive().subject
    kept.records.take_feed(heard([other.remark(number)], 1), 1)
    everything_covered(kept.records)
    assert kept.prune().kept == {"open": 1}


@pytest.mark.parametrize("lost", ["the mark", "the runs"])
def test_pruned_entries_are_no_gaps_after_a_repair_that_has_to_reckon_anew(tmp_path: Path, lost: str) -> None:
    with Records.open(tmp_path, KEY, window=WINDOW) as records:
        kept = Kept(records)
        for n in range(6):
            kept.case(ended=n % 2 == 0)
        kept.case(ended=False, sent=False)
        everything_covered(records)
        feed = sorted((r for r in records.journal() if r.position), key=lambda r: r.position or 0)
        kept.prune()
        head, runs = records.head(), records.pruned()
        [num] = records.vault._fetch("SELECT num FROM tables WHERE name = 'pruned'")[0]
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as file:
        file.execute(
            "UPDATE mark SET sealed = zeroblob(64)" if lost == "the mark" else f"UPDATE d{num} SET body = x'00'"
        )
    with Records.open(tmp_path, KEY, window=WINDOW) as records:
        assert records.head() == head
        assert records.pruned() == (runs if lost == "the mark" else [Run(1, runs[-1].last)])
        assert records.gaps() == []
        assert verify_kept(own_of(records), records.pruned()) is None
        assert records.unsent_count() == 1
        assert len(records.summaries()) == 4
        records.take_feed(feed, len(feed))
        assert [entry.n for entry in own_of(records)] == list(range(1, head[0] + 1))
        assert verify_kept(own_of(records), records.pruned()) is None
        journal = Journal(n=head[0], previous=head[1], cases=dict(kept.journal.cases))
        journal.write(records, journal.receive())
        assert records.head() == (journal.n, journal.previous)


ENTRIES = Journal()
CHAIN = [ENTRIES.receive() for _ in range(12)]


@pytest.mark.parametrize("seed", range(20))
def test_however_entries_go_the_runs_are_the_same(seed: int) -> None:
    chance = random.Random(seed)
    gone = chance.sample(CHAIN, chance.randrange(1, 12))
    at_once = merged((), gone)
    by_and_by: list[Run] = []
    for entry in gone:
        by_and_by = merged(by_and_by, [entry])
    assert by_and_by == at_once == merged(at_once, gone[:3])
    numbers = {n for run in at_once for n in range(run.first, run.last + 1)}
    assert numbers == {entry.n for entry in gone}
    assert verify_kept([e for e in CHAIN if e.n not in numbers], at_once) is None
    back = chance.choice(gone)
    assert verify_kept([e for e in CHAIN if e.n not in numbers or e.n == back.n], at_once) is None
