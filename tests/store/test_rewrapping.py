"""What opens the vault key while keys are changed; a key file of the first version; sealing with several keys."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clerk_app.store.access import keyfile
from clerk_app.store.access import keys as window_keys
from clerk_app.store.access.keys import (
    PassphraseUnlock,
    changing,
    create_keys,
    open_keys,
    renew_keys,
)
from clerk_app.store.access.rotation import Rotation, Step
from clerk_app.store.access.unlock import KeyringUnlock
from clerk_app.store.errors import KeyMissing, KeysError, WrongKey
from clerk_app.store.file import durable, twin
from clerk_app.store.file.seal import SealBroken, Sealer, VaultKeys
from clerk_app.store.records import Records
from tests.support.rotations import (
    filled,
    is_whole,
    opened,
    receive,
    ring_of,
    rotate,
)
from tests.support.window_journal import WINDOW


@pytest.fixture
def folder(tmp_path: Path, ring: KeyringUnlock) -> Path:
    return filled(tmp_path / "window", ring)


class TestWrapping:
    def test_the_keyring_holds_the_new_secret_before_the_file_names_it_and_loses_the_old_one_last(
        self, folder: Path, ring: KeyringUnlock
    ) -> None:
        store = keyfile.read(folder).store
        ring_of(ring).asked.clear()
        with opened(folder, open_keys(folder, ring)) as records:
            rotation = Rotation(records.vault, ring)
            rotation.begin(ring)
            assert set(ring_of(ring).held) == {store, f"{store}/2"}
            assert keyfile.read(folder).wrap.unlock["name"] == f"{store}/2"
            for step in rotation.steps():
                assert (store in ring_of(ring).held) == (step is not Step.FORGOTTEN)
        assert ring_of(ring).asked == [f"put {store}/2", f"forget {store}"]

    def test_a_keyring_that_lost_the_new_secret_in_a_power_cut_costs_nothing(
        self, folder: Path, ring: KeyringUnlock
    ) -> None:
        rotate(folder, ring, 3)
        name = keyfile.read(folder).wrap.unlock["name"]
        del ring_of(ring).held[name]
        with opened(folder, open_keys(folder, ring)) as records:
            assert is_whole(records)
        assert Step.WAITING in rotate(folder, ring)
        assert not changing(folder)
        assert len(ring_of(ring).held) == 1
        with opened(folder, open_keys(folder, ring)) as records:
            assert is_whole(records)

    def test_only_secrets_of_this_window_are_ever_destroyed(self, folder: Path, ring: KeyringUnlock) -> None:
        ring_of(ring).held["another window"] = "00"
        rotate(folder, ring, 5)
        path = folder / "keys.json"
        told = json.loads(path.read_bytes())
        told["retired"] = [
            {"kind": "keyring", "backend": "Ring", "name": name} for name in ("another window", told["unlock"]["name"])
        ]
        path.write_bytes(twin.checked(told))
        rotate(folder, ring)
        assert "another window" in ring_of(ring).held
        open_keys(folder, ring)

    def test_a_new_passphrase_counts_from_the_moment_it_was_said(self, tmp_path: Path) -> None:
        old, new = PassphraseUnlock("样例口令一号"), PassphraseUnlock("样例口令二号")
        folder = tmp_path / "window"
        with opened(folder, create_keys(folder, old)) as records:
            receive(records, 3)
            salt = json.loads((folder / "keys.json").read_bytes())["unlock"]["salt"]
            rotation = Rotation(records.vault, old, batch=2)
            rotation.begin(old, new)
            next(rotation.steps())
        with pytest.raises(WrongKey):
            open_keys(folder, old)
        rotate(folder, new)
        told = json.loads((folder / "keys.json").read_bytes())
        assert told["unlock"]["salt"] != salt
        assert {name: told["unlock"][name] for name in ("kdf", "n", "r", "p")} == {
            "kdf": "scrypt",
            "n": 32768,
            "r": 8,
            "p": 1,
        }
        assert "before" not in told
        assert list(told["sealed"]["vault"]) == ["2"]
        with opened(folder, open_keys(folder, new)) as records:
            assert len(records.journal()) == 6

    def test_a_wrong_present_passphrase_changes_nothing(self, tmp_path: Path) -> None:
        create_keys(tmp_path, PassphraseUnlock("样例口令一号"))
        before = (tmp_path / "keys.json").read_bytes()
        with pytest.raises(WrongKey):
            renew_keys(tmp_path, PassphraseUnlock("样例口令三号"), PassphraseUnlock("样例口令二号"))
        assert (tmp_path / "keys.json").read_bytes() == before

    def test_a_window_whose_keyring_lost_everything_is_told_so(self, folder: Path, ring: KeyringUnlock) -> None:
        rotate(folder, ring, 3)
        ring_of(ring).held.clear()
        with pytest.raises(KeyMissing, match="督导"):
            open_keys(folder, ring)

    @pytest.mark.parametrize("name", ["current", "store", "public_key"])
    def test_what_the_keys_are_bound_to_cannot_be_changed_meanwhile(
        self, folder: Path, ring: KeyringUnlock, name: str
    ) -> None:
        rotate(folder, ring, 2)
        path = folder / "keys.json"
        told = json.loads(path.read_bytes())
        told[name] = 1 if name == "current" else told[name] + "0"
        path.write_bytes(twin.checked(told))
        with pytest.raises(KeysError):
            open_keys(folder, ring)


def first_version(folder: Path, unlock: PassphraseUnlock, vault: bytes, signing: bytes) -> None:
    """Write ``keys.json`` as it was written before keys could be changed."""
    store = "00000000-0000-4000-8000-000000000001"
    told, wrapping = unlock.begin(store)
    public = window_keys._public(keyfile.Secrets({}, signing)).hex()
    head = {"version": 1, "store": store, "unlock": told, "public_key": public}
    sealed = {}
    for name, key in (("vault", vault), ("signing", signing)):
        bound = json.dumps({**head, "key": name}, sort_keys=True, separators=(",", ":")).encode()
        nonce = os.urandom(12)
        sealed[name] = (nonce + AESGCM(wrapping).encrypt(nonce, key, bound)).hex()
    durable.make_private_folder(folder)
    durable.write_private_file(folder / "keys.json", json.dumps({**head, "sealed": sealed}, indent=1).encode())


def test_a_key_file_of_the_first_version_opens_and_is_changed_like_any(tmp_path: Path) -> None:
    unlock, folder = PassphraseUnlock("sample-passphrase"), tmp_path / "window"
    vault, signing = os.urandom(32), os.urandom(32)
    first_version(folder, unlock, vault, signing)
    with Records.open(folder, vault, window=WINDOW) as records:  # as it was opened then: one key, without a number
        receive(records, 3)
    found = open_keys(folder, unlock)
    assert (found.vault_key, found.signing_key) == (vault, signing)
    rotate(folder, unlock)
    assert json.loads((folder / "keys.json").read_bytes())["version"] == 2
    after = open_keys(folder, unlock)
    assert after.signing_key == signing
    with opened(folder, after) as records:
        assert len(records.journal()) == 6
        assert records.damages() == []


class TestSealer:
    KEYS = VaultKeys(2, {1: bytes(32), 2: bytes(range(32))})

    def test_opens_with_any_known_key_and_seals_with_the_current_one(self) -> None:
        former, both = Sealer(bytes(32)), Sealer(self.KEYS)
        for is_open in (False, True):
            sealed = former.seal(b"p", b"body" * 400, is_open=is_open, packed=True)
            assert both.open(b"p", sealed) == b"body" * 400
            renewed = both.reseal(b"p", sealed)
            assert renewed is not None
            assert renewed[0] == sealed[0]
            assert renewed[1] == 2
            assert Sealer(VaultKeys(2, {2: self.KEYS.keys[2]})).open(b"p", renewed) == b"body" * 400
            assert both.reseal(b"p", renewed) is None

    def test_proofs_hold_under_any_known_key(self) -> None:
        former, both, other = Sealer(bytes(32)), Sealer(self.KEYS), Sealer(b"x" * 32)
        assert both.mac_holds(b"l", b"d", former.mac(b"l", b"d"))
        assert both.mac_holds(b"l", b"d", both.mac(b"l", b"d"))
        assert not former.mac_holds(b"l", b"d", both.mac(b"l", b"d"))
        assert not both.mac_holds(b"l2", b"d", both.mac(b"l", b"d"))
        assert both.knows("store", former.check("store"))
        assert not both.knows("store", other.check("store"))
        assert not both.knows("store", "bent")

    def test_keys_are_read_anew_once_for_a_number_nobody_knows(self) -> None:
        asked = []

        def again() -> VaultKeys:
            asked.append(1)
            return self.KEYS

        onlooker = Sealer(VaultKeys(1, {1: bytes(32)}, again))
        assert onlooker.open(b"p", Sealer(self.KEYS).seal(b"p", b"new")) == b"new"
        bent = bytearray(Sealer(self.KEYS).seal(b"p", b"new"))
        bent[1] = 77
        for _ in range(3):
            with pytest.raises(SealBroken, match="key"):
                onlooker.open(b"p", bytes(bent))
        assert len(asked) == 2

    def test_keys_are_not_told_by_their_repr(self) -> None:
        assert "keys" not in repr(self.KEYS).replace("VaultKeys", "")
        assert repr(bytes(32))[2:-1] not in repr(self.KEYS)
