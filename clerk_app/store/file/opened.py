"""The vault's file as this process has it open: owned, proven against its mark, and opened anew after a fault."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from clerk_app.store.errors import FormerKey, Step, StoreDamaged, StoreFailing, StoreMissing, VaultError, WrongKey
from clerk_app.store.file import reopening, schema, witness
from clerk_app.store.file.backup import Proof, prove
from clerk_app.store.file.content import Content, content_of, mark_of, store_of
from clerk_app.store.file.durable import make_private_folder
from clerk_app.store.file.lock import StoreLock
from clerk_app.store.file.rows import Mark, Seen, Table
from clerk_app.store.file.seal import Sealer, VaultKeys

FILE = "store.db"
_PAUSE = 1.0
"""Seconds between two tries to open a failing store for reading, where they are not quick; an act tries at once."""
_QUICK = 0.05


class Opened:
    """The open file of one folder, its mark and its lock; usable from any thread, one at a time."""

    def __init__(self, folder: Path, key: bytes | VaultKeys, *, read_only: bool) -> None:
        self.folder = folder
        self.read_only = read_only
        self.findings: list[StoreDamaged] = []
        """Tables that are not what the mark tells of them, and an older copy of the file."""
        self.damages: dict[tuple[str, str], StoreDamaged] = {}
        """Rows that did not open, by table and id."""
        self.seen: Seen | None = None
        """What the witness said when the store was opened."""
        self.log_left = False
        """Whether a log was there when the store was opened: whoever had it open last did not close it."""
        self._guard = threading.RLock()
        self._sealer = Sealer(key)
        self._witness = witness.Witness(folder / witness.FILE, self._sealer)
        self._tables: dict[str, Table] = {}
        self._mark = Mark()
        self._sealed = b""
        self._store = ""
        self._connection: sqlite3.Connection | None = None
        self._file: os.stat_result | None = None
        self._fault: VaultError | None = None
        """Why the store cannot be written now; it may still be read through ``_connection``."""
        self._next_try = 0.0
        self._changed = False
        """Whether reopening found other content than memory holds, and nobody was told yet."""
        self._reloads: list[Callable[[], None]] = []
        self._closed = False
        path = folder / FILE
        self._name = str(path)
        if read_only and not _is_there(path):
            raise StoreMissing(str(folder))
        self._lock = None if read_only else _own(folder)
        try:
            self._open(path)
        except BaseException:
            self._release()
            raise

    # opening and closing

    def _open(self, path: Path) -> None:
        seen = self._witness.read()  # before the store: it may lag behind it, and never leads
        try:
            if not self.read_only and path.exists():
                self.log_left = reopening.write_again(
                    path
                )  # what was left behind when a disk failed may stand in memory only
            self._connection = schema.connect(path, read_only=self.read_only)
            schema.prepare(self._connection, path, self._prove, read_only=self.read_only)
            self._load(self._connection, seen)
            self._file = path.stat()
        except sqlite3.Error as error:
            raise schema.translated(error) from error
        except OSError as error:
            raise schema.meaning(error) from error
        if not self.read_only and not self.findings:  # where the mark is lost, the witness knows more than the store
            self._witness.tell(self._store, self._mark)

    def _prove(self, connection: sqlite3.Connection) -> Proof:
        return prove(connection, self._sealer)

    def _load(self, connection: sqlite3.Connection, seen: Seen | None) -> None:
        """Take the file's content over."""
        try:
            content: Content = content_of(connection, self._sealer)
        except WrongKey as error:
            if seen is not None and seen.store == store_of(connection):  # proven by the very key that does not open it
                raise FormerKey from error
            raise
        content.heed(seen)
        if not content.names_key and not self.read_only:
            connection.execute("INSERT INTO about VALUES ('key', ?)", (self._sealer.check(content.store),))
        self.seen = seen
        self.findings = content.findings
        self._store, self._sealed = content.store, content.sealed
        self._tables, self._mark = content.tables, content.mark

    def close(self) -> None:
        """Close the file and give up the lock."""
        with self._guard:
            if not self._closed:
                self._closed = True
                self._release()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._fault is None:
            connection.close()
        else:
            reopening.let_go(connection, self.folder / FILE)

    def _release(self) -> None:
        self._disconnect()
        self._witness.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        self.close()

    # opening anew

    @property
    def trouble(self) -> VaultError | None:
        """Why the store cannot be written now, if so; the next act tries again by itself."""
        return self._fault

    @property
    def older(self) -> Seen | None:
        """What the store, an older copy or another one, should have reached; ``None`` once the books have accepted it."""
        return self._mark.behind

    def on_reload(self, act: Callable[[], None]) -> None:
        """Have ``act`` called whenever the file, opened anew, holds something else than memory does."""
        self._reloads.append(act)

    def _again(self) -> bool:
        """Open the file anew after a fault and read it back; return whether it can be worked with.

        If not, ``_fault`` says why, and what was read last may still be looked at.
        """
        path = self.folder / FILE
        begun = time.monotonic()
        try:
            self._reopen(path)
        except VaultError as fault:
            self._fault = fault
        except sqlite3.Error as error:
            self._fault = schema.translated(error)
        except OSError as error:
            self._fault = schema.meaning(error)
        else:
            self._fault = None
            return True
        ended = time.monotonic()
        self._next_try = ended + _PAUSE if ended - begun > _QUICK else ended
        return False

    def _reopen(self, path: Path) -> None:
        if not path.is_file() or not path.stat().st_size:
            raise StoreFailing("数据文件不见了", "read")  # it is never made anew
        if self._lock is not None:
            self._lock.renew()
        if not self.read_only:
            reopening.write_again(path)  # until this is done what is still open is kept: it may be all there is
        self._fault = self._fault or StoreFailing("open", "read")
        self._disconnect()
        connection = schema.connect(path, read_only=True) if self.read_only else reopening.connect(path, self._prove)
        try:
            if not self.read_only:
                reopening.move_log(connection, path)
            self._take_over(connection)
            self._file = path.stat()
        except BaseException:
            self._keep_to_read(connection, path)
            raise
        self._connection = connection
        self._witness.close()  # the folder may be another one

    def _keep_to_read(self, connection: sqlite3.Connection, path: Path) -> None:
        """Keep a file that cannot be written at least to be read, if it is what memory holds."""
        try:
            known = store_of(connection) == self._store and mark_of(connection) == self._sealed
        except (sqlite3.Error, StoreDamaged):
            known = False
        if known:
            self._connection = connection
        else:
            reopening.let_go(connection, path)

    def _take_over(self, connection: sqlite3.Connection) -> None:
        """Compare the file opened anew with what memory holds; load it where it is something else."""
        if store_of(connection) != self._store:
            raise StoreFailing("这里是另一份窗口数据", "read")
        sealed = mark_of(connection)
        if self._is_expected(sealed):
            self._sealed = sealed
            return
        mark, seen = self._durable(), self._witness.read()
        notes = {name: mark.notes[name] for name in witness.WITNESSED if name in mark.notes}
        memory = Seen(self._store, mark.generation, notes)
        self._load(connection, memory if seen is None or seen.generation <= memory.generation else seen)
        self._changed = True

    def _is_expected(self, sealed: bytes) -> bool:
        """Whether memory is what the file with this mark holds."""
        return sealed == self._sealed

    def _durable(self) -> Mark:
        """Return the mark as it was after the last commit."""
        return self._mark

    def _is_present(self) -> bool:
        """Whether the file that is open is still the one that lies in the folder."""
        try:
            found = os.stat(self._name)  # noqa: PTH116  (with every act: a Path costs five times as much)
        except OSError:
            return False
        held = self._file
        return held is not None and found.st_ino == held.st_ino and found.st_dev == held.st_dev

    def _tell_changed(self) -> None:
        if self._changed and self._is_idle():
            self._changed = False
            for act in self._reloads:
                act()

    def _is_idle(self) -> bool:
        """Whether no transaction is in hand."""
        return True

    def _is_writing(self) -> bool:
        """Whether something was written that is not committed yet."""
        return False

    def _refusal(self, step: Step) -> VaultError:
        """Return the present fault as it is said of one step."""
        fault = self._fault
        if isinstance(fault, StoreFailing):
            return StoreFailing(fault.reason, step)
        if fault is None:
            return StoreFailing("open", step)
        return fault.with_traceback(None)

    # asking SQLite

    def _fetch(self, statement: str, args: tuple[Any, ...] = (), table: str = "", row: str = "") -> list[Any]:
        with self._guard:
            try:
                return self._usable().execute(statement, args).fetchall()
            except sqlite3.Error as error:
                fault = schema.translated(error, table, row, step="undone" if self._is_writing() else "read")
                if not isinstance(fault, StoreFailing) or self._is_writing():
                    raise fault from error
                self._fault = fault
            if self._again():
                self._tell_changed()
            try:
                return self._usable().execute(statement, args).fetchall()
            except sqlite3.Error as error:
                raise schema.translated(error, table, row) from error

    def _usable(self, step: Step = "read") -> sqlite3.Connection:
        """Return the connection; where there is none, try to have one again. Raises why not, as it is said of ``step``."""
        if self._connection is None:
            if self._closed:
                raise StoreFailing("closed", "read")
            if time.monotonic() >= self._next_try and self._again():
                self._tell_changed()
        if self._connection is None:
            raise self._refusal(step)
        return self._connection


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise schema.meaning(error) from error


def _own(folder: Path) -> StoreLock:
    """Make the folder, if need be, and take its lock."""
    try:
        make_private_folder(folder)
        return StoreLock(folder / "store.lock")
    except OSError as error:
        raise schema.meaning(error) from error
