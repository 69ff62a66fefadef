"""The terminal that is painted on, and what is done when it goes away.

Textual's own driver does not notice: its thread that writes ends with the first error, after which the client stops for
good at the thirty-first thing it would paint; its thread that reads turns without rest; and the signal that the kernel sends
to a sleeper beside ``SIGHUP`` starts both a second time. Nor does ``SIGHUP`` come to everybody: of those on a terminal only
the first program is told, and it may keep that to itself (``make``, ``sudo``, a shell that waits).

It rests on a few of Textual's inner names (``_file``, ``_sigcont_application``), which its tests look after.
"""

from __future__ import annotations

import errno
import os
import select
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from screens.painting.thrift import Thrifty
from screens.typed import Typed

linux_driver.XTermParser = Typed  # type: ignore[attr-defined]
LOOK_EVERY_MS = 500
"""Milliseconds after which the terminal is looked at even if the kernel has not woken us."""


class Terminal(LinuxDriver):
    """Textual's driver, which has the client left in order once there is no terminal any more."""

    def __init__(self, *given: Any, **named: Any) -> None:
        for name in ("COLUMNS", "LINES"):  # a shell's word from before; the terminal itself knows what it has become
            os.environ.pop(name, None)
        super().__init__(*given, **named)
        file: Any = self._file
        self._thrifty = Thrifty(file) if getattr(self._app, "thrifty", False) else None
        self._file: Any = Paint(self._thrifty or file, self._gone)
        self._watched = False

    def paint_anew(self) -> None:
        """Paint everything again with the next picture: nobody knows what the terminal shows."""
        if self._thrifty is not None:
            self._thrifty.forget()

    def start_application_mode(self) -> None:
        """Take the terminal, and watch over it from now on."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if not self._watched:
            self._watched = True
            Thread(target=self._watch, name="terminal", daemon=True).start()

    def run_input_thread(self) -> None:
        """Hand on what is typed, until there is nobody left to type."""
        try:
            super().run_input_thread()
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            self._gone()

    def _sigcont_application(self, *given: Any) -> None:
        if os.isatty(self.fileno):  # a terminal that went away wakes us, too
            super()._sigcont_application(*given)

    def _watch(self) -> None:
        looking = select.poll()
        looking.register(self.fileno, 0)  # what is asked for is told, and that it is gone is told in any case
        told = 0
        while not told:
            told = sum(what for _, what in looking.poll(LOOK_EVERY_MS))
        if told & (select.POLLHUP | select.POLLERR):  # else it cannot be watched in this way
            self._gone()

    def _gone(self) -> None:
        """Have the client left; called from any thread, and more than once."""
        self.exit_event.set()  # ends the threads that read
        with suppress(RuntimeError):  # it is being left already
            self._loop.call_soon_threadsafe(self._app.exit, 0)


class Paint:
    """What is painted, as long as there is something to paint on."""

    def __init__(self, file: Any, gone: Callable[[], None]) -> None:
        self._file = file
        self._tell_gone = gone
        self._blank = False

    def write(self, text: str) -> None:
        """Write a text."""
        self._try(lambda: self._file.write(text))

    def flush(self) -> None:
        """Bring what was written to the terminal."""
        self._try(self._file.flush)

    def fileno(self) -> int:
        """Return the number of the file."""
        return int(self._file.fileno())

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return bool(self._file.isatty())

    def _try(self, act: Callable[[], object]) -> None:
        if self._blank:
            return
        try:
            act()
        except OSError:
            self._blank = True
            self._tell_gone()
