"""The vault: one SQLite row per document, every body sealed, one act one transaction.

Each table keeps its documents in the order they came (``seq``); every write takes the next revision, which is sealed with
the row. The *mark*, a sealed row written with every commit, tells for each table how many rows it has and what their
revisions add up to: a row taken away, or an older one put back, makes the sums differ (``Vault.findings``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import get_ident
from typing import Any

from clerk_app.store.errors import StoreDamaged
from clerk_app.store.file.resealing import Resealing
from clerk_app.store.file.reserve import SIZE
from clerk_app.store.file.rows import NONE, SEALED, Kind, Row, Sums, Table
from clerk_app.store.file.seal import Sealer, VaultKeys, place_of
from clerk_app.store.file.shelf import FILE

__all__ = ["FILE", "Kind", "Row", "Vault"]


class Vault(Resealing):
    """The sealed store of one folder; usable from any thread, one at a time.

    Raises ``StoreInUse``, ``WrongKey``, ``StoreMissing`` (read-only), ``StoreTooNew``, ``StoreDamaged``.
    """

    def __init__(
        self,
        folder: Path,
        key: bytes | VaultKeys,
        *,
        kinds: Mapping[str, Kind] | None = None,
        read_only: bool = False,
        reserve: int = SIZE,
    ) -> None:
        self._kinds = dict(kinds or {})
        super().__init__(folder, key, read_only=read_only, reserve=reserve)

    @property
    def idle(self) -> bool:
        """Whether no act is under way."""
        return self._is_idle()

    def replaced(self, make: Callable[[Sealer], None], then: Callable[[], None]) -> bool:
        """Have ``make`` put another file in the place of this one, open it, and call ``then`` before anybody else uses it.

        Return whether that was done: not in the midst of an act. What ``make`` raises is raised once the file is open again.
        """
        with self._guard:
            if self.read_only or not self._is_idle():
                return False
            self._disconnect()
            try:
                make(self._sealer)
            finally:
                self.damages.clear()
                self._open(self.folder / FILE)
            then()
        return True

    def write(self, table: str, row: str, body: bytes, *, new: bool = False) -> int:
        """Put a document in place of the one with its id, or behind the last; return its place.

        ``new``: the caller knows that there is none with its id, so none is looked for.
        """
        if self._owner != get_ident():
            with self.transaction():
                return self.write(table, row, body, new=new)
        self._writable()
        known = self._tables.get(table) or self._create(table)
        found = [] if new else self._fetch(known.find, (row,), table, row)
        sums = self._mark.sums.get(table, NONE)
        kind = self._kinds.get(table, SEALED)
        seq, old = found[0] if found else (sums.last + 1, 0)
        rev = self._mark.revision + 1
        sealed = self._sealer.seal(place_of(table, row, seq, rev), body, is_open=kind.open, packed=kind.packed)
        if found:
            self._change(known.update, (rev, sealed, seq), table, row)
        else:
            self._run(known.insert, (seq, row, rev, sealed))
        self._mark.revision = rev
        self._mark.sums[table] = Sums(sums.rows + (not found), sums.revisions + rev - old, max(sums.last, seq))
        return int(seq)

    def delete(self, table: str, row: str) -> bool:
        """Take a document away; return whether there was one."""
        with self.transaction():
            self._writable()
            known = self._tables.get(table)
            found = self._fetch(known.find, (row,), table, row) if known else []
            if not known or not found:
                return False
            seq, old = found[0]
            sums = self._mark.sums.get(table, NONE)
            self._change(known.delete, (seq,), table, row)
            self._mark.sums[table] = Sums(sums.rows - 1, sums.revisions - old, sums.last)
            return True

    def _change(self, statement: str, args: tuple[Any, ...], table: str, row: str) -> None:
        """Change the row the index told of; raises ``StoreDamaged`` where the table has none in that place."""
        if self._run(statement, args) == 0:
            raise StoreDamaged(table, row, "corrupt")

    def make(self, table: str) -> None:
        """Make a table, empty, if there is none."""
        with self.transaction():
            self._writable()
            if table not in self._tables:
                self._create(table)

    def clear(self, table: str) -> None:
        """Take all documents of a table away."""
        with self.transaction():
            self._writable()
            known = self._tables.get(table)
            if known:
                self._run(known.clear)
                self._mark.sums[table] = Sums(0, 0, self._mark.sums.get(table, NONE).last)

    def drop(self, table: str) -> None:
        """Take a table away."""
        with self.transaction():
            self._writable()
            known = self._tables.pop(table, None)
            if known:
                self._run(known.drop)
                self._run("DELETE FROM tables WHERE num = ?", (known.num,))
                self._mark.sums.pop(table, None)

    def _create(self, table: str) -> Table:
        num = max((t.num for t in self._tables.values()), default=0) + 1
        known = Table(num)
        for statement in known.create:
            self._run(statement)
        self._run("INSERT INTO tables VALUES (?, ?)", (num, table))
        self._tables[table] = known
        self._mark.sums[table] = NONE
        return known
