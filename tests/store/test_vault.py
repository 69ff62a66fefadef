from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from clerk_app.store.errors import (
    StoreDamaged,
    StoreFailing,
    StoreMissing,
    StoreReadOnly,
    StoreTooNew,
    TransactionUndone,
    WrongKey,
)
from clerk_app.store.file import schema
from clerk_app.store.file.migration import MigrationFailed
from clerk_app.store.file.vault import Vault
from tests.support.vaults import KEY, again, file_of


def undone(vault: Vault, act: Callable[[], object]) -> None:
    """Do something in a transaction that then fails."""

    def fail() -> None:
        with vault.transaction():
            act()
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        fail()


class TestDocuments:
    def test_are_there_again_in_the_order_they_came(self, vault: Vault) -> None:
        for row in ("b", "a", "c"):
            vault.write("t", row, row.encode())
        vault.write("t", "a", b"changed")
        vault.delete("t", "c")
        assert vault.write("t", "d", b"d") == 4  # a place is never used twice
        with again(vault) as opened:
            assert [(r.seq, r.id, r.body) for r in opened.scan("t")] == [
                (1, "b", b"b"),
                (2, "a", b"changed"),
                (4, "d", b"d"),
            ]
            assert opened.ids("t") == ["b", "a", "d"]
            assert opened.count("t") == 3
            assert [r.id for r in opened.scan("t", after=1)] == ["a", "d"]
            assert opened.read_at("t", 4) == (4, "d", b"d")
            assert opened.last("t") == 4
            assert opened.findings == []

    def test_that_are_not_there_are_none(self, vault: Vault) -> None:
        vault.write("t", "a", b"")
        assert vault.read("t", "a") == b""
        assert vault.read("t", "b") is None
        assert vault.read("u", "a") is None
        assert vault.read_at("t", 9) is None
        assert not vault.has("t", "b")
        assert not vault.delete("t", "b")
        assert list(vault.scan("u")) == []
        assert vault.tables() == ["t"]

    def test_ids_and_tables_may_be_any_text(self, vault: Vault) -> None:
        for table in ("办件", 'a"; DROP TABLE tables; --', "Cases", "cases"):
            vault.write(table, "𠮷'\";\n", table.encode())
        with again(vault) as opened:
            assert {t: opened.read(t, "𠮷'\";\n") for t in opened.tables()} == {t: t.encode() for t in opened.tables()}
            assert len(opened.tables()) == 4

    def test_public_ones_are_readable_and_large_ones_small(self, vault: Vault) -> None:
        text = "公开的事项".encode() * 400
        vault.write("public", "a", text)
        vault.write("public", "short", b"short text")
        vault.write("packed", "a", text)
        with again(vault) as opened:
            assert opened.read("public", "a") == opened.read("packed", "a") == text
        with file_of(vault) as file:
            bodies = [row[0] for row in file.execute("SELECT body FROM d1 UNION ALL SELECT body FROM d2")]
        assert sorted(len(body) < len(text) / 10 for body in bodies) == [True, True, True]
        assert any(b"short text" in body for body in bodies)


class TestTransactions:
    def test_are_all_or_nothing(self, vault: Vault) -> None:
        vault.write("kept", "a", b"1")
        vault.set_note("n", 1)

        def act() -> None:
            vault.write("kept", "a", b"2")
            vault.write("kept", "b", b"2")
            vault.write("new", "x", b"2")
            vault.drop("kept")
            vault.set_note("n", 2)

        for _ in range(2):
            undone(vault, act)
            assert vault.tables() == ["kept"]
            assert vault.read("kept", "a") == b"1"
            assert vault.count("kept") == 1
            assert vault.note("n") == 1
        with again(vault) as opened:
            assert (opened.tables(), opened.ids("kept"), opened.note("n")) == (["kept"], ["a"], 1)
            assert opened.findings == []

    def test_tell_memories_when_they_are_undone_or_done(self, vault: Vault) -> None:
        told: list[str] = []

        def act() -> None:
            vault.write("t", "a", b"")
            vault.on_undo(lambda: told.append("undone first"))
            vault.on_undo(lambda: told.append("undone second"))
            vault.on_done(lambda: told.append("done"))

        undone(vault, act)
        assert told == ["undone second", "undone first"]
        with vault.transaction():
            act()
            assert "done" not in told
        assert told[2:] == ["done"]

    def test_nested_ones_commit_with_the_outermost(self, vault: Vault) -> None:
        def act() -> None:
            with vault.transaction(), vault.transaction():
                vault.write("t", "a", b"")

        undone(vault, act)
        assert not vault.has("t", "a")

    def test_a_nested_failure_that_is_passed_over_undoes_all(self, vault: Vault) -> None:
        def act() -> None:
            with vault.transaction():
                vault.write("t", "outer", b"")
                undone(vault, lambda: vault.write("t", "inner", b""))

        with pytest.raises(TransactionUndone):
            act()
        assert vault.tables() == []
        vault.write("t", "after", b"")
        assert vault.ids("t") == ["after"]

    def test_a_nested_failure_that_wrote_nothing_does_no_harm(self, vault: Vault) -> None:
        with vault.transaction():
            vault.write("t", "outer", b"")
            undone(vault, lambda: vault.read("t", "outer"))
        assert vault.ids("t") == ["outer"]

    def test_without_writes_take_no_revision(self, vault: Vault) -> None:
        before = vault.generation
        with vault.transaction():
            vault.read("t", "a")
        assert vault.generation == before
        vault.write("t", "a", b"")
        assert vault.generation == before + 1

    def test_of_other_threads_wait(self, vault: Vault) -> None:
        order: list[str] = []
        inside = threading.Event()

        def other() -> None:
            inside.wait()
            vault.write("t", "other", b"")
            order.append("other")

        thread = threading.Thread(target=other)
        thread.start()
        with vault.transaction():
            vault.write("t", "mine", b"")
            inside.set()
            order.append("mine")
        thread.join()
        assert order == ["mine", "other"]
        assert vault.ids("t") == ["mine", "other"]


