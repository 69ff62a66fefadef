"""What a client's tests move by hand: the line, the clock of the idle time, what central would answer to single questions."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from clerk_app.domain.journal import Record
from clerk_app.line import LineDown, LineStatus

ONLINE = LineStatus(online=True, since="2026-03-02T08:30:00+08:00", last_success="2026-03-02T11:59:00+08:00")


@dataclass
class HandLine:
    """A line set by hand."""

    seen: LineStatus = ONLINE
    pokes: int = 0

    def status(self) -> LineStatus:
        return self.seen

    def poke(self) -> None:
        self.pokes += 1

    def stop(self) -> None:
        """There is nothing to end."""


@dataclass
class HandTicks:
    """The clock of the idle time, moved by hand."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, kw_only=True)
class Filed:
    """An application made online."""

    number: str
    item: str
    applicant: dict[str, Any]
    situation: dict[str, str] = field(default_factory=dict)
    received: tuple[dict[str, Any], ...] = ()
    received_as: str = ""


@dataclass
class HandInquiry:
    """What central would answer to single questions; may be out of reach, or take its time."""

    filed: dict[str, Filed] = field(default_factory=dict)
    cases: dict[str, list[Record]] = field(default_factory=dict)
    reachable: bool = True
    answering: threading.Event = field(default_factory=threading.Event)
    """Cleared, questions wait until it is set."""

    def __post_init__(self) -> None:
        self.answering.set()

    def prefiling(self, number: str) -> Filed | None:
        self._answer()
        return self.filed.get(number)

    def case(self, number: str) -> list[Record] | None:
        self._answer()
        return self.cases.get(number)

    def _answer(self) -> None:
        self.answering.wait(20)
        if not self.reachable:
            raise LineDown("连不上市中心。")
