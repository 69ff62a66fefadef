"""Scanned files in the store: sealed before an entry names them, kept once, owed to central until it has them."""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.domain import bodies as b
from clerk_app.domain.journal import Entry, Verdict
from clerk_app.store.errors import ScanDamaged, StoreFailing, StoreFull, StoreReadOnly
from clerk_app.store.file.scan_files import PIECE, ScanFiles
from clerk_app.store.records import Records
from tests.support.disk import traces
from tests.support.pruned import Kept, everything_covered, over
from tests.support.window_journal import KEY, WINDOW, Journal, heard, verdicts

LARGE = bytes(range(256)) * (2 * PIECE // 256) + b"the end"
HOLDS = """
import sys
from pathlib import Path
from clerk_app.store.records import Records
from tests.store.test_scans import hold
from tests.support.window_journal import KEY, WINDOW
with Records.open(Path(sys.argv[1]), KEY, window=WINDOW) as records:
    hold(records, b"a paper")
    print("held", flush=True)
    sys.stdin.readline()
"""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def hold(records: Records, content: bytes) -> str:
    sha256 = digest(content)
    records.scans.hold(content, sha256, "image/png", 1)
    return sha256


def attach(records: Records, journal: Journal, number: str, content: bytes, material: str = "form") -> Entry:
    """Attach a content as the desk does: held, named by an entry, let go."""
    sha256 = hold(records, content)
    body = b.ScanAttached(material=material, sha256=sha256, size=len(content), media="image/png")
    entry = journal.say("scan.attached", number, body)
    journal.write(records, entry)
    records.scans.release(sha256)
    return entry


def sealed(records: Records) -> list[str]:
    return ScanFiles(records.vault.folder).names()


def owed(records: Records) -> list[str]:
    return [row.sha256 for row in records.scans.owed()]


def opened(folder: Path, **how: Any) -> Records:
    return Records.open(folder, KEY, window=WINDOW, reserve=4096, **how)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with opened(tmp_path) as made:
        yield made


@pytest.fixture
def journal(records: Records) -> Journal:
    made = Journal()
    made.write(records, made.receive(), made.receive())
    return made


@pytest.fixture
def number(journal: Journal) -> str:
    return next(iter(journal.cases))


class TestAFile:
    @pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, len(LARGE)])
    def test_is_read_back_whole_and_piece_by_piece(self, tmp_path: Path, size: int) -> None:
        content = LARGE[:size]
        files = ScanFiles(tmp_path)
        held = files.seal(content, digest(content))
        assert files.read(held) == content
        assert files.fault(held) == ""

    @settings(max_examples=50, deadline=None)
    @given(offset=st.integers(0, len(LARGE) + 10), size=st.integers(0, len(LARGE)))
    def test_any_part_of_it_can_be_read(self, tmp_path_factory: pytest.TempPathFactory, offset: int, size: int) -> None:
        files = ScanFiles(tmp_path_factory.getbasetemp())
        held = files.seal(LARGE, digest(LARGE))
        assert files.read(held, offset, size) == LARGE[offset : offset + size]
        files.remove(held.name)

    def test_tells_a_thief_nothing(self, tmp_path: Path, records: Records, journal: Journal, number: str) -> None:
        content = b"%PDF-1.4 \xe6\xac\xa7\xe9\x98\xb3 and much more " * 500
        attach(records, journal, number, content)
        assert traces(tmp_path / "scans", {"name": "欧阳", "hash": digest(content), "text": "and much more"}) == set()
        assert (tmp_path / "scans").stat().st_mode & 0o077 == 0
        assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "scans").iterdir())

    @pytest.mark.parametrize("how", ["bit", "cut", "longer", "swapped", "other", "gone"])
    def test_that_is_damaged_is_named_and_never_read_as_something_else(self, tmp_path: Path, how: str) -> None:
        files = ScanFiles(tmp_path)
        held = files.seal(LARGE, digest(LARGE))
        path = tmp_path / "scans" / held.name
        raw = path.read_bytes()
        step = PIECE + 16
        spoilt = {
            "bit": raw[:100] + bytes([raw[100] ^ 1]) + raw[101:],
            "cut": raw[: 2 * step],
            "longer": raw + b"x",
            "swapped": raw[step : 2 * step] + raw[:step] + raw[2 * step :],
            "other": (tmp_path / "scans" / files.seal(LARGE, digest(LARGE)).name).read_bytes(),
        }
        path.unlink()
        if how in spoilt:
            path.write_bytes(spoilt[how])

        assert files.fault(held) == ("gone" if how == "gone" else "damaged")
        if how != "longer":
            with pytest.raises(ScanDamaged, match="重新扫描"):
                files.read(held)


