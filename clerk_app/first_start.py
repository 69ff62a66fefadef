"""The first start of a window: what its screens ask for, and what is kept so that a kill at any step loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from clerk_app.setup_file import SetupFile

STEPS = ("where", "enrol", "fetch", "devices", "ready")
"""The steps, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What was said so far; kept in the window's folder until everything is done."""

    step: str = "where"
    central: str = ""
    code: str = field(default="", repr=False)
    desk: str = ""
    """What the technician calls this desk."""
    ca: str = ""
    unlock: str = ""
    wishes: dict[str, Any] = field(default_factory=dict)
    printer: str = ""
    scanner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """A printer that may be chosen."""

    printer: str
    """As it is written in the settings; empty: papers become files."""
    name: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the last check: ``ok``, ``warning``, ``failed`` or ``skipped``."""

    state: str
    label: str
    words: str


class Setup(Protocol):
    """Makes a window of this machine, one step after the other; every method may take its time, and raises ``Refused``."""

    @property
    def begun(self) -> Begun:
        """What was said so far."""
        ...

    def keep(self, **changes: Any) -> None:
        """Keep what was said."""
        ...

    def files(self) -> Sequence[Path]:
        """Return the technician's files that lie about."""
        ...

    def read(self, path: str) -> SetupFile:
        """Read a technician's file."""
        ...

    def take(self, file: SetupFile, desk: str) -> None:
        """Take over what a technician's file says of a desk."""
        ...

    def trust(self, path: str) -> None:
        """Trust the certificates of a file besides those the machine trusts."""
        ...

    def unlocks(self) -> tuple[str, ...]:
        """Return how the keys can be unlocked, the better way first; one alone where the keys are there already."""
        ...

    def enrol(self, unlock: str, passphrase: str) -> str:
        """Make this machine a window, or open the one it is; return its name."""
        ...

    def needs_passphrase(self) -> bool:
        """Whether the window is there, shut, and opened by a passphrase."""
        ...

    def fetch(self, tell: Callable[[str], None], cancelled: Callable[[], bool]) -> None:
        """Fetch what central has for this window."""
        ...

    def printers(self) -> Sequence[Printer]:
        """Return the printers of this machine."""
        ...

    def scanners(self) -> Sequence[str]:
        """Return folders a scanner may put its files in."""
        ...

    def choose(self, printer: str, scanner: str) -> None:
        """Keep printer and scanner's folder in the settings."""
        ...

    def test_page(self, printer: str) -> str:
        """Print a test page; return what became of it, in words."""
        ...

    def check(self) -> Sequence[Finding]:
        """Look whether a clerk can work here."""
        ...

    def finish(self) -> None:
        """Forget what was kept: from now on this is a window."""
        ...
