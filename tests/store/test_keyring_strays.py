"""Only a keyring that is known to keep secrets gets one, whatever the environment or a stray file names."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.support.secret_service import SecretService
from tests.support.tree import ROOT

PLAIN = "keyrings.alt.file.PlaintextKeyring"
KEEPS_IN_CLEAR = """
import os
from pathlib import Path
from keyring.backend import KeyringBackend

class PlaintextKeyring(KeyringBackend):
    priority = 99
    def set_password(self, service, name, secret):
        with open(os.environ["CALLS"], "a") as file:
            file.write(f"{service} {name} {secret}\\n")
    def get_password(self, service, name):
        lines = Path(os.environ["CALLS"]).read_text().splitlines()
        return next((line.split()[2] for line in lines if line.startswith(f"{service} {name} ")), None)
    def delete_password(self, service, name):
        pass
"""
ACT = """
import json, sys
from pathlib import Path
from clerk_app.store.access import keyfile, keys, system_keyring
from clerk_app.store.errors import VaultError
from clerk_app.store.access.rotation import Rotation
from clerk_app.store.access.unlock import KeyringUnlock
from clerk_app.store.file.vault import Vault
folder, unlock = Path(sys.argv[1]), KeyringUnlock(system_keyring.SystemKeyring(timeout=5))
def rotate():
    with Vault(folder, keys.open_keys(folder, unlock).vault) as vault:
        vault.write("t", "a", b"body")
        rotation = Rotation(vault, unlock)
        rotation.begin(unlock)
        list(rotation.steps())
        assert vault.read("t", "a") == b"body"
try:
    for act in sys.argv[2:]:
        {"create": lambda: keys.create_keys(folder, unlock), "open": lambda: None, "rotate": rotate}[act]()
    print(json.dumps({"vault": keys.open_keys(folder, unlock).vault_key.hex()}))
except VaultError as error:
    chain, told = error, ""
    while chain is not None:
        told, chain = f"{told} {type(chain).__name__}: {chain}", chain.__cause__ or chain.__context__
    print(json.dumps({"error": type(error).__name__, "say": error.say, "told": told}))
