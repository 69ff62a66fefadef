"""The sums of the measures: written once an act, whole after damage, and there for a store that had none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app.store.books import counted
from clerk_app.store.books.counted import GONE, RECENT, TABLE
from clerk_app.store.records import Records
from tests.support.broken import PAGE, change, num_of, opened, overwrite, pages_of, worked
from tests.support.measured import pages, weeks
from tests.support.pruned import Kept, everything_covered
from tests.support.window_journal import KEY, WINDOW, Journal


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with Records.open(tmp_path, KEY, window=WINDOW, reserve=4096) as found:
        yield found


def rows_written(records: Records, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    written: list[str] = []
    real = records.vault.write

    def write(table: str, row: str, body: bytes, *, new: bool = False) -> int:
        written.append(table)
        return real(table, row, body, new=new)

    monkeypatch.setattr(records.vault, "write", write)
    return written


def test_an_act_writes_no_row_of_sums_until_enough_has_come_together(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal()
    entry = journal.receive()
    journal.write(records, entry, journal.accept(entry.subject))
    written = rows_written(records, monkeypatch)
    journal.write(records, journal.remark(entry.subject))
    assert (written.count(TABLE), len(records.vault.note(RECENT))) == (0, 1)
    monkeypatch.setattr(counted, "MOST_RECENT", 0)
    entry = journal.receive()
    journal.write(records, entry, journal.remark(entry.subject), journal.accept(entry.subject))
    assert (written.count(TABLE), records.vault.note(RECENT)) == (1, None)
    assert records.counts() == records.counts_from_scratch() != {}


def test_a_page_of_the_feed_writes_each_document_once(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "MOST_RECENT", 0)
    written = rows_written(records, monkeypatch)
    records.take_feed(weeks(), 1000)

    assert written.count(TABLE) == records.vault.count(TABLE) == 30
    assert records.counts() == records.counts_from_scratch()


def test_a_page_heard_again_adds_nothing(records: Records) -> None:
    at = 0
    for page in pages(weeks()):
        records.take_feed(page, at := at + len(page))
    told = records.counts()
    for page in pages(weeks(), 7):
        records.take_feed(page, at)
    assert records.counts() == told == records.counts_from_scratch()


def test_what_was_pruned_stays_and_counts_once_when_it_is_heard_again(records: Records) -> None:
    kept = Kept(records)
    for _ in range(6):
        kept.case()
    everything_covered(records)
    told, said = records.counts(), records.journal()
    assert kept.prune().cases == 6
    assert records.case_count() == 0
    assert records.counts() == told == records.counts_from_scratch()
    records.take_feed(said[:1], kept.position)
    assert records.case_count() == 1
    assert records.counts() == told == records.counts_from_scratch()
    records.take_feed(said, kept.position)
    assert records.case_count() == 6
    assert records.counts() == told == records.counts_from_scratch()
    assert records.vault.count(GONE) == 0


def test_a_store_that_had_no_sums_has_them_once_it_is_opened(tmp_path: Path) -> None:
    with Records.open(tmp_path, KEY, window=WINDOW) as records:
        records.take_feed(weeks(), 1000)
        told = records.counts()
        with records.transaction():
            records.ledger.drop_table(TABLE)
            records.vault.set_note(RECENT, None)
            records.vault.set_note("counted", None)
        with Records.open(tmp_path, KEY, window=WINDOW, read_only=True) as looking:
            assert looking.counts() == told
    with Records.open(tmp_path, KEY, window=WINDOW) as records:
        assert records.vault.count(TABLE) > 0
        assert records.counts() == told


@pytest.mark.parametrize("table", [TABLE, "cases", "subjects"])
def test_after_damage_the_sums_are_those_of_what_is_there(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted, "MOST_RECENT", 0)
    done = worked(tmp_path)
    overwrite(done.file, pages_of(done, table)[0] * PAGE, bytes(PAGE))
    with opened(tmp_path) as records:
        assert records.counts() == records.counts_from_scratch() != {}
        entry = done.mine.receive()
        done.mine.write(records, entry)
        assert records.counts() == records.counts_from_scratch()
    with opened(tmp_path) as records:
        assert records.counts() == records.counts_from_scratch()


def test_a_bent_document_of_sums_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "MOST_RECENT", 0)
    done = worked(tmp_path)
    with opened(tmp_path) as records:
        told = records.counts()
    change(done.file, lambda file: file.execute(f"UPDATE d{num_of(file, TABLE)} SET body = zeroblob(200)"))
    with opened(tmp_path) as records:
        assert records.counts() == told