class TestAttaching:
    def test_the_same_content_is_kept_once_and_each_attachment_is_its_own(
        self, records: Records, journal: Journal, number: str
    ) -> None:
        other = list(journal.cases)[1]
        first = attach(records, journal, number, b"one")
        second = attach(records, journal, number, b"one", "card")
        third = attach(records, journal, other, b"one")

        assert len(sealed(records)) == 1
        assert records.scans.count() == 1
        case = records.case(number)
        assert case is not None
        assert [scan.entry for scan in case.scans] == sorted([first.id, second.id])
        assert records.scans.standing(digest(b"one")).subjects == (number, other)
        assert third.subject == other

    def test_a_file_nobody_attached_goes_when_it_is_let_go(self, records: Records) -> None:
        sha256 = hold(records, b"one")
        hold(records, b"one")
        records.scans.release(sha256)
        assert len(sealed(records)) == 1
        records.scans.release(sha256)
        assert sealed(records) == []

    def test_an_act_that_is_undone_leaves_no_row(self, records: Records, journal: Journal, number: str) -> None:
        sha256 = hold(records, b"one")
        body = b.ScanAttached(material="form", sha256=sha256, size=3, media="image/png")
        entry = journal.say("scan.attached", number, body)
        with pytest.raises(RuntimeError), records.transaction():  # noqa: PT012  the act is what fails
            journal.write(records, entry)
            raise RuntimeError
        assert records.scans.standing(sha256).state == "absent"
        records.scans.release(sha256)
        assert sealed(records) == []

    def test_killed_between_file_and_entry_the_file_is_swept(self, tmp_path: Path) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path.cwd()
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline().strip() == b"held"
            child.kill()
        (tmp_path / "scans" / f".{'0' * 32}").write_bytes(b"half a file")
        (tmp_path / "scans" / "somebody's.txt").write_bytes(b"not ours")
        with opened(tmp_path) as records:
            assert len(sealed(records)) == 1
            assert records.scans.sweep() == 2
            assert [path.name for path in (tmp_path / "scans").iterdir()] == ["somebody's.txt"]

    def test_what_is_in_hand_or_attached_is_never_swept(self, records: Records, journal: Journal, number: str) -> None:
        attach(records, journal, number, b"one")
        hold(records, b"two")
        assert records.scans.sweep() == 0
        assert len(sealed(records)) == 2

    @pytest.mark.parametrize(
        ("number_of_error", "told"), [(errno.ENOSPC, StoreFull), (errno.EDQUOT, StoreFull), (errno.EIO, StoreFailing)]
    )
    @pytest.mark.parametrize("call", ["fsync", "open", "replace"])
    def test_a_disk_that_is_full_or_fails_keeps_nothing_and_says_so(
        self, records: Records, monkeypatch: pytest.MonkeyPatch, number_of_error: int, told: type[Exception], call: str
    ) -> None:
        hold(records, b"before")

        def fail(*_: object, **__: object) -> int:
            raise OSError(number_of_error, os.strerror(number_of_error))

        with monkeypatch.context() as patch:
            if call == "replace":
                patch.setattr(Path, "replace", fail)
            else:
                patch.setattr(os, call, fail)
            with pytest.raises(told) as raised:
                hold(records, b"one")
        assert getattr(raised.value, "step", "undone") == "undone"
        assert len(list((records.vault.folder / "scans").iterdir())) == 1
        hold(records, b"one")
        assert len(sealed(records)) == 2

    def test_a_window_that_went_away_is_not_made_anew(self, tmp_path: Path) -> None:
        with pytest.raises(StoreFailing):
            ScanFiles(tmp_path / "gone").seal(b"one", digest(b"one"))
        assert not (tmp_path / "gone").exists()

    def test_whoever_only_looks_on_keeps_nothing(self, tmp_path: Path, records: Records) -> None:
        with opened(tmp_path, read_only=True) as looking, pytest.raises(StoreReadOnly):
            hold(looking, b"one")


