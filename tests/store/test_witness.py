from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.store.errors import StoreOlder
from clerk_app.store.file import witness
from clerk_app.store.file.rows import Mark, Seen
from clerk_app.store.file.seal import Sealer, VaultKeys
from clerk_app.store.file.vault import Vault
from clerk_app.store.file.witness import Witness
from tests.support.vaults import KEY, again, file_of

HEAD, LATER = [7, "ab" * 32], [9, "cd" * 32]


def act(vault: Vault, head: list[object]) -> None:
    with vault.transaction():
        vault.write("t", str(head[0]), b"")
        vault.set_note("head", head)
        vault.set_note("serial", ["2026-03-02", head[0]])


def an_older_copy(vault: Vault) -> Vault:
    """Have the file as it was at ``HEAD`` lie in the folder of a store that has come to ``LATER``; open it."""
    act(vault, HEAD)
    vault.close()
    shutil.copy(vault.folder / "store.db", vault.folder / "kept")
    with again(vault) as opened:
        for _ in range(3):
            act(opened, LATER)
    put_back(vault)
    return again(vault)


def put_back(vault: Vault) -> None:
    shutil.copy(vault.folder / "kept", vault.folder / "store.db")


def named(vault: Vault) -> list[tuple[str, int]]:
    return [(found.reason, found.steps) for found in vault.findings if isinstance(found, StoreOlder)]


class TestAnOlderCopy:
    def test_is_named_with_how_far_it_lies_behind_and_what_was_reached(self, vault: Vault) -> None:
        with an_older_copy(vault) as opened:
            assert named(opened) == [("older copy", 3)]
            assert "少 3 步登记" in opened.findings[0].say
            assert "没有改动" in opened.findings[0].say
            assert "第二副本" in opened.findings[0].say
            assert opened.older is not None
            assert opened.older == opened.seen
            assert opened.older.head == (9, "cd" * 32)
            assert opened.older.serial == ("2026-03-02", 9)
            assert opened.note("head") == HEAD
            assert opened.ids("t") == ["7"]

    def test_is_found_at_every_opening_until_it_is_accepted_whatever_was_done_meanwhile(self, vault: Vault) -> None:
        an_older_copy(vault).close()
        for n in range(3):
            with again(vault) as opened:
                assert named(opened) == [("older copy", 3)]
                assert opened.older is not None
                assert opened.older.head == (9, "cd" * 32)
                opened.write("meanwhile", str(n), b"")
                assert opened.generation > opened.older.generation
        put_back(vault)  # once more: the witness still knows what was reached, not what was done meanwhile
        with again(vault) as opened:
            assert opened.older is not None
            assert opened.older.head == (9, "cd" * 32)

    def test_is_accepted_in_one_act_with_what_the_books_make_of_it(self, vault: Vault) -> None:
        with an_older_copy(vault) as opened:
            assert opened.older is not None
            reached = opened.older.generation
            with opened.transaction():
                opened.set_note("head", LATER)
                opened.accept_older()
            assert opened.findings == []
            assert opened.generation == reached + 1
        with again(vault) as opened:
            assert (opened.older, opened.findings, opened.note("head")) == (None, [], LATER)
        put_back(vault)
        with again(vault) as opened:
            assert named(opened) == [("older copy", 4)]

    def test_stays_pending_when_the_act_that_accepts_it_is_undone(self, vault: Vault) -> None:
        def fail(opened: Vault) -> None:
            with opened.transaction():
                opened.accept_older()
                raise RuntimeError("power")

        with an_older_copy(vault) as opened:
            with pytest.raises(RuntimeError, match="power"):
                fail(opened)
            assert opened.older is not None
            assert named(opened) == [("older copy", 3)]

    def test_is_named_to_a_reader_as_well(self, vault: Vault) -> None:
        an_older_copy(vault).close()
        before = (vault.folder / "store.seen").read_bytes()
        with Vault(vault.folder, KEY, read_only=True) as looking:
            assert named(looking) == [("older copy", 3)]
        assert (vault.folder / "store.seen").read_bytes() == before

    def test_is_told_from_another_store_made_in_its_place(self, vault: Vault) -> None:
        act(vault, HEAD)
        vault.close()
        for path in vault.folder.glob("store.db*"):
            path.unlink()
        with again(vault) as opened:
            assert named(opened) == [("other store", 0)]
            assert "另一份" in opened.findings[0].say
            assert opened.older is not None
            assert opened.older.head == (7, "ab" * 32)
            opened.accept_older()
        with again(vault) as opened:
            assert opened.findings == []


