"""A change of keys: nothing is lost, whatever ends it and wherever, and nothing of the former key stays."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from clerk_app.store.access import keyfile
from clerk_app.store.access.keys import (
    PassphraseUnlock,
    changing,
    create_keys,
    drop_former,
    open_keys,
    renew_keys,
)
from clerk_app.store.access.rotation import Step
from clerk_app.store.access.unlock import KeyringUnlock
from clerk_app.store.errors import FormerKey, WrongKey
from clerk_app.store.file import durable
from tests.support.rotations import (
    BATCH,
    CASES,
    all_bodies,
    content,
    filled,
    is_whole,
    key_numbers,
    opened,
    published,
    receive,
    ring_of,
    rotate,
    rows,
)


@pytest.fixture
def folder(tmp_path: Path, ring: KeyringUnlock) -> Path:
    return filled(tmp_path / "window", ring)


class TestWhatItLeaves:
    def test_every_body_is_sealed_with_the_new_key_at_its_place_and_revision(
        self, folder: Path, ring: KeyringUnlock
    ) -> None:
        before, old = rows(folder), open_keys(folder, ring)
        done = rotate(folder, ring)
        after, new = rows(folder), open_keys(folder, ring)
        assert done[-4:] == [Step.CHECK_RENEWED, Step.PURGED, Step.DROPPED, Step.FORGOTTEN]
        assert {place: row[:2] for place, row in before.items()} == {place: row[:2] for place, row in after.items()}
        assert {body[1] for _, _, body in before.values()} == {1}
        assert key_numbers(folder) == {2}
        assert {body[0] & 1 for _, _, body in after.values()} == {0, 1}  # open rows are among them
        assert set(new.vault.keys) == {2}
        assert new.vault_key != old.vault_key
        assert (new.signing_key, new.public_key) == (old.signing_key, old.public_key)
        with opened(folder, new) as records:
            assert is_whole(records)
            assert records.vault.note("rotation") is None

    def test_nothing_sealed_with_the_former_key_is_in_any_file(self, folder: Path, ring: KeyringUnlock) -> None:
        with opened(folder, open_keys(folder, ring)) as records:  # some of it lies in the log and in free space
            assert records.vault._connection is not None
            records.vault._connection.execute("PRAGMA secure_delete = OFF")  # as most builds of SQLite have it
            with records.transaction():
                for n in range(200):
                    records.put_meta(f"gone{n}", os.urandom(700))
            sealed = [row[5] for row in all_bodies(folder)]
            for n in range(200):
                records.ledger.table("meta").discard(f"gone{n}")
        pieces = {body[2:26] for body in sealed}
        assert any(piece in content(folder) for piece in pieces)
        rotate(folder, ring)
        assert not any(piece in content(folder) for piece in pieces)

    def test_the_former_key_opens_nothing_any_more(self, folder: Path, ring: KeyringUnlock) -> None:
        old = open_keys(folder, ring)
        rotate(folder, ring)
        with pytest.raises(WrongKey):
            opened(folder, old)

    def test_an_older_copy_of_the_file_from_before_is_named(self, folder: Path, ring: KeyringUnlock) -> None:
        older = (folder / "store.db").read_bytes()
        rotate(folder, ring)
        newer = (folder / "store.db").read_bytes()
        (folder / "store.db").write_bytes(older)
        with pytest.raises(FormerKey, match="旧副本"):
            opened(folder, open_keys(folder, ring))
        assert (folder / "store.db").read_bytes() == older
        (folder / "store.db").write_bytes(newer)
        with opened(folder, open_keys(folder, ring)) as records:
            assert is_whole(records)

    def test_one_after_another_each_has_a_number_of_its_own(self, folder: Path, ring: KeyringUnlock) -> None:
        for number in (2, 3):
            rotate(folder, ring)
            assert set(open_keys(folder, ring).vault.keys) == {number}
            assert key_numbers(folder) == {number}
        with opened(folder, open_keys(folder, ring)) as records:
            assert is_whole(records)

    def test_numbers_begin_anew_after_the_last(self, tmp_path: Path, ring: KeyringUnlock) -> None:
        create_keys(tmp_path, ring)
        seen = []
        for _ in range(256):
            seen.append(renew_keys(tmp_path, ring).vault.current)
            assert drop_former(tmp_path, ring)
        assert seen == [*range(2, 256), 1, 2]


class TestEndedAnywhere:
    def test_behind_every_step_the_store_opens_and_the_next_run_brings_it_to_its_end(
        self, folder: Path, ring: KeyringUnlock, tmp_path: Path
    ) -> None:
        copy = tmp_path / "counted"
        shutil.copytree(folder, copy)
        held = dict(ring_of(ring).held)
        total = len(rotate(copy, ring))
        assert total > 12
        for steps in range(total):
            ring_of(ring).held = dict(held)
            trial = tmp_path / f"ended{steps}"
            shutil.copytree(folder, trial)
            rotate(trial, ring, steps)
            with opened(trial, open_keys(trial, ring)) as records:
                assert is_whole(records)
                receive(records, 1)
            rest = rotate(trial, ring) if changing(trial) else []
            with opened(trial, open_keys(trial, ring)) as records:
                assert is_whole(records, CASES + 1)
            assert not changing(trial)
            assert key_numbers(trial) == {2}
            assert len(ring_of(ring).held) == 1
            assert len(rest) <= total
            shutil.rmtree(trial)

    def test_it_goes_on_where_it_ended(self, folder: Path, ring: KeyringUnlock) -> None:
        first = rotate(folder, ring, 6)
        before = {place: body for place, (_, _, body) in rows(folder).items() if body[1] == 2}
        assert len(before) > 3 * BATCH
        rest = rotate(folder, ring)
        after = rows(folder)
        assert all(after[place][2] == body for place, body in before.items())  # nothing is sealed twice
        whole = sum(-(-count // BATCH) for count in Counter(table for table, _ in after).values())
        assert first == [Step.RESEALED] * 6
        assert rest.count(Step.RESEALED) == whole - 6  # nor looked at twice

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_a_write_of_the_key_file_that_fails_never_locks_the_window_out(
        self, folder: Path, ring: KeyringUnlock, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        write = durable.write_private_file
        left = [0]

        def failing(path: Path, raw: bytes) -> None:
            left[0] -= 1
            if left[0] < 0 and moment == "before":
                raise OSError(28, "No space left on device")
            write(path, raw)
            if left[0] < 0:
                raise OSError(5, "Input/output error")

        monkeypatch.setattr(keyfile, "write_private_file", failing)
        for allowed in range(8):
            left[0] = allowed
            try:
                rotate(folder, ring)
            except OSError:
                pass
            else:
                break
            with opened(folder, open_keys(folder, ring)) as records:
                assert is_whole(records)
        monkeypatch.undo()
        rotate(folder, ring)
        assert not changing(folder)
        with opened(folder, open_keys(folder, ring)) as records:
            assert is_whole(records)

    CHILD = """
