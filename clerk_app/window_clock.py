"""The window's clock: the machine's, checked against what this window knows of the time from before.

What is known stands in the mark of the store (note ``time``), so it is as durable as the act it came with and costs no
write of its own.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from datetime import datetime

from clerk_app.domain import timing
from clerk_app.domain.timing import BEIJING, Doubt, Known, Reading
from clerk_app.store.errors import VaultError
from clerk_app.store.file.vault import Vault

NOTE = "time"
_FRESH = 3600.0
"""Seconds the kept time may be older than what central says before it is kept anew without an act."""
_SAME = 5.0
"""Seconds two measured skews may differ and be the same."""


class WindowClock:
    """Tells the time at the counter; usable from any thread. Call it for the time, ask ``reading`` for how sure it is."""

    def __init__(
        self,
        vault: Vault,
        system: Callable[[], float] = time.time,
        ticks: Callable[[], float] | None = None,
    ) -> None:
        """``system`` is the machine's clock, ``ticks`` counts seconds that nobody can set."""
        self._vault = vault
        self._system = system
        self._ticks = ticks or _ticks
        self._guard = threading.Lock()
        self._known = _loaded(vault.note(NOTE))
        self._since = self._ticks()
        """When, in ticks, it was ``_known.trusted``; at the start of the process, at the earliest."""
        self._exact = False

    def __call__(self) -> datetime:
        """Return the time at the counter."""
        return _moment(self.reading().now)

    def steady(self) -> datetime:
        """Return the time allowances are measured by: a clock far ahead does not end them, one put back not stretch them."""
        return _moment(self.reading().steady)

    def reading(self) -> Reading:
        """Return the time and how sure it is."""
        with self._guard:
            return self._read()

    @property
    def known(self) -> Known:
        """What is known of the time, as it was last kept or heard."""
        return self._known

    def keep(self) -> None:
        """Keep the time with the act in hand; call it inside the act's transaction."""
        with self._guard:
            reading = self._read()
            known = self._known = timing.keep(self._known, reading)
            self._since = self._ticks()
        self._vault.set_note(NOTE, _plain(known))

    def heard(self, central: datetime) -> float:
        """Take central's word for the time; return the seconds the machine's clock is ahead of it."""
        system, true = self._system(), central.timestamp()
        skew = system - true
        if not timing.believable(true):
            return skew
        kept = _loaded(self._vault.note(NOTE))
        known = self._learn(timing.learn(system, true, "central"))
        old = kept.trusted is None or not true - _FRESH <= kept.trusted <= true + timing.MAY_SLIP
        if old or abs(kept.skew - known.skew) > _SAME or (known.skew and kept.said_by != known.said_by):
            with contextlib.suppress(VaultError):  # the next act keeps it; what is unsent is not to wait for this
                self._keep(known)
        return skew

    def set(self, said: datetime) -> Reading:
        """Take a person's word for the time until central is heard; raises ``ValueError`` for a time that cannot be."""
        true = said.timestamp()
        if not timing.believable(true):
            raise ValueError("not a time any window has seen")
        self._keep(self._learn(timing.learn(self._system(), true, "person")))
        return self.reading()

    def _learn(self, known: Known) -> Known:
        with self._guard:
            self._known, self._since, self._exact = known, self._ticks(), True
        return known

    def _keep(self, known: Known) -> None:
        if not self._vault.read_only:
            self._vault.set_note(NOTE, _plain(known))

    def _read(self) -> Reading:
        now = self._ticks()
        reading = timing.read(self._system(), self._known, now - self._since, exact=self._exact)
        if reading.doubt in {Doubt.NONE, Doubt.CORRECTED}:
            self._known = timing.Known(trusted=reading.now, skew=self._known.skew, said_by=self._known.said_by)
            self._since, self._exact = now, True
        return reading


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, BEIJING)


def _ticks() -> float:
    """Return seconds that nobody can set, those the machine slept through included where the system counts them."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _plain(known: Known) -> list[object]:
    trusted = None if known.trusted is None else round(known.trusted * 1000)
    return [trusted, round(known.skew * 1000), known.said_by]


def _loaded(note: object) -> Known:
    """Return what a note tells; one that is not of this shape tells nothing."""
    match note:
        case [int(trusted), int(skew), str(said_by)] if timing.believable(trusted / 1000):
            return Known(trusted=trusted / 1000, skew=skew / 1000, said_by=said_by)
    return Known()
