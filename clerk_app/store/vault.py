"""The vault: one SQLite row per document, every body sealed, one act one transaction.

Each table keeps its documents in the order they came (``seq``); every write takes the next revision, which is sealed with
the row. The *mark*, a sealed row written with every commit, tells for each table how many rows it has and what their
revisions add up to: a row taken away, or an older one put back, makes the sums differ (``Vault.findings``).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import get_ident
from typing import Any

import msgspec

from clerk_app.store import schema
from clerk_app.store.errors import StoreFailing, StoreFull, StoreReadOnly, TransactionUndone
from clerk_app.store.reserve import SIZE, Reserve
from clerk_app.store.rows import MARK_PLACE, NONE, SEALED, Kind, Row, Sums, Table
from clerk_app.store.seal import place_of
from clerk_app.store.shelf import FILE, Shelf

__all__ = ["FILE", "Kind", "Row", "Vault"]

_LITTLE = 1 << 20
"""Free bytes under which a failing write is taken for a full disk."""
_PUT_MARK = "INSERT INTO mark VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET sealed = excluded.sealed"


class _Transaction:
    __slots__ = ("_vault",)

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def __enter__(self) -> None:
        self._vault.enter()

    def __exit__(self, kind: object, *rest: object) -> None:
        self._vault.leave(failed=kind is not None)


class Vault(Shelf):
    """The sealed store of one folder; usable from any thread, one at a time.

    Raises ``StoreInUse``, ``WrongKey``, ``StoreMissing`` (read-only), ``StoreTooNew``, ``StoreDamaged``.
    """

    def __init__(
        self,
        folder: Path,
        key: bytes,
        *,
        kinds: Mapping[str, Kind] | None = None,
        read_only: bool = False,
        reserve: int = SIZE,
    ) -> None:
        self._kinds = dict(kinds or {})
        self._reserve = Reserve(folder / "reserve.bin", reserve)
        self._depths: list[int] = []
        self._owner = 0
        """The thread that is in a transaction: its single writes need not join it once more."""
        self._writes = 0
        self._doomed = False
        self._begun = False
        self._pending: list[tuple[str, tuple[Any, ...]]] = []
        self._undo: list[Callable[[], None]] = []
        self._done: list[Callable[[], None]] = []
        super().__init__(folder, key, read_only=read_only)
        self._kept = (self._mark, self._tables)
        if not read_only:
            self._reserve.take()

    def _open(self, path: Path) -> None:
        try:
            super()._open(path)
        except (StoreFull, StoreFailing):  # even to open, SQLite needs a little room
            if self.read_only or not self._is_full() or not self._reserve.release():
                raise
            self._disconnect()
            super()._open(path)

    @property
    def short_of_space(self) -> bool:
        """Whether the disk is, or lately was, full."""
        return not self.read_only and not self._reserve.held

    # transactions

    def transaction(self) -> _Transaction:
        """Return a context in which all writes are one act; nested ones join the outermost, which commits.

        An exception in any that wrote undoes everything, and has what ``on_undo`` was told called.
        """
        return _Transaction(self)

    def on_undo(self, act: Callable[[], None]) -> None:
        """Have ``act`` called if the transaction in hand is undone."""
        self._undo.append(act)

    def on_done(self, act: Callable[[], None]) -> None:
        """Have ``act`` called once the transaction in hand is durable."""
        self._done.append(act)

    def enter(self) -> None:
        """Begin, or join, a transaction (``transaction`` is the way to call it)."""
        self._guard.acquire()
        try:
            self._usable()
        except StoreFailing:
            self._guard.release()
            raise
        if not self._depths:
            self._owner = get_ident()
            self._kept = (self._mark.copy(), dict(self._tables))
        self._depths.append(self._writes)

    def leave(self, *, failed: bool) -> None:
        """End a transaction: the outermost commits, or undoes everything."""
        try:
            wrote = self._writes > self._depths.pop()
            self._doomed = self._doomed or (failed and wrote)
            if self._depths:
                return
            self._owner = 0
            doomed, self._doomed = self._doomed, False
            if not doomed and not failed:
                self._commit()
                return
            self._undo_all()
            if not failed:
                raise TransactionUndone
        finally:
            self._guard.release()

    def _commit(self) -> None:
        try:
            if self._begun:
                self._mark.generation += 1
                sealed = self._sealer.seal(MARK_PLACE, msgspec.json.encode(self._mark))
                self._run(_PUT_MARK, (sealed,))
                try:
                    self._usable().execute("COMMIT")
                except sqlite3.Error as error:
                    self._say_again(error)
                    self._end("COMMIT")
        except BaseException:
            self._undo_all()
            raise
        self._begun = False
        self._pending.clear()
        self._undo.clear()
        done, self._done = self._done, []
        for act in done:
            act()
        if not self._reserve.held:
            self._reserve.take()

    def _undo_all(self) -> None:
        self._pending.clear()
        self._done.clear()
        self._doomed = False
        self._mark, self._tables = self._kept
        undo, self._undo = self._undo, []
        for act in reversed(undo):
            act()
        if self._begun:
            self._begun = False
            if self._connection is not None and self._connection.in_transaction:
                self._end("ROLLBACK")

    def _begin(self) -> None:
        self._writes += 1
        if not self._begun:
            self._end("BEGIN IMMEDIATE")
            self._begun = True

    def _run(self, statement: str, args: tuple[Any, ...] = ()) -> None:
        """Say one statement inside the transaction; all of them are remembered, to be said again on a full disk."""
        self._begin()
        self._pending.append((statement, args))
        try:
            self._usable().execute(statement, args)
        except sqlite3.Error as error:
            self._say_again(error)

    def _say_again(self, error: sqlite3.Error) -> None:
        """On a full disk give up the reserve and say the whole transaction once more; raise for any other fault."""
        if not self._is_full(error) or not self._reserve.release():
            self._give_up(error)
        connection = self._usable()
        if connection.in_transaction:
            self._end("ROLLBACK")
        self._end("BEGIN IMMEDIATE")
        try:
            for statement, args in self._pending:
                connection.execute(statement, args)
        except sqlite3.Error as again:
            self._give_up(again)

    def _end(self, statement: str) -> None:
        try:
            self._usable().execute(statement)
        except sqlite3.Error as error:
            self._give_up(error)

    def _give_up(self, error: sqlite3.Error) -> None:
        """Raise for a fault; after one of the disk nothing is believed, or written, until the store is opened anew."""
        self._doomed = self._begun
        fault = schema.translated(error)
        if isinstance(fault, StoreFailing):
            self._failed = fault.reason
        raise fault from error

    def _is_full(self, error: sqlite3.Error | None = None) -> bool:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR) & 0xFF
        if code == sqlite3.SQLITE_IOERR:
            return shutil.disk_usage(self.folder).free < _LITTLE
        return bool(code == sqlite3.SQLITE_FULL)

    # writing

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
            self._run(known.update, (rev, sealed, seq))
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
            self._run(known.delete, (seq,))
            self._mark.sums[table] = Sums(sums.rows - 1, sums.revisions - old, sums.last)
            return True

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

    def set_note(self, name: str, value: Any) -> None:
        """Keep a small fact of JSON's types in the mark; ``None`` forgets it. The value is not to be changed any more."""
        if self._owner != get_ident():
            with self.transaction():
                return self.set_note(name, value)
        self._writable()
        self._begin()
        if value is None:
            self._mark.notes.pop(name, None)
        else:
            self._mark.notes[name] = value
        return None

    def checkpoint(self) -> None:
        """Move what the log holds into the file; for idle moments."""
        with self._guard:
            if not self.read_only and not self._depths:
                self._fetch("PRAGMA wal_checkpoint(PASSIVE)")

    def _create(self, table: str) -> Table:
        num = max((t.num for t in self._tables.values()), default=0) + 1
        known = Table(num)
        for statement in known.create:
            self._run(statement)
        self._run("INSERT INTO tables VALUES (?, ?)", (num, table))
        self._tables[table] = known
        self._mark.sums[table] = NONE
        return known

    def _writable(self) -> None:
        if self.read_only:
            raise StoreReadOnly
