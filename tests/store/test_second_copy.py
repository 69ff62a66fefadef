"""The second copy: everything unsent stands in it, readable by nobody who carries it, and no act ever waits for it."""

from __future__ import annotations

import os
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app.domain.envelope import key_for_central, key_for_window, opened, read
from clerk_app.domain.envelope_keys import NotReadable
from clerk_app.store.copies import copying
from clerk_app.store.copies.copy_file import CopyFile
from clerk_app.store.copies.second_copy import recover, survey
from clerk_app.store.records import Records
from tests.support.broken import change, num_of
from tests.support.copies import CENTRAL, OTHER, Bench, SigningJournal, bench, keys_of
from tests.support.window_journal import WINDOW


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as opened:
        yield opened


def test_what_is_unsent_stands_in_the_copy_and_comes_back_as_it_was(desk: Bench) -> None:
    written = [*desk.act(), *desk.act("样例乙")]
    copier = desk.copier()
    copier.round()
    written += desk.act("样例丙")
    copier.round()
    assert desk.numbers() == [1, 2, 3, 4, 5, 6]
    assert recover(desk.place, desk.keys, WINDOW) == written


def test_what_was_unsent_before_the_copy_was_configured_is_caught_up(desk: Bench) -> None:
    written = [entry for _ in range(70) for entry in desk.act()]
    desk.copier().round()
    assert recover(desk.place, desk.keys, WINDOW) == written


def test_an_errand_without_news_writes_nothing(desk: Bench) -> None:
    desk.act()
    copier = desk.copier()
    copier.round()
    before = desk.file().stat()
    copier.round()
    desk.copier().round()
    assert desk.file().stat() == before


def test_a_copy_is_emptied_once_central_has_everything_and_the_window_is_left(desk: Bench) -> None:
    entries = desk.act()
    copier = desk.copier()
    copier.round()
    desk.confirm(entries)
    copier.round()
    assert desk.numbers() == [1, 2]  # the next act is likely to come at once
    before = desk.parcel().header
    copier.round(closing=True)
    assert desk.numbers() == []
    assert desk.parcel().header.file != before.file
    settled = desk.file().stat()
    copier.round(closing=True)
    assert desk.file().stat() == settled


def test_a_copy_of_mostly_settled_entries_is_written_anew_before_it_grows_without_bounds(
    desk: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "ROOMY", 20_000)
    copier = desk.copier()
    largest = 0
    for _ in range(60):
        entries = desk.act()
        copier.round()
        desk.confirm(entries)
        largest = max(largest, desk.file().stat().st_size)
    assert desk.numbers()[-1] == 120
    assert largest < 40_000


def test_entries_a_restored_central_lost_stand_in_the_copy_again(desk: Bench) -> None:
    entries = desk.act()
    desk.confirm(entries)
    copier = desk.copier()
    copier.round(closing=True)
    assert desk.numbers() == []
    desk.records.begin_anew(0, None)
    copier.round()
    assert desk.numbers() == [1, 2]


def test_entries_the_store_lost_are_kept_in_the_copy_until_it_has_them_again(tmp_path: Path) -> None:
    journal = SigningJournal()
    with bench(tmp_path, journal) as desk:
        entries = desk.act()
        desk.copier().round()
    for file in (tmp_path / "window").iterdir():
        file.unlink()
    with bench(tmp_path, journal) as desk:
        copier = desk.copier()
        desk.tell_key()
        copier.round(closing=True)
        assert recover(desk.place, desk.keys, WINDOW) == entries
        journal.write(desk.records, *entries)
        desk.confirm(entries)
        copier.round(closing=True)
        assert desk.numbers() == []


def test_a_record_that_was_torn_loses_only_itself_and_is_written_again(desk: Bench) -> None:
    written = [*desk.act(), *desk.act("样例乙")]
    desk.copier().round()
    whole = desk.file().read_bytes()
    desk.file().write_bytes(whole[:-20])
    assert recover(desk.place, desk.keys, WINDOW) == written[:-1]
    desk.copier().round()
    assert desk.parcel().torn == 0
    assert recover(desk.place, desk.keys, WINDOW) == written


