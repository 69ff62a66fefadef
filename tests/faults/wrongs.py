"""Ways in which a program may be careless with what it was told; a harness that does not see them proves nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from typing import Any
from unittest import mock

from clerk_app.domain.people import Person
from clerk_app.domain.standing import Standing
from clerk_app.scribe import Scribe
from clerk_app.seat import Act
from clerk_app.store.file import scan_files, schema
from clerk_app.store.records import Records


@contextmanager
def _migrating() -> Iterator[None]:
    """Not careless at all: the program is one version ahead of the store, and brings it up on opening."""
    step = {schema.SCHEMA: lambda connection: connection.execute("CREATE TABLE later (one)")}
    with (
        mock.patch.multiple(schema, SCHEMA=schema.SCHEMA + 1, READS_FROM=schema.SCHEMA + 1),
        mock.patch.dict(schema.MIGRATIONS, step),
    ):
        yield


@contextmanager
def _never_synced() -> Iterator[None]:
    """The database is told not to wait for the disk."""
    with mock.patch.object(schema, "_DURABLE", ("journal_mode = WAL", "synchronous = OFF")):
        yield


@contextmanager
def _half_acts() -> Iterator[None]:
    """What belongs together is written in transactions of its own."""
    with mock.patch.object(Records, "transaction", return_value=nullcontext()):
        yield


@contextmanager
def _one_by_one() -> Iterator[None]:
    """The acts of one call are recorded one after the other."""
    real = Scribe.record

    def record(self: Scribe, person: Person, plan: Callable[[], Sequence[Act]]) -> dict[str, Standing]:
        done: dict[str, Standing] = {}
        for act in plan():
            done |= real(self, person, partial(_alone, act))
        return done

    with mock.patch.object(Scribe, "record", record):
        yield


def _alone(act: Act) -> list[Act]:
    return [act]


@contextmanager
def _said_too_early() -> Iterator[None]:
    """An act is acknowledged though its transaction was never ended."""
    with mock.patch.object(Scribe, "write", _writes_nothing(Scribe.write)):
        yield


def _writes_nothing(real: Callable[..., Any]) -> Callable[..., Any]:
    def write(self: Scribe, *args: Any) -> Any:
        with suppress(_UndoneError), self._records.transaction():
            written = real(self, *args)
            _undo()
        return written

    return write


class _UndoneError(Exception):
    pass


def _undo() -> None:
    raise _UndoneError


@contextmanager
def _scans_unsynced() -> Iterator[None]:
    """Entries name files that do not wait for the disk."""
    with mock.patch.object(os, "fsync"), mock.patch.object(scan_files, "sync_folder"):
        yield


@contextmanager
def _numbers_again() -> Iterator[None]:
    """Serial numbers are given out without being kept."""
    with mock.patch.object(Records, "next_serial", return_value=1):
        yield


WRONGS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "-": nullcontext,
    "lying-disk": nullcontext,  # the program does what it should; ``power.Disk`` forgets what it said it had synced
    "migrating": _migrating,
    "never-synced": _never_synced,
    "half-acts": _half_acts,
    "said-too-early": _said_too_early,
    "one-by-one": _one_by_one,
    "numbers-again": _numbers_again,
    "scans-unsynced": _scans_unsynced,
}
