"""Runs the window's end beside the client: a thread of its own, woken by every act, patient when the line is down."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime

from clerk_app.line import LineDown, LineRefused, LineStatus
from clerk_app.store.errors import VaultError
from sync.policy import PULSE, next_delay, next_look
from sync.talk import Busy
from sync.window import Report, WindowEnd

log = logging.getLogger("clerk.line")
LAST_WORDS = 2.0
"""Seconds a request on its way is waited for at the end; nothing is lost with it, it is said again."""


class RunningLine:
    """The line beside the client; ``status`` is what the header shows."""

    def __init__(
        self,
        connect: Callable[[], WindowEnd],
        clock: Callable[[], datetime],
        pulse: float = PULSE,
        chance: Callable[[], float] = random.random,
        idle: Callable[[Callable[[], bool]], object] = lambda _: None,
    ) -> None:
        """``idle`` is called when nothing was, or could be, said or heard; what it is given tells whether to stop."""
        self._connect = connect
        self._clock = clock
        self._pulse = pulse
        self._chance = chance
        self._idle = idle
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._status = LineStatus(since=clock().isoformat(timespec="seconds"))
        self._next_try: float | None = None
        """On the monotonic clock; ``None`` while trying, or while all is well."""
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)

    def start(self) -> RunningLine:
        """Begin; returns at once."""
        self._thread.start()
        return self

    def status(self) -> LineStatus:
        """Return the line as last seen."""
        seen, next_try = self._status, self._next_try
        left = None if next_try is None else max(0.0, next_try - time.monotonic())
        return replace(seen, next_try_in=left)

    def poke(self) -> None:
        """Try now; where central asked for patience, when that is over."""
        self._wake.set()

    def stop(self) -> None:
        """End; waits for the request on its way, for at most a few seconds."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=LAST_WORDS)

    def _run(self) -> None:
        attempt = 0
        while not self._stopping.is_set():
            try:
                with closing(self._connect()) as end:
                    while not self._stopping.is_set():
                        attempt = self._once(end, attempt)
            except Exception as error:  # the thread's edge: a line that ended unseen would be the worst
                attempt += 1
                if not isinstance(error, LineDown):
                    log.exception("the line failed")
                problem = str(error) if isinstance(error, LineDown) else f"程序内部出错（{type(error).__name__}）。"
                self._wait_down(attempt, problem, None)

    def _once(self, end: WindowEnd, attempt: int) -> int:
        """Try once, then wait; return how many tries in a row have failed."""
        self._wake.clear()
        self._next_try = None
        try:
            report = end.sync(self._did, self._stopping.is_set)
        except (LineDown, LineRefused, VaultError) as error:
            if self._stopping.is_set():
                return attempt
            log.info("line down, attempt %d: %s", attempt + 1, type(error).__name__)
            self._wait_down(attempt + 1, str(error), error.retry_after if isinstance(error, Busy) else None)
            return attempt + 1
        self._seen_up(report)
        if not report.pushed and not report.pulled and not self._wake.is_set():
            self._use_idle_moment()
        self._wake.wait(next_look(self._pulse, self._chance()))
        return 0

    def _wait_down(self, attempt: int, problem: str, patience: float | None) -> None:
        delay = next_delay(attempt, patience, self._chance())
        now = self._clock().isoformat(timespec="seconds")
        before = self._status
        since = now if before.online else before.since
        self._next_try = time.monotonic() + delay
        self._status = replace(before, online=False, since=since, last_problem=problem, attempt=attempt, doing="")
        self._use_idle_moment()
        # An act of the clerk does not shorten what central asked for; anything else is worth a try.
        (self._stopping if patience else self._wake).wait(max(0.0, self._next_try - time.monotonic()))

    def _use_idle_moment(self) -> None:
        """Do what waits for nobody to be waiting; the line outlives whatever goes wrong with it."""
        try:
            self._idle(lambda: self._wake.is_set() or self._stopping.is_set())
        except Exception:  # the thread's edge, as above: the line is tried again all the same
            log.exception("the work of an idle moment failed")

    def _did(self, what: str) -> None:
        """Something was said or taken in: central is there, however long the rest may take."""
        before = self._status
        since = before.since if before.online else self._clock().isoformat(timespec="seconds")
        self._status = replace(before, online=True, since=since, last_problem="", attempt=0, doing=what)

    def _seen_up(self, report: Report) -> None:
        now = self._clock().isoformat(timespec="seconds")
        since = self._status.since if self._status.online else now
        self._status = LineStatus(online=True, since=since, last_success=now, clock_skew=report.clock_skew)
