"""Scanned files through what happens to a window: a change of keys, a backup, a repair of the store."""

from __future__ import annotations

import tarfile
from pathlib import Path
from unittest import mock

import pytest

from clerk_app.seat import Seat
from clerk_app.settings import Settings, save
from clerk_app.store.access.keys import create_keys, open_keys
from clerk_app.store.access.unlock import KeyringUnlock
from clerk_app.store.errors import StoreFailing
from clerk_app.store.file import backup
from clerk_app.store.file.backup import BackupRefused, Manifest, proof_of
from clerk_app.store.file.vault import Vault
from clerk_app.store.records import Records
from tests.store.test_scans import LARGE, attach, digest, hold
from tests.support.rotations import opened, rotate
from tests.support.window_journal import KEY, WINDOW, Journal

CONTENTS = (b"a paper", LARGE)


@pytest.fixture
def folder(tmp_path: Path, ring: KeyringUnlock) -> Path:
    """Give a window with one case and two scans central has not got."""
    made = tmp_path / "window"
    with opened(made, create_keys(made, ring)) as records:
        journal = Journal()
        journal.write(records, journal.receive())
        for content in CONTENTS:
            attach(records, journal, next(iter(journal.cases)), content)
    seat = Seat(window=WINDOW, number="01", point="FS0001", point_name="样例服务点")
    save(made, Settings(seat=seat))
    return made


def sealed(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "scans").iterdir()}


def all_there(records: Records) -> bool:
    return all(records.scans.piece(digest(content), 0, len(content)) == content for content in CONTENTS)


def packed(folder: Path, ring: KeyringUnlock, file: Path) -> Manifest:
    with Records.open(folder, open_keys(folder, ring).vault, window=WINDOW, read_only=True) as records:
        about = Manifest(program="1", made_at="2026-03-02T12:00:00+08:00", window=WINDOW)
        return backup.pack(folder, records.vault.backup, file, about)


def unpacked(file: Path, ring: KeyringUnlock, to: Path) -> Manifest:
    return backup.unpack(file, to, lambda made: proof_of(made / "store.db", open_keys(made, ring).vault))


def test_a_change_of_keys_seals_the_rows_anew_and_leaves_the_files_as_they_are(
    folder: Path, ring: KeyringUnlock
) -> None:
    before = sealed(folder)
    rotate(folder, ring)
    assert sealed(folder) == before
    with opened(folder, open_keys(folder, ring)) as records:
        assert all_there(records)
        assert records.scans.waiting_count() == 2


def test_a_backup_carries_every_file_and_becomes_a_window_with_them(
    folder: Path, ring: KeyringUnlock, tmp_path: Path
) -> None:
    file = tmp_path / "one.clerk"
    about = packed(folder, ring, file)
    assert {f"scans/{name}" for name in sealed(folder)} <= set(about.sha256)

    unpacked(file, ring, tmp_path / "restored")
    assert sealed(tmp_path / "restored") == sealed(folder)
    assert (tmp_path / "restored" / "scans").stat().st_mode & 0o077 == 0
    with opened(tmp_path / "restored", open_keys(tmp_path / "restored", ring)) as records:
        assert all_there(records)
        assert records.scans.sweep() == 0


def test_a_backup_without_scans_is_as_it_was(folder: Path, ring: KeyringUnlock, tmp_path: Path) -> None:
    for path in (folder / "scans").iterdir():
        path.unlink()
    about = packed(folder, ring, tmp_path / "one.clerk")
    assert about.format == 1
    assert set(about.sha256) == {"store.db", "keys.json", "window.json"}


@pytest.mark.parametrize("how", ["flipped", "left out", "led out of the folder"])
def test_a_backup_in_which_a_scan_is_not_as_it_was_is_refused_whole(
    folder: Path, ring: KeyringUnlock, tmp_path: Path, how: str
) -> None:
    good, bad = tmp_path / "good.clerk", tmp_path / "bad.clerk"
    packed(folder, ring, good)
    with tarfile.open(good) as source, tarfile.open(bad, "w", format=tarfile.PAX_FORMAT) as target:
        spoilt = next(name for name in source.getnames() if name.startswith("scans/"))
        for member in source.getmembers():
            content = source.extractfile(member)
            assert content is not None
            raw = content.read()
            if member.name == spoilt and how == "left out":
                continue
            if member.name == spoilt and how == "flipped":
                raw = bytes([raw[0] ^ 1]) + raw[1:]
            if member.name == "backup.json" and how == "led out of the folder":
                raw = raw.replace(spoilt.encode(), b"scans/../../" + spoilt[-26:].encode())
                member.size = len(raw)
            import io

            target.addfile(member, io.BytesIO(raw))
    with pytest.raises(BackupRefused):
        unpacked(bad, ring, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def test_while_it_cannot_be_told_whether_an_entry_names_it_a_file_stays(tmp_path: Path) -> None:
    """An act whose commit could not be seen may turn up later, and then its file must be there."""
    failing = StoreFailing("SQLITE_IOERR_FSYNC", "unknown")
    with Records.open(tmp_path, KEY, window=WINDOW) as records:
        sha256 = hold(records, b"one")
        with mock.patch.object(Vault, "trouble", mock.PropertyMock(return_value=failing)):
            records.scans.release(sha256)
            assert records.scans.sweep() == 0
            assert len(records.scans.files.names()) == 1
        assert records.scans.sweep() == 1
        assert records.scans.files.names() == []
