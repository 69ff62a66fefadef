"""A printer that does as it is told, and remembers."""

from __future__ import annotations

from dataclasses import dataclass, field

from clerk_app.printing import Choice, FoundPrinter, PrinterState
from clerk_app.printing.printers import Document, Form, Outcome


@dataclass
class Play:
    """One printer, ``cups:front`` unless it is called something else."""

    form: Form = "pdf"
    name: str = "front"
    why_not: str = ""
    fails: BaseException | None = None
    follows: bool = False
    """Whether it takes a while."""
    came_to: Outcome = field(default_factory=lambda: Outcome(state="printing"))
    got: list[tuple[str, Document, Choice]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def found(self) -> list[FoundPrinter]:
        return [
            FoundPrinter(printer=f"cups:{self.name}", name=self.name, kind="cups", default=True, state=self.why_not)
        ]

    def trays(self, name: str) -> tuple[str, ...]:
        return ("Tray1", "Tray2")

    def state(self, name: str) -> PrinterState:
        return PrinterState(ready=not self.why_not, say=self.why_not)

    def send(self, name: str, document: Document, choice: Choice) -> str:
        if self.fails is not None:
            raise self.fails
        self.got.append((name, document, choice))
        return f"t{len(self.got)}" if self.follows else ""

    def outcome(self, name: str, ticket: str) -> Outcome:
        return self.came_to

    def cancel(self, name: str, ticket: str) -> None:
        self.cancelled.append(ticket)
