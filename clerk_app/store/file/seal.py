"""Sealing of rows: AES-256-GCM, bound to table, id, place and revision.

A sealed body is ``format · key number · nonce (12) · ciphertext and tag``; an open one (public catalogue rows) stays
readable and carries the tag alone: ``format · key number · nonce · tag (16) · text``. A key seals with random 96-bit
nonces; at a thousand rows a day the bound of 2^32 messages (NIST SP 800-38D §8.3) is out of reach.

While a window's key is being changed (``store.access.rotation``) two keys are known: both open, the current one seals.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clerk_app.store.errors import VaultError

MOST_KEYS = 255
"""Numbers a key may have, from 1: one byte of every body."""
_FORMAT = 0x10
_OPEN = 0x01
_PACKED = 0x02
_NONCE = 12
_TAG = 16
_WORTH_PACKING = 512
_MAC = b"clerk-vault-mac\0"


class SealBroken(Exception):
    """A body was not sealed with a key that is known for this place, or is damaged."""


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """The keys bodies may be sealed with, by number, and the one that seals; 32 raw bytes each."""

    current: int
    keys: Mapping[int, bytes] = field(repr=False)
    again: Callable[[], VaultKeys] | None = field(default=None, compare=False, repr=False)
    """Reads the keys anew: for whoever looks on while another process changes them."""


class Sealer:
    """Seals with the current key and opens with any that is known; thread-safe."""

    def __init__(self, keys: bytes | VaultKeys) -> None:
        self._asked: set[int] = set()
        self.adopt(VaultKeys(1, {1: keys}) if isinstance(keys, bytes) else keys)

    def adopt(self, keys: VaultKeys) -> None:
        """Use these keys from the next call on."""
        ciphers = {number: AESGCM(key) for number, key in keys.keys.items()}
        self._held = (keys, ciphers)
        self._macs: dict[bytes, hmac.HMAC] = {}
        """Begun with the current key, by label: an act's witness does not pay for that each time."""

    @property
    def keys(self) -> VaultKeys:
        """The keys in use."""
        return self._held[0]

    def check(self, store: str) -> bytes:
        """Return what tells, without opening anything, whether the current key is one of that store."""
        keys = self.keys
        return _check(keys.keys[keys.current], store)

    def knows(self, store: str, held: object) -> bool:
        """Whether a known key made the check value ``held``."""

        def known() -> bool:
            made = [_check(key, store) for key in self.keys.keys.values()]
            return isinstance(held, bytes) and any(hmac.compare_digest(one, held) for one in made)

        return known() or (self._look_again() and known())

    def mac(self, label: bytes, data: bytes) -> bytes:
        """Return 32 bytes that prove that a holder of the current key wrote ``data`` for ``label``."""
        macs, keys = self._macs, self.keys
        begun = macs.get(label)
        if begun is None:
            begun = macs[label] = hmac.new(keys.keys[keys.current], _MAC + label + b"\0", hashlib.sha256)
        made = begun.copy()
        made.update(data)
        return made.digest()

    def mac_holds(self, label: bytes, data: bytes, mac: bytes) -> bool:
        """Whether ``mac`` is what ``mac`` returned for these under a known key."""
        return any(hmac.compare_digest(_mac(key, label, data), mac) for key in self.keys.keys.values())

    def seal(self, place: bytes, body: bytes, *, is_open: bool = False, packed: bool = False) -> bytes:
        """Return ``body`` sealed for ``place``."""
        flags = _FORMAT
        if packed and len(body) >= _WORTH_PACKING:
            flags |= _PACKED
            body = zlib.compress(body, 1)
        return self._closed(flags | _OPEN if is_open else flags, place, body)

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """Return the body sealed for ``place``; raises ``SealBroken``."""
        flags, body = self._opened(place, sealed)
        try:
            return zlib.decompress(body) if flags & _PACKED else body
        except zlib.error as error:
            raise SealBroken("packing") from error

    def reseal(self, place: bytes, sealed: bytes) -> bytes | None:
        """Return the same body under the current key, ``None`` when it is so already; raises ``SealBroken``."""
        if number_of(sealed) == self.keys.current:
            return None
        flags, body = self._opened(place, sealed)
        return self._closed(flags, place, body)

    def _closed(self, flags: int, place: bytes, body: bytes) -> bytes:
        keys, ciphers = self._held
        cipher = ciphers[keys.current]
        head = bytes((flags, keys.current))
        nonce = os.urandom(_NONCE)
        if flags & _OPEN:
            return head + nonce + cipher.encrypt(nonce, b"", head + place + body) + body
        return head + nonce + cipher.encrypt(nonce, body, head + place)

    def _opened(self, place: bytes, sealed: bytes) -> tuple[int, bytes]:
        """Return flags and body as they were sealed, still packed."""
        try:
            flags, number = sealed[0], sealed[1]
            if flags & ~(_OPEN | _PACKED) != _FORMAT:
                raise SealBroken("format")
            head, nonce, rest = sealed[:2], sealed[2 : 2 + _NONCE], sealed[2 + _NONCE :]
            cipher = self._cipher(number)
            if flags & _OPEN:
                body = rest[_TAG:]
                cipher.decrypt(nonce, rest[:_TAG], head + place + body)
            else:
                body = cipher.decrypt(nonce, rest, head + place)
        except (InvalidTag, IndexError, TypeError, ValueError) as error:
            raise SealBroken("seal") from error
        return flags, body

    def _cipher(self, number: int) -> AESGCM:
        found = self._held[1].get(number)
        if found is None and number not in self._asked:
            self._asked.add(number)  # a bent number is looked for once, not with every read of its row
            self._look_again()
            found = self._held[1].get(number)
        if found is None:
            raise SealBroken("key")
        return found

    def _look_again(self) -> bool:
        """Read the keys anew, where there is a way to; return whether there are others."""
        before = self.keys
        if before.again is None:
            return False
        try:
            found = before.again()
        except VaultError:  # what is known must do
            return False
        if (found.current, dict(found.keys)) == (before.current, dict(before.keys)):
            return False
        self.adopt(VaultKeys(found.current, {**before.keys, **found.keys}, before.again))
        return True


def number_of(sealed: bytes) -> int:
    """Return the number of the key a body is sealed with; raises ``SealBroken`` for what is no body."""
    try:
        return sealed[1]
    except (IndexError, TypeError) as error:
        raise SealBroken("format") from error


def place_of(table: str, row: str, seq: int, rev: int) -> bytes:
    """Return the associated data that binds a body to its row."""
    name, key = table.encode(), row.encode()
    return b"%d:%s%d:%s%d,%d;" % (len(name), name, len(key), key, seq, rev)


def _check(key: bytes, store: str) -> bytes:
    return hmac.digest(key, b"clerk-vault-check\0" + store.encode(), hashlib.sha256)


def _mac(key: bytes, label: bytes, data: bytes) -> bytes:
    return hmac.digest(key, _MAC + label + b"\0" + data, hashlib.sha256)
