"""What must hold of every single request and answer, while a run goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from clerk_app.domain.journal import Verdict
from sync import wire
from sync.engine.values import Request
from tests.simulation.asking import Answer
from tests.simulation.model import Model

ALIKE = 8
"""So often the same page of entries may be fetched by one window without its cursor moving; once more is a loop."""

LONGEST_WAY = 10.0
"""Seconds an answer may be on its way."""


@dataclass
class Watch:
    """Is told of everything that passes over the line."""

    model: Model
    wrong: Callable[[str], None]
    patience: dict[str, float] = field(default_factory=dict)
    """Until when central, or something in its name, asked a window to wait."""
    pages: dict[str, tuple[str, int]] = field(default_factory=dict)
    """The last page of entries each window fetched, and how often in a row."""
    verdicts: dict[tuple[str, str, int], str] = field(default_factory=dict)
    """What central said of each entry in this life of its."""
    restored_at: float | None = None
    """When a backup was last put in the database's place."""

    def asks(self, window: str, request: Request, now: float) -> None:
        """A window says something."""
        if now < self.patience.get(window, 0.0) and not request.path.startswith("/v1/uploads"):
            self.wrong(f"{window} asks {request.path} though it was asked to wait")

    def crashed(self, window: str) -> None:
        """What a machine that lost its power had heard it has forgotten."""
        self.patience.pop(window, None)
        self.pages.pop(window, None)

    def answered(self, window: str, request: Request, answer: Answer) -> None:
        """Central answers; nobody has heard it yet."""
        if request.path.startswith("/v1/uploads"):
            if b"scan-unannounced" in answer.body and self.restored_at is None:
                self.wrong(f"{window} sends a file before its entry")
            if b"scan-refused" in answer.body:
                self.wrong(f"central has another file than {window} sent")
        elif answer.status != 200:
            return
        elif (request.method, request.path) == ("POST", "/v1/entries"):
            self._stored(window, request)
            self._final(window, msgspec.json.decode(answer.body, type=wire.EntriesAnswer))
        elif request.path == "/v1/feed":
            self._gapless(window, request, msgspec.json.decode(answer.body, type=wire.Feed))

    def heard(self, window: str, request: Request, answer: Answer, now: float) -> None:
        """A window hears an answer, whoever it is from."""
        patience = answer.headers.get("retry-after")
        if patience is not None and not request.path.startswith("/v1/uploads"):
            self.patience[window] = now + float(patience)
        if answer.status == 200 and request.path == "/v1/feed" and b'"position"' in answer.body:
            page = str(request.query)
            before, count = self.pages.get(window, ("", 0))
            self.pages[window] = (page, count + 1 if page == before else 1)
            if self.pages[window][1] > ALIKE:
                self.wrong(f"{window} fetches the feed at {page} over and over")

    def _stored(self, window: str, request: Request) -> None:
        told = msgspec.json.decode(request.content, type=wire.EntriesRequest)
        said = self.model.state.said[window]
        if any(entry.n > len(said) for entry in told.entries):
            self.wrong(f"central confirms what it did not store of {window}")

    def _final(self, window: str, answer: wire.EntriesAnswer) -> None:
        """A verdict stays, but for one that holds back."""
        for told in answer.verdicts:
            key = (self.model.state.epoch, window, told.n)
            before = self.verdicts.get(key, Verdict.QUARANTINED)
            if before not in {Verdict.QUARANTINED, told.verdict}:
                self.wrong(f"central said {before} of {window} n {told.n}, and now {told.verdict}")
            self.verdicts[key] = told.verdict

    def restored(self, now: float) -> None:
        """Central begins another life, with a new epoch or, where its operator forgot that, without."""
        self.restored_at = now
        self.verdicts.clear()

    def settled(self, window: str, epoch: str, numbers: list[int], now: float) -> None:
        """A window takes entries for confirmed; what was on its way while central was restored it cannot know."""
        said = self.model.state.said[window]
        on_its_way = self.restored_at is not None and now < self.restored_at + LONGEST_WAY
        if epoch == self.model.state.epoch and not on_its_way and any(n > len(said) for n in numbers):
            self.wrong(f"{window} takes for confirmed what central does not have")

    def _gapless(self, window: str, request: Request, feed: wire.Feed) -> None:
        after = int(dict(request.query)["after"])
        if [told.position for told in feed.entries] != list(range(after + 1, after + 1 + len(feed.entries))):
            self.wrong(f"central tells {window} a feed with a hole after {after}")
