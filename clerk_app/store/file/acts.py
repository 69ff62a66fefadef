"""The vault's transactions: an act is in the file as a whole, or not at all, and the caller knows which."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from threading import get_ident
from typing import Any

import msgspec

from clerk_app.store.errors import StoreFull, StoreOlder, StoreReadOnly, TransactionUndone
from clerk_app.store.file.rows import MARK_PLACE, Mark, Table
from clerk_app.store.file.seal import VaultKeys
from clerk_app.store.file.statements import Statements

_PUT_MARK = "INSERT INTO mark VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET sealed = excluded.sealed"


class Transaction:
    """The context of one transaction."""

    __slots__ = ("_acts",)

    def __init__(self, acts: Acts) -> None:
        self._acts = acts

    def __enter__(self) -> None:
        self._acts.enter()

    def __exit__(self, kind: object, *rest: object) -> None:
        failed = kind is not None
        try:
            if not failed:
                self._acts.end()
        except BaseException:
            self._acts.leave(failed=True)
            raise
        self._acts.leave(failed=failed)


class Acts(Statements):
    """A store in which things are done."""

    def __init__(self, folder: Path, key: bytes | VaultKeys, *, read_only: bool, reserve: int) -> None:
        self._depths: list[int] = []
        self._owner = 0
        """The thread that is in a transaction: its single writes need not join it once more."""
        self._undo: list[Callable[[], None]] = []
        self._done: list[Callable[[], None]] = []
        self._ends: list[Callable[[], None]] = []
        self._kept: tuple[Mark, dict[str, Table]] = (Mark(), {})
        """Mark and tables as they were before the transaction in hand."""
        super().__init__(folder, key, read_only=read_only, reserve=reserve)

    # transactions

    def transaction(self) -> Transaction:
        """Return a context in which all writes are one act; nested ones join the outermost, which commits.

        An exception in any that wrote undoes everything, and has what ``on_undo`` was told called.
        """
        return Transaction(self)

    def on_undo(self, act: Callable[[], None]) -> None:
        """Have ``act`` called if the transaction in hand is undone."""
        self._undo.append(act)

    def on_done(self, act: Callable[[], None]) -> None:
        """Have ``act`` called once the transaction in hand is durable."""
        self._done.append(act)

    def on_end(self, act: Callable[[], None]) -> None:
        """Have ``act`` write what is to be written once an act, as the last of the transaction in hand."""
        self._ends.append(act)

    def end(self) -> None:
        """Do what was left for the end of the outermost transaction, still inside it."""
        while self._ends and len(self._depths) == 1 and not self._doomed:
            self._ends.pop(0)()

    def enter(self) -> None:
        """Begin, or join, a transaction (``transaction`` is the way to call it)."""
        self._guard.acquire()
        try:
            if self._fault is not None and not self._depths and self._may_try():
                self._again()
                self._tell_changed()
            self._usable("undone")
        except BaseException:
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
            try:
                if not doomed and not failed:
                    self._commit()
                    return
                self._undo_all()
            finally:
                self._tell_changed()
            if not failed:
                raise TransactionUndone
        finally:
            self._guard.release()

    def _may_try(self) -> bool:
        """Whether the file is to be opened anew now; an act that has nothing to go by does not wait for its turn."""
        return not self._closed and (self._connection is None or time.monotonic() >= self._next_try)

    def _is_idle(self) -> bool:
        return not self._depths

    def _commit(self) -> None:
        try:
            if self._begun:
                behind = self._mark.behind.generation if self._mark.behind is not None else 0
                self._mark.generation = max(self._mark.generation, behind) + 1
                sealed = self._sealer.seal(MARK_PLACE, msgspec.json.encode(self._mark))
                self._run(_PUT_MARK, (sealed,))
                self._end_act(sealed)
        except BaseException:
            if self._is_committed():  # an interruption came between the commit and its being known
                self._settled()
            else:
                self._undo_all()
            raise
        else:
            self._settled()
        finally:
            self._saying = b""

    def _settled(self) -> None:
        """Take the act in hand for durable."""
        if self._begun:
            self._begun = False
            self._sealed = self._saying
            self._witness.tell(self._store, self._mark)
        self._pending.clear()
        self._undo.clear()
        self._ends.clear()
        done, self._done = self._done, []
        for act in done:
            act()
        if not self._reserve.held:
            self._reserve.take()

    def _durable(self) -> Mark:
        return self._kept[0] if self._depths or self._begun else self._mark

    def _take_over(self, connection: sqlite3.Connection) -> None:
        super()._take_over(connection)
        if self._changed:
            self._kept = (self._mark.copy(), dict(self._tables))

    def _undo_all(self) -> None:
        self._pending.clear()
        self._done.clear()
        self._ends.clear()
        self._doomed = False
        self._mark, self._tables = self._kept
        undo, self._undo = self._undo, []
        for act in reversed(undo):
            act()
        if self._begun:
            self._begun = False
            self._roll_back()

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

    def accept_older(self) -> None:
        """Take an older copy of the store for what it is, inside the transaction that has dealt with it.

        From its commit on the store has come further than what was known of it, and ``older`` is ``None``.
        """
        with self.transaction():
            self._writable()
            behind = self._mark.behind
            if behind is None:
                return
            self._begin()
            self._mark.generation = max(self._mark.generation, behind.generation)
            self._mark.behind, self._mark.since = None, 0
            self.on_done(self._forget_older)

    def _forget_older(self) -> None:
        self.findings = [found for found in self.findings if not isinstance(found, StoreOlder)]

    def checkpoint(self) -> None:
        """Move what the log holds into the file, if there is room, and sync the witness; for idle moments."""
        with self._guard:
            if not self.read_only and not self._depths:
                with contextlib.suppress(StoreFull):
                    self._fetch("PRAGMA wal_checkpoint(PASSIVE)")
                self._witness.sync()

    def _writable(self) -> None:
        if self.read_only:
            raise StoreReadOnly
