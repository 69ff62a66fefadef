"""A backup is one file that was read back, made beside a running client, and a window's folder can be made of it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clerk_app.seat import Seat as Place
from clerk_app.settings import Settings, save
from clerk_app.store.access.keys import PassphraseUnlock, create_keys, open_keys
from clerk_app.store.errors import VaultError, WrongKey
from clerk_app.store.file import backup
from clerk_app.store.file.seal import VaultKeys
from clerk_app.store.records import Records
from tests.support.commands import PASSPHRASE, Seat, Told, clerk, command, environment
from tests.support.processes import running
from tests.support.window_journal import WINDOW, Journal

NAME = "样例甲"
WRITER = """
import sys
from pathlib import Path
from clerk_app.store.access.keys import PassphraseUnlock, open_keys
from clerk_app.store.records import Records
from tests.support.commands import PASSPHRASE
from tests.support.window_journal import WINDOW, Journal

folder = Path(sys.argv[1])
with Records.open(folder, open_keys(folder, PassphraseUnlock(PASSPHRASE)).vault, window=WINDOW) as records:
    n, previous = records.head()
    cases = {s.number: records.case(s.number) for s in records.summaries()}
    journal = Journal(n=n, previous=previous, cases=cases)
    while True:
        with records.transaction():
            entry = journal.receive()
            journal.write(records, entry)
            journal.write(records, journal.remark(entry.subject))
        print(entry.subject, flush=True)
