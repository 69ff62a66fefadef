"""The window's ear: a thread that waits for news of further points' feeds and wakes the line, which then takes them in.

It lives as long as a supervisor's further points are followed; a window that hears its own feed alone has none and asks for nothing more.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import closing

from clerk_app.line import LineDown, LineRefused
from clerk_app.store.errors import VaultError
from sync.window import WindowEnd

log = logging.getLogger("clerk.line")


class Ear:
    """Waits beside the line: between two rounds, and not while the line is down."""

    def __init__(self, connect: Callable[[], WindowEnd], wake: Callable[[], None]) -> None:
        """``wake`` has the line have a round."""
        self._connect = connect
        self._wake = wake
        self._go = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def listen(self) -> None:
        """A round is over in which further points were followed: wait for what comes after it; returns at once."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="ear", daemon=True)
            self._thread.start()
        self._go.set()

    def stop(self) -> None:
        """End; a question on its way is not waited for: whatever is answered, nothing comes of it."""
        self._stopping.set()
        self._go.set()

    def _run(self) -> None:
        try:
            with closing(self._connect()) as end:
                while self._go.wait() and not self._stopping.is_set():
                    self._go.clear()
                    self._hear(end)
        except (LineDown, LineRefused, VaultError) as error:
            log.info("ear closed: %s", type(error).__name__)
        except Exception:  # the thread's edge: the next round opens it anew
            log.exception("the ear failed")

    def _hear(self, end: WindowEnd) -> None:
        """Wait until something is new, or the next round is over: what that took in is asked for no more."""
        while not self._stopping.is_set():
            news = end.listen(self._stopping.is_set)
            if news:
                self._wake()
            if news is not False:
                return
