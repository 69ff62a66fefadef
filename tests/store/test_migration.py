"""A store is migrated whole, after a copy that was read back, or it stays as it was."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from clerk_app.store.errors import StoreFailing, StoreTooNew, WrongKey
from clerk_app.store.file import backup, schema
from clerk_app.store.file.migration import MigrationFailed, NoRoomToMigrate, StoreTooOld
from clerk_app.store.file.seal import VaultKeys
from clerk_app.store.file.vault import Vault
from tests.support.tree import ROOT
from tests.support.vaults import KEY

Steps = dict[int, Callable[[sqlite3.Connection], object]]
ONE = "CREATE TABLE first_step (x)"
TWO = "CREATE TABLE second_step (x)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a store of the present version."""
    with Vault(tmp_path / "w", KEY) as vault:
        for n in range(20):
            vault.write("t", f"row{n}", b"x" * 300)
        vault.set_note("head", [20, "abc"])
    return tmp_path / "w"


@pytest.fixture
def two_ahead(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give what makes this program two versions newer."""

    def set_steps(second: Callable[[sqlite3.Connection], object] = lambda c: c.execute(TWO)) -> None:
        steps: Steps = {1: lambda c: c.execute(ONE), 2: second}
        monkeypatch.setattr(schema, "SCHEMA", 3)
        monkeypatch.setattr(schema, "READS_FROM", 3)
        monkeypatch.setattr(schema, "MIGRATIONS", steps)

    return set_steps


def version(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
        return int(file.execute("PRAGMA user_version").fetchone()[0])


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
        return {name for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def whole(folder: Path) -> None:
    """Open with what this program is, and find everything."""
    with Vault(folder, KEY) as vault:
        assert vault.findings == []
        assert [row.id for row in vault.scan("t")] == [f"row{n}" for n in range(20)]
        assert vault.note("head") == [20, "abc"]


def copies(folder: Path) -> list[Path]:
    return sorted(folder.glob("store.db.v*"))


def test_all_steps_are_taken_and_the_copy_is_the_store_of_before(folder: Path, two_ahead: Callable[..., None]) -> None:
    before = backup.proof_of(folder / "store.db", _keys())
    two_ahead()
    whole(folder)
    assert version(folder / "store.db") == 3
    assert {"first_step", "second_step"} <= tables(folder / "store.db")
    assert [path.name for path in copies(folder)] == ["store.db.v1"]
    assert version(copies(folder)[0]) == 1
    assert copies(folder)[0].stat().st_mode & 0o777 == 0o600
    assert backup.proof_of(copies(folder)[0], _keys()) == before


def test_the_copy_opens_as_a_store_where_it_is_put_back(
    folder: Path, two_ahead: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    two_ahead()
    whole(folder)
    monkeypatch.undo()
    (tmp_path / "back").mkdir()
    shutil.copy(copies(folder)[0], tmp_path / "back" / "store.db")
    whole(tmp_path / "back")


def test_a_step_that_fails_leaves_the_store_to_the_version_that_wrote_it(
    folder: Path, two_ahead: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half (x)")
        raise ValueError

    two_ahead(half)
    for _ in range(3):
        with pytest.raises(MigrationFailed) as failed:
            Vault(folder, KEY)
        assert "已退回原样" in failed.value.say
        assert "store.db.v1" in failed.value.say
    assert [path.name for path in copies(folder)] == ["store.db.v1"]  # one that still fits is not made again
    assert version(folder / "store.db") == 1
    assert not {"first_step", "half"} & tables(folder / "store.db")
    monkeypatch.undo()
    whole(folder)


KILLED = """
import os, signal, sys
from pathlib import Path
from types import SimpleNamespace
from clerk_app.store.file import schema
from clerk_app.store.file.vault import Vault
from tests.support.vaults import KEY

def dies(connection):
    connection.execute("CREATE TABLE second_step (x)")
    os.kill(os.getpid(), signal.SIGKILL)

schema.SCHEMA, schema.READS_FROM = 3, 3
schema.MIGRATIONS = {1: lambda c: c.execute("CREATE TABLE first_step (x)"), 2: dies}
if sys.argv[2] == "copying":
    from clerk_app.store.file import backup
    backup._compare = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Vault(Path(sys.argv[1]), KEY)
"""


@pytest.mark.parametrize("when", ["copying", "between steps"])
def test_a_kill_leaves_the_old_store_and_the_next_start_migrates_it(
    folder: Path, two_ahead: Callable[..., None], when: str
) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), when], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    whole(folder)  # still version 1: this program's
    assert version(folder / "store.db") == 1

    two_ahead()
    whole(folder)
    assert version(folder / "store.db") == 3
    assert version(copies(folder)[-1]) == 1


def test_a_copy_that_is_there_is_never_overwritten(folder: Path, two_ahead: Callable[..., None]) -> None:
    kept = folder / "store.db.v1"
    kept.write_bytes(b"somebody's")
    two_ahead()
    whole(folder)
    assert kept.read_bytes() == b"somebody's"
    assert [path.name for path in copies(folder)] == ["store.db.v1", "store.db.v1-2"]
    assert version(folder / "store.db.v1-2") == 1


def test_a_copy_that_reads_back_otherwise_stops_everything(
    folder: Path, two_ahead: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Short(sqlite3.Connection):
        """Loses the last row of a table on its way, as a disk that lies would."""

        def execute(self, statement: str, *args: object) -> sqlite3.Cursor:
            if statement.startswith("PRAGMA journal_mode = DELETE"):
                super().execute("DELETE FROM d1 WHERE seq = 20")
            return super().execute(statement, *args)  # type: ignore[arg-type]

    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **{"factory": Short, **k}))
    two_ahead()
    with pytest.raises(MigrationFailed):
        Vault(folder, KEY)
    monkeypatch.undo()
    assert copies(folder) == []
    assert version(folder / "store.db") == 1
    whole(folder)


def test_without_room_for_the_copy_nothing_is_begun(
    folder: Path, two_ahead: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    two_ahead()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=1 << 40, used=1 << 40, free=1 << 20))
    with pytest.raises(NoRoomToMigrate) as refused:
        Vault(folder, KEY)
    assert "没有改动" in refused.value.say
    assert copies(folder) == []
    assert version(folder / "store.db") == 1
    monkeypatch.undo()
    whole(folder)


def test_with_the_wrong_key_nothing_is_migrated(folder: Path, two_ahead: Callable[..., None]) -> None:
    two_ahead()
    with pytest.raises(WrongKey):
        Vault(folder, bytes(32))
    assert copies(folder) == []
    assert version(folder / "store.db") == 1


def test_an_older_store_is_read_as_it_stands_where_that_is_possible(
    folder: Path, two_ahead: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    two_ahead()
    before = (folder / "store.db").read_bytes()
    with pytest.raises(StoreTooOld) as refused:
        Vault(folder, KEY, read_only=True)
    assert "升级" in refused.value.say
    monkeypatch.setattr(schema, "READS_FROM", 1)
    with Vault(folder, KEY, read_only=True) as vault:
        assert vault.read("t", "row3") == b"x" * 300
    assert (folder / "store.db").read_bytes() == before
    assert copies(folder) == []


def test_a_newer_store_is_refused_and_not_a_byte_is_changed(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file.execute(f"PRAGMA user_version = {schema.SCHEMA + 1}")
    before = {path.name: path.read_bytes() for path in folder.glob("store.db*")}
    for read_only in (False, True):
        with pytest.raises(StoreTooNew):
            Vault(folder, KEY, read_only=read_only)
    after = {path.name: path.read_bytes() for path in folder.glob("store.db*")}
    assert {name: after[name] for name in before} == before


def test_a_newer_store_that_was_not_closed_is_refused_too(folder: Path) -> None:
    file = sqlite3.connect(folder / "store.db", isolation_level=None)
    file.execute(f"PRAGMA user_version = {schema.SCHEMA + 1}")  # stands in the log beside the file only
    copied = folder.with_name("copied")
    shutil.copytree(folder, copied)
    file.close()
    with pytest.raises(StoreTooNew):
        Vault(copied, KEY)


def test_a_vaults_own_copy_is_proven_and_takes_no_name_when_it_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Vault(folder, KEY) as vault:
        told = vault.backup(folder / "copy.db")
        assert told == backup.proof_of(folder / "copy.db", _keys())
        assert told[1] == vault.generation
        monkeypatch.setattr(backup, "_sound", lambda connection: connection is vault._connection)
        with pytest.raises(StoreFailing):
            vault.backup(folder / "bad.db")
    assert sorted(path.name for path in folder.glob("*bad.db*")) == []


def _keys() -> VaultKeys:
    return VaultKeys(1, {1: KEY})
