"""The keys of a file of unsent work: who signs it, and for whom its own key is sealed (``envelope`` is the file)."""

from __future__ import annotations

import os

_NONCE = 12
_OWN = b"own"


class NotReadable(ValueError):
    """The bytes are no file of unsent work that can be used; ``reason`` is one English word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sign(signing_key: bytes, message: bytes) -> bytes:
    """Return the Ed25519 signature of a message."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(signing_key).sign(message)


def holds(public_key: bytes, signature: str, message: bytes) -> bool:
    """Whether a signature, in hex, is of this message and by this key's other half."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_half(signing_key: bytes) -> bytes:
    """Return the raw public half of a signing key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(signing_key).public_key().public_bytes_raw()


def seal_for_window(signing_key: bytes, file: str, key: bytes) -> bytes:
    """Return a file's key as only the window that writes the file opens it.

    It hangs on the signing key, which lives as long as the window: a new vault key leaves every file readable.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_wrapping(signing_key, file)).encrypt(nonce, key, _OWN)


def open_for_window(signing_key: bytes, file: str, sealed: bytes) -> bytes:
    """Return a file's key as the window gets it; raises ``NotReadable``."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(_wrapping(signing_key, file)).decrypt(sealed[:_NONCE], sealed[_NONCE:], _OWN)
    except (InvalidTag, ValueError):
        raise NotReadable("key") from None


def seal_for_central(public_key: bytes, file: str, window: str, key: bytes) -> bytes:
    """Return a file's key as only central opens it.

    HPKE (RFC 9180) in base mode; the suite is DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    return suite.encrypt(key, X25519PublicKey.from_public_bytes(public_key), info=_purpose(file, window))


def open_for_central(private_key: bytes, file: str, window: str, sealed: bytes) -> bytes:
    """Return a file's key as central gets it with its raw X25519 key; raises ``NotReadable``."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    try:
        private = X25519PrivateKey.from_private_bytes(private_key)
        suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
        key = bytes(suite.decrypt(sealed, private, info=_purpose(file, window)))
    except (InvalidTag, ValueError):
        raise NotReadable("key") from None
    if len(key) != 32:
        raise NotReadable("key")
    return key


def _purpose(file: str, window: str) -> bytes:
    return b"clerk-unsent-key-v1\0" + file.encode() + b"\0" + window.encode()


def _wrapping(signing_key: bytes, file: str) -> bytes:
    """Return the key that wraps one file's key for its window (HKDF, RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=file.encode(), info=b"clerk-unsent-own-v1").derive(signing_key)
