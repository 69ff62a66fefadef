"""How this desk's barcode and card readers type: the member ``wedge`` of ``window.json``.

``prefix`` and ``suffix`` are the characters a reader is set up to send around what it read; ``gap_ms`` is the longest pause
between two characters of one scan. With a prefix whatever follows it is one scan, tabs and line breaks included. Without one, a
suffix other than Enter (a tab) stands for Enter behind at least six characters that came as fast as no person types.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

GAP_MS = 80
LEAST_GAP, MOST_GAP = 10, 500
LONGEST = 8
"""Characters of a prefix or suffix."""
ENTER = "\r"

_NAMES = {
    "\t": "Tab",
    "\r": "回车",
    "\n": "换行",
    " ": "空格",
}
_CONTROLS = [
    "NUL",
    "SOH",
    "STX",
    "ETX",
    "EOT",
    "ENQ",
    "ACK",
    "BEL",
    "BS",
    "HT",
    "LF",
    "VT",
    "FF",
    "CR",
    "SO",
    "SI",
    "DLE",
    "DC1",
    "DC2",
    "DC3",
    "DC4",
    "NAK",
    "SYN",
    "ETB",
    "CAN",
    "EM",
    "SUB",
    "ESC",
    "FS",
    "GS",
    "RS",
    "US",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wedge:
    """What is around a scan."""

    prefix: str = ""
    suffix: str = ENTER
    gap_ms: int = GAP_MS

    @property
    def gap(self) -> float:
        """Seconds after which nothing more of a scan comes."""
        return self.gap_ms / 1000

    def plain(self) -> dict[str, Any] | None:
        """Return it as it stands in ``window.json``."""
        return None if self == Wedge() else {"prefix": self.prefix, "suffix": self.suffix, "gap_ms": self.gap_ms}


def wedge_of(told: Any) -> Wedge:
    """Return what the settings say; what cannot be used counts as not said."""
    if not isinstance(told, dict):
        return Wedge()
    prefix, suffix, gap = told.get("prefix", ""), told.get("suffix", ENTER), told.get("gap_ms", GAP_MS)
    whole = isinstance(gap, int) and not isinstance(gap, bool) and LEAST_GAP <= gap <= MOST_GAP
    return Wedge(
        prefix=prefix if _usable(prefix) else "",
        suffix=suffix if _usable(suffix) else ENTER,
        gap_ms=gap if whole else GAP_MS,
    )


def around(arrived: str, read: str) -> tuple[str, str] | None:
    """Return what stood before and behind a code whose content is known; ``None`` where it is not in what arrived."""
    before, found, behind = arrived.partition(read)
    return (before, behind) if found and _usable(before) and _usable(behind) else None


def named(text: str) -> str:
    """Return a text with what cannot be seen in it by name, e.g. <STX>ABC<回车>."""
    return "".join(name_of(c) if len(name_of(c)) > 1 else c for c in text)


def name_of(character: str) -> str:
    """Return a character, or what it is called where it cannot be seen."""
    if character in _NAMES:
        return f"<{_NAMES[character]}>"
    code = ord(character)
    if code < len(_CONTROLS):
        return f"<{_CONTROLS[code]}>"
    return character if character.isprintable() else f"<U+{code:04X}>"


def _usable(text: Any) -> bool:
    """Whether a text can stand around a scan; an ESC begins what a terminal sends for its own keys."""
    return isinstance(text, str) and len(text) <= LONGEST and "\x1b" not in text