"""
ITEMS = """
import json, secretstorage
collection = secretstorage.get_default_collection(secretstorage.dbus_init())
print(json.dumps([[i.get_attributes()["username"], i.get_secret().decode()] for i in collection.get_all_items()]))
"""
LOCK = """
import secretstorage
secretstorage.get_default_collection(secretstorage.dbus_init()).lock()
"""
REPLACE = """
import sys
from keyring.backends.SecretService import Keyring
Keyring().set_password("clerk-window", sys.argv[1], sys.argv[2])
"""


@pytest.fixture
def stray(tmp_path: Path) -> dict[str, str]:
    """An environment in which a back end that keeps everything in clear is installed, and asks to be preferred."""
    package = tmp_path / "site" / "keyrings" / "alt"
    package.mkdir(parents=True)
    (package / "file.py").write_text(KEEPS_IN_CLEAR, encoding="utf-8")
    info = tmp_path / "site" / "keyrings_alt-5.0.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: keyrings.alt\nVersion: 5.0.2\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[keyring.backends]\nfile = keyrings.alt.file\n", encoding="utf-8")
    return {"PYTHONPATH": f"{tmp_path / 'site'}:{ROOT}", "CALLS": str(tmp_path / "calls")}


def act(session: SecretService, folder: Path, *acts: str, env: dict[str, str] | None = None) -> dict[str, str]:
    told = session.python("-c", ACT, str(folder), *acts, env={"PYTHONPATH": str(ROOT), **(env or {})})
    assert told.returncode == 0, told.stderr
    answer: dict[str, str] = json.loads(told.stdout)
    return answer


def items(session: SecretService) -> list[list[str]]:
    found: list[list[str]] = json.loads(session.python("-c", ITEMS).stdout)
    return found


def settings_file(session: SecretService, backend: str) -> None:
    """Write what somebody may have left in the home to choose a back end."""
    path = Path(session.environment["XDG_CONFIG_HOME"], "python_keyring", "keyringrc.cfg")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[backend]\ndefault-keyring={backend}\n", encoding="utf-8")


STRAYS: dict[str, dict[str, str]] = {
    "null": {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
    "fail": {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
    "plain": {"PYTHON_KEYRING_BACKEND": PLAIN},
    "chainer": {"PYTHON_KEYRING_BACKEND": "keyring.backends.chainer.ChainerBackend"},
    "nothing such": {"PYTHON_KEYRING_BACKEND": "nothing.Such"},
    "settings": {},
    "properties": {
        "KEYRING_PROPERTY_SCHEME": "KeePassXC",
        "KEYRING_PROPERTY_APPID": "somebody else",
        "KEYRING_PROPERTY_PREFERRED_COLLECTION": "/org/freedesktop/secrets/collection/session",
        "KEYRING_PROPERTY_PRIORITY": "-1",
    },
}


@pytest.mark.parametrize("named", STRAYS)
def test_a_stray_choice_is_never_followed(
    secret_service: SecretService, folder: Path, stray: dict[str, str], named: str
) -> None:
    env = {**stray, **STRAYS[named]}
    if named == "settings":
        settings_file(secret_service, PLAIN)
    if named in {"plain", "settings"}:  # the stray is real: whoever asks keyring for its choice gets it
        code = "import keyring; keyring.set_password('other', 'name', 'in-clear')"
        told = secret_service.python("-c", code, env=env)
        assert "in-clear" in Path(env["CALLS"]).read_text(encoding="utf-8"), told.stderr
        Path(env["CALLS"]).unlink()

    made = act(secret_service, folder, "create", env=env)
    changed = act(secret_service, folder, "open", "rotate", env=env)

    assert "error" not in made | changed
    assert changed["vault"] != made["vault"]
    assert act(secret_service, folder, "open") == changed
    [(name, secret)] = items(secret_service)
    assert name == json.loads((folder / "keys.json").read_bytes())["unlock"]["name"]
    assert not Path(env["CALLS"]).exists()
    for path in (*secret_service.home.rglob("*"), *folder.rglob("*")):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


class TestTrouble:
    def test_a_locked_keyring_is_said_to_be_one_and_nothing_changes(
        self, secret_service: SecretService, folder: Path
    ) -> None:
        made = act(secret_service, folder, "create")
        [(_, secret)] = items(secret_service)
        before = (folder / "keys.json").read_bytes()
        assert secret_service.python("-c", LOCK).returncode == 0
        for words in (("open",), ("rotate",)):
            told = act(secret_service, folder, *words)
            assert told["error"] == "KeyringUnavailable"
            assert "解锁系统钥匙串" in told["say"]
            assert_silent(told, secret, made["vault"])
        assert (folder / "keys.json").read_bytes() == before

    def test_a_keyring_that_died_is_said_to_be_one_and_nothing_changes(
        self, secret_service: SecretService, folder: Path
    ) -> None:
        made = act(secret_service, folder, "create")
        [(_, secret)] = items(secret_service)
        before = (folder / "keys.json").read_bytes()
        secret_service.daemon.kill()
        secret_service.daemon.wait()
        told = act(secret_service, folder, "open")
        assert told["error"] in {"KeyringUnavailable", "KeyMissing"}
        assert_silent(told, secret, made["vault"])
        assert (folder / "keys.json").read_bytes() == before

    @pytest.mark.parametrize("put", ["00" * 32, "00" * 31, "不是密钥", ""])
    def test_a_secret_that_was_replaced_opens_nothing_and_is_said(
        self, secret_service: SecretService, folder: Path, put: str
    ) -> None:
        made = act(secret_service, folder, "create")
        [(name, secret)] = items(secret_service)
        told = secret_service.python("-c", REPLACE, name, put)
        assert told.returncode == 0, told.stderr
        told_us = act(secret_service, folder, "open")
        assert told_us["error"] in {"WrongKey", "KeyMissing"}
        assert "重试" in told_us["say"]
        assert_silent(told_us, secret, made["vault"])
        assert secret_service.python("-c", REPLACE, name, secret).returncode == 0
        assert act(secret_service, folder, "open") == made

    def test_a_program_that_ends_between_keyring_and_file_leaves_a_window_that_opens(
        self, secret_service: SecretService, folder: Path
    ) -> None:
        made = act(secret_service, folder, "create")
        ended = textwrap.dedent("""
            import os, sys
            from pathlib import Path
            from clerk_app.store.access import keyfile, keys
            from clerk_app.store.access.unlock import KeyringUnlock
            keyfile.write_private_file = lambda *_: os._exit(9)
            keys.renew_keys(Path(sys.argv[1]), KeyringUnlock())
        """)
        assert secret_service.python("-c", ended, str(folder), env={"PYTHONPATH": str(ROOT)}).returncode == 9
        assert len(items(secret_service)) == 2
        assert act(secret_service, folder, "open") == made
        changed = act(secret_service, folder, "rotate")
        assert "error" not in changed
        assert len(items(secret_service)) == 1


def test_no_secret_stands_in_a_command_line_or_an_environment(secret_service: SecretService, folder: Path) -> None:
    look = textwrap.dedent("""
        import sys
        from pathlib import Path
        from clerk_app.store.access import keyfile, keys
        from clerk_app.store.access.unlock import KeyringUnlock
        folder, unlock = Path(sys.argv[1]), KeyringUnlock()
        for _ in range(2):
            made = keys.renew_keys(folder, unlock) if (folder / "keys.json").exists() else keys.create_keys(folder, unlock)
        file = keyfile.read(folder)
        secrets = [unlock.resume(file.store, file.wrap.unlock), made.vault_key, made.signing_key]
        looked = 0
        for path in (*Path("/proc").glob("[0-9]*/cmdline"), *Path("/proc").glob("[0-9]*/environ")):
            try:
                content = path.read_bytes()
            except OSError:
                continue
            assert not any(form in content for key in secrets for form in (key, key.hex().encode())), path
            looked += bool(content)
        print(looked > 1)
    """)
    told = secret_service.python("-c", look, str(folder), env={"PYTHONPATH": str(ROOT)})
    assert told.stdout == "True\n", told.stderr


def assert_silent(told: dict[str, Any], *secrets: str) -> None:
    """Fail where a message, or any of those that led to it, holds a secret."""
    for secret in secrets:
        assert secret not in json.dumps(told, ensure_ascii=False)
