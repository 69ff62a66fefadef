"""One value of an entry's body, as it is shown and typed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from datetime import date
from typing import Any

from clerk_app.domain.people import mask_number

YES, NO = "是", "否"
_TRUE, _FALSE = frozenset({YES, "true", "yes", "1", "y"}), frozenset({NO, "false", "no", "0", "n"})
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
MAX_JSON = 200_000
"""Characters of a part that is given whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One value of a body."""

    path: str
    """Members and places from the body on, joined by dots: ``applicant.name``, ``tallies.0.copies_kept``."""
    label: str
    """Chinese: what it is called, from the body on."""
    value: str
    """As it stands, in the form in which it is typed; masked where it is ``secret``, and then not to be masked again."""
    kind: str
    """``text``, ``number``, ``flag``, ``date``, ``choice``, or ``data``: a part given as JSON."""
    optional: bool = False
    """Whether it may be empty."""
    choices: tuple[str, ...] = ()
    """What may stand here, where that is a closed list."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Chinese: what values are called that are codes."""
    secret: bool = False
    """An identity number: shown masked, typed anew."""

    def shown(self, text: str) -> str:
        """Return a value of this leaf as people read it."""
        return mask_number(text) if self.secret else self.words.get(text, text)

    def problem(self, text: str) -> str:
        """Return in Chinese why this cannot stand here, as far as the leaf alone tells; empty: it can."""
        try:
            parsed(self.kind, self.optional, self.choices, text)
        except ValueError as error:
            return str(error)
        return ""


def parsed(kind: str, optional: bool, choices: Sequence[str], text: str) -> Any:
    """Return a leaf's value as data, from what was typed; raises ``ValueError`` with what was wanted, in Chinese."""
    if kind == "text":
        return text
    text = text.strip()
    if text == "" and optional:
        return None
    if kind == "flag" and text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    if kind == "number" and _WHOLE.fullmatch(text):
        return int(text)
    if (kind == "date" and _is_day(text)) or (kind == "choice" and text in choices):
        return text
    if kind == "data" and (found := _json(text)) is not MISSING:
        return found
    raise ValueError(_WANTED[kind])


_WANTED = {
    "flag": "应填“是”或“否”",
    "number": "应填整数",
    "date": "应填日期，如 2026-03-02",
    "choice": "不在可选的范围内",
    "data": "应是完整的 JSON",
}


def _json(text: str) -> Any:
    try:
        return json.loads(text) if len(text) <= MAX_JSON else MISSING
    except (ValueError, RecursionError):
        return MISSING


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
