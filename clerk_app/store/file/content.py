"""What a store's file holds, as it is opened: its tables and its mark, and in what the two differ."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

import msgspec

from clerk_app.store.errors import StoreDamaged, StoreOlder, WrongKey
from clerk_app.store.file import schema
from clerk_app.store.file.rows import MARK_PLACE, NONE, Mark, Seen, Sums, Table
from clerk_app.store.file.seal import SealBroken, Sealer


@dataclass(slots=True)
class Content:
    """What was read of the file in one go, without the rows."""

    store: str
    """The store's id."""
    tables: dict[str, Table] = field(default_factory=dict)
    sealed: bytes = b""
    """The mark as it stands in the file, sealed: each commit's differs from every other."""
    mark: Mark = field(default_factory=Mark)
    findings: list[StoreDamaged] = field(default_factory=list)
    names_key: bool = False
    """Whether the file tells which key it belongs to."""

    def heed(self, known: Seen | None) -> None:
        """Name an older copy of the store, or another store, by what is known of it from elsewhere.

        Another store with the same key is one that was made anew in its place, and so has come less far, too.
        """
        mark = self.mark
        if known is not None and known.store == self.store and any(f.reason == "mark" for f in self.findings):
            mark.generation = max(mark.generation, known.generation)  # nothing to compare; but never behind it
        elif known is not None and known.generation > self._reached():
            mark.behind, mark.since = known, mark.generation
        if mark.behind is not None:
            same = mark.behind.store == self.store
            steps = mark.behind.generation - mark.since if same else 0
            self.findings.append(StoreOlder("older copy" if same else "other store", steps))

    def _reached(self) -> int:
        """Return the generation that is not behind anything known yet."""
        behind = self.mark.behind
        return self.mark.generation if behind is None else max(self.mark.generation, behind.generation)


def content_of(connection: sqlite3.Connection, sealer: Sealer) -> Content:
    """Read what the file holds and compare it with its mark; raises ``WrongKey``, ``StoreDamaged``, ``sqlite3.Error``."""
    read = connection.execute
    found = Content(store_of(connection))
    read("BEGIN")
    try:
        held = read("SELECT value FROM about WHERE name = 'key'").fetchone()
        if held is not None and not sealer.knows(found.store, held[0]):
            raise WrongKey
        found.names_key = held is not None
        found.tables = {name: Table(num) for num, name in read("SELECT num, name FROM tables")}
        if not all(isinstance(name, str) for name in found.tables):  # a bent page may hold any type
            raise StoreDamaged(reason="corrupt")
        found.sealed = mark_of(connection)
        _compare(found, connection, sealer, {name: _summed(found, connection, name) for name in found.tables})
    finally:
        read("ROLLBACK")
    return found


def store_of(connection: sqlite3.Connection) -> str:
    """Return the store's id; raises ``StoreDamaged`` when it is gone."""
    return schema.about(connection, "store").decode(errors="replace")


def mark_of(connection: sqlite3.Connection) -> bytes:
    """Return the mark as it stands in the file, sealed; empty: there is none."""
    found = connection.execute("SELECT sealed FROM mark").fetchone()
    return found[0] if found is not None and isinstance(found[0], bytes) else b""


def _summed(content: Content, connection: sqlite3.Connection, name: str) -> Sums | None:
    """Return what a table's index tells of its rows; ``None``, and a finding, where it cannot be read."""
    try:
        return Sums(*connection.execute(content.tables[name].sums).fetchone())
    except sqlite3.DatabaseError as error:
        fault = schema.translated(error, name)
        if not isinstance(fault, StoreDamaged):
            raise
        content.findings.append(fault)
        return None


def _compare(content: Content, connection: sqlite3.Connection, sealer: Sealer, actual: dict[str, Sums | None]) -> None:
    """Open the mark and name the tables that are not as it tells."""
    if not content.sealed and not actual:
        return
    try:
        content.mark = mark = msgspec.json.decode(sealer.open(MARK_PLACE, content.sealed), type=Mark)
    except (SealBroken, msgspec.DecodeError):
        content.findings.append(StoreDamaged(reason="mark"))
        content.mark = _reckoned(content, connection, actual)
        return
    for name in sorted(mark.sums.keys() | actual.keys()):
        told, found = mark.sums.get(name, NONE), actual.get(name, NONE)
        if found is not None and (told.rows, told.revisions) != (found.rows, found.revisions):
            reason = "missing rows" if found.rows < told.rows else "replaced rows"
            content.findings.append(StoreDamaged(name, reason=reason))


def _reckoned(content: Content, connection: sqlite3.Connection, actual: dict[str, Sums | None]) -> Mark:
    """Return the mark as the rows themselves tell it."""
    mark = Mark()
    for name, found in actual.items():
        if found is not None:
            last, revision = connection.execute(content.tables[name].top).fetchone()
            mark.sums[name] = Sums(found.rows, found.revisions, last)
            mark.revision = max(mark.revision, revision if isinstance(revision, int) else 0)
    mark.generation = mark.revision
    return mark
