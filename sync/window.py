"""The window's end of the line: says what is unsent, hears what is new, and lets people sign in."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import NoReturn, TypeVar

from clerk_app.domain.journal import Record
from clerk_app.line import Admission, LineDown, LineRefused, SignInRefused
from clerk_app.store.records import Records
from sync import wire
from sync.disk import WindowDisk
from sync.driver import Driver
from sync.engine import plans
from sync.engine.catalogue import CATALOGUE_PAGE
from sync.engine.incarnating import Incarnation
from sync.engine.machine import Conversation, Ended
from sync.engine.values import Failure, Kind, Report
from sync.hold import Hold
from sync.talk import Busy, Cut, Stopped, Talk, TooLarge

__all__ = ["CATALOGUE_PAGE", "Report", "WindowEnd"]

M = TypeVar("M")
SIGN_IN_CODES = {"sign-in-refused": "credentials-wrong"}
"""Central's words for the gate's."""
_LINE = {Kind.DOWN: LineDown, Kind.CUT: Cut, Kind.TOO_LARGE: TooLarge, Kind.STOPPED: Stopped}


class WindowEnd:
    """One window's conversations with central; used by one thread at a time."""

    def __init__(
        self,
        records: Records,
        window: str,
        signer: Callable[[bytes], bytes],
        talk: Talk,
        clock: Callable[[], datetime],
        heard: Callable[[datetime], float] | None = None,
        offered: Callable[[str], object] = lambda _: None,
    ) -> None:
        """``heard`` is told central's time, and returns by how many seconds this machine's clock is ahead of it.

        ``offered`` is told which version of the program central has for this window; empty: none.
        """
        self._window = window
        self._talk = talk
        heard = heard or (lambda central: (clock() - central).total_seconds())
        self._hold = Hold(records, window, signer, clock, heard, offered=offered)
        disk = WindowDisk(self._hold)
        self._driver = Driver(talk, disk, time.monotonic, random.random)
        self.clock_skew: float | None = None
        """Seconds this machine's clock is ahead of central's, since central was heard."""

    def close(self) -> None:
        """End the conversation."""
        self._talk.close()

    # one thing asked

    def authenticate(self, number: str, password: str) -> Admission:
        """Ask central whether somebody may sign in here; raises ``LineDown`` or ``SignInRefused``."""
        ended = self._driver.run(plans.sign_in(self._window, number, password))
        failure = ended.failure
        if failure is not None and failure.kind is Kind.TOLD:
            code = SIGN_IN_CODES.get(failure.code, failure.code)
            raise SignInRefused(code, failure.text, failure.retry_after) from self._driver.met
        session = self._result(ended, wire.Session)
        if session is None or session.person is None:
            raise LineDown("市中心的应答不完整。")
        return Admission(person=session.person, offline_days=session.offline_days)

    def greet(self) -> wire.SessionState:
        """Ask central where it and this window stand; raises ``LineDown`` or ``LineRefused``."""
        state = self._ask(plans.greeting(self._window), wire.SessionState)
        if state is None:
            raise LineDown("市中心的应答不完整。")
        return state

    def prefiling(self, number: str) -> wire.Prefiling | None:
        """Return an application made online, or ``None`` where central has none of this number."""
        asked = plans.question(self._window, "/v1/prefilings/", number, wire.Prefiling)
        return self._ask(asked, wire.Prefiling)

    def case(self, number: str) -> list[Record] | None:
        """Return a case of any point as its records in central's order, or ``None``; raises as ``greet``."""
        told = self._ask(plans.question(self._window, "/v1/cases/", number, wire.CaseRecords), wire.CaseRecords)
        if told is None:
            return None
        return [Record(entry=f.entry, verdict=f.verdict, position=f.position) for f in told.entries]

    def file(self, path: str, media: str, part: tuple[int, int] | None = None) -> bytes | None:
        """Return a file, or some bytes of it, or ``None`` where central has none under this path; raises as ``greet``."""
        return self._ask(plans.file(self._window, path, media, part), bytes)

    def incarnation(self, public_key: bytes) -> Incarnation:
        """Ask for a new window of this point, because this one's history went its own way; raises as ``greet``.

        The same key again gets the same window.
        """
        made = self._ask(plans.incarnation(self._window, public_key.hex()), Incarnation)
        if made is None:
            raise LineDown("市中心的应答不完整。")
        return made

    # everything said and heard

    def sync(
        self, progress: Callable[[str], None] = lambda _: None, cancelled: Callable[[], bool] = lambda: False
    ) -> Report:
        """Say everything unsent and hear everything new; raises ``LineDown``, ``Busy`` or ``LineRefused``.

        ``progress`` is called, in Chinese, whenever something has been said or taken in; ``cancelled`` is asked between
        pages, and ends the work with ``Stopped``: what was done until then is done.
        """
        ended = self._driver.run(plans.a_round(self._window, CATALOGUE_PAGE), progress, cancelled)
        self._hear(ended)
        return ended.report

    def listen(self, cancelled: Callable[[], bool] = lambda: False) -> bool | None:
        """Wait for news of the feeds this window hears; return whether there are, ``None`` where it hears its own alone.

        Waits for some seconds; keeps a session of its own, for another conversation goes on meanwhile. Raises as ``sync``.
        """
        self._hold.apart = True
        ended = self._driver.run(plans.listening(self._window), cancelled=cancelled)
        return self._result(ended, bool)

    # what came of it

    def _ask(self, state: Conversation, answer: type[M]) -> M | None:
        return self._result(self._driver.run(state), answer)

    def _result(self, ended: Ended, answer: type[M]) -> M | None:
        self._hear(ended)
        return ended.result if isinstance(ended.result, answer) else None

    def _hear(self, ended: Ended) -> None:
        """Take note of central's time, and raise what a conversation failed of."""
        if ended.report.clock_skew is not None:
            self.clock_skew = ended.report.clock_skew
        if ended.failure is not None:
            self._raise(ended.failure)

    def _raise(self, failure: Failure) -> NoReturn:
        met = self._driver.met
        if failure.kind in {Kind.DAMAGED, Kind.STORE} and met is not None:
            raise met
        if failure.kind is Kind.BUSY:
            raise Busy(failure.text, failure.retry_after) from met
        if failure.kind in _LINE:
            raise _LINE[failure.kind](failure.text) from met
        raise LineRefused(failure.text) from met
