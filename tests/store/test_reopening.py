from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clerk_app.store.errors import StoreFailing, StoreInUse, StoreOlder, TransactionUndone
from clerk_app.store.file import reopening, schema
from clerk_app.store.file.lock import StoreLock
from clerk_app.store.file.vault import Vault
from tests.support.disks import failing, no_writing, stand_between
from tests.support.vaults import KEY, again

HEAD = [7, "ab" * 32]


@pytest.fixture
def vault(folder: Path) -> Iterator[Vault]:
    with Vault(folder, KEY, reserve=4096) as opened:
        opened.write("t", "before", b"1")
        yield opened


class Memory:
    """What a book keeps in memory of a vault, and how often it was told what."""

    def __init__(self, vault: Vault) -> None:
        self.told: list[str] = []
        self._vault = vault
        vault.on_reload(lambda: self.told.append(f"reload {vault.ids('t')}"))

    def act(self, row: str) -> None:
        with self._vault.transaction():
            self._vault.on_done(lambda: self.told.append(f"done {row}"))
            self._vault.on_undo(lambda: self.told.append(f"undone {row}"))
            self._vault.write("t", row, b"1")


def refused(act: Callable[[], Any], step: str) -> StoreFailing:
    with pytest.raises(StoreFailing) as refusal:
        act()
    assert refusal.value.step == step
    return refusal.value


def replace(folder: Path, other: Path) -> None:
    folder.rename(folder.with_name("away"))
    other.rename(folder)


class TestAfterACommitThatFailed:
    def test_an_act_that_is_found_in_the_file_is_recorded(self, vault: Vault) -> None:
        memory, generation = Memory(vault), vault.generation
        stand_between(vault, "COMMIT", failing(after=True))
        memory.act("a")
        assert memory.told == ["done a"]
        memory.act("b")
        assert (vault.generation, vault.trouble) == (generation + 2, None)
        with again(vault) as opened:
            assert (opened.ids("t"), opened.findings) == (["before", "a", "b"], [])

    def test_an_act_that_is_not_there_is_undone_once_and_may_be_done_again(self, vault: Vault) -> None:
        memory = Memory(vault)
        stand_between(vault, "COMMIT", failing())
        refusal = refused(lambda: memory.act("a"), "undone")
        assert "这一步没有登记" in refusal.say
        assert "重做" in refusal.say
        assert memory.told == ["undone a"]
        assert (vault.ids("t"), vault.trouble) == (["before"], None)
        memory.act("a")
        assert memory.told == ["undone a", "done a"]
        with again(vault) as opened:
            assert (opened.ids("t"), opened.findings) == (["before", "a"], [])

    def test_an_act_in_doubt_is_said_to_be_so_and_comes_up_when_the_disk_is_back(self, vault: Vault) -> None:
        memory = Memory(vault)
        with no_writing_after_commit(vault):
            refusal = refused(lambda: memory.act("a"), "unknown")
            assert "不能确认" in refusal.say
            assert vault.trouble is not None
            refused(lambda: memory.act("b"), "undone")
        memory.act("c")
        assert memory.told == ["undone a", "undone b", "reload ['before', 'a']", "done c"]
        assert vault.ids("t") == ["before", "a", "c"]
        assert vault.older is None
        with again(vault) as opened:
            assert (opened.ids("t"), opened.findings) == (["before", "a", "c"], [])

    def test_an_interruption_between_the_commit_and_the_answer_loses_nothing(self, vault: Vault) -> None:
        memory = Memory(vault)

        def interrupted(say: Callable[[], Any]) -> None:
            say()
            raise KeyboardInterrupt

        real = vault._connection
        stand_between(vault, "COMMIT", interrupted)
        with pytest.raises(KeyboardInterrupt):
            memory.act("a")
        vault._connection = real
        memory.act("b")
        assert memory.told == ["done a", "done b"]
        with again(vault) as opened:
            assert (opened.ids("t"), opened.findings) == (["before", "a", "b"], [])


