"""Versions of an item (事项版本): which of those that are published is received on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One published version of an item, and the days on which it is received."""

    key: str
    """Under which it is published."""
    code: str
    version: int = 1
    starts: date | None = None
    ends: date | None = None
    """The last day."""

    def holds(self, day: date) -> bool:
        """Whether the day is one of its days."""
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)

    @property
    def plain(self) -> bool:
        """Whether it is what an item is that knows nothing of versions: the first, in force always."""
        return self.key == self.code and self.version == 1 and self.starts is None and self.ends is None


def edition_key(code: str, version: int) -> str:
    """Return the key under which a version of an item is published."""
    return code if version == 1 else f"{code}@{version}"


def in_force(editions: Iterable[Edition], day: date) -> Edition | None:
    """Return the version that is received on a day: of those whose day it is, the one that began last."""
    return max((one for one in editions if one.holds(day)), key=_began, default=None)


def _began(edition: Edition) -> tuple[date, int]:
    return edition.starts or date.min, edition.version
