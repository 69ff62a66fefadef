"""What the model of central keeps: everything that is in the database, and so in a backup."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from clerk_app.domain.couriers import Courier
from clerk_app.domain.journal import GENESIS, Entry
from clerk_app.domain.people import Person
from sync import wire
from sync.central.entries.ground import Row, Subject
from sync.central.entries.judging import Held

Key = tuple[str, int, str]
"""Of a row: window, n, point."""


@dataclass(frozen=True)
class Known:
    """A window as central knows it."""

    window: str
    point: str
    public_key: bytes
    last_n: int = 0
    last_digest: str = GENESIS
    durable_through: int = 0
    revoked: bool = False


@dataclass
class State:
    """Everything that is in the database, and so in a backup."""

    epoch: str = "e1"
    windows: dict[str, Known] = field(default_factory=dict)
    people: dict[str, Person | None] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)
    unheard: dict[Key, Row] = field(default_factory=dict)
    feeds: dict[str, list[Key]] = field(default_factory=dict)
    """Of each point, in order: position ``n`` is at ``n - 1``."""
    said: dict[str, list[Key]] = field(default_factory=dict)
    """Of each window, at its own point, by ``n``."""
    subjects: dict[str, Subject] = field(default_factory=dict)
    states: dict[str, Held] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    prefilings: dict[str, str] = field(default_factory=dict)
    catalogue: list[wire.CatalogueRow] = field(default_factory=list)
    announced: dict[tuple[str, str], Entry] = field(default_factory=dict)
    """By point and SHA-256: the entry that first named a file."""

    couriers: dict[str, tuple[str, tuple[Courier, ...]]] = field(default_factory=dict)
    """Of each point to which some come: which list it is, and who is on it."""
    duties: dict[str, str] = field(default_factory=dict)
    """Which supervisor of several points signed in at a window."""

    def copy(self) -> State:
        """Return the same, on another disk."""
        changed: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, dict):
                changed[name] = {k: list(v) if isinstance(v, list) else v for k, v in value.items()}
            elif isinstance(value, list):
                changed[name] = list(value)
        return replace(self, **changed)
