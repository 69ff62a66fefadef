"""Runs the window's end beside the client: a thread of its own, woken by every act, patient when the line is down."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime

from clerk_app.line import LineDown, LineRefused, LineStatus
from clerk_app.store.errors import VaultError
from sync.ear import Ear
from sync.engine import pace
from sync.engine.pace import Came, Pace, PaceEvent, Started, Woken
from sync.engine.values import Failure, Kind, Rest
from sync.policy import PULSE
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
        self._quiet = False
        """Nothing was said or heard in the last round."""
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._status = LineStatus(since=clock().isoformat(timespec="seconds"))
        self._next_try: float | None = None
        """On the monotonic clock; ``None`` while trying, or while all is well."""
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)
        self._ear = Ear(connect, self.poke)

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
        self._ear.stop()

    def _run(self) -> None:
        state, effect = pace.step(pace.begin(self._pulse), self._event(Started()))
        with ExitStack() as held:
            end: WindowEnd | None = None
            while not self._stopping.is_set():
                if isinstance(effect, Rest):
                    self._rest(effect)
                    state, effect = pace.step(state, self._event(Woken()))
                    continue
                self._wake.clear()
                self._next_try = None
                came, end = self._round(end, held)
                state, effect = pace.step(state, self._event(came))
                if came.failure is not None and isinstance(effect, Rest) and not self._stopping.is_set():
                    self._seen_down(state, came.failure, effect)

    def _event(self, what: Started | Came | Woken) -> PaceEvent:
        return PaceEvent(what=what, now=time.monotonic(), chance=self._chance())

    def _round(self, end: WindowEnd | None, held: ExitStack) -> tuple[Came, WindowEnd | None]:
        """Have one round; the conversation is kept for the next, unless it failed unseen."""
        try:
            if end is None:
                end = held.enter_context(closing(self._connect()))
            report = end.sync(self._did, self._stopping.is_set)
        except (LineDown, LineRefused, VaultError) as error:
            log.info("line down: %s", type(error).__name__)
            patience = error.retry_after if isinstance(error, Busy) else None
            return Came(Failure(kind=Kind.DOWN, text=str(error), retry_after=patience)), end
        except Exception as error:  # the thread's edge: a line that ended unseen would be the worst
            log.exception("the line failed")
            held.close()
            return Came(Failure(kind=Kind.DOWN, text=f"程序内部出错（{type(error).__name__}）。")), None
        self._seen_up(report)
        self._quiet = not report.pushed and not report.pulled
        if report.further and not self._stopping.is_set():
            self._ear.listen()
        return Came(), end

    def _rest(self, rest: Rest) -> None:
        """Use the moment, and wait; an act ends it, unless central asked for patience."""
        down = self._next_try is not None
        if down or (self._quiet and not self._wake.is_set()):
            self._use_idle_moment()
        left = rest.seconds if self._next_try is None else max(0.0, self._next_try - time.monotonic())
        (self._stopping if rest.patient else self._wake).wait(left)

    def _seen_down(self, state: Pace, failure: Failure, rest: Rest) -> None:
        now = self._clock().isoformat(timespec="seconds")
        before = self._status
        since = now if before.online else before.since
        self._next_try = time.monotonic() + rest.seconds
        self._status = replace(
            before, online=False, since=since, last_problem=failure.text, attempt=state.attempt, doing=""
        )

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