class TestOwing:
    def test_nothing_is_owed_before_central_has_the_entry_and_nothing_after_it_has_the_file(
        self, records: Records, journal: Journal, number: str
    ) -> None:
        entries = [attach(records, journal, number, content) for content in (b"one", b"two")]
        assert owed(records) == []
        assert records.scans.waiting_count() == 2
        records.settle(verdicts(entries, 5))
        assert owed(records) == [digest(b"two"), digest(b"one")]

        records.scans.keep_upload(digest(b"one"), "/v1/uploads/7", 1)
        assert [(row.url, row.offset) for row in records.scans.owed()] == [("", 0), ("/v1/uploads/7", 1)]
        assert records.scans.piece(digest(b"one"), 1, 10) == b"ne"
        records.scans.uploaded(digest(b"one"))
        assert owed(records) == [digest(b"two")]
        assert records.scans.standing(digest(b"one")).state == "sent"
        assert len(sealed(records)) == 2

    def test_a_refused_entry_s_file_is_never_owed(self, records: Records, journal: Journal, number: str) -> None:
        entry = attach(records, journal, number, b"one")
        records.settle(verdicts([entry], 5, Verdict.REFUSED))
        assert owed(records) == []

    def test_a_file_central_refuses_waits_until_it_is_attached_anew(
        self, records: Records, journal: Journal, number: str
    ) -> None:
        records.settle(verdicts([attach(records, journal, number, b"one")], 5))
        records.scans.refuse(digest(b"one"), "市中心读不出来")
        assert owed(records) == []
        assert records.scans.refused_count() == 1
        standing = records.scans.standing(digest(b"one"))
        assert (standing.state, standing.reason) == ("refused", "市中心读不出来")

        attach(records, journal, number, b"one", "card")
        assert owed(records) == [digest(b"one")]
        assert records.scans.refused_count() == 0

    def test_what_a_restored_central_lacks_is_owed_again_and_the_rest_stays_sent(
        self, records: Records, journal: Journal, number: str
    ) -> None:
        records.settle(verdicts([attach(records, journal, number, one) for one in (b"one", b"two", b"three")], 5))
        for content in (b"one", b"two"):
            records.scans.uploaded(digest(content))
        records.scans.refuse(digest(b"three"), "读不出来")

        assert records.scans.say_again([digest(b"one"), digest(b"three"), digest(b"never seen")]) == 1
        assert owed(records) == [digest(b"one")]
        assert records.scans.refused_count() == 1

    def test_it_is_all_there_after_the_end(self, tmp_path: Path) -> None:
        with opened(tmp_path) as records:
            journal = Journal()
            journal.write(records, journal.receive())
            entry = attach(records, journal, next(iter(journal.cases)), LARGE)
            records.settle(verdicts([entry], 2))
            records.scans.keep_upload(digest(LARGE), "/v1/uploads/1", PIECE)
        with opened(tmp_path) as records:
            [row] = records.scans.owed()
            assert (row.sha256, row.size, row.offset) == (digest(LARGE), len(LARGE), PIECE)
            assert records.scans.piece(row.sha256, PIECE, PIECE) == LARGE[PIECE : 2 * PIECE]

    def test_others_scans_are_not_owed_by_this_window(self, records: Records) -> None:
        others = Journal("FS0001-02")
        case = others.receive()
        scan = others.say(
            "scan.attached", case.subject, b.ScanAttached(material="form", sha256="a" * 64, size=3, media="image/png")
        )
        records.take_feed(heard([case, scan]), 3)
        assert owed(records) == []
        assert records.scans.waiting_count() == 0


