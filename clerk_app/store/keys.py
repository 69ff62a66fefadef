"""A window's keys: the vault key and the Ed25519 signing key, both random, wrapped in ``keys.json``.

What opens ``keys.json`` is never in the folder: it lies in the system keyring, or is derived from a passphrase
(``store.unlock``). Keys are made once, for an empty folder; they are never minted over a store that is there.
"""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clerk_app.store.durable import make_private_folder, write_private_file
from clerk_app.store.errors import KeyMissing, KeysDamaged, KeysExist, PassphraseMissing, StoreMissing, WrongKey
from clerk_app.store.shelf import FILE as STORE_FILE
from clerk_app.store.unlock import KeyringUnlock, PassphraseUnlock, Unlock, passphrase_from_environment

__all__ = [
    "KeyringUnlock",
    "Keys",
    "PassphraseUnlock",
    "Unlock",
    "create_keys",
    "open_keys",
    "passphrase_from_environment",
    "unlock_from_environment",
    "unlock_kind",
]

FILE = "keys.json"
_VERSION = 1
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens the store and signs the journal; 32 raw bytes each."""

    vault_key: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)
    public_key: bytes


def create_keys(folder: Path, unlock: Unlock) -> Keys:
    """Make a new window's keys and keep them in ``folder``; raises ``KeysExist``, ``KeyMissing``, ``KeyringUnavailable``."""
    make_private_folder(folder)
    if (folder / FILE).exists():
        raise KeysExist
    if (folder / STORE_FILE).exists():
        raise KeyMissing("文件夹里有窗口数据，却没有密钥文件 keys.json")
    store = str(uuid.uuid4())
    told, wrapping = unlock.begin(store)
    signing = Ed25519PrivateKey.generate()
    keys = Keys(os.urandom(32), signing.private_bytes_raw(), signing.public_key().public_bytes_raw())
    head = {"version": _VERSION, "store": store, "unlock": told, "public_key": keys.public_key.hex()}
    sealed = {
        "vault": _wrap(wrapping, head, "vault", keys.vault_key),
        "signing": _wrap(wrapping, head, "signing", keys.signing_key),
    }
    write_private_file(folder / FILE, json.dumps({**head, "sealed": sealed}, indent=1).encode())
    return keys


def open_keys(folder: Path, unlock: Unlock) -> Keys:
    """Return the keys kept in ``folder``.

    Raises ``StoreMissing``, ``KeyMissing``, ``WrongKey``, ``KeysDamaged``, ``KeyringUnavailable``.
    """
    head = _read(folder)
    sealed = head.pop("sealed")
    told = head["unlock"]
    if told.get("kind") != unlock.kind:
        way = "系统钥匙串" if told.get("kind") == KeyringUnlock.kind else "口令"
        raise WrongKey(f"本窗口的数据要用{way}打开。")
    wrapping = unlock.resume(head["store"], told)
    vault_key = _unwrap(wrapping, head, "vault", sealed)
    signing_key = _unwrap(wrapping, head, "signing", sealed)
    public_key = Ed25519PrivateKey.from_private_bytes(signing_key).public_key().public_bytes_raw()
    return Keys(vault_key, signing_key, public_key)


def unlock_kind(folder: Path) -> str | None:
    """Return how the folder's keys are opened, ``keyring`` or ``passphrase``; ``None`` where there are none yet."""
    if not (folder / FILE).exists() and not (folder / STORE_FILE).exists():
        return None
    return str(_read(folder)["unlock"].get("kind"))


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


def _read(folder: Path) -> dict[str, Any]:
    try:
        raw = (folder / FILE).read_bytes()
    except FileNotFoundError:
        if (folder / STORE_FILE).exists():
            raise KeyMissing("文件夹里有窗口数据，却没有密钥文件 keys.json") from None
        raise StoreMissing(str(folder)) from None
    try:
        told = json.loads(raw)
        version, kind = told["version"], told["unlock"]["kind"]
        texts = (told["store"], told["public_key"], told["sealed"]["vault"], told["sealed"]["signing"], kind)
    except (ValueError, KeyError, TypeError):
        raise KeysDamaged("读不出") from None
    if version != _VERSION or not all(isinstance(text, str) for text in texts):
        raise KeysDamaged("不是本版本写成的")
    return dict(told)


def _wrap(wrapping: bytes, head: dict[str, Any], name: str, secret: bytes) -> str:
    nonce = os.urandom(_NONCE)
    return (nonce + AESGCM(wrapping).encrypt(nonce, secret, _bound(head, name))).hex()


def _unwrap(wrapping: bytes, head: dict[str, Any], name: str, sealed: dict[str, str]) -> bytes:
    try:
        raw = bytes.fromhex(sealed[name])
        secret = AESGCM(wrapping).decrypt(raw[:_NONCE], raw[_NONCE:], _bound(head, name))
    except (ValueError, InvalidTag):
        raise WrongKey from None
    return secret


def _bound(head: dict[str, Any], name: str) -> bytes:
    """Return what a wrapped key is bound to: everything else the file tells, and which key it is."""
    return json.dumps({**head, "key": name}, sort_keys=True, separators=(",", ":")).encode()
