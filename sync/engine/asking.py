"""The errand of one question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sync.engine.values import Answered, Ask, Begun, Event, Failed, Go, Kind, Move, Over, Request, Shared, failed

NOT_THERE = frozenset({"prefiling-unknown", "case-unknown", "release-unknown", "not-found"})


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


@dataclass(frozen=True, slots=True)
class File:
    """Ask for a file, or for its bytes from one place to before another; the result is they, or ``None`` where there is none."""

    path: str
    media: str
    part: tuple[int, int] | None = None

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(
                    self, Ask(Request(method="GET", path=self.path, accept=self.media, headers=self._range())), shared
                )
            case Answered(message=bytes() as content, status=status):
                return Over(shared, result=self._cut(content, status, event.what))
            case Failed(failure) if failure.kind is Kind.TOLD and failure.code in NOT_THERE:
                return Over(shared)
            case _:
                return failed(event, shared)

    def _range(self) -> tuple[tuple[str, str], ...]:
        return () if self.part is None else (("Range", f"bytes={self.part[0]}-{self.part[1] - 1}"),)

    def _cut(self, content: bytes, status: int, answer: Answered) -> bytes:
        """Whoever does not know parts answers with the whole; a part that begins elsewhere is worth nothing."""
        if self.part is None:
            return content
        begin, end = self.part
        if status == 206:
            return content if answer.header("content-range").startswith(f"bytes {begin}-") else b""
        return content[begin:end]
