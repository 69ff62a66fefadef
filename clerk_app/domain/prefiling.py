"""预申报编号: how the number of an application made online is told from whatever was typed or scanned."""

from __future__ import annotations

import re
import unicodedata

MAX_QR = 4096
"""Characters; a QR code holds no more."""
_NUMBER = re.compile(r"(?<![0-9A-Z])YS[0-9]{4,20}(?![0-9A-Z])")
_NAMED = re.compile(
    r"(?:(?<![A-Z])(?:PREFILING|PREFILING_?NO|NUMBER|YSH|YSBH|YSBBH|YSB_?NO|SQBH|APPLY_?NO)|预申报(?:编号|号)?)"
    r"\"?\s*[:=]\s*\"?([0-9A-Z][0-9A-Z_-]{3,63})"
)
"""What the number is called in a QR code that holds an address or a list of values."""
_CODE = re.compile(r"(?=(?:.*[0-9]){4})[0-9A-Z][0-9A-Z_-]{5,63}")


def prefiling_number(text: str) -> str:
    """Return the number that was typed or that a QR code holds: bare, in an address, or among other words; else empty."""
    shown = _shown(text)
    found = _NUMBER.search(shown)
    if found is not None:
        return found.group()
    named = _NAMED.search(shown)
    return named.group(1) if named is not None else ""


def asked_for(text: str) -> str:
    """Return what to ask central for where somebody says that a text is a prefiling's number; empty: nothing was said."""
    return prefiling_number(text) or _shown(text)[:64]


def could_be_number(text: str) -> bool:
    """Whether a text that names no item may be the number of a prefiling of another hall."""
    return _CODE.fullmatch(_shown(text)) is not None


def _shown(text: str) -> str:
    """Return a text as scanners and input methods would have it: half-width capitals."""
    return unicodedata.normalize("NFKC", text[:MAX_QR]).strip().upper()
