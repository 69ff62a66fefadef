from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.store.errors import StoreDamaged
from clerk_app.store.file.seal import SealBroken, Sealer, place_of
from clerk_app.store.file.vault import Vault
from tests.support.vaults import KEY, SECRET, again, file_of


class TestTampering:
    def test_a_bent_row_is_named_and_the_rest_is_read(self, vault: Vault) -> None:
        for row in ("a", "b", "c"):
            vault.write("t", row, SECRET)
        with file_of(vault) as file:
            body = bytearray(file.execute("SELECT body FROM d1 WHERE id = 'b'").fetchone()[0])
            body[30] ^= 1
            file.execute("UPDATE d1 SET body = ? WHERE id = 'b'", (bytes(body),))
        with again(vault) as opened:
            assert [r.id for r in opened.scan("t")] == ["a", "c"]
            assert list(opened.damages) == [("t", "b")]
            with pytest.raises(StoreDamaged) as damage:
                opened.read("t", "b")
            assert (damage.value.table, damage.value.id) == ("t", "b")
            assert "b" in damage.value.say
            opened.write("t", "b", b"mended")
            assert opened.read("t", "b") == b"mended"

    @pytest.mark.parametrize("table", ["t", "public"])
    def test_swapped_bodies_do_not_open(self, vault: Vault, table: str) -> None:
        vault.write(table, "a", b"of a")
        vault.write(table, "b", b"of b")
        with file_of(vault) as file:
            (one,), (two,) = file.execute("SELECT body FROM d1 ORDER BY id")
            file.execute("UPDATE d1 SET body = CASE id WHEN 'a' THEN ? ELSE ? END", (two, one))
        with again(vault) as opened:
            assert list(opened.scan(table)) == []
            assert set(opened.damages) == {(table, "a"), (table, "b")}

    def test_a_row_moved_to_another_place_or_table_does_not_open(self, vault: Vault) -> None:
        vault.write("t", "a", b"of t")
        vault.write("u", "a", b"of u")
        with file_of(vault) as file:
            file.execute("UPDATE d1 SET seq = 7")
            file.execute("UPDATE d2 SET body = (SELECT body FROM d1), rev = (SELECT rev FROM d1)")
        with again(vault) as opened:
            assert list(opened.scan("t")) == list(opened.scan("u")) == []

    def test_an_older_row_put_back_is_noticed(self, vault: Vault) -> None:
        vault.write("t", "a", b"old")
        with file_of(vault) as file:
            old = file.execute("SELECT rev, body FROM d1").fetchone()
        with again(vault) as opened:
            opened.write("t", "a", b"new")
        with file_of(vault) as file:
            file.execute("UPDATE d1 SET rev = ?, body = ?", old)
        for _ in range(2):  # and stays so until it is mended
            with again(vault) as opened:
                assert [(f.table, f.reason) for f in opened.findings] == [("t", "replaced rows")]
                opened.write("other", "x", b"")

    def test_rows_and_tables_taken_away_are_noticed(self, vault: Vault) -> None:
        for table in ("t", "u"):
            for row in ("a", "b"):
                vault.write(table, row, b"")
        with file_of(vault) as file:
            file.execute("DELETE FROM d1 WHERE id = 'a'")
            file.execute("DELETE FROM tables WHERE name = 'u'")
        with again(vault) as opened:
            assert [(f.table, f.reason) for f in opened.findings] == [("t", "missing rows"), ("u", "missing rows")]
            assert opened.read("t", "b") == b""

    def test_an_older_copy_of_the_file_has_seen_fewer_commits(self, vault: Vault) -> None:
        vault.write("t", "a", b"")
        before = vault.generation
        vault.backup(vault.folder / "copy.db")
        vault.write("t", "a", b"")
        vault.close()
        for path in vault.folder.glob("store.db*"):
            path.unlink()
        (vault.folder / "copy.db").rename(vault.folder / "store.db")
        with again(vault) as opened:
            assert opened.generation == before < vault.generation

    def test_a_lost_mark_is_reckoned_anew(self, vault: Vault) -> None:
        for row in ("a", "b"):
            vault.write("t", row, b"")
        with file_of(vault) as file:
            file.execute("DELETE FROM mark")
        with again(vault) as opened:
            assert [f.reason for f in opened.findings] == ["mark"]
            assert opened.count("t") == 2
            assert opened.write("t", "c", b"") == 3
        with again(vault) as opened:
            assert opened.findings == []
            assert opened.ids("t") == ["a", "b", "c"]

    @given(st.data())
    def test_any_changed_byte_of_a_sealed_body_is_noticed(self, data: st.DataObject) -> None:
        sealer, place = Sealer(KEY), place_of("t", "a", 1, 2)
        is_open, packed = data.draw(st.booleans()), data.draw(st.booleans())
        body = data.draw(st.binary(max_size=900))
        sealed = sealer.seal(place, body, is_open=is_open, packed=packed)
        assert sealer.open(place, sealed) == body
        at = data.draw(st.integers(0, len(sealed) - 1))
        bent = bytearray(sealed)
        bent[at] ^= data.draw(st.integers(1, 255))
        with pytest.raises(SealBroken):
            sealer.open(place, bytes(bent))
        with pytest.raises(SealBroken):
            sealer.open(place, sealed[:at])
        with pytest.raises(SealBroken):
            sealer.open(place_of("t", "a", 12, 2), sealed)

    def test_nothing_sealed_is_readable_in_any_file(self, vault: Vault) -> None:
        vault.write("t", "a", SECRET)
        vault.set_note("who", SECRET.decode())
        names = {path.name for path in vault.folder.iterdir()}
        assert "store.db-wal" in names
        assert not any(SECRET in path.read_bytes() for path in vault.folder.iterdir())

    def test_a_zeroed_page_costs_only_what_was_on_it(self, vault: Vault) -> None:
        for n in range(200):
            vault.write("t", f"{n:03d}", os.urandom(900))
        vault.close()
        path = vault.folder / "store.db"
        with closing(sqlite3.connect(path)) as file, file:
            root = file.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'd1'").fetchone()[0]
        raw = bytearray(path.read_bytes())
        leaf = next(
            n for n in range(len(raw) // 4096) if raw[n * 4096] == 13 and n + 1 != root and n > 5
        )  # a leaf of the table
        raw[leaf * 4096 : (leaf + 1) * 4096] = bytes(4096)
        path.write_bytes(bytes(raw))
        with again(vault) as opened:
            survivors = [r.id for r in opened.scan("t")]
            assert 190 <= len(survivors) < 200
            assert len(opened.damages) == 200 - len(survivors)