"""


@pytest.fixture
def seat(tmp_path: Path) -> Seat:
    """Give an enrolled window with ten cases."""
    folder = tmp_path / "window"
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    keys = create_keys(folder, PassphraseUnlock(PASSPHRASE))
    place = Place(window=WINDOW, number="01", point="FS0001", point_name="样例服务点", central="http://127.0.0.1:9")
    save(folder, Settings(seat=place, unlock="passphrase"))
    journal = Journal()
    with Records.open(folder, keys.vault, window=WINDOW) as records:
        for _ in range(10):
            journal.write(records, journal.receive(NAME))
    return Seat(folder, passphrase)


def opened(folder: Path) -> Records:
    return Records.open(folder, open_keys(folder, PassphraseUnlock(PASSPHRASE)).vault, window=WINDOW)


def restored(seat: Seat, file: Path, to: Path) -> Told:
    return clerk("restore", file, "--data", to, "--json", env=seat.env)


def test_a_backup_holds_everything_and_becomes_a_window_again(seat: Seat, tmp_path: Path) -> None:
    file = tmp_path / "one.clerk"
    told = seat.json("backup", file)
    assert file.stat().st_size == told["bytes"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert NAME.encode() not in file.read_bytes()
    with opened(seat.folder) as records:
        journal, head = records.journal(), records.head()
        assert records.vault.generation == told["generation"]

    to = tmp_path / "elsewhere" / "window"
    assert restored(seat, file, to).done().json["window"] == WINDOW
    assert stat.S_IMODE(to.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in to.iterdir()} == {0o600}
    with opened(to) as records:
        assert (records.journal(), records.head(), records.damages()) == (journal, head, [])
        assert records.rebuild() == []
    status = Seat(to, seat.passphrase).json("status")
    assert (status["cases"], status["unsent"]) == (10, 10)


def test_a_backup_beside_a_client_that_writes_is_of_one_moment(seat: Seat, tmp_path: Path) -> None:
    words = [command()[0], "-c", WRITER, str(seat.folder)]
    with running(words, env=seat.env, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        for made in range(3):
            acknowledged = [writer.stdout.readline().decode().strip() for _ in range(20)]
            seat.json("backup", tmp_path / f"{made}.clerk")
            to = tmp_path / f"restored-{made}"
            restored(seat, tmp_path / f"{made}.clerk", to).done()
            with opened(to) as records:
                assert set(acknowledged) <= {s.number for s in records.summaries()}
                entries = [record.entry for record in records.journal()]
                received = [e for e in entries[10:] if e.kind == "case.received"]
                assert len(entries) == 10 + 2 * len(received)  # no half act
                assert records.damages() == []
                assert records.rebuild() == []


def test_an_existing_file_and_an_existing_folder_are_never_written_over(seat: Seat, tmp_path: Path) -> None:
    file = tmp_path / "one.clerk"
    seat.json("backup", file)
    before = file.read_bytes()
    told = seat.clerk("backup", file, "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "backup-refused")
    assert file.read_bytes() == before

    for taken in (seat.folder, tmp_path / "strangers"):
        taken.mkdir(exist_ok=True)
        (taken / "mine").write_text("x", encoding="utf-8")
        held = sorted(path.name for path in taken.iterdir())
        told = restored(seat, file, taken)
        assert (told.status, told.json["error"]["code"]) == (1, "backup-refused")
        assert "没有改动" in told.json["error"]["message"]
        assert sorted(path.name for path in taken.iterdir()) == held


def test_with_the_wrong_passphrase_nothing_is_restored(seat: Seat, tmp_path: Path) -> None:
    file = tmp_path / "one.clerk"
    seat.json("backup", file)
    wrong = tmp_path / "wrong"
    wrong.write_text("some-other-passphrase", encoding="utf-8")
    told = clerk("restore", file, "--data", tmp_path / "to", env=environment(CLERK_PASSPHRASE_FILE=str(wrong)))
    assert told.status == 3
    assert leftovers(tmp_path) == []
    assert not (tmp_path / "to").exists()


def proof_in(folder: Path) -> backup.Proof:
    return backup.proof_of(folder / "store.db", open_keys(folder, PassphraseUnlock(PASSPHRASE)).vault)


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def flip(raw: bytes) -> bytes:
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


def repacked(file: Path, changed: dict[str, bytes], *, manifest: bool) -> bytes:
    """Return the backup with other members; ``manifest``: with hashes to match, as a forger would."""
    with tarfile.open(file) as packed:
        held = {m.name: packed.extractfile(m).read() for m in packed.getmembers()}  # type: ignore[union-attr]
    held |= changed
    if manifest:
        about = json.loads(held["backup.json"])
        about["sha256"] |= {n: hashlib.sha256(raw).hexdigest() for n, raw in changed.items()}
        held["backup.json"] = json.dumps(about).encode()
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as packed:
        for name, raw in held.items():
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            packed.addfile(member, io.BytesIO(raw))
    return made.getvalue()


@pytest.fixture
def whole(seat: Seat, tmp_path: Path) -> Path:
    seat.json("backup", tmp_path / "whole.clerk")
    return tmp_path / "whole.clerk"


def bent(whole: Path) -> Iterator[tuple[str, bytes]]:
    raw = whole.read_bytes()
    with tarfile.open(whole) as packed:
        store = packed.extractfile("store.db").read()  # type: ignore[union-attr]
        keys = packed.extractfile("keys.json").read()  # type: ignore[union-attr]
    yield "a flipped bit", flip(raw)
    yield "cut short", raw[: len(raw) // 2]
    yield "empty", b""
    yield "no archive", b"rubbish" * 4000
    yield "compressed", gzip.compress(raw)
    yield "another store under the same hashes", repacked(whole, {"store.db": flip(store)}, manifest=False)
    yield "no store under matching hashes", repacked(whole, {"store.db": b"x" * len(store)}, manifest=True)
    yield (
        "other keys under matching hashes",
        repacked(whole, {"keys.json": keys.replace(b'"sealed"', b'"selead"')}, manifest=True),
    )


def test_what_is_not_as_it_was_written_restores_nothing(whole: Path, tmp_path: Path) -> None:
    for what, raw in bent(whole):
        file = tmp_path / "bent.clerk"
        file.write_bytes(raw)
        with pytest.raises(VaultError) as refused:
            backup.unpack(file, tmp_path / "to", proof_in)
        assert refused.value.say, what
        assert not (tmp_path / "to").exists(), what
        assert leftovers(tmp_path) == [], what


def test_a_member_that_points_elsewhere_is_not_followed(seat: Seat, whole: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    raw = repacked(whole, {"../victim": b"pwned"}, manifest=False)
    (tmp_path / "evil.clerk").write_bytes(raw)
    restored(seat, tmp_path / "evil.clerk", tmp_path / "sub" / "to").done()
    assert not victim.exists()
    assert {path.name for path in (tmp_path / "sub" / "to").iterdir()} == {
        "keys.json",
        "keys.json.copy",
        "store.db",
        "window.json",
        "window.json.copy",
    }
    assert not (tmp_path / "sub" / "victim").exists()


def test_keys_that_are_changed_meanwhile_are_taken_as_they_fit_the_copy(seat: Seat, tmp_path: Path) -> None:
    keys = seat.folder / "keys.json"
    old = keys.read_bytes()
    tries: list[int] = []

    def source(change: Callable[[int], object]) -> Callable[[Path], backup.Proof]:
        def copied(path: Path) -> backup.Proof:
            tries.append(1)
            with opened(seat.folder) as records:
                proof = records.vault.backup(path)
            change(len(tries))
            return proof

        return copied

    def once(n: int) -> None:
        if n == 1:
            keys.write_bytes(old + b"\n")

    about = backup.Manifest(program="x", made_at="2026-03-02T09:00:00+08:00", window=WINDOW)
    backup.pack(seat.folder, source(once), tmp_path / "one.clerk", about)
    assert len(tries) == 2
    assert backup.check(tmp_path / "one.clerk").sha256["keys.json"] == hashlib.sha256(old + b"\n").hexdigest()

    about = backup.Manifest(program="x", made_at="2026-03-02T09:00:00+08:00", window=WINDOW)
    with pytest.raises(backup.BackupRefused):
        backup.pack(seat.folder, source(lambda n: keys.write_bytes(old + b" " * n)), tmp_path / "two.clerk", about)
    assert not (tmp_path / "two.clerk").exists()
    assert leftovers(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_told_and_leaves_nothing(seat: Seat, tmp_path: Path) -> None:
    told = seat.clerk("backup", tmp_path / "nowhere" / "one.clerk", "--json")
    assert told.status == 1
    assert "没有这个文件或文件夹" in told.json["error"]["message"]


def test_a_proof_needs_the_key(seat: Seat) -> None:
    copied = seat.folder.with_name("copied.db")
    shutil.copy(seat.folder / "store.db", copied)
    with pytest.raises(WrongKey):
        backup.proof_of(copied, VaultKeys(1, {1: bytes(32)}))
    copied.write_bytes(b"x" * 5000)
    with pytest.raises(VaultError):
        backup.proof_of(copied, VaultKeys(1, {1: bytes(32)}))
