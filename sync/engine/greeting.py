"""The errand of hearing where central and this window stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from clerk_app.program.build_info import build_info
from sync import wire
from sync.engine.operations import Backlog, Meet
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Event,
    Go,
    Move,
    Over,
    Request,
    Shared,
    Stuck,
    down,
    failed,
)
from sync.engine.words import too_old


@dataclass(frozen=True, slots=True, kw_only=True)
class Greet:
    """Ask where central stands; the result is its answer."""

    heard: wire.SessionState | None = None

    def step(self, event: Event, shared: Shared) -> Move:
        match event.what:
            case Begun():
                return Go(self, Disk(Backlog()), shared)
            case Done(int() as unsent) if self.heard is None:
                asked = Request(
                    method="GET", path="/v1/session", answer=wire.SessionState, backlog=unsent, greeting=True
                )
                return Go(self, Ask(asked), shared)
            case Answered(message=wire.SessionState() as state):
                mine = build_info().version
                if older(mine, state.oldest_client):
                    return Stuck(too_old(mine, state.oldest_client), shared)
                if not _is_moment(state.server_time):
                    return Stuck(down("市中心的应答不完整，或者读不懂。"), shared)
                return Go(Greet(heard=state), Disk(Meet(state)), shared)
            case Done(float() as skew):
                report = replace(shared.report, clock_skew=skew)
                return Over(replace(shared, state=self.heard, report=report), result=self.heard)
            case _:
                return failed(event, shared)


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def older(version: str, oldest: str) -> bool:
    """Whether a version comes before another; one that is not made of numbers is not compared."""
    try:
        return [int(part) for part in version.split(".")] < [int(part) for part in oldest.split(".")]
    except ValueError:
        return False
