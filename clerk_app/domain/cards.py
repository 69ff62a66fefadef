"""What an identity-card reader types: the fields of a card on one line or several, in one of a few orders.

Readers come with a program that types what the card holds, fields separated by tabs, line breaks or ``|``. Which orders there
are is a table; each field must look like what it should be, so that a line of something else is never taken for a card.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SEPARATORS = re.compile(r"[\t\r\n|]+")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_FIELDS = {
    "name": re.compile(rf"[{_HAN}]+(?:[·•][{_HAN}]+)*|[A-Z][A-Z .'-]{{1,40}}"),
    "sex": re.compile(r"男|女|1|2"),
    "nation": re.compile(rf"[{_HAN}]{{1,6}}族?"),
    "birth": re.compile(r"(?:19|20)\d{2}[-./年]?\d{1,2}[-./月]?\d{1,2}日?"),
    "address": re.compile(rf"(?=.*[{_HAN}]).{{4,200}}"),
    "number": re.compile(r"\d{17}[\dXx]"),
    "issuer": re.compile(rf"[{_HAN}（）()]{{4,40}}"),
    "valid": re.compile(r"(?:\d{4}[-./]?\d{2}[-./]?\d{2}|长期)(?:\s*[-~至]\s*(?:\d{4}[-./]?\d{2}[-./]?\d{2}|长期))?"),
}
LAYOUTS: tuple[tuple[str, ...], ...] = (
    ("name", "sex", "nation", "birth", "address", "number", "issuer", "valid", "valid"),
    ("name", "sex", "nation", "birth", "address", "number", "issuer", "valid"),
    ("name", "sex", "nation", "birth", "address", "number", "issuer"),
    ("name", "sex", "nation", "birth", "address", "number"),
    ("name", "sex", "birth", "address", "number"),
    ("name", "number", "sex", "nation", "birth", "address"),
    ("name", "number", "address"),
    ("number", "name", "address"),
    ("name", "number"),
    ("number", "name"),
)
"""The orders readers are known to type in: the card's own, and those of programs that leave parts out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What an intake takes from a card."""

    name: str
    number: str
    address: str = ""


def card_of(text: str) -> Card | None:
    """Return the card a text tells of, or ``None`` where it is none."""
    parts = [part.strip() for part in _SEPARATORS.split(text.strip()) if part.strip()]
    for layout in LAYOUTS:
        if len(layout) == len(parts) and all(_FIELDS[f].fullmatch(p) for f, p in zip(layout, parts, strict=True)):
            told = dict(zip(layout, parts, strict=True))
            return Card(name=told["name"], number=told["number"].upper(), address=told.get("address", ""))
    return None
