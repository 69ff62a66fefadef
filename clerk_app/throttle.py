"""What wrong passwords, and wrong PINs, cost: a wait that grows with each number's failures, and one for the window as a whole.

Both are kept in the store, so that a restart shortens neither; where the store takes no writes they still hold for as long
as the program runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from clerk_app.line import SignInRefused
from clerk_app.store.errors import VaultError
from clerk_app.store.records import Records

FREE_FAILURES = 5
FIRST_DELAY = 30.0
"""Seconds to wait after the last free failure; each further one doubles them."""
LONGEST_DELAY = 900.0
WINDOW_FAILURES = 20
"""Failures of any numbers together that a window lets pass without a wait."""
WINDOW_REST = 30.0
"""Seconds after which one of the window's failures is forgotten."""
MOST_COUNTED = 200
"""Numbers whose failures are kept; of more, those whose wait ends first are forgotten."""
KEY = "sign-ins"


@dataclass(frozen=True, slots=True)
class Secret:
    """What is throttled, and in which words."""

    name: str = "口令"
    next: str = "已登记的办件都还在；忘了口令请找值班主任重置。"
    free: int = FREE_FAILURES
    """So many failures in a row cost nothing."""


PASSWORD = Secret()


class SignIns:
    """What is kept of signing in, by number, in one sealed row: a row of its own for each number would show what was typed.

    The parts are ``passwords``, ``failures`` and ``window``. What was changed holds here even where the store cannot keep it.
    """

    def __init__(self, records: Records, key: str = KEY) -> None:
        self._records = records
        self._key = key
        self._held: dict[str, Any] | None = None
        self.lost = False
        """Whether the row was there and cannot be read: what it told is not known."""

    def part(self, name: str) -> dict[str, Any]:
        """Return one part as it stands."""
        if self._held is None:
            try:
                raw = self._records.get_meta(self._key)
            except VaultError:
                raw, self.lost = None, True
            self._held = json.loads(raw) if raw else {}
        found: dict[str, Any] = self._held.get(name) or {}
        return found

    def change(self, **parts: dict[str, Any]) -> None:
        """Keep parts; durable on return."""
        for name in parts:
            self.part(name)
        self._held = {**(self._held or {}), **parts}
        self._records.put_meta(self._key, json.dumps(self._held, ensure_ascii=False).encode())


class Throttle:
    """Counts wrong passwords; asked before a password is looked at."""

    def __init__(self, kept: SignIns, clock: Callable[[], datetime], secret: Secret = PASSWORD) -> None:
        self._kept = kept
        self._clock = clock
        self._secret = secret

    def check(self, number: str) -> None:
        """Raise ``SignInRefused`` while this number, or the window, has to wait."""
        kept = self._kept.part("failures").get(number)
        secret = self._secret
        if kept and kept["count"] >= secret.free:
            delay = delay_after(kept["count"], secret.free)
            left = (datetime.fromisoformat(kept["until"]) - self._clock()).total_seconds()
            if left > delay:  # the clock was put back: wait once more, not for the difference
                left = delay
                self._count(number, kept["count"])
            if left > 0:
                words = f"连续输错 {kept['count']} 次，请 {_span(left)}后再试。{secret.next}"
                raise SignInRefused("too-many-failures", words, left)
        level, _ = self._level()
        if level > WINDOW_FAILURES:
            left = (level - WINDOW_FAILURES) * WINDOW_REST
            words = f"本窗口输错{secret.name}的次数过多，请 {_span(left)}后再试。{secret.next}"
            raise SignInRefused("window-too-many-failures", words, left)

    def count(self, number: str) -> None:
        """Count a wrong password."""
        level, now = self._level()
        kept = self._kept.part("failures").get(number) or {"count": 0}
        self._count(number, kept["count"] + 1, window={"level": level + 1, "at": now.isoformat()})

    def forget(self, number: str) -> None:
        """The right password was given: this number begins anew; the window's count only rests."""
        failures = self._kept.part("failures")
        if number in failures:
            self._kept.change(failures={other: kept for other, kept in failures.items() if other != number})

    def _count(self, number: str, count: int, **parts: dict[str, Any]) -> None:
        until = (self._clock() + timedelta(seconds=delay_after(count, self._secret.free))).isoformat()
        failures = {**self._kept.part("failures"), number: {"count": count, "until": until}}
        while len(failures) > MOST_COUNTED:
            del failures[min(failures, key=lambda one: failures[one]["until"])]
        self._kept.change(failures=failures, **parts)

    def _level(self) -> tuple[float, datetime]:
        """Return the window's failures that are not forgotten yet, and when this is."""
        now = self._clock()
        kept = self._kept.part("window")
        if not kept:
            if not self._kept.lost:
                return 0.0, now
            kept = {"level": WINDOW_FAILURES + 1.0, "at": now.isoformat()}  # nobody gains by destroying the count
            self._kept.change(window=kept)
        rested = max(0.0, (now - datetime.fromisoformat(kept["at"])).total_seconds())
        return max(0.0, kept["level"] - rested / WINDOW_REST), now


def delay_after(count: int, free: int = FREE_FAILURES) -> float:
    """Return the seconds to wait after so many failures of one number."""
    if count < free:
        return 0.0
    return float(min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(count - free, 16)))


def _span(seconds: float) -> str:
    whole = ceil(seconds)
    return f"{whole} 秒" if whole <= 90 else f"{-(-whole // 60)} 分钟"
