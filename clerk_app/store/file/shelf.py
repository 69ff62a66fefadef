"""The vault's reading half: opens rows one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from clerk_app.store.errors import StoreDamaged, StoreOlder
from clerk_app.store.file import schema
from clerk_app.store.file.backup import Proof, copy
from clerk_app.store.file.opened import FILE, Opened
from clerk_app.store.file.rows import NONE, Row, Sums, Table
from clerk_app.store.file.seal import SealBroken, place_of

__all__ = ["FILE", "Shelf"]

_CHUNK = 500


class Shelf(Opened):
    """A folder's store as it is read; usable from any thread, one at a time."""

    def read(self, table: str, row: str) -> bytes | None:
        """Return a document's body; raises ``StoreDamaged``."""
        known = self._tables.get(table)
        found = self._fetch(known.get, (row,), table, row) if known else None
        return self._opened(table, found[0]).body if found else None

    def read_at(self, table: str, seq: int) -> Row | None:
        """Return the document at a place; raises ``StoreDamaged``."""
        known = self._tables.get(table)
        found = self._fetch(known.at, (seq,), table) if known else None
        return self._opened(table, found[0]) if found else None

    def has(self, table: str, row: str) -> bool:
        """Whether there is such a document, damaged or not."""
        known = self._tables.get(table)
        return known is not None and bool(self._fetch(known.find, (row,), table, row))

    def ids(self, table: str) -> list[str]:
        """Return all documents' ids in the order they came, without reading bodies."""
        known = self._tables.get(table)
        return [row for _, row in sorted(self._fetch(known.ids, (), table))] if known else []

    def scan(self, table: str, after: int = 0) -> Iterator[Row]:
        """Yield the documents past a place in the order they came; what does not open goes to ``damages``.

        So does a table whose pages are at odds: SQLite reads them as they lie and says nothing of places out of order, or left out.
        """
        known = self._tables.get(table)
        whole = self._mark.sums.get(table) if after == 0 else None
        read = 0
        while known:
            try:
                page = self._fetch(known.page, (after, _CHUNK), table)
            except StoreDamaged:
                yield from self._salvage(table, known, after)
                return
            full = len(page) == _CHUNK
            if not _ascends(page, after):
                self._note_odds(table)
                page = [found for _, found in sorted({found[0]: found for found in page if found[0] > after}.items())]
            for found in page:
                try:
                    yield self._opened(table, found)
                except StoreDamaged:
                    continue
            read += len(page)
            if not full or not page:
                break
            after = page[-1][0]
        if whole is not None and whole.rows != read and self._is_told_of(table, whole):
            self._note_odds(table)

    def _is_told_of(self, table: str, sums: Sums) -> bool:
        """Whether the mark tells still of a table what it told, and told the truth when the file was opened."""
        same = not self.read_only and self._mark.sums.get(table) == sums  # beside a running client it grows old
        return same and not any(f.table in {table, ""} for f in self.findings if not isinstance(f, StoreOlder))

    def _note_odds(self, table: str) -> None:
        self.damages[table, ""] = StoreDamaged(table, reason="corrupt")

    def _salvage(self, table: str, known: Table, after: int) -> Iterator[Row]:
        """Yield what can still be reached one by one, when the table cannot be read through."""
        for seq, row in self._places(table, known, after):
            try:
                found = self.read_at(table, seq)
            except StoreDamaged as damage:
                self.damages[table, row] = damage
            else:
                if found:
                    yield found
                elif row:
                    self.damages[table, row] = StoreDamaged(table, row, "corrupt")

    def _places(self, table: str, known: Table, after: int) -> list[tuple[int, str]]:
        """Return the places past one and the ids in them, as the index tells; where it cannot be read, all there may be."""
        try:
            return sorted(told for told in self._fetch(known.ids, (), table) if told[0] > after)
        except StoreDamaged:
            self._note_odds(table)
            return [(seq, "") for seq in range(after + 1, self.last(table) + 1)]

    def count(self, table: str) -> int:
        """Return how many documents a table has."""
        return self._mark.sums.get(table, NONE).rows

    def last(self, table: str) -> int:
        """Return the last place a table has given to a document; 0: none yet."""
        return self._mark.sums.get(table, NONE).last

    def tables(self) -> list[str]:
        """Return the names of all tables."""
        return list(self._tables)

    def note(self, name: str) -> Any:
        """Return a small fact that is kept in the mark, or ``None``."""
        return self._mark.notes.get(name)

    @property
    def generation(self) -> int:
        """How many commits the store has seen; an older copy of the file has seen fewer."""
        return self._mark.generation

    def backup(self, target: Path) -> Proof:
        """Copy the whole store, sealed as it is, to ``target``, and read the copy back; raises ``StoreFailing``."""
        with self._guard:
            try:
                return copy(self._usable(), target, self._prove)
            except sqlite3.Error as error:
                raise schema.translated(error) from error

    def size(self) -> int:
        """Return how many bytes the file had when it was opened, without its log."""
        return self._file.st_size if self._file is not None else 0

    def integrity_check(self) -> list[StoreDamaged]:
        """Return what SQLite's own check of the whole file finds, its indexes too, by table where it can be told.

        Takes some 2 ms a megabyte, on a connection of its own: nobody waits for it. Raises ``StoreFailing``.
        """
        names = {known.num: name for name, known in self._tables.items()}
        try:
            with closing(schema.connect(self.folder / FILE, read_only=True)) as connection:
                return schema.integrity_check(connection, names)
        except sqlite3.Error as error:
            fault = schema.translated(error)
            if isinstance(fault, StoreDamaged):
                return [fault]
            raise fault from error

    def _opened(self, table: str, found: tuple[int, str, int, bytes]) -> Row:
        seq, row, rev, sealed = found
        try:
            return Row(seq, row, self._sealer.open(place_of(table, row, seq, rev), sealed))
        except (SealBroken, AttributeError, TypeError) as error:  # a bent page may hold any type
            damage = StoreDamaged(table, str(row), "seal")
            self.damages[table, str(row)] = damage
            raise damage from error


def _ascends(page: list[tuple[int, str, int, bytes]], after: int) -> bool:
    """Whether rows stand in the order of their places."""
    for found in page:
        if found[0] <= after:
            return False
        after = found[0]
    return True
