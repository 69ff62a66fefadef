"""The errand of one question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sync.engine.values import Answered, Ask, Begun, Event, Failed, Go, Kind, Move, Over, Request, Shared, failed

NOT_THERE = frozenset({"prefiling-unknown", "case-unknown", "not-found"})


@dataclass(frozen=True, slots=True)
class Question:
    """Ask for one thing; the result is the answer, or ``None`` where central has no such thing."""

    path: str
    answer: type[Any]

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(self, Ask(Request(method="GET", path=self.path, answer=self.answer)), shared)
            case Answered(message=told):
                return Over(shared, result=told)
            case Failed(failure) if failure.kind is Kind.TOLD and failure.code in NOT_THERE:
                return Over(shared)
            case _:
                return failed(event, shared)
