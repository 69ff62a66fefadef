"""The two ways to the key that opens ``keys.json``: the system keyring, or a passphrase."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import unicodedata
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from clerk_app.store.access.system_keyring import SystemKeyring
from clerk_app.store.errors import KeyMissing, KeysDamaged, PassphraseMissing, PassphraseWeak, WrongKey

PASSPHRASE_FILE = "CLERK_PASSPHRASE_FILE"  # noqa: S105  # the name of a variable
"""Names a file, or the number of a file descriptor, that holds the passphrase."""
NEW_PASSPHRASE_FILE = "CLERK_NEW_PASSPHRASE_FILE"  # noqa: S105  # the name of a variable
"""As ``CLERK_PASSPHRASE_FILE``, for the passphrase that takes its place."""
SHORTEST = 8
"""Characters of a passphrase that is typed for the first time."""
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 15, 8, 1
"""RFC 7914: 32 MiB and some 0.1 s a guess. ``keys.json`` states them; a change of keys derives anew at what is asked here."""
_LEAST_N = 1 << 15
"""Never was a window made at less."""
_MOST_MEMORY = 1 << 28
_MOST_TEXT = 1 << 16


class Unlock(ABC):
    """A way to the 32-byte key that wraps a window's keys."""

    kind: ClassVar[str]

    @abstractmethod
    def begin(self, store: str) -> tuple[dict[str, Any], bytes]:
        """Make the key for a new store; return what ``keys.json`` has to tell of it, and the key."""

    @abstractmethod
    def resume(self, store: str, told: dict[str, Any]) -> bytes:
        """Return the key for what ``begin`` told."""

    @abstractmethod
    def renew(self, store: str, told: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Make another key for the store; the one ``told`` leads to stays until ``forget``. Returns as ``begin`` does."""

    @abstractmethod
    def forget(self, told: dict[str, Any]) -> None:
        """Destroy what ``told`` leads to, where it is kept anywhere; done twice it does nothing more."""


class KeyringUnlock(Unlock):
    """A random key, in the system keyring."""

    kind = "keyring"

    def __init__(self, keyring: SystemKeyring | None = None) -> None:
        self._keyring = keyring or SystemKeyring()

    def begin(self, store: str) -> tuple[dict[str, Any], bytes]:
        """Prove a keyring with a canary, then store a new key; raises ``KeyringUnavailable``."""
        backend = self._keyring.choose()
        key = secrets.token_bytes(32)
        self._keyring.put(backend, store, key.hex())
        return {"kind": self.kind, "backend": backend}, key

    def resume(self, store: str, told: dict[str, Any]) -> bytes:
        """Return the stored key; raises ``KeyringUnavailable``, ``KeyMissing``."""
        secret = self._keyring.get(str(told.get("backend")), str(told.get("name", store)))
        if secret is None:
            raise KeyMissing("系统钥匙串里没有本窗口的密钥")
        try:
            return bytes.fromhex(secret)
        except ValueError:
            raise WrongKey("系统钥匙串里本窗口的密钥不是程序写入的那一个。请恢复原来的钥匙串后重试。") from None

    def renew(self, store: str, told: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Store another key under the next name and read it back; raises ``KeyringUnavailable``."""
        backend = str(told.get("backend"))
        last = str(told.get("name", store)).removeprefix(store).removeprefix("/")
        name = f"{store}/{int(last) + 1 if last.isdecimal() else 2}"
        key = secrets.token_bytes(32)
        self._keyring.put(backend, name, key.hex())
        return {"kind": self.kind, "backend": backend, "name": name}, key

    def forget(self, told: dict[str, Any]) -> None:
        """Delete the stored key; raises ``KeyringUnavailable``."""
        self._keyring.forget(str(told.get("backend")), str(told.get("name")))


class PassphraseUnlock(Unlock):
    """A key derived with scrypt (RFC 7914) from a passphrase."""

    kind = "passphrase"

    def __init__(self, passphrase: str) -> None:
        if not passphrase:
            raise PassphraseMissing("口令是空的")
        self._secret = unicodedata.normalize("NFC", passphrase).encode()

    def begin(self, store: str) -> tuple[dict[str, Any], bytes]:
        """Derive the key with a new salt."""
        salt = secrets.token_bytes(16)
        told = {
            "kind": self.kind,
            "kdf": "scrypt",
            "n": SCRYPT_N,
            "r": SCRYPT_R,
            "p": SCRYPT_P,
            "salt": salt.hex(),
        }
        return told, self._derive(salt, SCRYPT_N, SCRYPT_R, SCRYPT_P)

    def resume(self, store: str, told: dict[str, Any]) -> bytes:
        """Derive the key with the salt and cost that were kept."""
        try:
            salt = bytes.fromhex(told["salt"])
            n, r, p = (int(told[name]) for name in ("n", "r", "p"))
        except (KeyError, TypeError, ValueError):
            raise KeysDamaged("口令参数") from None
        if (
            told.get("kdf") != "scrypt"
            or n < _LEAST_N
            or n & (n - 1)
            or r < 1
            or p < 1
            or 128 * n * r * p > _MOST_MEMORY
        ):
            raise KeysDamaged("口令参数")
        return self._derive(salt, n, r, p)

    def renew(self, store: str, told: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Derive a key with a new salt, at the cost this version asks for."""
        return self.begin(store)

    def forget(self, told: dict[str, Any]) -> None:
        """Do nothing: what is derived is kept nowhere."""

    def _derive(self, salt: bytes, n: int, r: int, p: int) -> bytes:
        return hashlib.scrypt(self._secret, salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY + (1 << 20), dklen=32)


def check_new(passphrase: str) -> str:
    """Return a passphrase somebody typed for the first time; raises ``PassphraseWeak`` for one of fewer than eight.

    One that is handed in by file is taken as it is: whoever made it may count its strength otherwise.
    """
    if len(unicodedata.normalize("NFC", passphrase)) < SHORTEST:
        raise PassphraseWeak(SHORTEST)
    return passphrase


def passphrase_from_environment(variable: str = PASSPHRASE_FILE) -> str | None:
    """Return the passphrase this variable leads to, less one newline at its end; ``None`` where it is not set."""
    named = os.environ.get(variable)
    if not named:
        return None
    try:
        raw = _read_descriptor(int(named)) if named.isascii() and named.isdecimal() else Path(named).read_bytes()
        text = raw[:_MOST_TEXT].decode()
    except (OSError, UnicodeDecodeError) as error:
        raise PassphraseMissing(f"{variable} 指向的 {named} 读不出：{type(error).__name__}") from error
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise PassphraseMissing(f"{variable} 指向的 {named} 是空的")
    return text


def _read_descriptor(number: int) -> bytes:
    """Read a descriptor to its end, from the beginning where it has one, and leave it open."""
    if os.isatty(number):
        raise OSError("a terminal is no passphrase file")
    try:
        os.lseek(number, 0, os.SEEK_SET)
    except OSError as error:
        if error.errno != errno.ESPIPE:
            raise
    parts: list[bytes] = []
    while sum(map(len, parts)) < _MOST_TEXT and (part := os.read(number, 4096)):
        parts.append(part)
    return b"".join(parts)
