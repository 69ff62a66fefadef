"""Puts a window together from its folder: keys, store, line, gate and desk. Only the command line does this."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from clerk_app import settings as window_settings
from clerk_app.domain.people import Person
from clerk_app.gate import Gate
from clerk_app.line import Admission, Line, LineDown, LineRefused, LineStatus
from clerk_app.seat import Seat
from clerk_app.settings import Settings
from clerk_app.store.errors import PassphraseMissing
from clerk_app.store.keys import (
    KeyringUnlock,
    Keys,
    PassphraseUnlock,
    Unlock,
    open_keys,
    passphrase_from_environment,
)
from clerk_app.store.records import Records
from clerk_app.store.unlock import PASSPHRASE_FILE

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from sync.window import WindowEnd

BEIJING = timezone(timedelta(hours=8))
DEMO_PASSPHRASE = "示范数据，不设防"  # noqa: S105 - it guards nothing
"""The demo city's folder holds sample people only; its key is no secret, so that the demo starts anywhere."""


def city_clock() -> datetime:
    """Return the time at the counter: the country has one (GMT+8), whatever zone this machine was set up with."""
    return datetime.now(BEIJING)


class QuietLine:
    """The line of a single command: never tries by itself; asks only to let somebody sign in."""

    def __init__(self, connect: Callable[[], WindowEnd]) -> None:
        self._connect = connect
        self._status = LineStatus()

    def authenticate(self, number: str, password: str) -> Admission:
        """Ask central; raises ``LineDown`` or ``SignInRefused``."""
        with closing(self._connect()) as end:
            return end.authenticate(number, password)

    def look(self) -> LineStatus:
        """Ask central once whether it is there."""
        try:
            with closing(self._connect()) as end:
                end.greet()
        except (LineDown, LineRefused) as down:
            self._status = LineStatus(last_problem=str(down))
        else:
            self._status = LineStatus(online=True)
        return self._status

    def status(self) -> LineStatus:
        """Return what was last seen; offline until somebody looked."""
        return self._status

    def poke(self) -> None:
        """Do nothing: ``clerk sync`` is what sends."""

    def stop(self) -> None:
        """Do nothing."""


class Window:
    """An opened window; a context manager that gives everything back."""

    def __init__(
        self,
        folder: Path,
        *,
        read_only: bool = False,
        clock: Callable[[], datetime] = city_clock,
        central_up: Callable[[], None] = lambda: None,
    ) -> None:
        """Open the window kept in ``folder``; raises ``NotEnrolled``, ``SettingsDamaged`` or a ``VaultError``.

        ``central_up`` is called before central is: the demo's waits for the central it has started.
        """
        self._central_up = central_up
        self._held = ExitStack()
        self.folder = folder
        self.clock = clock
        self.settings: Settings = window_settings.load(folder)
        self.seat: Seat = self.settings.seat
        self.keys: Keys = open_keys(folder, unlock_for(self.settings.unlock))
        self.records = self._held.enter_context(
            Records.open(folder, self.keys.vault_key, window=self.seat.window, read_only=read_only)
        )
        self.line: Line = QuietLine(self.connect)
        self.gate = Gate(self.records, QuietLine(self.connect), clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop the line and close the store."""
        self.line.stop()
        self._held.close()

    def connect(self) -> WindowEnd:
        """Return a new conversation with central; costs some 150 ms where TLS is used, so not on the screens' thread."""
        from sync.connect import connect

        self._central_up()
        return connect(self.records, self.seat, self.keys.signing_key, self.clock)

    def start_line(self) -> Line:
        """Let the line run beside the client."""
        from sync.runner import RunningLine

        self.line = RunningLine(self.connect, self.clock).start()
        return self.line

    def desk(self, person: Person) -> Desk:
        """Return the desk of somebody who signed in."""
        from clerk_app.desk import Desk

        papers = self.settings.papers_folder(self.folder)
        return Desk(self.records, self.seat, person, self.keys.signing_key, self.clock, self.line, papers)


def unlock_for(how: str, *, twice: bool = False) -> Unlock:
    """Return how the keys are unlocked: the demo's open secret, a passphrase, or the system keyring."""
    if how == "demo":
        return PassphraseUnlock(DEMO_PASSPHRASE)
    if how == "passphrase":
        return PassphraseUnlock(passphrase_from_environment() or _typed(twice))
    return KeyringUnlock()


def chosen_unlock() -> str:
    """Return how a new window's keys are to be unlocked: by passphrase where one is handed in, else by the keyring."""
    return "passphrase" if os.environ.get(PASSPHRASE_FILE) else "keyring"


def _typed(twice: bool) -> str:
    from getpass import getpass

    if not sys.stdin.isatty():
        raise PassphraseMissing("没有设置 CLERK_PASSPHRASE_FILE，也没有终端可供输入")
    typed = getpass("本窗口的口令：")
    if twice and getpass("再输入一遍：") != typed:
        raise PassphraseMissing("两次输入不一致")
    return typed
