"""What a window knows of its line to central: values that the line's end fills and the screens read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from clerk_app.domain.people import Person

if TYPE_CHECKING:  # every screen knows the line; entries are loaded with the desk
    from clerk_app.domain.journal import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStatus:
    """The line as it was last seen."""

    online: bool = False
    since: str = ""
    """RFC 3339: since when ``online`` holds."""
    last_success: str = ""
    last_problem: str = ""
    """Chinese, fit for the clerk; empty while all is well."""
    attempt: int = 0
    """How many tries in a row failed."""
    next_try_in: float | None = None
    """Seconds; ``None``: trying now, or nothing to try."""
    clock_skew: float | None = None
    """Seconds this machine's clock is ahead of central's."""
    doing: str = ""
    """Chinese: what a long delivery has come to so far; empty when none is under way."""
    ready: str = ""
    """A newer version of the program that is used when the client is opened next."""


class Line(Protocol):
    """The running line beside the client."""

    def status(self) -> LineStatus:
        """Return the line as last seen; never blocks."""
        ...

    def poke(self) -> None:
        """Try now instead of at the next time planned."""
        ...

    def stop(self) -> None:
        """End the line's work; returns when it has ended."""
        ...


class LineDown(Exception):
    """Central cannot be reached, or what answers is not central; the message is Chinese."""


class LineRefused(Exception):
    """Central does not serve this window as things are; a person has to look. The message is Chinese."""


class SignInRefused(Exception):
    """Central or this window refuses a sign-in; ``message`` is Chinese."""

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Central let somebody sign in."""

    person: Person
    offline_days: int
    """For how many days the password may be checked here when the line is down."""


class Authenticator(Protocol):
    """The line's part in signing in."""

    def authenticate(self, number: str, password: str) -> Admission:
        """Ask central; raises ``LineDown`` or ``SignInRefused``."""
        ...


class Application(Protocol):
    """预申报: an application that was made online or at a terminal, as central holds it."""

    @property
    def number(self) -> str:
        """Its number, which the applicant brings as a QR code."""
        ...

    @property
    def item(self) -> str:
        """The code of what is applied for."""
        ...

    @property
    def applicant(self) -> Mapping[str, Any]:
        """Who applies, as they typed it themselves."""
        ...

    @property
    def situation(self) -> Mapping[str, str]:
        """The answers, by question."""
        ...

    @property
    def received(self) -> Sequence[Mapping[str, Any]]:
        """What was handed in electronically, as in the intake file."""
        ...

    @property
    def received_as(self) -> str:
        """The case it has become already, at whichever window; empty: none."""
        ...


class Inquiry(Protocol):
    """One question put to central while somebody waits; takes as long as the line takes to answer."""

    def prefiling(self, number: str) -> Application | None:
        """Return an application made online, or ``None``; raises ``LineDown`` or ``LineRefused``."""
        ...

    def case(self, number: str) -> list[Record] | None:
        """Return a case of any point as its records in central's order, or ``None``; raises likewise."""
        ...


class Unconnected:
    """Stands for central where there is no way to ask it."""

    def prefiling(self, number: str) -> Application | None:
        """Raise ``LineDown``."""
        raise LineDown("连不上市中心。")

    def case(self, number: str) -> list[Record] | None:
        """Raise ``LineDown``."""
        raise LineDown("连不上市中心。")
