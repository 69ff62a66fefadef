"""The statements of one act: said, said again where that is safe, and committed.

All are remembered until the commit, to be said again on a full disk after the reserve was released, or in a file that was
found moved. After a fault of the disk nothing is believed until the file is opened anew (``store.file.reopening``): the mark that
is read back tells whether the act is in it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from clerk_app.store.errors import StoreFailing, StoreFull, StoreReadOnly, TransactionUndone, VaultError
from clerk_app.store.file import reserve, schema
from clerk_app.store.file.content import mark_of
from clerk_app.store.file.reserve import Reserve
from clerk_app.store.file.seal import VaultKeys
from clerk_app.store.file.shelf import Shelf


class Statements(Shelf):
    """A store that can be written, one act at a time."""

    def __init__(self, folder: Path, key: bytes | VaultKeys, *, read_only: bool, reserve: int) -> None:
        self._reserve = Reserve(folder / "reserve.bin", reserve)
        self._writes = 0
        """How many there ever were: by it a transaction knows whether it wrote."""
        self._doomed = False
        self._begun = False
        self._pending: list[tuple[str, tuple[Any, ...]]] = []
        self._saying = b""
        """The sealed mark whose commit is under way."""
        super().__init__(folder, key, read_only=read_only)
        if not read_only:
            self._reserve.take()

    def _open(self, path: Path) -> None:
        try:
            super()._open(path)
        except (StoreFull, StoreFailing) as fault:  # even to open, SQLite needs a little room
            if self.read_only or not reserve.is_full(self.folder):
                raise
            if not self._reserve.release():
                raise StoreFull from fault
            self._disconnect()
            super()._open(path)

    def _reopen(self, path: Path) -> None:
        try:
            super()._reopen(path)
        except (OSError, sqlite3.Error, StoreFull, StoreFailing):  # as for opening
            if self.read_only or not reserve.is_full(self.folder) or not self._reserve.release():
                raise
            super()._reopen(path)

    def _release(self) -> None:
        self._disconnect()
        if not self.read_only:
            self._reserve.keep_little()
        super()._release()

    @property
    def short_of_space(self) -> bool:
        """Whether the disk is, or lately was, full."""
        return not self.read_only and not self._reserve.held

    def _is_writing(self) -> bool:
        return self._begun

    def _begin(self) -> None:
        self._writes += 1
        if self._begun:
            self._working()
            return
        if self._fault is not None:
            self._open_anew(None)
        if self._changed:
            raise _moved_on()
        try:
            self._usable().execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._mend(error, reopened_is_enough=True)
            self._said("BEGIN IMMEDIATE")
        self._begun = True

    def _working(self) -> sqlite3.Connection:
        """Return the connection, which is in a transaction; raises where SQLite, or a fault, has ended it."""
        if self._connection is None or not self._connection.in_transaction:
            raise TransactionUndone
        return self._connection

    def _run(self, statement: str, args: tuple[Any, ...] = ()) -> int:
        """Say one statement inside the transaction; all of them are remembered, to be said again on a full disk.

        Return how many rows it changed; -1: that is not known.
        """
        self._begin()
        self._pending.append((statement, args))
        try:
            return self._working().execute(statement, args).rowcount
        except sqlite3.Error as error:
            self._mend(error)
            self._say_all()
            return -1

    def _mend(self, error: sqlite3.Error, *, reopened_is_enough: bool = False) -> None:
        """Make room, or open the file anew, so that the act in hand can be said again; raise where it cannot."""
        fault = schema.translated(error, step="undone")
        failing = isinstance(fault, StoreFailing | StoreReadOnly)
        full = isinstance(fault, StoreFull) or (failing and reserve.is_full(self.folder))
        released = full and self._reserve.release()
        if failing:
            self._fault = fault
            self._open_anew(error, full=full)
        enough = reopened_is_enough or isinstance(fault, StoreReadOnly)  # then nothing was written at all
        if not released and not (failing and enough):
            self._doomed = self._begun
            if full:
                raise StoreFull from error
            raise (_undone(fault) if failing else fault) from error

    def _open_anew(self, error: sqlite3.Error | None, *, full: bool = False) -> None:
        """Open the file anew, with nothing of the act in it; raise where that fails, or where it holds something else."""
        self._roll_back()
        if not self._again():
            self._doomed = self._begun
            raise (StoreFull() if full else self._refusal("undone")) from error
        if self._changed:
            self._doomed = self._begun
            raise _moved_on() from error

    def _say_all(self) -> None:
        """Say all statements of the act in hand again, in a new transaction."""
        self._roll_back()
        self._said("BEGIN IMMEDIATE")
        for statement, args in self._pending:
            self._said(statement, args)

    def _said(self, statement: str, args: tuple[Any, ...] = ()) -> None:
        try:
            self._usable().execute(statement, args)
        except sqlite3.Error as error:
            self._doomed = self._begun
            raise schema.translated(error, step="undone") from error

    def _end_act(self, sealed: bytes) -> None:
        """Commit; where the disk fails return all the same if the act is found in the file, else raise what became of it."""
        if not self._is_present():
            self._fault = StoreFailing("数据文件被移走或替换", "undone")
            self._open_anew(None)
            self._say_all()
        self._saying = sealed
        for last in (False, True):
            try:
                self._working().execute("COMMIT")
            except sqlite3.Error as error:
                if self._is_there_after(error, last=last):
                    return
            else:
                return

    def _is_there_after(self, error: sqlite3.Error, *, last: bool) -> bool:
        """After a commit that failed return whether the act is in the file; ``False``: it was said again, to be committed."""
        fault = schema.translated(error, step="unknown")
        if isinstance(fault, StoreFull):
            if last or not self._reserve.release():
                raise fault from error
        elif isinstance(fault, StoreFailing | StoreReadOnly):
            full = reserve.is_full(self.folder)
            released = full and self._reserve.release()
            self._fault = fault
            if not self._again():
                raise self._unconfirmed(error) from error
            if self._sealed == self._saying:
                return True
            if last or not released or self._changed:
                raise (StoreFull() if full and not self._changed else _undone(fault)) from error
        else:
            raise fault from error
        self._say_all()
        return False

    def _is_committed(self) -> bool:
        """Whether the act whose commit was under way is in the file, where no fault stands in the way of seeing that."""
        connection = self._connection
        if not self._saying or self._fault is not None or connection is None or connection.in_transaction:
            return False
        try:
            return mark_of(connection) == self._saying
        except sqlite3.Error:
            return False

    def _unconfirmed(self, error: sqlite3.Error) -> VaultError:
        """Return what is said of an act whose commit failed, while the file cannot be opened anew."""
        if error.sqlite_errorcode == sqlite3.SQLITE_IOERR_WRITE:  # what failed was the writing: it cannot be whole
            return self._refusal("undone")
        return StoreFailing(_reason(schema.translated(error)), "unknown")

    def _is_expected(self, sealed: bytes) -> bool:
        return super()._is_expected(sealed) or bool(self._saying and sealed == self._saying)

    def _roll_back(self) -> None:
        if self._connection is not None and self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error as error:  # whatever it holds is looked at again before the next act
                self._fault = schema.translated(error)


def _undone(fault: VaultError) -> StoreFailing:
    """Return what is said of an act that was found not to be in the file after it was opened anew."""
    return StoreFailing(_reason(fault), "undone", reopened=True)


def _moved_on() -> StoreFailing:
    """Return what is said of an act that was founded on something else than what the file, opened anew, holds."""
    return StoreFailing("数据已变动", "undone", reopened=True)


def _reason(fault: VaultError) -> str:
    return fault.reason if isinstance(fault, StoreFailing) else "SQLITE_READONLY"
