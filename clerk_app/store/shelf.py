"""The vault's reading half: opens the file, proves it against the mark, opens rows one by one."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import msgspec

from clerk_app.store import schema
from clerk_app.store.durable import make_private_folder
from clerk_app.store.errors import StoreDamaged, StoreFailing, StoreFull, StoreMissing, StoreReadOnly, WrongKey
from clerk_app.store.lock import StoreLock
from clerk_app.store.rows import MARK_PLACE, NONE, Mark, Row, Sums, Table
from clerk_app.store.seal import SealBroken, Sealer, place_of

FILE = "store.db"
_CHUNK = 500


class Shelf:
    """A folder's store as it is read; usable from any thread, one at a time."""

    def __init__(self, folder: Path, key: bytes, *, read_only: bool) -> None:
        self.folder = folder
        self.read_only = read_only
        self.findings: list[StoreDamaged] = []
        """Tables that are not what the mark tells of them."""
        self.damages: dict[tuple[str, str], StoreDamaged] = {}
        """Rows that did not open, by table and id."""
        self._guard = threading.RLock()
        self._sealer = Sealer(key)
        self._tables: dict[str, Table] = {}
        self._mark = Mark()
        self._connection: sqlite3.Connection | None = None
        self._failed = ""
        path = folder / FILE
        if read_only and not path.exists():
            raise StoreMissing(str(folder))
        self._lock = None if read_only else _own(folder)
        try:
            self._open(path)
        except BaseException:
            self._release()
            raise

    # opening and closing

    def _open(self, path: Path) -> None:
        try:
            self._connection = schema.connect(path, read_only=self.read_only)
            schema.prepare(self._connection, path, read_only=self.read_only)
            self._load(self._connection)
        except sqlite3.Error as error:
            raise schema.translated(error) from error

    def _load(self, connection: sqlite3.Connection) -> None:
        read = connection.execute
        check = self._sealer.check(schema.about(connection, "store").decode())
        read("BEGIN")
        try:
            held = read("SELECT value FROM about WHERE name = 'key'").fetchone()
            if held is not None and held[0] != check:
                raise WrongKey
            self._tables = {name: Table(num) for num, name in read("SELECT num, name FROM tables")}
            sealed = read("SELECT sealed FROM mark").fetchone()
            actual = {name: Sums(*read(t.sums).fetchone()) for name, t in self._tables.items()}
            self._compare(None if sealed is None else sealed[0], actual)
        finally:
            read("ROLLBACK")
        if held is None and not self.read_only:
            read("INSERT INTO about VALUES ('key', ?)", (check,))

    def _compare(self, sealed: bytes | None, actual: dict[str, Sums]) -> None:
        """Take the mark over and name the tables that are not as it tells."""
        if sealed is None and not actual:
            return
        try:
            self._mark = msgspec.json.decode(self._sealer.open(MARK_PLACE, sealed or b""), type=Mark)
        except (SealBroken, msgspec.DecodeError):
            self.findings.append(StoreDamaged(reason="mark"))
            self._mark = self._reckoned(actual)
            return
        for name in sorted(self._mark.sums.keys() | actual.keys()):
            told, found = self._mark.sums.get(name, NONE), actual.get(name, NONE)
            if (told.rows, told.revisions) != (found.rows, found.revisions):
                reason = "missing rows" if found.rows < told.rows else "replaced rows"
                self.findings.append(StoreDamaged(name, reason=reason))

    def _reckoned(self, actual: dict[str, Sums]) -> Mark:
        """Return the mark as the rows themselves tell it."""
        mark = Mark()
        for name, found in actual.items():
            last, revision = self._fetch(self._tables[name].top)[0]
            mark.sums[name] = Sums(found.rows, found.revisions, last)
            mark.revision = max(mark.revision, revision)
        mark.generation = mark.revision
        return mark

    def close(self) -> None:
        """Close the file and give up the lock."""
        with self._guard:
            self._failed = self._failed or "closed"
            self._release()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _release(self) -> None:
        self._disconnect()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        self.close()

    # reading

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
        """Yield the documents past a place in the order they came; what does not open goes to ``damages``."""
        known = self._tables.get(table)
        while known:
            try:
                page = self._fetch(known.page, (after, _CHUNK), table)
            except StoreDamaged:
                yield from self._salvage(table, known, after)
                return
            for found in page:
                try:
                    yield self._opened(table, found)
                except StoreDamaged:
                    continue
            if len(page) < _CHUNK:
                return
            after = page[-1][0]

    def _salvage(self, table: str, known: Table, after: int) -> Iterator[Row]:
        """Yield what can still be reached one by one, when the table cannot be read through."""
        for seq, row in sorted(self._fetch(known.ids, (), table)):
            if seq <= after:
                continue
            try:
                found = self.read_at(table, seq)
            except StoreDamaged as damage:
                self.damages[table, row] = damage
            else:
                if found:
                    yield found

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

    def backup(self, target: Path) -> None:
        """Copy the whole store, sealed as it is, to ``target``."""
        with self._guard:
            schema.backup(self._usable(), target)

    def _fetch(self, statement: str, args: tuple[Any, ...] = (), table: str = "", row: str = "") -> list[Any]:
        with self._guard:
            try:
                return self._usable().execute(statement, args).fetchall()
            except sqlite3.Error as error:
                raise schema.translated(error, table, row) from error

    def _opened(self, table: str, found: tuple[int, str, int, bytes]) -> Row:
        seq, row, rev, sealed = found
        try:
            return Row(seq, row, self._sealer.open(place_of(table, row, seq, rev), sealed))
        except (SealBroken, AttributeError, TypeError) as error:  # a bent page may hold any type
            damage = StoreDamaged(table, str(row), "seal")
            self.damages[table, str(row)] = damage
            raise damage from error

    def _usable(self) -> sqlite3.Connection:
        if self._failed or self._connection is None:
            raise StoreFailing(self._failed or "closed")
        return self._connection


def _own(folder: Path) -> StoreLock:
    """Make the folder, if need be, and take its lock."""
    try:
        make_private_folder(folder)
        return StoreLock(folder / "store.lock")
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise StoreReadOnly from error
        if error.errno == errno.ENOSPC:
            raise StoreFull from error
        raise StoreFailing(error.strerror or "open") from error