class no_writing_after_commit:  # noqa: N801  # a context, named as one
    """The next commit reaches the file and is reported to have failed; from then on nothing can be written."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._off = no_writing()

    def __enter__(self) -> None:
        fail = failing(after=True)

        def act(say: Callable[[], Any]) -> Any:
            try:
                return fail(say)
            finally:
                self._off.__enter__()

        stand_between(self._vault, "COMMIT", act)

    def __exit__(self, *rest: object) -> None:
        self._off.__exit__(None, None, None)


class TestADiskThatTakesNothing:
    def test_is_said_with_every_act_and_goes_on_by_itself(self, vault: Vault) -> None:
        memory = Memory(vault)
        with no_writing():
            for _ in range(3):
                refusal = refused(lambda: memory.act("a"), "undone")
                assert "不必重启" in refusal.say
                assert vault.read("t", "before") == b"1"
        memory.act("b")
        assert memory.told == ["undone a"] * 3 + ["done b"]
        with again(vault) as opened:
            assert (opened.ids("t"), opened.findings) == (["before", "b"], [])

    def test_in_the_middle_of_an_act_undoes_all_of_it_even_if_that_is_passed_over(self, vault: Vault) -> None:
        def act() -> None:
            with vault.transaction():
                vault.write("t", "a", b"")
                stand_between(vault, "INSERT", failing("SQLITE_IOERR_WRITE"))
                refused(lambda: vault.write("t", "b", b""), "undone")
                with pytest.raises(TransactionUndone):
                    vault.write("t", "c", b"")

        with pytest.raises(TransactionUndone):
            act()
        assert vault.ids("t") == ["before"]
        vault.write("t", "d", b"")
        with again(vault) as opened:
            assert (opened.ids("t"), opened.findings) == (["before", "d"], [])

    def test_when_the_act_begins_costs_nothing(self, vault: Vault) -> None:
        stand_between(vault, "BEGIN IMMEDIATE", failing("SQLITE_IOERR_LOCK"))
        vault.write("t", "a", b"")
        assert vault.ids("t") == ["before", "a"]

    def test_a_read_that_failed_is_tried_once_more(self, vault: Vault) -> None:
        stand_between(vault, "SELECT", failing("SQLITE_IOERR_READ"))
        assert vault.read("t", "before") == b"1"
        vault.write("t", "a", b"")
        with Vault(vault.folder, KEY, read_only=True) as looking:
            stand_between(looking, "SELECT", failing("SQLITE_IOERR_READ"))
            assert looking.ids("t") == ["before", "a"]

    def test_a_connection_is_let_go_without_moving_the_log(self, vault: Vault, folder: Path) -> None:
        vault.write("t", "a", b"")
        files = [folder / "store.db", folder / "store.db-wal"]
        before = [path.read_bytes() for path in files]
        assert vault._connection is not None
        reopening.let_go(vault._connection, files[0])
        assert [path.read_bytes() for path in files] == before
        vault._connection = None
        assert vault.ids("t") == ["before", "a"]


class TestAFolderThatDisappears:
    def test_is_read_on_takes_no_act_and_goes_on_when_it_is_back(self, vault: Vault, folder: Path) -> None:
        memory = Memory(vault)
        folder.rename(folder.with_name("away"))
        refusal = refused(lambda: memory.act("a"), "undone")
        assert "不见了" in refusal.say
        assert vault.ids("t") == ["before"]
        assert not folder.exists()
        folder.with_name("away").rename(folder)
        memory.act("b")
        assert memory.told == ["undone a", "done b"]
        assert vault.ids("t") == ["before", "b"]

    def test_whose_store_was_deleted_is_not_made_anew(self, vault: Vault, folder: Path) -> None:
        (folder / "store.db").unlink()
        refused(lambda: vault.write("t", "a", b""), "undone")
        assert vault.read("t", "before") == b"1"
        assert not (folder / "store.db").exists()

    def test_and_comes_back_as_the_same_files_elsewhere_costs_nothing(self, vault: Vault, folder: Path) -> None:
        memory = Memory(vault)
        shutil.copytree(folder, folder.with_name("copy"))
        replace(folder, folder.with_name("copy"))
        memory.act("a")
        assert memory.told == ["done a"]
        with pytest.raises(StoreInUse):
            StoreLock(folder / "store.lock")
        with again(vault) as opened:
            assert (opened.ids("t"), opened.findings) == (["before", "a"], [])

    def test_and_comes_back_older_is_named_and_memories_are_told(self, vault: Vault, folder: Path) -> None:
        memory = Memory(vault)
        shutil.copytree(folder, folder.with_name("copy"))
        (folder.with_name("copy") / "store.seen").unlink()
        memory.act("a")
        vault.set_note("head", HEAD)
        replace(folder, folder.with_name("copy"))
        refused(lambda: memory.act("b"), "undone")
        assert memory.told == ["done a", "undone b", "reload ['before']"]
        assert [type(found) for found in vault.findings] == [StoreOlder]
        assert vault.older is not None
        assert vault.older.head == (7, "ab" * 32)  # what this process itself has written
        vault.accept_older()
        memory.act("c")
        assert (vault.ids("t"), vault.findings) == (["before", "c"], [])

    def test_that_somebody_else_took_is_left_to_him_until_he_is_done(self, vault: Vault, folder: Path) -> None:
        memory = Memory(vault)
        shutil.copytree(folder, folder.with_name("copy"))
        replace(folder, folder.with_name("copy"))
        with Vault(folder, KEY, reserve=0) as other:
            with pytest.raises(StoreInUse):
                memory.act("a")
            other.write("t", "theirs", b"")
        memory.act("b")
        assert memory.told == ["undone a", "reload ['before', 'theirs']", "done b"]
        assert (vault.ids("t"), vault.older) == (["before", "theirs", "b"], None)

    def test_and_comes_back_as_another_store_is_refused(self, vault: Vault, folder: Path) -> None:
        Vault(folder.with_name("other"), KEY, reserve=0).close()
        replace(folder, folder.with_name("other"))
        assert "另一份" in refused(lambda: vault.write("t", "a", b""), "undone").say


class TestBesideOthers:
    def test_a_tool_that_holds_the_file_is_named_and_waited_for(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(schema, "_WAIT", 0.01)
        with Vault(folder, KEY) as vault, closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as tool:
            tool.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreInUse):
                vault.write("t", "a", b"")
            tool.execute("ROLLBACK")
            vault.write("t", "a", b"")
            assert vault.trouble is None


class TestChecking:
    def test_names_the_table_of_a_damaged_page_and_opens_the_rest(self, vault: Vault, folder: Path) -> None:
        for n in range(300):
            vault.write("u", f"{n:03d}", bytes(500))
        assert vault.integrity_check() == []
        vault.close()
        path = folder / "store.db"
        with closing(sqlite3.connect(path)) as file:
            num = file.execute("SELECT num FROM tables WHERE name = 'u'").fetchone()[0]
            root = file.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (f"d{num}_id",)).fetchone()[0]
        raw = bytearray(path.read_bytes())
        raw[(root - 1) * 4096 : root * 4096] = bytes(4096)
        path.write_bytes(bytes(raw))
        with again(vault) as opened:
            assert [(found.table, found.reason) for found in opened.findings] == [("u", "corrupt")]
            assert [(found.table, found.reason) for found in opened.integrity_check()] == [("u", "corrupt")]
            assert opened.read("t", "before") == b"1"
            opened.write("t", "a", b"")
