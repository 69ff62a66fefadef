from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.store.access import unlock
from clerk_app.store.access.keys import (
    PassphraseUnlock,
    create_keys,
    open_keys,
    passphrase_from_environment,
    unlock_from_environment,
    unlock_kind,
)
from clerk_app.store.access.system_keyring import SystemKeyring
from clerk_app.store.access.unlock import KeyringUnlock
from clerk_app.store.errors import (
    KeyMissing,
    KeyringUnavailable,
    KeysDamaged,
    KeysExist,
    PassphraseMissing,
    StoreMissing,
    WrongKey,
)
from clerk_app.store.file import twin
from clerk_app.store.file.vault import Vault
from tests.support.secret_service import SecretService

PASSPHRASE = "样例口令 correct horse"


class TestPassphrase:
    def test_keys_are_there_again_with_the_same_passphrase(self, folder: Path) -> None:
        made = create_keys(folder, PassphraseUnlock(PASSPHRASE))
        assert open_keys(folder, PassphraseUnlock(PASSPHRASE)) == made
        assert len({made.vault_key, made.signing_key, made.public_key}) == 3
        signature = Ed25519PrivateKey.from_private_bytes(made.signing_key).sign(b"x")
        Ed25519PrivateKey.from_private_bytes(made.signing_key).public_key().verify(signature, b"x")
        assert made.vault_key.hex() not in repr(made)
        assert repr(made.vault_key) not in repr(made)
        assert unlock_kind(folder) == "passphrase"

    def test_another_passphrase_is_refused(self, folder: Path) -> None:
        create_keys(folder, PassphraseUnlock(PASSPHRASE))
        with pytest.raises(WrongKey):
            open_keys(folder, PassphraseUnlock(PASSPHRASE + " "))

    def test_the_same_text_typed_otherwise_composed_opens_too(self, folder: Path) -> None:
        made = create_keys(folder, PassphraseUnlock("caf\u00e9"))
        assert open_keys(folder, PassphraseUnlock("cafe\u0301")) == made

    def test_the_file_holds_no_secret_in_clear_and_is_the_owners_alone(self, folder: Path) -> None:
        made = create_keys(folder, PassphraseUnlock(PASSPHRASE))
        path = folder / "keys.json"
        raw = path.read_bytes()
        for secret in (made.vault_key, made.signing_key):
            assert secret not in raw
            assert secret.hex().encode() not in raw
        assert PASSPHRASE.encode() not in raw
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert sorted(p.name for p in folder.iterdir()) == ["keys.json", "keys.json.copy"]
        assert (folder / "keys.json.copy").read_bytes() == raw

    def test_costs_what_rfc_7914_parameters_state(self, folder: Path) -> None:
        create_keys(folder, PassphraseUnlock(PASSPHRASE))
        told = json.loads((folder / "keys.json").read_bytes())["unlock"]
        assert {k: told[k] for k in ("kdf", "n", "r", "p")} == {"kdf": "scrypt", "n": 1 << 15, "r": 8, "p": 1}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("n", 2),
            ("n", 1 << 40),
            ("n", (1 << 15) + 1),
            ("r", 0),
            ("p", -1),
            ("salt", "zz"),
            ("kdf", "md5"),
            ("n", None),
        ],
    )
    def test_cheaper_or_absurd_costs_are_refused(self, folder: Path, name: str, value: object) -> None:
        create_keys(folder, PassphraseUnlock(PASSPHRASE))
        change(folder, lambda told: told["unlock"].update({name: value}))
        with pytest.raises(KeysDamaged):
            open_keys(folder, PassphraseUnlock(PASSPHRASE))

    def test_an_empty_one_is_none(self) -> None:
        with pytest.raises(PassphraseMissing):
            PassphraseUnlock("")


def change(folder: Path, edit: Any) -> None:
    path = folder / "keys.json"
    told = json.loads(path.read_bytes())
    edit(told)
    path.write_bytes(twin.checked(told))  # whoever tampers with it can make its check anew, too