class TestTheWitness:
    def test_follows_every_commit(self, vault: Vault) -> None:
        for head in (HEAD, LATER):
            act(vault, head)
            seen = witness.read(vault.folder, Sealer(KEY))
            assert seen is not None
            assert (seen.generation, seen.notes["head"]) == (vault.generation, head)

    def test_that_is_missing_or_lags_is_no_alarm_and_begins_anew(self, vault: Vault) -> None:
        act(vault, HEAD)
        vault.close()
        path = vault.folder / "store.seen"
        lagging = path.read_bytes()
        with again(vault) as opened:
            act(opened, LATER)
        path.write_bytes(lagging)
        with again(vault) as opened:
            assert opened.findings == []
            assert opened.seen is not None
            assert opened.seen.head == (7, "ab" * 32)
        path.unlink()
        with again(vault) as opened:
            assert (opened.findings, opened.seen) == ([], None)
        with again(vault) as opened:
            assert opened.seen is not None
            assert opened.seen.head == (9, "cd" * 32)

    def test_of_another_key_is_none(self, vault: Vault) -> None:
        act(vault, HEAD)
        assert witness.read(vault.folder, Sealer(bytes(32))) is None
        both = VaultKeys(2, {1: KEY, 2: bytes(32)})
        assert witness.read(vault.folder, Sealer(both)) is not None

    @pytest.mark.parametrize("slot", [0, 4096])
    def test_torn_in_one_slot_has_the_other(self, vault: Vault, slot: int) -> None:
        act(vault, HEAD)
        act(vault, LATER)
        vault.close()
        path = vault.folder / "store.seen"
        content = bytearray(path.read_bytes())
        content[slot + 100 : slot + 512] = bytes(412)
        path.write_bytes(bytes(content))
        seen = witness.read(vault.folder, Sealer(KEY))
        assert seen is not None
        assert vault.generation - seen.generation <= 1

    def test_is_read_before_the_store_so_that_a_running_owner_is_no_alarm(
        self, vault: Vault, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        act(vault, HEAD)
        read = Witness.read

        def busy(self: Witness) -> Seen | None:
            seen = read(self)
            act(vault, LATER)
            return seen

        monkeypatch.setattr(Witness, "read", busy)
        with Vault(vault.folder, KEY, read_only=True) as looking:
            assert looking.findings == []
            assert looking.note("head") == LATER

    def test_that_cannot_be_written_stands_in_no_acts_way(self, folder: Path) -> None:
        (folder / "store.seen").mkdir(parents=True)
        with Vault(folder, KEY) as vault:
            act(vault, HEAD)
            vault.checkpoint()
        with Vault(folder, KEY) as vault:
            assert (vault.note("head"), vault.findings) == (HEAD, [])

    def test_knows_what_a_lost_mark_knew(self, vault: Vault) -> None:
        act(vault, HEAD)
        vault.set_note("other", 1)
        reached = vault.generation
        with file_of(vault) as file:
            file.execute("DELETE FROM mark")
        with again(vault) as opened:
            assert [found.reason for found in opened.findings] == ["mark"]
            assert (opened.note("head"), opened.note("serial")) == (None, None)
            assert opened.seen is not None
            assert (opened.seen.head, opened.seen.serial) == ((7, "ab" * 32), ("2026-03-02", 7))
            assert opened.generation >= reached

    def test_leaves_out_notes_that_are_too_long_for_its_slots(self, tmp_path: Path) -> None:
        told = Witness(tmp_path / "seen", Sealer(KEY))
        with closing(told):
            told.tell("store", Mark(generation=3, notes={"head": HEAD, "serial": ["x" * 500, 1]}))
        assert told.read() == Seen("store", 3)
        assert (tmp_path / "seen").stat().st_size <= 512

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(at=st.integers(0, 4096 + 511), bent=st.integers(1, 255))
    def test_with_any_byte_changed_never_says_what_was_not_told(self, tmp_path: Path, at: int, bent: int) -> None:
        told = Witness(tmp_path / "seen", Sealer(KEY))
        told._path.unlink(missing_ok=True)
        words = [Seen("store", n, {"head": [n, "ab"]}) for n in (4, 5)]
        with closing(told):
            for word in words:
                told.tell("store", Mark(generation=word.generation, notes=word.notes))
        content = bytearray(told._path.read_bytes())
        content[at] ^= bent
        told._path.write_bytes(bytes(content))
        assert told.read() in words
