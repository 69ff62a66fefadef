"""The client over a practice window in a folder, as ``clerk practice`` puts it together, with its clocks moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from clerk_app.commands.practice_window import PracticeFolderHeld, PracticeWindow
from clerk_app.practice.coach import Coach
from clerk_app.practice.lesson import Lesson
from clerk_app.services import Services
from screens.app import build_app
from tests.support.client import Authority, Client
from tests.support.counter import HandClock
from tests.support.hands import HandInquiry, HandTicks
from tests.support.stylesheets import read_once

BEGUN = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
CLERK, CHIEF = "C0001", "S0001"


@dataclass
class Stopwatch:
    """The coach's clock: a lesson takes a minute and a half each time it is looked at."""

    now: datetime = field(default=BEGUN)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=90)
        return self.now


@dataclass
class Practice:
    """A practice window with its client."""

    client: Client
    place: PracticeFolderHeld
    window: PracticeWindow
    coach: Coach

    async def sign_in(self, number: str = CLERK) -> None:
        """Sign one of the sample's people in."""
        await self.client.type(f"{number}\nsample-{number}\n")


@asynccontextmanager
async def practising(
    folder: Path, size: tuple[int, int] = (80, 24), lesson: Lesson | None = None
) -> AsyncIterator[Practice]:
    """Open the client over a practice window made in ``folder``; nobody is signed in yet."""
    place = PracticeFolderHeld(folder)
    window = place.open()
    try:
        coach = Coach(window, place.results, Stopwatch(), lesson)
        services = Services(
            gate=window.gate,
            line=window.line,
            seat=place.settings.seat,
            open_desk=window.desk,
            demo=place.people,
            practice=coach,
        )
        line, app = cast("Any", window.line), build_app(services)
        hands = (Authority(), HandInquiry(), HandClock(), HandTicks())
        client = Client(app, window.records, line, *hands, folder, cast("Any", window))
        with read_once():
            async with client.app.run_test(size=size, notifications=True) as pilot:
                client.pilot = pilot
                await client.settle()
                yield Practice(client, place, window, coach)
    finally:
        window.close()
        place.release()
