"""``keys.json``: a window's keys, wrapped with AES-256-GCM; each wrapped key is bound to all else the file tells.

Version 2 holds ``store``, ``public_key``, ``unlock`` (what leads to the wrapping key), ``current`` (the vault key that
seals) and ``sealed``: the signing key and the vault keys by number. Two things are there only while keys are changed:
``before``, the same keys as the former wrapping key opens them, until the new one has proven that it lasts; ``retired``,
which former wrapping key is still to be destroyed. Version 1, which had one vault key and no numbers, is read too.

It is kept twice (``store.file.twin``), and carries a ``check``. A file whose check holds is what was written, and alone counts: a
copy from before a change of keys never opens anything beside it, and a former passphrase stays former.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clerk_app.store.errors import KeyMissing, KeysDamaged, StoreMissing, WrongKey
from clerk_app.store.file import twin
from clerk_app.store.file.durable import write_private_file
from clerk_app.store.file.seal import MOST_KEYS
from clerk_app.store.file.shelf import FILE as STORE_FILE

FILE = "keys.json"
LABEL = "密钥文件"
_VERSION = 2
_NONCE = 12
_SIGNING = "signing"


@dataclass(frozen=True, slots=True)
class Wrap:
    """The keys as one wrapping key opens them."""

    unlock: dict[str, Any]
    """What leads to the wrapping key."""
    signing: str
    vault: dict[int, str]


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What ``keys.json`` tells; no secret is in it."""

    store: str
    public_key: str
    current: int
    wrap: Wrap
    before: Wrap | None = None
    retired: tuple[dict[str, Any], ...] = ()
    version: int = _VERSION

    @property
    def changing(self) -> bool:
        """Whether a change of keys has begun and is not finished."""
        return len(self.wrap.vault) > 1 or self.before is not None or bool(self.retired)

    def unwrap(self, wrap: Wrap, wrapping: bytes) -> Secrets:
        """Return the keys one of the wraps holds; raises ``WrongKey``."""
        vault = {}
        for number, sealed in wrap.vault.items():
            name = "vault" if self.version == 1 else f"vault/{number}"
            vault[number] = _unwrap(wrapping, self.bound(wrap.unlock, name), sealed)
        return Secrets(vault, _unwrap(wrapping, self.bound(wrap.unlock, _SIGNING), wrap.signing))

    def wrapped(self, secrets: Secrets, current: int, unlock: dict[str, Any], wrapping: bytes) -> KeyFile:
        """Return the file with these keys under another wrapping key."""
        made = replace(self, version=_VERSION, current=current)
        vault = {n: _wrap(wrapping, made.bound(unlock, f"vault/{n}"), key) for n, key in secrets.vault.items()}
        signing = _wrap(wrapping, made.bound(unlock, _SIGNING), secrets.signing)
        return replace(made, wrap=Wrap(unlock, signing, vault))

    def write(self, folder: Path) -> None:
        """Put the file in place of the one that is there, durably and at once; then its copy."""
        told: dict[str, Any] = {
            "version": self.version,
            "store": self.store,
            "public_key": self.public_key,
            "current": self.current,
            **_told(self.wrap),
        }
        if self.before is not None:
            told["before"] = _told(self.before)
        if self.retired:
            told["retired"] = list(self.retired)
        _write(folder, twin.checked(told))

    def bound(self, unlock: dict[str, Any], name: str) -> bytes:
        """Return what a wrapped key is bound to: what the file tells, and which key it is."""
        head = {"version": self.version, "store": self.store, "unlock": unlock, "public_key": self.public_key}
        if self.version > 1:
            head["current"] = self.current
        return json.dumps({**head, "key": name}, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Secrets:
    """The keys themselves; 32 raw bytes each."""

    vault: dict[int, bytes] = field(repr=False)
    signing: bytes = field(repr=False)


def there(folder: Path) -> bool:
    """Whether the folder has keys: the file, or its copy."""
    return twin.there(folder / FILE)


def read(folder: Path) -> KeyFile:
    """Return what the folder's keys tell, out of ``keys.json`` or its copy.

    Raises ``StoreMissing``, ``KeyMissing``, ``KeysDamaged``; ``OSError`` where neither can be read.
    """
    main, copy = _both(folder)
    chosen = copy if _from_copy(main, copy) else main
    if chosen.missing:
        if (folder / STORE_FILE).exists():
            raise KeyMissing("文件夹里有窗口数据，却没有密钥文件 keys.json")
        raise StoreMissing(str(folder))
    if chosen.trouble is not None:
        raise chosen.trouble
    return _parsed(chosen)


def content(folder: Path) -> bytes:
    """Return the file's content, out of the one that counts; raises ``OSError``."""
    main, copy = _both(folder)
    chosen = copy if _from_copy(main, copy) else main
    if chosen.trouble is not None:
        raise chosen.trouble
    return chosen.raw


def worn(folder: Path) -> str:
    """Return which of the two is damaged or gone while the other serves, a file's name; empty: none."""
    main, copy = _both(folder)
    if _from_copy(main, copy) or not _sound(main):
        return FILE
    return "" if copy.missing or copy.holds else FILE + twin.COPY


def mend(folder: Path) -> str:
    """Bring ``keys.json`` and its copy in order; only for the owner of a store that these keys have opened.

    Returns a sentence about what was damaged, or nothing.
    """
    main, copy = _both(folder)
    told = ""
    with twin.best_effort(FILE):
        if _from_copy(main, copy):
            kept = twin.put_back(folder / FILE, copy.raw)
            told = twin.told_of_main(FILE, LABEL, kept, "密钥与原来一致，没有另建")
        elif not _sound(main):  # nor is the copy; but these keys have just opened the store
            raw = twin.checked(main.told or {})
            write_private_file(twin.copy_of(folder / FILE), raw)
            kept = twin.put_back(folder / FILE, raw)
            told = f"{LABEL} {FILE} 与写成时不同，但仍能打开数据；已重新写好，原来的一份另存为 {kept}。请检查磁盘。"
        elif not main.holds:  # written before there was a check
            _write(folder, twin.checked(main.told or {}))
        elif copy.raw != main.raw:
            write_private_file(twin.copy_of(folder / FILE), main.raw)
            told = "" if copy.missing or copy.holds else twin.told_of_copy(FILE, LABEL)
    return told


def _both(folder: Path) -> tuple[twin.Reading, twin.Reading]:
    return twin.look(folder / FILE), twin.look(twin.copy_of(folder / FILE))


def _sound(main: twin.Reading) -> bool:
    """Whether the file is what was written, as far as it can tell: those of earlier versions have no check."""
    if main.told is None or twin.CHECK in main.told:
        return main.holds
    try:
        _parsed(main)
    except KeysDamaged:
        return False
    return True


def _from_copy(main: twin.Reading, copy: twin.Reading) -> bool:
    return not _sound(main) and copy.holds


def _write(folder: Path, raw: bytes) -> None:
    write_private_file(folder / FILE, raw)
    write_private_file(twin.copy_of(folder / FILE), raw)


def _parsed(reading: twin.Reading) -> KeyFile:
    told = reading.told
    if told is None:
        raise KeysDamaged("读不出")
    try:
        version = told["version"]
        if version not in {1, _VERSION}:
            raise KeysDamaged("不是本版本写成的")
        before = told.get("before")
        return KeyFile(
            store=_text(told["store"]),
            public_key=_text(told["public_key"]),
            current=1 if version == 1 else _number(told["current"]),
            wrap=_wrap_of(told, version),
            before=None if before is None else _wrap_of(before, version),
            retired=tuple(dict(one) for one in told.get("retired", ())),
            version=version,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeysDamaged("读不出") from None


def _wrap_of(told: dict[str, Any], version: int) -> Wrap:
    unlock, sealed = told["unlock"], told["sealed"]
    _text(unlock["kind"])
    vault = {"1": sealed["vault"]} if version == 1 else sealed["vault"]
    keys = {_number(int(number)): _text(key) for number, key in vault.items()}
    return Wrap(dict(unlock), _text(sealed[_SIGNING]), keys)


def _told(wrap: Wrap) -> dict[str, Any]:
    vault = {str(number): key for number, key in wrap.vault.items()}
    return {"unlock": wrap.unlock, "sealed": {_SIGNING: wrap.signing, "vault": vault}}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or not 1 <= value <= MOST_KEYS:
        raise TypeError
    return value


def _wrap(wrapping: bytes, bound: bytes, secret: bytes) -> str:
    nonce = os.urandom(_NONCE)
    return (nonce + AESGCM(wrapping).encrypt(nonce, secret, bound)).hex()


def _unwrap(wrapping: bytes, bound: bytes, sealed: str) -> bytes:
    try:
        raw = bytes.fromhex(sealed)
        return AESGCM(wrapping).decrypt(raw[:_NONCE], raw[_NONCE:], bound)
    except (ValueError, InvalidTag):
        raise WrongKey from None
