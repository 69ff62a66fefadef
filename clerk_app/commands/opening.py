"""A window that is opened behind its first screen: keys, store and line are not on the way to the first paint."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from clerk_app.line import LineStatus

if TYPE_CHECKING:
    from clerk_app.domain.people import Person
    from clerk_app.wiring import Window


class Opening:
    """Opens a window on a thread of its own, and stands for its gate and its line from the beginning."""

    def __init__(self, open_window: Callable[[], Window]) -> None:
        self._open_window = open_window
        self._opened: Window | None = None
        self._error: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._open, name="opening", daemon=True)
        self._begun = False
        self._closed = False
        self._guard = threading.Lock()
        self.leave: Callable[[], object] = lambda: None
        """Called on the screens' side where the window cannot be opened."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        with self._guard:
            self._closed = True
        if self._begun:
            self._thread.join()
        if self._opened is not None:
            self._opened.close()

    def begin(self) -> None:
        """Begin, unless that was done before or the end has come."""
        with self._guard:
            if self._begun or self._closed:
                return
            self._begun = True
        with contextlib.suppress(RuntimeError):  # nothing runs yet when the window is waited for at once
            self._loop = asyncio.get_running_loop()
        self._thread.start()

    def window(self) -> Window:
        """Return the window once it is open; raises what kept it from opening."""
        self.begin()
        self._thread.join()
        self.check()
        if self._opened is None:
            raise RuntimeError("the window was closed before it was opened")
        return self._opened

    def check(self) -> None:
        """Raise what kept the window from opening, if anything did."""
        if self._error is not None:
            raise self._error

    def _open(self) -> None:
        try:
            window = self._open_window()
            self._opened = window
            window.start_line()
            window.keep_keys()
            window.watch_scanner()
            window.start_printing()
        except BaseException as error:  # noqa: BLE001  raised again where the window is asked for
            self._error = error
            if self._loop is not None:
                with contextlib.suppress(RuntimeError):  # the screens have gone already
                    self._loop.call_soon_threadsafe(self.leave)
        finally:
            gc.freeze()  # what is loaded stays: to look through it again would be felt at the keys
            gc.enable()

    # the gate

    def sign_in(self, number: str, password: str) -> Person:
        """Sign in, once the window is open."""
        return self.window().gate.sign_in(number, password)

    def unlock(self, number: str, password: str) -> Person:
        """Sign in or come back, once the window is open."""
        return self.window().gate.unlock(number, password)

    def lock(self) -> None:
        """Have whoever is signed in give the password again."""
        self.window().gate.lock()

    def standing(self, person: Person) -> str:
        """Return why somebody who signed in may not go on, or nothing."""
        return self.window().gate.standing(person)

    def sign_out(self) -> None:
        """Sign out."""
        self.window().gate.sign_out()
        self.window().put_papers_away()

    def notices(self) -> list[str]:
        """Return what was repaired when the window was opened, what it lacks since, and what became of a new version."""
        window = self.window()
        return [*window.mended, *window.records.notices(), *window.news()]

    def put_papers_away(self) -> None:
        """Empty the folder of printed papers."""
        if self._opened is not None:
            self._opened.put_papers_away()

    def current(self) -> Person | None:
        """Return who is signed in, or ``None``."""
        return self.window().gate.current()

    # the line

    def status(self) -> LineStatus:
        """Return the line as last seen; never blocks."""
        if self._opened is None:
            return LineStatus()
        seen, updating = self._opened.line.status(), self._opened.updating
        return seen if updating is None else replace(seen, ready=updating.ready)

    def poke(self) -> None:
        """Try now; before the window is open there is nothing to try."""
        if self._opened is not None:
            self._opened.line.poke()

    def stop(self) -> None:
        """End the line's work."""
        if self._opened is not None:
            self._opened.line.stop()