def test_a_foreign_or_spoilt_file_in_the_place_is_kept_beside(desk: Bench) -> None:
    written = desk.act()
    for n, spoilt in enumerate((b"", b"holiday pictures", b"clerk-unsent 2\nfrom the future"), start=1):
        desk.file().write_bytes(spoilt)
        desk.copier().round()
        assert recover(desk.place, desk.keys, WINDOW) == written
        beside = list(desk.place.glob("*.damaged-*"))
        assert len(beside) == n
        assert spoilt in [path.read_bytes() for path in beside]


def test_two_windows_share_a_place(desk: Bench) -> None:
    written = desk.act()
    desk.copier().round()
    other = CopyFile(desk.place, "FS0001-02")
    assert other.path != desk.file()
    assert other.read() is None
    assert recover(desk.place, keys_of(OTHER), WINDOW) == []
    assert recover(desk.place, desk.keys, WINDOW) == written


def test_a_new_vault_key_leaves_the_copy_readable(desk: Bench) -> None:
    written = desk.act()
    desk.copier().round()
    assert recover(desk.place, keys_of(vault_key=bytes(32)), WINDOW) == written


def test_it_is_sealed_for_central_as_soon_as_its_key_is_known(desk: Bench) -> None:
    [first, _] = desk.act()
    copier = desk.copier()
    copier.round()
    assert (desk.parcel().header.central, copier.sealed_for_central) == ("", False)
    desk.tell_key()
    copier.round()
    parcel = desk.parcel()
    key = key_for_central(parcel.header, CENTRAL.private_bytes_raw())
    assert opened(parcel.frames[0], key, parcel.header) == first
    assert key == key_for_window(parcel.header, desk.keys.signing_key)
    with pytest.raises(NotReadable):
        key_for_central(parcel.header, OTHER)
    with pytest.raises(NotReadable):
        key_for_window(parcel.header, OTHER)


def test_nothing_personal_stands_in_it_plain_or_packed(desk: Bench) -> None:
    desk.tell_key()
    entries = desk.act("欧阳慕容司徒")
    desk.copier().round()
    content = desk.file().read_bytes()
    secrets = ["欧阳慕容司徒", "440604190001010011", "13800000000", "证件已核对", entries[0].subject, entries[0].id]
    for text in secrets:
        for coding in ("utf-8", "utf-16-le", "gb18030"):
            assert text.encode(coding) not in content
        assert text.encode().hex().encode() not in content
    for at in range(len(content)):
        for bits in (15, -15):
            try:
                plain = zlib.decompressobj(bits).decompress(content[at:], 4096)
            except zlib.error:
                continue
            assert not any(text.encode() in plain for text in secrets)


def test_a_stick_that_is_pulled_and_put_back_is_caught_up_and_no_act_fails(desk: Bench) -> None:
    copy = desk.copy(look=0.05).start()
    try:
        desk.act()
        assert copy.flush(10).kind == "ok"
        desk.place.rename(desk.place.with_name("pocket"))
        desk.act("样例乙")
        told = copy.flush(10)
        assert (told.kind, told.behind) == ("missing", 2)
        assert "U 盘" in told.say()
        assert not desk.place.exists()  # never made: it would be the machine's own disk under the mount point
        desk.place.with_name("pocket").rename(desk.place)
        assert copy.flush(10).kind == "ok"
        assert recover(desk.place, desk.keys, WINDOW) == desk.journal.entries
    finally:
        copy.stop()


def test_another_stick_in_its_place_gets_everything(desk: Bench) -> None:
    desk.act()
    copier = desk.copier()
    copier.round()
    desk.place.rename(desk.place.with_name("pocket"))
    desk.place.mkdir()
    with pytest.raises(FileNotFoundError):
        copier.round() if desk.act() else None
    copier.round()
    assert desk.numbers() == [1, 2, 3, 4]


