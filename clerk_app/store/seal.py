"""Sealing of rows: AES-256-GCM, bound to table, id, place and revision.

A sealed body is ``format · key number · nonce (12) · ciphertext and tag``; an open one (public catalogue rows) stays
readable and carries the tag alone: ``format · key number · nonce · tag (16) · text``. A key seals with random 96-bit
nonces; at a thousand rows a day the bound of 2^32 messages (NIST SP 800-38D §8.3) is out of reach.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 0x10
_OPEN = 0x01
_PACKED = 0x02
_NONCE = 12
_TAG = 16
_WORTH_PACKING = 512


class SealBroken(Exception):
    """A body was not sealed with this key for this place, or is damaged."""


class Sealer:
    """Seals and opens bodies with one key."""

    def __init__(self, key: bytes, number: int = 1) -> None:
        self._cipher = AESGCM(key)
        self._number = number
        self._key = key

    def check(self, store: str) -> bytes:
        """Return what tells, without opening anything, whether this is the key of that store."""
        return hmac.digest(self._key, b"clerk-vault-check\0" + store.encode(), hashlib.sha256)

    def seal(self, place: bytes, body: bytes, *, is_open: bool = False, packed: bool = False) -> bytes:
        """Return ``body`` sealed for ``place``."""
        flags = _FORMAT
        if packed and len(body) >= _WORTH_PACKING:
            flags |= _PACKED
            body = zlib.compress(body, 1)
        if is_open:
            flags |= _OPEN
        head = bytes((flags, self._number))
        nonce = os.urandom(_NONCE)
        if is_open:
            return head + nonce + self._cipher.encrypt(nonce, b"", head + place + body) + body
        return head + nonce + self._cipher.encrypt(nonce, body, head + place)

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """Return the body sealed for ``place``; raises ``SealBroken``."""
        try:
            flags, number = sealed[0], sealed[1]
            if flags & ~(_OPEN | _PACKED) != _FORMAT or number != self._number:
                raise SealBroken("format")
            head, nonce, rest = sealed[:2], sealed[2 : 2 + _NONCE], sealed[2 + _NONCE :]
            if flags & _OPEN:
                body = rest[_TAG:]
                self._cipher.decrypt(nonce, rest[:_TAG], head + place + body)
            else:
                body = self._cipher.decrypt(nonce, rest, head + place)
            return zlib.decompress(body) if flags & _PACKED else body
        except (InvalidTag, IndexError, TypeError, ValueError, zlib.error) as error:
            raise SealBroken("seal") from error


def place_of(table: str, row: str, seq: int, rev: int) -> bytes:
    """Return the associated data that binds a body to its row."""
    name, key = table.encode(), row.encode()
    return b"%d:%s%d:%s%d,%d;" % (len(name), name, len(key), key, seq, rev)
