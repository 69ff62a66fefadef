"""A change of keys while the window is used, and by whom it is taken up."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from clerk_app.store.access.keys import (
    changing,
    create_keys,
    open_keys,
    watched,
)
from clerk_app.store.access.rotation import REQUEST, KeyKeeper, Rotation, SealedStill, Step, ask_owner
from clerk_app.store.access.unlock import KeyringUnlock
from clerk_app.store.file.vault import Vault
from clerk_app.store.records import Records
from tests.support.rotations import (
    BATCH,
    CASES,
    eventually,
    filled,
    is_whole,
    key_numbers,
    opened,
    receive,
    rotate,
)
from tests.support.window_journal import WINDOW


@pytest.fixture
def folder(tmp_path: Path, ring: KeyringUnlock) -> Path:
    return filled(tmp_path / "window", ring)


class TestUnderUse:
    def test_acts_recorded_meanwhile_are_all_there(self, folder: Path, ring: KeyringUnlock) -> None:
        with opened(folder, open_keys(folder, ring)) as records:
            waits: list[float] = []
            between = threading.Event()

            def work() -> None:
                for _ in range(60):
                    begun = time.monotonic()
                    receive(records, 1)
                    waits.append(time.monotonic() - begun)
                    between.set()

            worker = threading.Thread(target=work)
            rotation = Rotation(records.vault, ring, batch=4)
            rotation.begin(ring)
            worker.start()
            for _ in rotation.steps():
                between.wait(5)  # at least one act between two steps, while there are any
                if worker.is_alive():
                    between.clear()
            worker.join()
            assert is_whole(records, CASES + 60)
            assert len(waits) == 60
        assert key_numbers(folder) == {2}
        with opened(folder, open_keys(folder, ring)) as records:
            assert is_whole(records, CASES + 60)

    def test_an_act_in_hand_is_sealed_with_one_key_and_undone_as_a_whole(
        self, folder: Path, ring: KeyringUnlock
    ) -> None:
        with opened(folder, open_keys(folder, ring)) as records:
            rotation = Rotation(records.vault, ring, batch=4)
            rotation.begin(ring)
            steps = rotation.steps()
            next(steps)
            with contextlib.suppress(RuntimeError), records.transaction():
                records.put_meta("x", b"x")
                raise RuntimeError
            assert records.get_meta("x") is None
            for _ in steps:
                pass
            assert is_whole(records)

    def test_whoever_reads_beside_it_reads_on(self, folder: Path, ring: KeyringUnlock) -> None:
        early = open_keys(folder, ring)  # read before the change began, used after
        with (
            Records.open(folder, watched(early, folder, ring), window=WINDOW, read_only=True) as onlooker,
            opened(folder, early) as owner,
        ):
            rotation = Rotation(owner.vault, ring, batch=BATCH)
            rotation.begin(ring)
            for step in rotation.steps():
                assert is_whole(onlooker), step
                with Records.open(folder, watched(early, folder, ring), window=WINDOW, read_only=True) as late:
                    assert is_whole(late), step
        assert not changing(folder)

    def test_a_reader_in_the_way_is_waited_for(self, folder: Path, ring: KeyringUnlock) -> None:
        with opened(folder, open_keys(folder, ring)) as records:
            rotation = Rotation(records.vault, ring, batch=1000)
            rotation.begin(ring)
            steps = rotation.steps()
            with closing(sqlite3.connect(f"file:{folder / 'store.db'}?mode=ro", uri=True)) as reader:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM tables").fetchone()
                for step in steps:
                    if step is Step.WAITING:
                        break
                assert set(open_keys(folder, ring).vault.keys) == {1, 2}
            assert list(steps)[-1] is Step.FORGOTTEN

    def test_damaged_bodies_keep_the_former_key_until_they_are_mended(
        self, tmp_path: Path, ring: KeyringUnlock
    ) -> None:
        folder = tmp_path / "bent"
        with Vault(folder, create_keys(folder, ring).vault) as vault:
            for row in ("a", "b", "c"):
                vault.write("t", row, row.encode())
        with closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as file:
            body = bytearray(file.execute("SELECT body FROM d1 WHERE id = 'b'").fetchone()[0])
            body[-1] ^= 1
            file.execute("UPDATE d1 SET body = ? WHERE id = 'b'", (bytes(body),))
        for _ in range(2):
            with Vault(folder, open_keys(folder, ring).vault) as vault:
                rotation = Rotation(vault, ring)
                if not changing(folder):
                    rotation.begin(ring)
                with pytest.raises(SealedStill, match="1 条损坏的记录"):
                    list(rotation.steps())
                assert [row.id for row in vault.scan("t")] == ["a", "c"]
            assert set(open_keys(folder, ring).vault.keys) == {1, 2}
        with Vault(folder, open_keys(folder, ring).vault) as vault:
            vault.write("t", "b", b"mended")
            list(Rotation(vault, ring).steps())
            assert [row.body for row in vault.scan("t")] == [b"a", b"mended", b"c"]
        assert set(open_keys(folder, ring).vault.keys) == {2}


class TestKeeper:
    def test_goes_on_with_what_was_begun_without_asking_anybody(self, folder: Path, ring: KeyringUnlock) -> None:
        rotate(folder, ring, 2)
        with opened(folder, open_keys(folder, ring)) as records:
            keeper = KeyKeeper(records.vault, ring, pause=0, look=0.01, quiet=0.05).start()
            eventually(lambda: not changing(folder))
            receive(records, 1)
            keeper.stop()
            assert is_whole(records, CASES + 1)

    def test_takes_up_what_another_program_asks_for(self, folder: Path, ring: KeyringUnlock) -> None:
        with opened(folder, open_keys(folder, ring)) as records:
            keeper = KeyKeeper(records.vault, ring, pause=0, look=0.01, quiet=0.05).start()
            ask_owner(folder)
            eventually(lambda: not (folder / REQUEST).exists() and not changing(folder))
            keeper.stop()
            assert set(records.vault.keys.keys) == {2}
        assert key_numbers(folder) == {2}

    def test_writes_the_file_anew_only_when_nothing_is_being_recorded(
        self, folder: Path, ring: KeyringUnlock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rotate(folder, ring, 1)
        with opened(folder, open_keys(folder, ring)) as records:
            waited: list[int] = []
            keeper = KeyKeeper(records.vault, ring, pause=0, quiet=0.07)
            wait = keeper._stopping.wait

            def act_meanwhile(seconds: float | None = None) -> bool:
                if seconds == 0.07 and len(waited) < 3:
                    receive(records, 1)
                    waited.append(records.vault.generation)
                    assert changing(folder)
                return wait(seconds)

            monkeypatch.setattr(keeper._stopping, "wait", act_meanwhile)
            keeper.start()
            eventually(lambda: not changing(folder))
            keeper.stop()
            assert len(waited) == 3
            assert is_whole(records, CASES + 3)

    def test_stopped_in_the_middle_it_leaves_the_rest_for_the_next_time(
        self, folder: Path, ring: KeyringUnlock
    ) -> None:
        rotate(folder, ring, 1)
        with opened(folder, open_keys(folder, ring)) as records:
            KeyKeeper(records.vault, ring, pause=60).start().stop()
            assert changing(folder)
            assert is_whole(records)
