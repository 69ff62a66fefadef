"""揽收员: who fetches and brings bags at a point, how badge and PIN are read, and what a PIN is known again by."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

ANYBODY = "*"
"""In ``Courier.receives_for``: every department, point, company and carrier."""
PIN_DIGITS = 6
COST, BLOCKS, LANES = 15, 8, 1
"""scrypt (RFC 7914) of new PINs: N = 2^15, r = 8, p = 1; 32 MiB, some 0.1 s at a window."""
_DEAREST = 17, 16, 4
"""What a window does at most to look at a PIN, whatever it is told."""
_MEMORY = 512 << 20
_SALT, _DERIVED = 16, 32
_BADGE = re.compile(r"[A-Z0-9]{4,20}")
_PIN = re.compile(rf"[0-9]{{{PIN_DIGITS}}}")
_VERIFIER = re.compile(
    rf"scrypt:([0-9]{{1,2}}):([0-9]{{1,2}}):([0-9]):([0-9a-f]{{{2 * _SALT}}}):([0-9a-f]{{{2 * _DERIVED}}})"
)
_RISING = "01234567890"


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """A courier as a window of one point knows them."""

    badge: str
    name: str
    company: str = ""
    vehicle: str = ""
    """车牌号."""
    contact: str = ""
    """Telephone."""
    receives_for: tuple[str, ...] = ()
    """Codes of departments, points, companies and carriers whose bags they may take, or ``ANYBODY``; empty: nobody's."""
    verifier: str = ""
    """What the PIN is known again by (``verifier_of``); empty: of somebody who may not collect here."""
    valid_from: date | None = None
    valid_until: date | None = None
    """The last day."""
    revoked: bool = False
    serves: bool = True
    """Whether they come to this point; ``False``: they did."""

    def may_collect(self, *codes: str) -> bool:
        """Whether they may take what goes to, or travels with, one of these."""
        told = set(self.receives_for)
        return ANYBODY in told or not told.isdisjoint(codes)


def parse_badge(text: str) -> str:
    """Return a badge as it is compared, however it was scanned or typed; empty: it is none."""
    plain = unicodedata.normalize("NFKC", text).upper()
    badge = "".join(c for c in plain if c.isprintable() and not c.isspace() and c not in "-‐‑–—")
    return badge if _BADGE.fullmatch(badge) else ""


def parse_pin(text: str) -> str:
    """Return a PIN as it is compared; empty: it is none."""
    pin = unicodedata.normalize("NFKC", text).strip()
    return pin if _PIN.fullmatch(pin) else ""


def is_easy(pin: str) -> bool:
    """Whether a PIN is one of the first that somebody would try: one digit, digits in a row, a group that comes again."""
    return (
        len(set(pin)) < 3
        or pin in _RISING
        or pin in _RISING[::-1]
        or any(pin == pin[:part] * (len(pin) // part) for part in (2, 3))
    )


def verifier_of(pin: str, salt: bytes) -> str:
    """Return what a PIN is known again by; the salt is random, and this courier's own."""
    return f"scrypt:{COST}:{BLOCKS}:{LANES}:{salt.hex()}:{_derived(pin, salt, COST, BLOCKS, LANES).hex()}"


def pin_holds(pin: str, verifier: str) -> bool:
    """Whether a PIN is the one a verifier was made of; takes as long as scrypt does."""
    found = _VERIFIER.fullmatch(verifier)
    if found is None:
        return False
    cost, blocks, lanes = (int(number) for number in found.group(1, 2, 3))
    if not all(0 < told <= most for told, most in zip((cost, blocks, lanes), _DEAREST, strict=True)):
        return False
    derived = _derived(pin, bytes.fromhex(found[4]), cost, blocks, lanes)
    return hmac.compare_digest(derived.hex(), found[5])


def _derived(pin: str, salt: bytes, cost: int, blocks: int, lanes: int) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=1 << cost, r=blocks, p=lanes, maxmem=_MEMORY, dklen=_DERIVED)