class TestOpening:
    def test_with_another_key_is_refused_before_anything_is_read(self, vault: Vault) -> None:
        vault.write("t", "a", b"")
        vault.close()
        with pytest.raises(WrongKey):
            Vault(vault.folder, bytes(32))
        with again(vault) as opened:
            assert opened.read("t", "a") == b""

    def test_to_read_needs_a_store(self, folder: Path) -> None:
        with pytest.raises(StoreMissing):
            Vault(folder, KEY, read_only=True)
        assert not folder.exists()

    def test_to_read_an_empty_file_is_named_for_what_it_is(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "store.db").touch()
        with pytest.raises(StoreDamaged, match="empty"):
            Vault(folder, KEY, read_only=True)

    def test_to_read_goes_on_beside_the_owner(self, vault: Vault) -> None:
        vault.write("t", "a", b"1")
        with Vault(vault.folder, KEY, read_only=True) as looking:
            vault.write("t", "a", b"2")
            assert looking.read("t", "a") == b"2"
            for act in (
                lambda: looking.write("t", "a", b""),
                lambda: looking.delete("t", "a"),
                lambda: looking.set_note("n", 1),
                lambda: looking.drop("t"),
            ):
                with pytest.raises(StoreReadOnly):
                    act()
        assert vault.read("t", "a") == b"2"

    def test_to_read_needs_no_owner_and_leaves_the_file_as_it_was(self, vault: Vault) -> None:
        vault.write("t", "a", b"1")
        vault.close()
        before = (vault.folder / "store.db").read_bytes()
        with Vault(vault.folder, KEY, read_only=True) as looking:
            assert looking.read("t", "a") == b"1"
        assert (vault.folder / "store.db").read_bytes() == before
        with again(vault) as opened:
            assert opened.read("t", "a") == b"1"

    def test_after_closing_nothing_works(self, vault: Vault) -> None:
        vault.close()
        vault.close()
        with pytest.raises(StoreFailing):
            vault.read_at("t", 1) if vault.tables() else vault.write("t", "a", b"")

    def test_a_file_that_is_no_store_is_left_alone(self, folder: Path) -> None:
        folder.mkdir()
        for content in (b"not a database at all" * 100, None):
            path = folder / "store.db"
            if content is None:
                path.unlink()
                with closing(sqlite3.connect(path)) as file, file:
                    file.execute("CREATE TABLE mine (x)")
            else:
                path.write_bytes(content)
            before = path.read_bytes()
            with pytest.raises(StoreDamaged):
                Vault(folder, KEY)
            assert path.read_bytes()[100:] == before[100:]

    def test_a_newer_store_is_left_alone(self, vault: Vault) -> None:
        with file_of(vault) as file:
            file.execute(f"PRAGMA user_version = {schema.SCHEMA + 1}")
        with pytest.raises(StoreTooNew):
            again(vault)

    def test_an_older_store_is_copied_aside_and_brought_up(self, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
        vault.write("t", "a", b"1")
        vault.close()
        monkeypatch.setattr(schema, "SCHEMA", 2)
        monkeypatch.setattr(schema, "MIGRATIONS", {1: lambda c: c.execute("CREATE TABLE added (x)")})
        with again(vault) as opened:
            assert opened.read("t", "a") == b"1"
        with closing(sqlite3.connect(vault.folder / "store.db.v1")) as copy, copy:
            assert copy.execute("PRAGMA user_version").fetchone() == (1,)
            assert copy.execute("SELECT count(*) FROM d1").fetchone() == (1,)
        with closing(sqlite3.connect(vault.folder / "store.db")) as file, file:
            assert file.execute("PRAGMA user_version").fetchone() == (2,)

    def test_a_failed_step_leaves_the_older_store(self, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
        vault.write("t", "a", b"1")
        vault.close()

        def half(connection: sqlite3.Connection) -> None:
            connection.execute("CREATE TABLE half (x)")
            connection.execute("SELECT nonsense")

        monkeypatch.setattr(schema, "SCHEMA", 2)
        monkeypatch.setattr(schema, "MIGRATIONS", {1: half})
        with pytest.raises(MigrationFailed):
            again(vault)
        monkeypatch.undo()
        with again(vault) as opened:
            assert opened.read("t", "a") == b"1"

    def test_is_for_commits_that_last(self, vault: Vault) -> None:
        assert vault._connection is not None
        told = {
            name: vault._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "fullfsync", "checkpoint_fullfsync")
        }
        assert told == {"journal_mode": "wal", "synchronous": 2, "fullfsync": 1, "checkpoint_fullfsync": 1}

    @pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
    def test_files_are_the_owners_alone(self, vault: Vault) -> None:
        vault.write("t", "a", b"")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in vault.folder.iterdir()}
        assert set(modes.values()) == {0o600}, modes
        assert stat.S_IMODE(vault.folder.stat().st_mode) == 0o700
