"""The check characters of the sample's numbers (GB 11714, GB 32100, GB 11643): made up, and valid."""

from __future__ import annotations

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(kind: str, region: str, serial: str) -> str:
    """Return the valid unified social credit code of a made-up organisation.

    ``kind`` is two characters (11 organ, 12 public institution, 91 company), ``serial`` the eight of its organisation code.
    """
    total = sum(_ALPHABET.index(c) * weight for c, weight in zip(serial, _WEIGHTS, strict=True))
    stem = kind + region + serial + "0123456789X0"[(11 - total % 11) % 11]
    return stem + uscc.calc_check_digit(stem)


def identity_number(region: str, born: str, serial: int) -> str:
    """Return the valid citizen identity number of somebody made up; ``born`` is YYYYMMDD."""
    stem = f"{region}{born}{serial:03d}"
    return stem + mod_11_2.calc_check_digit(stem)