class TestNeverOverAStore:
    def test_keys_are_not_made_twice(self, folder: Path) -> None:
        create_keys(folder, PassphraseUnlock(PASSPHRASE))
        before = (folder / "keys.json").read_bytes()
        with pytest.raises(KeysExist):
            create_keys(folder, PassphraseUnlock("another"))
        assert (folder / "keys.json").read_bytes() == before

    def test_a_store_without_keys_stops_with_what_to_do(self, folder: Path) -> None:
        keys = create_keys(folder, PassphraseUnlock(PASSPHRASE))
        with Vault(folder, keys.vault_key) as vault:
            vault.write("t", "a", b"")
        for name in ("keys.json", "keys.json.copy"):
            (folder / name).unlink()
        before = (folder / "store.db").read_bytes()
        for act in (
            lambda: create_keys(folder, PassphraseUnlock(PASSPHRASE)),
            lambda: open_keys(folder, PassphraseUnlock(PASSPHRASE)),
            lambda: unlock_kind(folder),
        ):
            with pytest.raises(KeyMissing, match="督导"):
                act()
        assert not (folder / "keys.json").exists()
        assert (folder / "store.db").read_bytes() == before

    def test_an_empty_folder_has_no_keys_to_open(self, folder: Path) -> None:
        assert unlock_kind(folder) is None
        with pytest.raises(StoreMissing):
            open_keys(folder, PassphraseUnlock(PASSPHRASE))

    @pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"version": 1}', b"\xff\xfe", b'"x"'])
    def test_a_damaged_key_file_is_named(self, folder: Path, raw: bytes) -> None:
        folder.mkdir()
        (folder / "keys.json").write_bytes(raw)
        with pytest.raises(KeysDamaged):
            open_keys(folder, PassphraseUnlock(PASSPHRASE))

    @pytest.mark.parametrize("name", ["store", "public_key"])
    def test_what_the_keys_are_bound_to_cannot_be_changed(self, folder: Path, name: str) -> None:
        create_keys(folder, PassphraseUnlock(PASSPHRASE))
        change(folder, lambda told: told.update({name: "0" * 64}))
        with pytest.raises(WrongKey):
            open_keys(folder, PassphraseUnlock(PASSPHRASE))

    def test_wrapped_keys_cannot_be_exchanged(self, folder: Path) -> None:
        create_keys(folder, PassphraseUnlock(PASSPHRASE))
        change(folder, lambda told: told["sealed"]["vault"].update({"1": told["sealed"]["signing"]}))
        with pytest.raises(WrongKey):
            open_keys(folder, PassphraseUnlock(PASSPHRASE))


