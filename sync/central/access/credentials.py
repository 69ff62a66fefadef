"""Secrets: passwords, tokens and codes; central keeps only what cannot be turned back into them."""

from __future__ import annotations

import asyncio
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from sync.central.problems import ProblemError

# OWASP Password Storage: argon2id with 19 MiB, 2 passes, 1 lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without characters that look alike on paper."""
CODE_LENGTH = 16
MAX_PASSWORD = 512


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _HASHER.hash(password)


async def password_holds(password: str, held: str | None) -> bool:
    """Whether the password is the one hashed; takes as long for an account that does not exist."""
    return await asyncio.to_thread(_verify, password, held)


def _verify(password: str, held: str | None) -> bool:
    try:
        _HASHER.verify(held or _NOBODY, password)
    except VerifyMismatchError:
        return False
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    return held is not None


def new_token() -> str:
    """Return an opaque random token."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """Return what is kept of a random secret: with 80 bits and more of chance in it, a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_code() -> str:
    """Return an enrolment code as it is printed: four groups of four."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(letters[i : i + 4] for i in range(0, CODE_LENGTH, 4))


def clean(value: str, limit: int = 64) -> str:
    """Return text from outside that is fit to be a key, or refuse it: printable, not empty, not long."""
    if not 0 < len(value) <= limit or not value.isprintable():
        raise ProblemError("malformed")
    return value