import sys
from pathlib import Path
from clerk_app.store.access.keys import PassphraseUnlock, changing, open_keys
from clerk_app.store.records import Records
from clerk_app.store.access.rotation import Rotation
from tests.support.window_journal import WINDOW
folder, unlock = Path(sys.argv[1]), PassphraseUnlock("sample-passphrase")
keys = open_keys(folder, unlock)
with Records.open(folder, keys.vault, window=WINDOW) as records:
    while True:
        rotation = Rotation(records.vault, unlock, batch=4)
        if not changing(folder):
            rotation.begin(unlock)
        for step in rotation.steps():
            print(step.value, flush=True)
"""

    def test_killed_at_random_again_and_again_it_loses_nothing(self, tmp_path: Path) -> None:
        unlock = PassphraseUnlock("sample-passphrase")
        folder = tmp_path / "window"
        with opened(folder, create_keys(folder, unlock)) as records:
            receive(records, CASES)
            records.put_catalogue([published(n) for n in range(30)], 7)
        chance = random.Random(20260303)
        reached: set[str] = set()
        for _ in range(8):
            with subprocess.Popen(
                [sys.executable, "-c", self.CHILD, str(folder)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
            ) as child:
                assert child.stdout is not None
                for _ in range(chance.randrange(1, 160)):
                    reached.add(child.stdout.readline().strip())
                child.kill()
            with opened(folder, open_keys(folder, unlock)) as records:
                assert is_whole(records)
        assert {"resealed", "purged", "dropped"} <= reached
        if changing(folder):
            rotate(folder, unlock)
        assert key_numbers(folder) == set(open_keys(folder, unlock).vault.keys)
