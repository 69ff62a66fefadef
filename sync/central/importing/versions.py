"""Which version of its item a row is about: by its number, or where a list has none by the day from which it is received."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from sync.central.importing.model import Findings
from sync.central.importing.tidy import Cells, one_line

MAX_VERSION = 9999
_NUMBER = re.compile(r"(?:v|第)?\s*(\d{1,4})(?:\.0*)?\s*版?", re.IGNORECASE)


def number_in(values: Mapping[str, str]) -> int | None:
    """Return the number of the version a row names, ``None`` where it names none."""
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", one_line(values.get("version", "")[:40])).strip())
    return int(found[1]) if found else None


def start_in(values: Mapping[str, str]) -> date | None:
    """Return the day from which it is received; what is no day is reported where the item is made."""
    return Cells(0, values, Findings()).day("effective_from")


def mark_of(values: Mapping[str, str]) -> str:
    """Return what tells the versions of one item apart; empty where a row says nothing of it."""
    number, start = number_in(values), start_in(values)
    if number is not None:
        return f"v{number}"
    return start.isoformat() if start is not None else ""
