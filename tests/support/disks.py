"""Disks that fail while a store is in use: a connection that lies between, and a process that may not write."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from clerk_app.store.file.vault import Vault


class Between:
    """Stands where a vault's connection stood; ``act`` is asked before each statement that begins with ``word``."""

    def __init__(self, real: sqlite3.Connection, word: str, act: Callable[[Callable[[], Any]], Any]) -> None:
        self._real = real
        self._word = word
        self._act = act

    def execute(self, statement: str, args: tuple[Any, ...] = ()) -> Any:
        def say() -> Any:
            return self._real.execute(statement, args)

        return self._act(say) if statement.startswith(self._word) else say()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def stand_between(vault: Vault, word: str, act: Callable[[Callable[[], Any]], Any]) -> None:
    """Have ``act`` decide about every statement that begins so, until the vault opens its file anew."""
    real = vault._connection
    assert real is not None
    vault._connection = Between(real, word, act)  # type: ignore[assignment]  # it takes a connection's place


def failing(name: str = "SQLITE_IOERR_FSYNC", *, after: bool = False) -> Callable[[Callable[[], Any]], Any]:
    """Return an act that fails as a disk does, before or after the statement had its effect."""

    def act(say: Callable[[], Any]) -> Any:
        if after:
            say()
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode, error.sqlite_errorname = getattr(sqlite3, name), name
        raise error

    return act


@contextmanager
def no_writing() -> Iterator[None]:
    """Let no write of this process to any file succeed; what is read is not touched."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
