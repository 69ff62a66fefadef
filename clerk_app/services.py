"""What the client is given to work with: everything behind the screens, put together by the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from clerk_app.desk import Desk
from clerk_app.domain.people import Person
from clerk_app.gate import Gate
from clerk_app.line import Line
from clerk_app.seat import Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """Somebody of the sample city, with the password the start screen shows."""

    number: str
    name: str
    role: str
    password: str


class Demo(Protocol):
    """The sample city behind a demo: its people, and the switch of its central."""

    label: str
    """样例数据 and what is simulated; shown wherever the demo is."""
    accounts: tuple[DemoAccount, ...]

    def central_running(self) -> bool:
        """Whether central is up."""
        ...

    def stop_central(self) -> None:
        """Pull the plug of central."""
        ...

    def start_central(self) -> None:
        """Put it back; returns once it listens."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What ``screens.app.build_app`` gets."""

    gate: Gate
    line: Line
    seat: Seat
    open_desk: Callable[[Person], Desk]
    demo: Demo | None = None
    keymap: dict[str, str] = field(default_factory=dict)
    """Binding id → keys, for keys a clerk has changed."""
    theme: str = ""
    close: Callable[[], None] = lambda: None
