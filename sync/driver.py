"""Does what the steps of a conversation ask for, one thing after the other, and tells them what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from clerk_app.line import LineDown
from clerk_app.store.books.gaps import ChainForked
from clerk_app.store.errors import StoreDamaged, VaultError
from sync.disk import WindowDisk
from sync.engine import machine
from sync.engine.machine import Conversation, Ended
from sync.engine.values import Ask, Begun, Disk, Done, Event, Failed, Failure, Heard, Kind, Show
from sync.talk import Busy, Cut, Stopped, Talk, Told, TooLarge

BREATH = 0.001
"""Seconds between two shares of one answer: whoever works at the window gets the store."""


class Driver:
    """One thread's hands: the line, the store, a clock and chance."""

    def __init__(self, talk: Talk, disk: WindowDisk, now: Callable[[], float], chance: Callable[[], float]) -> None:
        self._talk = talk
        self._disk = disk
        self._now = now
        self._chance = chance
        self.met: Exception | None = None
        """What went wrong last, as it was raised."""

    def run(
        self,
        state: Conversation,
        progress: Callable[[str], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Ended:
        """Have a whole conversation; ``cancelled`` is asked before each request and share, and ends it."""
        self._talk.cancelled, self.met = cancelled, None
        what: Heard = Begun()
        while state.ended is None:
            event = Event(what=what, now=self._now(), chance=self._chance())
            state, effects = machine.step(state, event)
            for effect in effects:
                if isinstance(effect, Show):
                    progress(effect.text)
                else:
                    what = self._perform(effect, cancelled)
        return state.ended

    def _perform(self, effect: Ask | Disk, cancelled: Callable[[], bool]) -> Heard:
        try:
            if isinstance(effect, Ask):
                return self._talk.perform(effect.request)
            if effect.breath:
                time.sleep(BREATH)
                if cancelled():
                    raise Stopped("已停止。")
            done: Any = self._disk.perform(effect.operation)
        except (LineDown, Told, VaultError, ChainForked) as error:
            self.met = error
            return Failed(failure_of(error))
        return Done(done)


_KINDS: tuple[tuple[type[Exception], Kind], ...] = (
    (Busy, Kind.BUSY),
    (Cut, Kind.CUT),
    (TooLarge, Kind.TOO_LARGE),
    (Stopped, Kind.STOPPED),
    (LineDown, Kind.DOWN),
    (StoreDamaged, Kind.DAMAGED),
    (VaultError, Kind.STORE),
    (ChainForked, Kind.FORKED),
)


def failure_of(error: Exception) -> Failure:
    """Return what went wrong as a value."""
    if isinstance(error, Told):
        return Failure(
            kind=Kind.TOLD,
            text=str(error),
            code=error.code,
            status=error.problem.status,
            retry_after=error.retry_after,
        )
    kind = next(kind for raised, kind in _KINDS if isinstance(error, raised))
    return Failure(kind=kind, text=str(error), retry_after=getattr(error, "retry_after", None))
