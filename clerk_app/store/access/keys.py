"""A window's keys: the vault key and the Ed25519 signing key, both random, wrapped in ``keys.json``.

What opens ``keys.json`` is never in the folder: it lies in the system keyring, or is derived from a passphrase
(``store.access.unlock``). Keys are made once, for an empty folder; they are never minted over a store that is there, except as
a change of keys (``store.access.rotation``), which keeps the former one until nothing is sealed with it.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.store.access import keyfile
from clerk_app.store.access.keyfile import FILE, KeyFile, Secrets, Wrap
from clerk_app.store.access.unlock import KeyringUnlock, PassphraseUnlock, Unlock, passphrase_from_environment
from clerk_app.store.errors import KeyMissing, KeysExist, PassphraseMissing, WrongKey
from clerk_app.store.file.durable import make_private_folder
from clerk_app.store.file.seal import MOST_KEYS, VaultKeys
from clerk_app.store.file.shelf import FILE as STORE_FILE

__all__ = [
    "FILE",
    "KeyringUnlock",
    "Keys",
    "PassphraseUnlock",
    "Unlock",
    "changing",
    "create_keys",
    "drop_former",
    "forget_retired",
    "open_keys",
    "passphrase_from_environment",
    "renew_keys",
    "unlock_from_environment",
    "unlock_kind",
    "watched",
]


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens the store and signs the journal; 32 raw bytes each."""

    vault: VaultKeys
    signing_key: bytes = field(repr=False)
    public_key: bytes

    @property
    def vault_key(self) -> bytes:
        """The vault key that seals."""
        return self.vault.keys[self.vault.current]


def create_keys(folder: Path, unlock: Unlock) -> Keys:
    """Make a new window's keys and keep them in ``folder``; raises ``KeysExist``, ``KeyMissing``, ``KeyringUnavailable``."""
    make_private_folder(folder)
    if keyfile.there(folder):
        raise KeysExist
    if (folder / STORE_FILE).exists():
        raise KeyMissing("文件夹里有窗口数据，却没有密钥文件 keys.json")
    store = str(uuid.uuid4())
    told, wrapping = unlock.begin(store)
    secrets = Secrets({1: os.urandom(32)}, Ed25519PrivateKey.generate().private_bytes_raw())
    empty = KeyFile(store, _public(secrets).hex(), 1, Wrap({}, "", {}))
    empty.wrapped(secrets, 1, told, wrapping).write(folder)
    return _keys(secrets, 1)


def open_keys(folder: Path, unlock: Unlock) -> Keys:
    """Return the keys kept in ``folder``.

    Raises ``StoreMissing``, ``KeyMissing``, ``WrongKey``, ``KeysDamaged``, ``KeyringUnavailable``.
    """
    file = keyfile.read(folder)
    secrets, _ = _unlocked(file, unlock)
    return _keys(secrets, file.current)


def watched(keys: Keys, folder: Path, unlock: Unlock) -> VaultKeys:
    """Return the vault keys for whoever looks on while another process may change them."""
    return replace(keys.vault, again=lambda: open_keys(folder, unlock).vault)


def changing(folder: Path) -> bool:
    """Whether a change of keys has begun and is not finished; raises ``StoreMissing``, ``KeyMissing``, ``KeysDamaged``."""
    return keyfile.read(folder).changing


def renew_keys(folder: Path, unlock: Unlock, new: Unlock | None = None) -> Keys:
    """Begin a change of keys: a new vault key beside the one in use, all wrapped anew; return them.

    ``new`` is the way to the wrapping key from here on, where it is another one. A change that has begun already gets no
    second vault key, only a new wrapping. Only the owner of the store may do this. Raises as ``open_keys`` does.
    """
    file = keyfile.read(folder)
    secrets, wrap = _unlocked(file, unlock)
    old_wrapping = unlock.resume(file.store, wrap.unlock)
    current = file.current
    if len(secrets.vault) == 1:
        current = current % MOST_KEYS + 1
        secrets = Secrets({**secrets.vault, current: os.urandom(32)}, secrets.signing)
    told, wrapping = (new or unlock).renew(file.store, wrap.unlock)
    renewed = file.wrapped(secrets, current, told, wrapping)
    if file.before is not None and wrap is file.wrap:
        renewed = replace(renewed, retired=(*file.retired, _former(file, file.before)))
    if unlock.kind == KeyringUnlock.kind:  # a keyring may still lose, in a power cut, what it was given just now
        renewed = replace(renewed, before=file.wrapped(secrets, current, wrap.unlock, old_wrapping).wrap)
    renewed.write(folder)
    return _keys(secrets, current)