class TestDamage:
    def test_a_damaged_or_vanished_file_is_told_and_whole_again_once_it_is_attached_again(
        self, records: Records, journal: Journal, number: str
    ) -> None:
        records.settle(verdicts([attach(records, journal, number, one) for one in (b"one", b"two")], 5))
        for path in (records.vault.folder / "scans").iterdir():
            path.unlink()
        with pytest.raises(ScanDamaged, match="不在了"):
            records.scans.piece(digest(b"one"), 0, 3)
        assert {standing.sha256 for standing in records.scans.missing()} == {digest(b"one"), digest(b"two")}
        assert [fault for _, fault in records.scans.examine()] == ["gone", "gone"]
        assert records.case(number) is not None

        records.scans.refuse(digest(b"one"), "本机文件损坏")
        attach(records, journal, number, b"one")
        assert records.scans.piece(digest(b"one"), 0, 3) == b"one"
        assert digest(b"one") in owed(records)
        assert [standing.sha256 for standing in records.scans.missing()] == [digest(b"two")]

    def test_a_row_that_is_lost_costs_the_file_and_nothing_else(self, tmp_path: Path) -> None:
        with opened(tmp_path) as records:
            journal = Journal()
            journal.write(records, journal.receive())
            number = next(iter(journal.cases))
            records.settle(verdicts([attach(records, journal, number, one) for one in (b"one", b"two")], 2))
        with closing(sqlite3.connect(tmp_path / "store.db")) as file, file:
            [(table,)] = file.execute("SELECT num FROM tables WHERE name = 'scans'").fetchall()
            file.execute(f"UPDATE d{table} SET body = zeroblob(100) WHERE seq = 1")
        with opened(tmp_path) as records:
            records.examine()
        with opened(tmp_path) as records:
            assert records.scans.standing(digest(b"one")).state == "absent"
            assert owed(records) == [digest(b"two")]
            assert records.scans.waiting_count() == 1
            assert records.rebuild() == []
            assert records.scans.sweep() == 0  # a store that was mended waits until all is back
            attach(
                records, Journal(n=records.head()[0], previous=records.head()[1], cases=journal.cases), number, b"one"
            )
            assert records.scans.standing(digest(b"one")).state == "waiting"

    def test_a_lost_mark_costs_no_scan_that_is_owed(self, tmp_path: Path) -> None:
        with opened(tmp_path) as records:
            journal = Journal()
            journal.write(records, journal.receive())
            records.settle(verdicts([attach(records, journal, next(iter(journal.cases)), b"one")], 2))
        with closing(sqlite3.connect(tmp_path / "store.db")) as file, file:
            file.execute("DELETE FROM mark")
        with opened(tmp_path) as records:
            assert owed(records) == [digest(b"one")]


class TestPruning:
    def test_a_case_goes_with_its_files_once_central_has_them(self, records: Records) -> None:
        kept = Kept(records)
        numbers = [kept.case(ended=False) for _ in range(2)]
        for number in numbers:
            self._end(kept, number, [b"shared", number.encode()])
        everything_covered(records)
        assert kept.prune().kept == {"scans": 2}

        for content in (b"shared", numbers[0].encode()):
            records.scans.uploaded(digest(content))
        came_to = kept.prune()
        assert (came_to.cases, came_to.kept) == (1, {"scans": 1})
        assert len(sealed(records)) == 2
        records.scans.uploaded(digest(numbers[1].encode()))
        assert kept.prune().cases == 1
        assert sealed(records) == []
        assert records.scans.count() == 0
        assert records.scans.waiting_count() == 0

    def test_a_refused_scan_that_was_taken_off_holds_no_case_back(self, records: Records) -> None:
        kept = Kept(records)
        number = kept.case(ended=False)
        [entry] = self._end(kept, number, [b"bad"])
        records.scans.refuse(digest(b"bad"), "读不出来")
        everything_covered(records)
        assert kept.prune().cases == 0
        removed = kept.journal.say("scan.removed", number, b.ScanRemoved(entry=entry.id, reason="重扫"))
        kept.journal.write(records, removed)
        kept.confirm([removed])
        everything_covered(records)
        assert kept.prune().cases == 1

    @staticmethod
    def _end(kept: Kept, number: str, contents: Sequence[bytes]) -> list[Entry]:
        scans = [attach(kept.records, kept.journal, number, content) for content in contents]
        last = over(kept.journal, number)
        kept.journal.write(kept.records, last)
        kept.confirm([*scans, last])
        return scans
