"""A damaged store opens: what was read is there, what is missing is named, and the damaged file is kept beside."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from clerk_app.domain.journal import verify_chain
from clerk_app.store.books.losses import LossState
from clerk_app.store.errors import StoreDamaged, WrongKey
from clerk_app.store.mend import repair
from clerk_app.store.records import Records
from tests.support.broken import PAGE, Worked, change, num_of, opened, overwrite, pages_of, receive, worked
from tests.support.window_journal import KEY, WINDOW

Harm = Callable[[Worked], None]


def nothing_doubled(records: Records, done: Worked) -> None:
    """What is here was written once, in these words; the list of cases is what the journal tells where it is whole."""
    own = {r.entry.n: r.entry for r in records.journal() if r.entry.window == WINDOW}
    written = {entry.n: entry for entry in done.mine.entries}
    assert own.items() <= written.items()
    missing = {n for gap in records.gaps() for n in range(gap.first, gap.last + 1)}
    assert missing == written.keys() - own.keys()
    open_losses = [loss for loss in records.losses() if loss.state is LossState.OPEN]
    assert {n for loss in open_losses for n in range(loss.first, loss.last + 1)} == missing
    assert records.head() == (done.mine.n, done.mine.previous)
    for gap in records.gaps():
        assert gap.stands_for == written[gap.last].digest()
        before = written[gap.first - 1].digest() if gap.first > 1 else "0" * 64
        assert gap.before == (before,)


def zero_page(page: int) -> Harm:
    return lambda done: overwrite(done.file, page * PAGE, bytes(PAGE))


def zero_pages_of(table: str, *, index: bool = False, first: int = 0) -> Harm:
    return lambda done: overwrite(done.file, pages_of(done, table, index=index)[first] * PAGE, bytes(PAGE))


def flip(at: int) -> Harm:
    return lambda done: overwrite(done.file, at, bytes([done.file.read_bytes()[at] ^ 0xFF]))


def cut(keep: Callable[[int], int]) -> Harm:
    return lambda done: os.truncate(done.file, keep(done.file.stat().st_size))


def say(statement: str, *tables: str) -> Harm:
    def act(done: Worked) -> None:
        change(done.file, lambda file: file.execute(statement.format(*(f"d{num_of(file, t)}" for t in tables))))

    return act


HARMS: dict[str, Harm] = {
    "first page zeroed": zero_page(0),
    "header flipped": flip(3),
    "page size flipped": flip(16),
    "schema zeroed in part": lambda done: overwrite(done.file, PAGE - 900, bytes(700)),
    "journal page zeroed": zero_pages_of("journal", first=2),
    "journal index zeroed": zero_pages_of("journal", index=True),
    "cases page zeroed": zero_pages_of("cases"),
    "subjects page zeroed": zero_pages_of("subjects"),
    "meta page zeroed": zero_pages_of("meta"),
    "items page zeroed": zero_pages_of("items"),
    "cut in half": cut(lambda size: size // 2),
    "cut in a page": cut(lambda size: size - PAGE - 7),
    "cut to nothing": cut(lambda size: 0),
    "rows taken away": say("DELETE FROM {0} WHERE seq BETWEEN 3 AND 5", "journal"),
    "bodies swapped": say("UPDATE {0} SET body = (SELECT body FROM {0} WHERE seq = 4) WHERE seq = 3", "journal"),
    "a body moved to another table": say("UPDATE {0} SET body = (SELECT body FROM {1} LIMIT 1)", "cases", "journal"),
    "a table forgotten": say("DELETE FROM tables WHERE name = 'journal'"),
    "mark gone": say("DELETE FROM mark"),
    "store id gone": say("DELETE FROM about WHERE name = 'store'"),
    "key check bent": say("UPDATE about SET value = zeroblob(32) WHERE name = 'key'"),
    "every page behind the first noise": lambda done: overwrite(done.file, PAGE, os.urandom(3 * PAGE)),
    "file gone": lambda done: done.file.unlink(),
}
NOTHING_LEFT = {"cut to nothing", "file gone"}


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_store_opens_and_names_what_is_missing(tmp_path: Path, harm: str) -> None:
    done = worked(tmp_path / "window")
    HARMS[harm](done)
    broken = done.file.read_bytes() if done.file.exists() else None
    at_once = found_by_reading(done)
    with opened(done.folder) as records:
        assert records.damages() == []
        nothing_doubled(records, done)
        assert len(records.notices()) >= 1
        kept = list(done.folder.glob("store.db.damaged-*[0-9]"))
        if harm not in NOTHING_LEFT:
            assert len(kept) == 1
            assert not at_once or kept[0].read_bytes() == broken
            assert kept[0].name in records.notices()[0]
            assert len(records.journal()) >= 10
        number = receive(records, done)
        assert number not in {entry.subject for entry in done.mine.entries[:-1]}
        before = (records.gaps(), records.losses(), records.summaries())
    with opened(done.folder) as again:
        assert again.damages() == []
        assert (again.gaps(), again.losses(), again.summaries()) == before
        assert list(done.folder.glob("store.db.damaged-*[0-9]")) == kept, "repaired once"


def found_by_reading(done: Worked) -> bool:
    """Opening proves every table's index; what is wrong with the rows behind it is found by reading them."""
    with opened(done.folder) as records:
        found = records.notices()
        records.examine()
    assert found or records.damages()
    return bool(found)