def test_an_empty_mount_point_is_no_place(desk: Bench) -> None:
    desk.act()
    copy = desk.copy(apart=True).start()
    told = copy.stop()
    assert (told.kind, told.behind) == ("missing", 2)
    assert list(desk.place.iterdir()) == []
    assert survey(desk.records, desk.keys, WINDOW, desk.place, apart=True).problem == told.problem


def test_a_place_that_does_not_answer_holds_up_neither_act_nor_exit(
    desk: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()
    monkeypatch.setattr(copying, "check_place", lambda *_, **__: answer.wait())
    copy = desk.copy().start()
    begun = time.monotonic()
    desk.act()
    assert copy.flush(0.1).kind == "behind"
    assert copy.state().behind == 2
    assert copy.stop(0.1).kind == "behind"
    assert time.monotonic() - begun < 5
    answer.set()


def test_its_state_is_told_while_somebody_else_writes_to_the_store(desk: Bench) -> None:
    copy = desk.copy().start()
    desk.act()
    copy.flush(10)
    told = []
    with desk.records.transaction():
        asking = threading.Thread(target=lambda: told.append(copy.state()))
        asking.start()
        asking.join(5)
        assert [state.kind for state in told] == ["ok"]
    copy.stop()


def test_a_survey_beside_a_running_window_tells_the_same(desk: Bench) -> None:
    desk.tell_key()
    desk.act()
    with Records.open(desk.records.vault.folder, desk.keys.vault_key, window=WINDOW, read_only=True) as beside:
        before = survey(beside, desk.keys, WINDOW, desk.place)
        assert (before.kind, before.behind) == ("behind", 2)
        desk.copier().round()
        assert survey(beside, desk.keys, WINDOW, desk.place).kind == "ok"
        desk.file().write_bytes(b"rubbish")
        assert survey(beside, desk.keys, WINDOW, desk.place).kind == "missing"


def test_only_its_owner_may_read_the_file(desk: Bench) -> None:
    desk.act()
    desk.copier().round()
    if os.name == "posix":
        assert desk.file().stat().st_mode & 0o077 == 0


def test_a_draft_that_a_kill_left_behind_is_swept_up(desk: Bench) -> None:
    desk.act()
    draft = desk.place / f".{desk.file().name}.0badcafe"
    draft.write_bytes(b"half")
    desk.copier().round()
    assert [path.name for path in desk.place.iterdir()] == [desk.file().name]


def test_bytes_of_somebody_else_between_two_appends_are_noticed(desk: Bench) -> None:
    desk.act()
    copier = desk.copier()
    copier.round()
    with desk.file().open("ab") as file:
        file.write(b"rubbish")
    desk.act()
    copier.round()
    assert read(desk.file().read_bytes()).torn == 0
    assert recover(desk.place, desk.keys, WINDOW) == desk.journal.entries


def test_what_the_store_lost_comes_back_from_the_copy_when_the_window_is_opened(tmp_path: Path) -> None:
    journal = SigningJournal()
    with bench(tmp_path, journal) as desk:
        for _ in range(3):
            desk.act()
        desk.copier().round()
    change(
        tmp_path / "window" / "store.db",
        lambda file: file.execute(f"DELETE FROM d{num_of(file, 'journal')} WHERE seq BETWEEN 3 AND 4"),
    )
    with bench(tmp_path, journal) as desk:
        assert [(gap.first, gap.last) for gap in desk.records.gaps()] == [(3, 4)]
        copy = desk.copy().start()
        assert copy.stop().kind == "ok"
        assert desk.records.gaps() == []
        assert desk.records.unsent(100, 1 << 20) == journal.entries
        assert {s.number for s in desk.records.summaries()} == set(journal.cases)


def test_a_byte_that_changed_in_the_place_is_found_when_the_copy_is_read_anew(desk: Bench) -> None:
    desk.act()
    copier = desk.copier()
    copier.round()
    content = bytearray(desk.file().read_bytes())
    content[-100] ^= 1
    desk.file().write_bytes(content)
    copier.look_anew()
    copier.round()
    assert desk.parcel().torn == 0
    assert recover(desk.place, desk.keys, WINDOW) == desk.journal.entries
