"""Reading the whole store: what opening does not show is found, noted whatever comes after, and brought in order."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from clerk_app.store.books.losses import LossState
from clerk_app.store.errors import StoreDamaged, StoreReadOnly
from clerk_app.store.mend import repair
from clerk_app.store.mend.examining import EXAMINED
from clerk_app.store.records import Records
from tests.support.broken import PAGE, Worked, change, num_of, opened, overwrite, pages_of, receive, settle, worked
from tests.support.window_journal import WINDOW, heard, verdicts

DAY = "2026-03-02"


def flip(done: Worked, at: int) -> None:
    overwrite(done.file, at, bytes([done.file.read_bytes()[at] ^ 0x10]))


def bend(done: Worked, table: str, row: str) -> None:
    """Turn a bit in the body of one row."""

    def turn(file: sqlite3.Connection) -> None:
        num = num_of(file, table)
        body = bytearray(file.execute(f"SELECT body FROM d{num} WHERE id = ?", (row,)).fetchone()[0])
        body[-1] ^= 1
        file.execute(f"UPDATE d{num} SET body = ? WHERE id = ?", (bytes(body), row))

    change(done.file, turn)


def garble_index(done: Worked, row: str) -> None:
    """Turn a bit of an id where the journal's index tells of it, and nowhere else."""
    with closing(sqlite3.connect(done.file)) as file:
        root = file.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (f"d{num_of(file, 'journal')}_id",)
        ).fetchone()[0]
    raw = done.file.read_bytes()
    pages = [n for n in range(len(raw) // PAGE) if raw[n * PAGE] == 10 or n == root - 1]
    found = [n * PAGE + at for n in pages if (at := raw[n * PAGE :][:PAGE].find(row.encode())) >= 0]
    assert len(found) == 1, "the id stands once in the index"
    flip(done, found[0] + 30)


def lost(records: Records) -> set[int]:
    return {n for gap in records.gaps() for n in range(gap.first, gap.last + 1)}


@pytest.mark.parametrize("later", [2, 4, 6])
def test_an_older_file_under_a_newer_log_is_seen_when_it_is_opened(tmp_path: Path, later: int) -> None:
    done = worked(tmp_path / "window", cases=3, unsent=0)
    older = done.file.read_bytes()
    with opened(done.folder) as records:
        numbers = [receive(records, done) for _ in range(later)]
        settle(records, done)
        numbers += [receive(records, done) for _ in range(2)]
    with opened(done.folder) as records:
        numbers.append(receive(records, done))
        shutil.copytree(done.folder, tmp_path / "left")
    done.folder = tmp_path / "left"
    done.file.write_bytes(older)
    with opened(done.folder) as records:
        assert records.damages() == []
        assert records.vault.integrity_check() == []
        written = {entry.n for entry in done.mine.entries}
        here = {r.entry.n for r in records.journal() if r.entry.window == WINDOW}
        losses = [loss for loss in records.losses() if loss.state is LossState.OPEN]
        assert lost(records) == written - here
        assert {n for loss in losses for n in range(loss.first, loss.last + 1)} == written - here
        named = {name for loss in losses for name in (loss.subject, *loss.perhaps)}
        gone = {number for number in numbers if records.case(number) is None}
        assert gone <= named, "a case nothing is left of is named all the same"
        assert receive(records, done) not in numbers


def test_after_an_orderly_end_the_journal_is_not_read_at_opening(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    bend(done, "journal", done.mine.entries[-1].id)
    with opened(done.folder) as records:
        assert records.damages() == []
        assert not records.vault.log_left


def test_a_row_that_is_met_bent_is_noted_at_once(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    bend(done, "journal", done.mine.entries[done.said].id)
    with opened(done.folder) as records:
        assert records.unsent(9, 1 << 20) == []
        assert records.vault.note(repair.DOUBT)
        shutil.copytree(done.folder, tmp_path / "killed")
    with opened(tmp_path / "killed") as records:
        assert lost(records) == {done.said + 1}
        assert records.damages() == []


def test_a_case_that_is_met_bent_is_shown_and_noted(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    number = done.mine.entries[3].subject
    bend(done, "cases", number)
    with opened(done.folder) as records:
        assert records.case(number) == done.mine.cases[number]
        assert records.vault.note(repair.DOUBT)


def bend_schema(done: Worked) -> None:
    flip(done, 108)


def bend_index(done: Worked) -> None:
    garble_index(done, done.other.entries[2].id)


@pytest.mark.parametrize("harm", [bend_schema, bend_index])
def test_what_only_sqlite_s_own_check_sees_is_made_anew(tmp_path: Path, harm: Callable[[Worked], None]) -> None:
    done = worked(tmp_path / "window")
    harm(done)
    broken = done.file.read_bytes()
    with opened(done.folder) as records:
        before = (records.journal(), records.summaries(), records.unsent(99, 1 << 20))
        assert [damage.reason for damage in records.examine(deep=True)] == ["corrupt"]
        records.examine_daily(DAY)
        assert records.damages() == records.examine(deep=True) == []
        assert (records.journal(), records.summaries(), records.unsent(99, 1 << 20)) == before
        assert records.gaps() == []
        [kept] = done.folder.glob("store.db.damaged-*[0-9]")
        assert kept.read_bytes()[:PAGE] == broken[:PAGE], "as it was, but for what was noted in it"
        records.made_whole()
    with opened(done.folder) as records:
        assert (records.damages(), records.notices()) == ([], [])


def test_an_entry_the_index_does_not_tell_of_is_not_added_twice(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    again = done.other.entries[2]
    garble_index(done, again.id)
    with opened(done.folder) as records:
        count = records.entry_count()
        [told] = [r for r in records.journal() if r.entry == again]
        with pytest.raises(StoreDamaged) as met:
            records.take_feed([told], done.feed)
        assert records.heal(met.value)
        assert records.take_feed([told], done.feed) == set()
        assert records.entry_count() == count == len(records.journal())


def test_a_verdict_of_an_entry_the_index_does_not_tell_of_is_not_passed_over(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    fresh = done.mine.entries[done.said :]
    garble_index(done, fresh[1].id)
    with opened(done.folder) as records:
        with pytest.raises(StoreDamaged) as met:
            settle(records, done)
        assert records.heal(met.value)
        records.settle(verdicts(fresh, done.feed + 1))
        assert records.unsent_count() == 0


def test_a_small_store_is_read_whenever_it_is_asked_for_and_a_large_one_daily(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = worked(tmp_path / "window")
    with opened(done.folder) as records:
        records.examine_daily(DAY)
        assert records.vault.note(EXAMINED) == DAY
        for few, at_once, found in ((20_000, False, False), (10, True, False), (20_000, True, True)):
            monkeypatch.setattr("clerk_app.store.mend.examining._FEW", few)
            bend(done, "journal", done.mine.entries[5].id)
            records.examine_daily(DAY, at_once=at_once)
            assert lost(records) == ({6} if found else set())
            if not found:
                bend(done, "journal", done.mine.entries[5].id)  # bent back
        assert list(done.folder.glob("store.db.damaged-*[0-9]")), "a copy was kept before anything was changed"


def test_a_store_that_was_not_closed_is_read_through_again_the_same_day(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    with opened(done.folder) as records:
        records.examine_daily(DAY)
        receive(records, done)
        shutil.copytree(done.folder, tmp_path / "killed")
    done.folder = tmp_path / "killed"
    with opened(done.folder) as records:
        assert records.vault.log_left
        assert (records.gaps(), records.notices()) == ([], [])
        bend(done, "cases", done.mine.entries[2].subject)
        records.examine_daily(DAY)
        assert records.notices()
        assert records.rebuild() == []


def test_a_case_stays_as_it_was_kept_while_its_entries_are_missing(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    gone = done.mine.entries[done.said + 1]
    assert gone.kind == "remark.added"
    bend(done, "journal", gone.id)
    with opened(done.folder) as records:
        records.examine_daily(DAY)
        assert records.rebuild() == records.incomplete() == [gone.subject]
        other = done.mine.entries[7].subject
        bend(done, "cases", other)
        records.examine_daily(DAY, at_once=True)
        assert records.damages() == []
        assert records.case(gone.subject) == done.mine.cases[gone.subject]
        assert records.rebuild() == records.incomplete() == [gone.subject]
        records.fill([gone])
        records.made_whole()
        assert records.rebuild() == records.incomplete() == []


def swap(done: Worked, table: str) -> None:
    """Let two pages of a table change places: every row opens, and some are not found by their place."""
    one, other = (page * PAGE for page in pages_of(done, table)[:2])
    raw = done.file.read_bytes()
    overwrite(done.file, one, raw[other : other + PAGE])
    overwrite(done.file, other, raw[one : one + PAGE])


@pytest.mark.parametrize("table", ["journal", "cases", "items"])
def test_pages_that_changed_places_are_seen_by_reading_the_rows(tmp_path: Path, table: str) -> None:
    done = worked(tmp_path / "window")
    swap(done, table)
    with opened(done.folder) as records:
        assert records.damages() == [], "the index is as the mark tells"
        places = [row.seq for row in records.vault.scan(table)]
        assert places == sorted(set(places)), "no row is read twice, whatever the pages tell"
        assert [(damage.table, damage.reason) for damage in records.examine()] == [(table, "corrupt")]
        assert records.heal()
        assert (records.examine(deep=True), records.gaps(), records.rebuild()) == ([], [], [])
        assert records.vault.count(table) == len(list(records.vault.scan(table)))


def test_rows_that_are_left_out_of_the_pages_are_seen_by_reading_the_rest(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    first, last = (pages_of(done, "journal")[at] * PAGE for at in (0, -1))
    overwrite(done.file, last, done.file.read_bytes()[first : first + PAGE])
    with opened(done.folder) as records:
        assert [(damage.table, damage.reason) for damage in records.examine()] == [("journal", "corrupt")]
        assert records.heal()
        assert lost(records) == {done.mine.n}, "the only row of the last page"
        assert records.examine(deep=True) == []


def test_a_table_whose_rows_and_index_cannot_be_read_through_is_read_place_by_place(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    bent = done.mine.entries[4]
    name = bent.id.encode()
    done.file.write_bytes(done.file.read_bytes().replace(name, b"\xff" + name[1:]))
    with opened(done.folder) as records:
        read = {record.entry.id for record in records.journal()}
        assert read == {entry.id for entry in (*done.mine.entries, *done.other.entries)} - {bent.id}
        assert {(damage.table, damage.reason) for damage in records.examine()} == {("journal", "corrupt")}
        records.examine_daily(DAY)
        assert lost(records) == {bent.n}
        assert records.examine(deep=True) == []


def test_reading_beside_a_client_that_writes_sees_no_damage(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    with opened(done.folder) as records, opened(done.folder, read_only=True) as beside:
        walk = records.vault.scan("journal")
        next(walk)
        receive(records, done)
        assert len(list(walk)) >= 40
        assert (records.examine(), beside.examine()) == ([], [])


def test_a_file_whose_log_is_gone_is_looked_through_when_it_is_opened(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    copy = done.file.read_bytes()
    with opened(done.folder) as records:
        receive(records, done)
    for path in done.folder.glob("store.db*"):
        path.unlink()
    done.file.write_bytes(copy)
    swap(done, "cases")
    with opened(done.folder) as records:
        assert lost(records) == {done.mine.n}
        assert records.examine(deep=True) == []
        assert len(list(done.folder.glob("store.db.damaged-*[0-9]"))) == 1


def test_a_row_that_is_not_where_the_index_says_is_not_taken_for_written(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    with opened(done.folder) as records:
        first = next(records.vault.scan("cases")).id
    swap(done, "cases")
    with opened(done.folder) as records:
        with pytest.raises(StoreDamaged) as met:
            records.vault.write("cases", first, b"{}")
        assert (met.value.table, met.value.id, met.value.reason) == ("cases", first, "corrupt")
        with pytest.raises(StoreDamaged):
            records.vault.delete("cases", first)
        assert records.heal(met.value)
        assert records.rebuild() == []
        assert records.vault.delete("cases", first)


def test_what_was_folded_while_an_entry_was_not_found_is_folded_again(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    subject = done.mine.entries[0].subject
    swap(done, "journal")
    with opened(done.folder) as records:
        kept = records.case(subject)
        told = heard([done.other.remark(subject, "后来的备注")], done.feed + 1)
        records.take_feed(told, done.feed + 1)
        assert records.case(subject) == kept, "an entry of it is not found now, so it stays as it was kept"
        records.examine_daily(DAY)
        assert (records.gaps(), records.damages()) == ([], []), "every row was found, in another place"
        case = records.case(subject)
        assert case is not None
        assert case.remarks[-1].text == "后来的备注"
        assert records.rebuild() == records.incomplete() == []


def test_a_disk_that_refuses_the_lock_during_the_repair_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = worked(tmp_path / "window", cases=4)
    change(done.file, lambda file: file.execute(f"DELETE FROM d{num_of(file, 'journal')} WHERE seq = 2"))

    def refused(path: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    with monkeypatch.context() as disk:
        disk.setattr("clerk_app.store.mend.repair.StoreLock", refused)
        with pytest.raises(StoreReadOnly):
            opened(done.folder)
        (done.folder / "store.db.new").write_bytes(b"")
        with pytest.raises(StoreReadOnly):
            opened(done.folder)
    (done.folder / "store.db.new").unlink()
    with opened(done.folder) as records:
        assert lost(records) == {2}
        assert records.take_feed(heard(done.mine.entries[1:2], 2), records.feed_cursor())
        assert records.gaps() == []