def test_what_is_only_derived_is_made_again_and_nothing_is_missing(tmp_path: Path) -> None:
    for at, harm in enumerate(("journal index zeroed", "cases page zeroed", "subjects page zeroed", "mark gone")):
        done = worked(tmp_path / str(at))
        with opened(done.folder) as records:
            before = (records.summaries(), records.unsent(99, 1 << 20), records.feed_cursor())
        HARMS[harm](done)
        found_by_reading(done)
        with opened(done.folder) as records:
            assert records.gaps() == []
            assert (records.summaries(), records.unsent(99, 1 << 20), records.feed_cursor()) == before
            assert records.rebuild() == []
            assert verify_chain([r.entry for r in records.journal() if r.entry.window == WINDOW]) is None


def test_lost_entries_are_named_by_case_and_applicant(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    HARMS["rows taken away"](done)
    with opened(done.folder) as records:
        named = [(loss.first, loss.last, loss.subject, loss.applicant) for loss in records.losses()]
        assert named == [(n, n, done.mine.entries[n - 1].subject, "样例甲") for n in (3, 4, 5)]
        assert [loss.kind for loss in records.losses()] == ["case.received", "", "case.received"]
        for n in (3, 4, 5):
            case = records.case(done.mine.entries[n - 1].subject)
            assert case is not None, "the case is shown as it was kept"
            assert records.case(case.number) == done.mine.cases[case.number] or n <= 5


def test_remembered_passwords_go_where_small_facts_were_lost_or_put_back(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    with opened(done.folder) as records:
        assert records.get_meta("password:C0001") == b"secret"
    rows: list[tuple[int, str, int, bytes]] = []
    change(done.file, lambda file: rows.extend(file.execute(f"SELECT * FROM d{num_of(file, 'meta')}").fetchall()))
    with opened(done.folder) as records:
        records.put_meta("password:C0001", b"another")
    seq, _, rev, body = next(row for row in rows if row[1] == "password:C0001")
    change(
        done.file,
        lambda file: file.execute(
            f"UPDATE d{num_of(file, 'meta')} SET rev = ?, body = ? WHERE seq = ?", (rev, body, seq)
        ),
    )
    with opened(done.folder) as records:
        assert records.get_meta("password:C0001") is None
        assert records.get_meta("line-epoch") == b"one"
        assert records.gaps() == []


def test_a_catalogue_with_rows_lost_is_fetched_again_and_works_until_then(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    HARMS["items page zeroed"](done)
    found_by_reading(done)
    with opened(done.folder) as records:
        assert records.catalogue_revision() == 0
        left = [item.code for item in records.items()]
        assert 0 < len(left) < 30
        assert {hit.key for hit in records.search_items("SAMPLE", 99)} == set(left)


def test_an_older_copy_put_back_goes_on_where_the_window_was(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    copy = done.file.read_bytes()
    with opened(done.folder) as records:
        lost = [receive(records, done) for _ in range(3)]
    for path in done.folder.glob("store.db*"):
        path.unlink()
    done.file.write_bytes(copy)
    with opened(done.folder) as records:
        nothing_doubled(records, done)
        assert [(gap.first, gap.last) for gap in records.gaps()] == [(done.mine.n - 2, done.mine.n)]
        assert records.get_meta("password:C0001") is None
        assert "旧的备份" in records.notices()[0]
        assert receive(records, done) not in lost
        assert records.unsent(99, 1 << 20) == done.mine.entries[done.said : done.mine.n - 4]


def test_a_file_that_is_gone_but_for_its_log_is_read_from_the_log(tmp_path: Path) -> None:
    done = worked(tmp_path / "window", checkpoint=False)
    snapshot = tmp_path / "snapshot"
    with opened(done.folder) as records:
        receive(records, done)
        shutil.copytree(done.folder, snapshot)
    done.folder = snapshot
    done.file.unlink()
    with opened(done.folder) as records:
        nothing_doubled(records, done)
        assert done.mine.entries[-1] in [r.entry for r in records.journal()]


def test_another_key_is_no_damage(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    before = {path.name: path.read_bytes() for path in done.folder.glob("store.db*")}
    with pytest.raises(WrongKey):
        Records.open(done.folder, bytes(32), window=WINDOW, reserve=4096)
    assert {path.name: path.read_bytes() for path in done.folder.glob("store.db*")} == before


def test_reading_only_changes_nothing_and_says_that_opening_repairs(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    HARMS["first page zeroed"](done)
    before = {path.name for path in done.folder.iterdir()}
    with pytest.raises(StoreDamaged) as damage:
        opened(done.folder, read_only=True)
    assert "修复会自动进行" in damage.value.say
    assert {path.name for path in done.folder.iterdir()} == before


def test_without_room_for_a_copy_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = worked(tmp_path / "window")
    HARMS["first page zeroed"](done)
    broken = done.file.read_bytes()
    usage = shutil.disk_usage(done.folder)
    monkeypatch.setattr("clerk_app.store.mend.repair.shutil.disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(repair.NoRoom) as damage:
        opened(done.folder)
    assert "磁盘空间不够" in damage.value.say
    assert done.file.read_bytes() == broken
    done = worked(tmp_path / "other")
    HARMS["rows taken away"](done)
    with opened(done.folder) as records:
        assert [d.table for d in records.damages()] == ["journal"]
        assert len(records.journal()) > 30


def test_nothing_personal_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    done = worked(tmp_path / "window")
    HARMS["rows taken away"](done)
    with opened(done.folder):
        assert "样例" not in caplog.text
        assert "store rebuilt" in caplog.text
        assert not any(entry.subject in caplog.text for entry in done.mine.entries)


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path

    left = int(sys.argv[2])

    def counted(act):
        def does(*args, **more):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*args, **more)
        return does

    from clerk_app.store.records import Records
    for module, name in ((os, "fsync"), (os, "unlink"), (Path, "unlink"), (Path, "replace"), (os, "open"), (os, "pwrite")):
        setattr(module, name, counted(getattr(module, name)))
    Records.open(Path(sys.argv[1]), bytes(range(32)), window="FS0001-01", reserve=4096).close()
    print("done")
    """
)


@pytest.mark.parametrize("harm", ["first page zeroed", "rows taken away"])
def test_a_repair_killed_at_any_step_is_ended_by_the_next_opening(tmp_path: Path, harm: str) -> None:
    whole = worked(tmp_path / "window", cases=12)
    HARMS[harm](whole)
    step = 0
    while True:
        step += 1
        folder = tmp_path / f"{step}"
        shutil.copytree(whole.folder, folder)
        ran = subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), str(step)], capture_output=True, text=True, check=False
        )
        done = Worked(folder, whole.mine, whole.other, whole.said, whole.feed)
        with opened(folder) as records:
            assert records.damages() == []
            nothing_doubled(records, done)
            if harm == "rows taken away":
                assert [(gap.first, gap.last) for gap in records.gaps()] == [(3, 5)]
        assert not (folder / "store.db.new").exists()
        if "done" in ran.stdout:
            break
        assert ran.returncode == -9, ran.stderr
        shutil.rmtree(folder)
    assert step > 10
    assert bytes(range(32)) == KEY


def test_a_row_of_a_later_versions_shape_is_no_damage(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    with opened(done.folder) as records:
        records.vault.write("items", "SAMPLE-3", b'{"revision":1,"search":"","body":{"code":1}}')
        with pytest.raises(StoreDamaged):
            records.item("SAMPLE-3")
        assert len(list(records.items())) == 29
        assert not records.heal()
    with opened(done.folder) as records:
        assert (records.catalogue_revision(), records.notices()) == (30, [])


def test_a_page_that_breaks_while_the_window_is_open_is_repaired_where_it_is_met(tmp_path: Path) -> None:
    done = worked(tmp_path / "window")
    page = pages_of(done, "items")[0]
    with opened(done.folder) as records:
        before = {item.code for item in records.items()}
    overwrite(done.file, page * PAGE, bytes(PAGE))
    with opened(done.folder) as records:
        assert records.notices() == []
        left = {code for code in before if records.item(code) is not None}
        assert 0 < len(left) < len(before)
        assert len(records.notices()) == 1
        assert records.catalogue_revision() == 0
        receive(records, done)
        nothing_doubled(records, done)
