"""What the client is given to work with: everything behind the screens, put together by the command line."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # the desk is not on the way to the first paint
    from clerk_app.checkup.report import Report
    from clerk_app.desk import Desk
    from clerk_app.domain.people import Person
    from clerk_app.line import Line
    from clerk_app.practice.coach import Coach
    from clerk_app.seat import Seat
    from clerk_app.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """Somebody of the sample city, with the password the start screen shows."""

    number: str
    name: str
    role: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCourier:
    """A courier of the sample city who comes to the demo's point."""

    badge: str
    name: str
    pin: str


class Door(Protocol):
    """What signs people in and out (``clerk_app.gate.Gate``)."""

    def sign_in(self, number: str, password: str) -> Person:
        """Return who signed in; raises ``SignInRefused``; may take as long as the line takes to answer."""
        ...

    def unlock(self, number: str, password: str) -> Person:
        """Return who signed in or came back; who is known in this shift is not asked about on the line."""
        ...

    def lock(self) -> None:
        """Whoever is signed in has to give the password again."""
        ...

    def standing(self, person: Person) -> str:
        """Return why somebody who signed in may not go on, in Chinese, or nothing; never waits for the line."""
        ...

    def sign_out(self) -> None:
        """Nobody is signed in any more."""
        ...

    def current(self) -> Person | None:
        """Return who is signed in, or ``None``."""
        ...


class Demo(Protocol):
    """The sample city behind a demo: its people, and the switch of its central."""

    label: str
    """样例数据 and what is simulated; shown wherever the demo is."""
    accounts: tuple[DemoAccount, ...]
    couriers: tuple[DemoCourier, ...]

    def central_running(self) -> bool:
        """Whether central is up."""
        ...

    def stop_central(self) -> None:
        """Pull the plug of central."""
        ...

    def start_central(self) -> None:
        """Put it back; returns once it listens."""
        ...


class Own(Protocol):
    """What this window is set up with, and how it is."""

    def settings(self) -> Settings:
        """Return the settings as they are."""
        ...

    def change(self, person: Person, **members: Any) -> str:
        """Keep what somebody has chosen; return what it needs to come into force. Raises ``Refused``."""
        ...

    def examine(self) -> Report:
        """Make all checks; takes seconds. Raises ``Refused`` where they cannot be made from here."""
        ...

    def program(self) -> list[tuple[str, str]]:
        """Return version and state of the program, by label."""
        ...


def uptime() -> float:
    """Return seconds that only ever go on, while the machine sleeps, too, where the system counts those."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What ``screens.app.build_app`` gets."""

    gate: Door
    line: Line
    seat: Seat
    open_desk: Callable[[Person], Desk]
    demo: Demo | None = None
    practice: Coach | None = None
    """The coach of a window that is there to practise at."""
    keymap: dict[str, str] = field(default_factory=dict)
    """Binding id → keys, for keys a clerk has changed."""
    theme: str = ""
    keep_theme: Callable[[str], None] = lambda name: None
    """Keeps the look that was chosen for the next time the window is opened."""
    thrifty: bool = False
    """Low-bandwidth mode: as little as possible is written to the terminal."""
    few_colours: bool = False
    """Whether the terminal has 16 colours only: the look made of these is taken, whatever was chosen elsewhere."""
    muted: bool = False
    """Whether new red lights and conflicts do not ring."""
    keep_muted: Callable[[bool], object] = lambda muted: None
    """Keeps that for the next time the window is opened."""
    lock_after: float = 300.0
    """Seconds without key or mouse after which the screen is locked."""
    ticks: Callable[[], float] = uptime
    """The clock that counts them."""
    put_papers_away: Callable[[], None] = lambda: None
    """Called when somebody leaves the window: printed papers are not for the next one to find."""
    notices: Callable[[], list[str]] = list
    """Chinese: what was repaired when the window was opened, and what it lacks since; told once to who works here."""
    own: Own | None = None
    """The window's own settings; without them there is nothing to set."""
    painted: Callable[[], None] = lambda: None
    """Called when the first screen is up; what is slow and not needed for it begins then."""
