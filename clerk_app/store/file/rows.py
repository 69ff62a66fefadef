"""How the vault's tables stand in SQLite, and the mark that tells what they should hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from clerk_app.store.file.seal import place_of

MARK_PLACE = place_of("", "mark", 0, 0)
"""What the mark is sealed for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How the bodies of one table are kept."""

    open: bool = False
    """Readable without a key (public rows); still bound to its place."""
    packed: bool = False
    """Compressed where that is worth it."""


SEALED = Kind()


class Row(NamedTuple):
    """A document as the vault knows it."""

    seq: int
    """Its place in the order of arrival; never used twice in a table."""
    id: str
    body: bytes


class Sums(msgspec.Struct, array_like=True, frozen=True):
    """What the mark tells of one table."""

    rows: int = 0
    revisions: int = 0
    last: int = 0
    """The last place given to a row."""


NONE = Sums()


class Seen(msgspec.Struct, frozen=True):
    """What was known of a store after one of its commits."""

    store: str
    """The store's id."""
    generation: int
    notes: dict[str, Any] = {}
    """Some notes of the mark, as they stood (``witness.WITNESSED``)."""

    @property
    def head(self) -> tuple[int, str] | None:
        """Number and digest of the window's last own entry."""
        told = self.notes.get("head")
        return (int(told[0]), str(told[1])) if told else None

    @property
    def serial(self) -> tuple[str, int] | None:
        """The last day a case number was given out, and its last serial."""
        told = self.notes.get("serial")
        return (str(told[0]), int(told[1])) if told else None


class Mark(msgspec.Struct):
    """What is true of the store as a whole after a commit."""

    generation: int = 0
    """How many commits there were."""
    revision: int = 0
    sums: dict[str, Sums] = {}
    notes: dict[str, Any] = {}
    behind: Seen | None = None
    """What this store, an older copy, should have reached, until the books have taken notice of it."""
    since: int = 0
    """The generation it had instead."""

    def copy(self) -> Mark:
        """Return the mark as it is now, to go back to."""
        return Mark(self.generation, self.revision, dict(self.sums), dict(self.notes), self.behind, self.since)


class Table:
    """One table's statements."""

    __slots__ = (
        "at",
        "clear",
        "create",
        "delete",
        "drop",
        "find",
        "get",
        "heads",
        "ids",
        "insert",
        "num",
        "page",
        "reseal",
        "sums",
        "top",
        "update",
    )

    def __init__(self, num: int) -> None:
        def on(statement: str) -> str:
            return statement.replace("$", f"d{num}")

        self.num = num
        self.create = (
            on("CREATE TABLE $ (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, rev INTEGER NOT NULL, body BLOB NOT NULL)"),
            on("CREATE INDEX $_id ON $ (id, rev)"),
        )
        self.drop = on("DROP TABLE $")
        self.clear = on("DELETE FROM $")
        self.find = on("SELECT seq, rev FROM $ WHERE id = ?")
        self.get = on("SELECT seq, id, rev, body FROM $ WHERE id = ?")
        self.at = on("SELECT seq, id, rev, body FROM $ WHERE seq = ?")
        self.page = on("SELECT seq, id, rev, body FROM $ WHERE seq > ? ORDER BY seq LIMIT ?")
        self.heads = on("SELECT seq, substr(body, 1, 2) FROM $ WHERE seq > ? ORDER BY seq LIMIT ?")
        self.ids = on("SELECT seq, id FROM $ INDEXED BY $_id")
        self.sums = on("SELECT count(*), coalesce(sum(rev), 0) FROM $ INDEXED BY $_id")
        self.top = on("SELECT coalesce(max(seq), 0), coalesce(max(rev), 0) FROM $")
        self.insert = on("INSERT INTO $ (seq, id, rev, body) VALUES (?, ?, ?, ?)")
        self.update = on("UPDATE $ SET rev = ?, body = ? WHERE seq = ?")
        self.reseal = on("UPDATE $ SET body = ? WHERE seq = ?")
        self.delete = on("DELETE FROM $ WHERE seq = ?")