class TestPassphraseFile:
    def test_is_a_file_less_one_newline(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "secret"
        path.write_bytes(" 口令 \n\n".encode())
        monkeypatch.setenv("CLERK_PASSPHRASE_FILE", str(path))
        assert passphrase_from_environment() == " 口令 \n"

    def test_is_a_descriptor_of_a_pipe_or_a_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        reading, writing = os.pipe()
        os.write(writing, b"piped\r\n")
        os.close(writing)
        monkeypatch.setenv("CLERK_PASSPHRASE_FILE", str(reading))
        assert passphrase_from_environment() == "piped"
        os.close(reading)
        (tmp_path / "secret").write_bytes(b"filed")
        with (tmp_path / "secret").open("rb") as file:
            monkeypatch.setenv("CLERK_PASSPHRASE_FILE", str(file.fileno()))
            assert [passphrase_from_environment() for _ in range(2)] == ["filed", "filed"]

    @pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff"])
    def test_that_has_none_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
    ) -> None:
        if content is not None:
            (tmp_path / "secret").write_bytes(content)
        monkeypatch.setenv("CLERK_PASSPHRASE_FILE", str(tmp_path / "secret"))
        with pytest.raises(PassphraseMissing, match="CLERK_PASSPHRASE_FILE"):
            passphrase_from_environment()

    def test_chooses_the_way_for_a_new_window_and_is_asked_for_where_it_is_needed(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert passphrase_from_environment() is None
        assert isinstance(unlock_from_environment(folder), KeyringUnlock)
        (tmp_path / "secret").write_text(PASSPHRASE, encoding="utf-8")
        monkeypatch.setenv("CLERK_PASSPHRASE_FILE", str(tmp_path / "secret"))
        made = create_keys(folder, unlock_from_environment(folder))
        assert open_keys(folder, unlock_from_environment(folder)) == made
        monkeypatch.delenv("CLERK_PASSPHRASE_FILE")
        with pytest.raises(PassphraseMissing):
            unlock_from_environment(folder)


class TestKeyring:
    SCRIPT = """
import json, sys
from pathlib import Path
from clerk_app.store.errors import VaultError
from clerk_app.store.access.keys import create_keys, open_keys, unlock_from_environment, unlock_kind
folder = Path(sys.argv[1])
try:
    keys = (create_keys if sys.argv[2] == "create" else open_keys)(folder, unlock_from_environment(folder))
    print(json.dumps({"vault": keys.vault_key.hex(), "kind": unlock_kind(folder)}))
except VaultError as error:
    print(json.dumps({"error": type(error).__name__, "say": error.say}))
"""
    FORGET = """
import sys
from keyring.backends.SecretService import Keyring
Keyring().delete_password("clerk-window", sys.argv[1])
"""
    LIST = """
import json, secretstorage
collection = secretstorage.get_default_collection(secretstorage.dbus_init())
print(json.dumps([[i.get_attributes()["username"], i.get_secret().decode()] for i in collection.get_all_items()]))
"""

    def run(self, session: SecretService, folder: Path, act: str, **env: str) -> dict[str, str]:
        told = session.python("-c", self.SCRIPT, str(folder), act, env={"PYTHONPATH": str(Path.cwd()), **env})
        assert told.returncode == 0, told.stderr
        answer: dict[str, str] = json.loads(told.stdout)
        return answer

    def test_holds_one_short_secret_and_gives_it_back(self, secret_service: SecretService, folder: Path) -> None:
        made = self.run(secret_service, folder, "create")
        assert made["kind"] == "keyring"
        assert self.run(secret_service, folder, "open") == made
        [(name, secret)] = json.loads(secret_service.python("-c", self.LIST).stdout)
        assert name == json.loads((folder / "keys.json").read_bytes())["store"]
        assert len(secret) == 64  # and the canary is gone
        assert secret.encode() not in (folder / "keys.json").read_bytes()

    def test_is_not_what_the_environment_names(self, secret_service: SecretService, folder: Path) -> None:
        env = {
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "KEYRING_PROPERTY_SCHEME": "KeePassXC",
            "KEYRING_PROPERTY_PREFERRED_COLLECTION": "/org/freedesktop/secrets/collection/session",
        }
        made = self.run(secret_service, folder, "create", **env)
        assert self.run(secret_service, folder, "open") == made

    def test_that_lost_the_key_stops_with_what_to_do(self, secret_service: SecretService, folder: Path) -> None:
        self.run(secret_service, folder, "create")
        before = (folder / "keys.json").read_bytes()
        store = json.loads(before)["store"]
        assert secret_service.python("-c", self.FORGET, store).returncode == 0
        lost = self.run(secret_service, folder, "open")
        assert lost["error"] == "KeyMissing"
        assert "督导" in lost["say"]
        assert self.run(secret_service, folder, "create")["error"] == "KeysExist"
        assert (folder / "keys.json").read_bytes() == before

    def test_that_is_not_there_is_a_clear_refusal_not_a_plain_file(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        with pytest.raises(KeyringUnavailable, match="CLERK_PASSPHRASE_FILE"):
            create_keys(folder, KeyringUnlock())
        assert list(folder.iterdir()) == []

    def test_that_never_answers_is_given_up(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import threading

        answered = threading.Event()
        monkeypatch.setattr("clerk_app.store.access.system_keyring._made", lambda _: answered.wait())
        keyring = SystemKeyring(timeout=0.05)
        with pytest.raises(KeyringUnavailable, match="没有回应"):
            keyring.get("SecretService", "x")
        answered.set()

    @pytest.mark.parametrize("name", ["null", "keyring.backends.null", "PlaintextKeyring", "WinVault", ""])
    def test_a_back_end_that_is_not_allowed_is_refused(self, name: str) -> None:
        with pytest.raises(KeyringUnavailable):
            SystemKeyring().get(name, "x")

    def test_a_liar_is_found_out_by_the_canary(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from keyring.backends.null import Keyring

        monkeypatch.setattr("clerk_app.store.access.system_keyring._made", lambda _: Keyring())  # type: ignore[no-untyped-call]
        with pytest.raises(KeyringUnavailable, match="读不回来"):
            SystemKeyring().choose()
        with pytest.raises(KeyringUnavailable, match="读不回来"):
            SystemKeyring().put("SecretService", "x", "secret")

    def test_a_window_with_a_passphrase_is_not_opened_with_a_keyring(self, folder: Path) -> None:
        create_keys(folder, PassphraseUnlock(PASSPHRASE))
        with pytest.raises(WrongKey, match="口令"):
            open_keys(folder, unlock.KeyringUnlock())
