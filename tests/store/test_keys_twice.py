"""Keys, which are kept twice: what becomes of a flipped bit, a lost file, a kill between the two writes."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clerk_app.store.access import keyfile
from clerk_app.store.access.keys import (
    PassphraseUnlock,
    changing,
    create_keys,
    open_keys,
    renew_keys,
    unlock_kind,
)
from clerk_app.store.access.rotation import Rotation
from clerk_app.store.access.unlock import KeyringUnlock
from clerk_app.store.errors import KeyMissing, KeysDamaged, KeysExist, WrongKey
from clerk_app.store.file import durable
from tests.support.rotations import filled, is_whole, opened, rotate
from tests.support.spoilt import CUT_NAMES, CUTS, Killed, beside, flipped, flips, kill_at


class TestKeys:
    def test_a_flipped_bit_anywhere_costs_nothing(self, tmp_path: Path, ring: KeyringUnlock) -> None:
        made = create_keys(tmp_path, ring)
        path, spare = tmp_path / "keys.json", tmp_path / "keys.json.copy"
        whole = path.read_bytes()
        assert spare.read_bytes() == whole
        assert stat.S_IMODE(spare.stat().st_mode) == 0o600
        for hit in (path, spare):
            for at, value in flips(path, 5):
                hit.write_bytes(flipped(whole, at, value))
                assert open_keys(tmp_path, ring) == made, at
                assert keyfile.worn(tmp_path) in {"", hit.name}
                told = keyfile.mend(tmp_path)
                assert bool(told) == bool(beside(tmp_path)) or hit is spare, at
                assert open_keys(tmp_path, ring) == made
                for left in beside(tmp_path):
                    left.unlink()
                path.write_bytes(whole)
                spare.write_bytes(whole)

    @pytest.mark.parametrize("at", ["before", "retired"])
    def test_a_flipped_bit_while_keys_are_changed_costs_nothing(
        self, tmp_path: Path, ring: KeyringUnlock, at: str
    ) -> None:
        folder = filled(tmp_path / "window", ring)
        if at == "before":
            rotate(folder, ring, 3)
        else:
            renew_keys(folder, ring)
            renew_keys(folder, ring)
        made, path = open_keys(folder, ring), folder / "keys.json"
        told, whole = keyfile.read(folder), path.read_bytes()
        for place, value in flips(path, 7):
            path.write_bytes(flipped(whole, place, value))
            assert keyfile.read(folder) == told, place
            assert open_keys(folder, ring) == made
        path.write_bytes(whole)
        rotate(folder, ring)
        with opened(folder, open_keys(folder, ring)) as records:
            assert is_whole(records)

    @pytest.mark.parametrize("cut", CUTS, ids=CUT_NAMES)
    def test_either_may_go(self, tmp_path: Path, ring: KeyringUnlock, cut: Callable[[Path], object]) -> None:
        made = create_keys(tmp_path, ring)
        whole = (tmp_path / "keys.json").read_bytes()
        cut(tmp_path / "keys.json")
        held = sorted(path.name for path in tmp_path.iterdir())
        assert (unlock_kind(tmp_path), open_keys(tmp_path, ring), changing(tmp_path)) == ("keyring", made, False)
        assert sorted(path.name for path in tmp_path.iterdir()) == held
        with pytest.raises(KeysExist):
            create_keys(tmp_path, ring)
        told = keyfile.mend(tmp_path)
        assert "keys.json" in told
        assert (tmp_path / "keys.json").read_bytes() == whole
        (tmp_path / "keys.json.copy").unlink()
        assert keyfile.mend(tmp_path) == ""
        assert (tmp_path / "keys.json.copy").read_bytes() == whole
        assert open_keys(tmp_path, ring) == made

    @pytest.mark.parametrize("cut", CUTS[:-1], ids=CUT_NAMES[:-1])
    def test_both_gone_or_spoilt_stops_it_and_no_key_is_made(
        self, tmp_path: Path, ring: KeyringUnlock, cut: Callable[[Path], object]
    ) -> None:
        folder = filled(tmp_path / "window", ring)
        for name in ("keys.json", "keys.json.copy"):
            cut(folder / name)
        before = {path.name for path in folder.iterdir()}
        for act in (lambda: open_keys(folder, ring), lambda: unlock_kind(folder)):
            with pytest.raises((KeyMissing, KeysDamaged), match="恢复"):
                act()
        with pytest.raises((KeyMissing, KeysExist)):
            create_keys(folder, ring)
        assert {path.name for path in folder.iterdir()} == before

    def test_a_wrong_passphrase_is_wrong_for_both_and_derived_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create_keys(tmp_path, PassphraseUnlock("样例口令一号"))
        derived: list[int] = []
        real = PassphraseUnlock._derive

        def counted(*told: Any) -> bytes:
            derived.append(1)
            return real(*told)

        monkeypatch.setattr(PassphraseUnlock, "_derive", counted)
        for spoil in (b"", b"rubbish"):
            (tmp_path / "keys.json").write_bytes(spoil or (tmp_path / "keys.json").read_bytes())
            with pytest.raises(WrongKey):
                open_keys(tmp_path, PassphraseUnlock("样例口令二号"))
        assert len(derived) == 2
        open_keys(tmp_path, PassphraseUnlock("样例口令一号"))

    def test_keys_from_before_there_was_a_copy_get_one(self, tmp_path: Path, ring: KeyringUnlock) -> None:
        made = create_keys(tmp_path, ring)
        path = tmp_path / "keys.json"
        told = json.loads(path.read_bytes())
        del told["check"]
        path.write_text(json.dumps(told, indent=1), encoding="utf-8")
        (tmp_path / "keys.json.copy").unlink()
        assert (open_keys(tmp_path, ring), keyfile.worn(tmp_path), keyfile.mend(tmp_path)) == (made, "", "")
        path.unlink()
        assert open_keys(tmp_path, ring) == made


class TestChangeOfKeys:
    def test_a_former_passphrase_opens_nothing_while_the_file_is_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old, new = PassphraseUnlock("样例口令一号"), PassphraseUnlock("样例口令二号")
        create_keys(tmp_path, old)
        kill_at(monkeypatch, keyfile, 1)
        with pytest.raises(Killed):
            renew_keys(tmp_path, old, new)
        monkeypatch.undo()
        open_keys(tmp_path, new)
        with pytest.raises(WrongKey):
            open_keys(tmp_path, old)
        assert keyfile.mend(tmp_path) == ""
        (tmp_path / "keys.json").unlink()
        with pytest.raises(WrongKey):
            open_keys(tmp_path, old)
        open_keys(tmp_path, new)

    def test_when_it_is_done_both_hold_the_new_key_alone(self, tmp_path: Path, ring: KeyringUnlock) -> None:
        folder = filled(tmp_path / "window", ring)
        rotate(folder, ring)
        raw = (folder / "keys.json.copy").read_bytes()
        assert raw == (folder / "keys.json").read_bytes()
        assert list(json.loads(raw)["sealed"]["vault"]) == ["2"]
        assert not {"before", "retired"} & json.loads(raw).keys()

    @pytest.mark.parametrize("write", range(6))
    @pytest.mark.parametrize("lost", [False, True], ids=["whole", "and the file is lost"])
    def test_the_power_goes_before_any_write_and_the_store_opens_whole(
        self, tmp_path: Path, ring: KeyringUnlock, monkeypatch: pytest.MonkeyPatch, write: int, lost: bool
    ) -> None:
        folder = filled(tmp_path / "window", ring)
        kill_at(monkeypatch, keyfile, write)
        with pytest.raises(Killed):
            rotate(folder, ring)
        monkeypatch.undo()
        if lost:
            (folder / "keys.json").unlink()
        with opened(folder, open_keys(folder, ring)) as records:
            assert is_whole(records)
            keyfile.mend(folder)
        assert (folder / "keys.json").read_bytes() == (folder / "keys.json.copy").read_bytes()
        if changing(folder) or keyfile.read(folder).current == 1:
            rotate(folder, ring)
        assert not changing(folder)
        with opened(folder, open_keys(folder, ring)) as records:
            assert is_whole(records)
        assert (folder / "keys.json").read_bytes() == (folder / "keys.json.copy").read_bytes()

    def test_a_begin_that_fails_behind_the_file_gives_no_key_up_unsealed(
        self, tmp_path: Path, ring: KeyringUnlock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = filled(tmp_path / "window", ring)
        with opened(folder, open_keys(folder, ring)) as records:
            real, calls = durable.write_private_file, list[Path]()

            def full(path: Path, raw: bytes) -> None:
                calls.append(path)
                if len(calls) == 2:
                    raise OSError(28, "No space left on device")
                real(path, raw)

            monkeypatch.setattr(keyfile, "write_private_file", full)
            with pytest.raises(OSError, match="No space"):
                Rotation(records.vault, ring).begin(ring)
            monkeypatch.undo()
            assert records.vault.keys.current == 1
            list(Rotation(records.vault, ring).steps())  # as the client's thread goes on with it
        with opened(folder, open_keys(folder, ring)) as records:
            assert is_whole(records)
        assert keyfile.read(folder).current == 2
