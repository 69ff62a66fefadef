"""What every kind of printer can be asked: whether it is ready, to print something, and what became of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from clerk_app.printing.choices import Choice

Form = Literal["pdf", "slip"]
"""What a printer takes: pages, or a strip of dots for a receipt printer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPrinter:
    """A printer this machine knows."""

    printer: str
    """As it is written in the settings."""
    name: str
    kind: str
    default: bool = False
    """Whether the system takes it where nothing is said."""
    state: str = ""
    """What is wrong with it, in Chinese; empty: it is ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterState:
    """Whether a printer takes papers now."""

    ready: bool = True
    say: str = ""
    """Why not, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is to be printed, drawn; it lies in memory only."""

    content: bytes
    """A PDF, or a PNG of the dots of a slip."""
    media: str
    """A4 or A6."""
    name: str
    """Of the file, where a folder is the printer."""
    title: str
    """By which the printer's side may call it: nothing of a person or a case."""
    suffix: str = ".pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of something that was handed to a printer."""

    state: Literal["printing", "held", "done", "gone"]
    """``gone``: it was cancelled or given up there."""
    say: str = ""
    """What is the matter, in Chinese."""


class NotPrinted(Exception):
    """A printer did not take something; the message is Chinese. Nothing of it was printed."""


class Unsure(NotPrinted):
    """The connection broke while something was handed over: whether it was printed only a person can see."""


class BackEnd(Protocol):
    """One kind of printer; every call ends within some seconds."""

    form: Form

    def found(self) -> list[FoundPrinter]:
        """Return the printers of this kind that the machine knows."""
        ...

    def trays(self, name: str) -> tuple[str, ...]:
        """Return what a printer's trays are called, as far as can be told."""
        ...

    def state(self, name: str) -> PrinterState:
        """Return whether a printer takes papers now; never raises."""
        ...

    def send(self, name: str, document: Document, choice: Choice) -> str:
        """Hand something over and return the ticket by which to ask for it, empty where it is done; raises ``NotPrinted``."""
        ...

    def outcome(self, name: str, ticket: str) -> Outcome:
        """Return what became of it; never raises."""
        ...

    def cancel(self, name: str, ticket: str) -> None:
        """Take it back where that is still possible; never raises."""
        ...