def drop_former(folder: Path, unlock: Unlock | None) -> bool:
    """Take every vault key but the current one out of ``keys.json``, and the former wrapping with them.

    ``unlock`` proves, where the wrapping key lies in a keyring, that the new one lasts; where it does not, another one is
    put there, nothing is taken out, and the answer is ``False``: try again. Raises as ``open_keys`` does.
    """
    file = keyfile.read(folder)
    retired = file.retired
    if file.before is not None:
        proof = unlock or KeyringUnlock()
        try:
            file.unwrap(file.wrap, proof.resume(file.store, file.wrap.unlock))
        except (KeyMissing, WrongKey):
            renew_keys(folder, proof)
            return False
        retired = (*retired, _former(file, file.before))
    kept = replace(file.wrap, vault={file.current: file.wrap.vault[file.current]})
    replace(file, wrap=kept, before=None, retired=retired).write(folder)
    return True


def forget_retired(folder: Path, unlock: Unlock | None) -> None:
    """Destroy the wrapping keys that are in use no more; raises ``KeyringUnavailable``."""
    file = keyfile.read(folder)
    if not file.retired:
        return
    in_use = [wrap.unlock.get("name", file.store) for wrap in (file.wrap, file.before) if wrap is not None]
    for told in file.retired:
        name = str(told.get("name"))
        if name not in in_use and (name == file.store or name.startswith(f"{file.store}/")):
            (unlock or KeyringUnlock()).forget(told)
    replace(file, retired=()).write(folder)


def unlock_kind(folder: Path) -> str | None:
    """Return how the folder's keys are opened, ``keyring`` or ``passphrase``; ``None`` where there are none yet."""
    if not keyfile.there(folder) and not (folder / STORE_FILE).exists():
        return None
    return str(keyfile.read(folder).wrap.unlock["kind"])


def unlock_from_environment(folder: Path) -> Unlock:
    """Return the way to this folder's keys without asking anybody.

    For a new folder: the passphrase ``CLERK_PASSPHRASE_FILE`` leads to, else the system keyring. Raises
    ``PassphraseMissing`` where a passphrase is needed and somebody has to be asked for it.
    """
    kind = unlock_kind(folder)
    passphrase = None if kind == KeyringUnlock.kind else passphrase_from_environment()
    if passphrase is not None:
        return PassphraseUnlock(passphrase)
    if kind == PassphraseUnlock.kind:
        raise PassphraseMissing("本窗口的数据用口令打开")
    return KeyringUnlock()


def _unlocked(file: KeyFile, unlock: Unlock) -> tuple[Secrets, Wrap]:
    """Return the keys, and the wrap they came out of: the present one, or the former while that is still kept."""
    kind = file.wrap.unlock.get("kind")
    if kind != unlock.kind:
        way = "系统钥匙串" if kind == KeyringUnlock.kind else "口令"
        raise WrongKey(f"本窗口的数据要用{way}打开。")
    try:
        return file.unwrap(file.wrap, unlock.resume(file.store, file.wrap.unlock)), file.wrap
    except (KeyMissing, WrongKey):
        if file.before is None:
            raise
        return file.unwrap(file.before, unlock.resume(file.store, file.before.unlock)), file.before


def _former(file: KeyFile, wrap: Wrap) -> dict[str, Any]:
    """Return what leads to a wrapping key that is to be destroyed; the first one's name is the store's."""
    return {"name": file.store, **wrap.unlock}


def _keys(secrets: Secrets, current: int) -> Keys:
    if current not in secrets.vault:
        raise WrongKey
    return Keys(VaultKeys(current, secrets.vault), secrets.signing, _public(secrets))


def _public(secrets: Secrets) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(secrets.signing).public_key().public_bytes_raw()
