"""A chain of fields to strike keys at: in a test, or as ``python -m tests.support.key_bench FILE``, which is told what came in."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from screens.key_gate import GatedApp


class Chain(Screen[None]):
    """Ten fields; Enter goes to the next and keeps what was in the one it leaves."""

    def compose(self) -> ComposeResult:
        for n in range(10):
            yield Input(id=f"i{n}", compact=True)
        yield Static("READY")

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        fields = list(self.query(Input))
        taken: list[tuple[str, str]] = self.app.taken  # type: ignore[attr-defined]
        taken.append((str(event.input.id), event.value))
        event.input.value = ""
        fields[(fields.index(event.input) + 1) % len(fields)].focus()


class Asking(ModalScreen[str]):
    def compose(self) -> ComposeResult:
        yield Input(id="asked")

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)


class Bench(GatedApp[None]):
    """A chain of fields, another mode behind F2, a dialog behind F4 and slow work behind F5."""

    MODES: ClassVar[dict[str, Callable[[], Screen[None]]]] = {"one": Chain, "two": Chain}  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "switch_mode('two')"),
        Binding("f3", "switch_mode('one')"),
        Binding("f4", "ask"),
        Binding("f5", "work"),
        Binding("tab", "app.focus_next"),
        Binding("ctrl+q", "quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[tuple[str, str]] = []
        self.worked = asyncio.Event()

    def on_mount(self) -> None:
        self.switch_mode("one")

    def action_ask(self) -> None:
        self.push_screen(Asking(), lambda answer: self.taken.append(("asked", answer or "")))

    def action_work(self) -> None:
        release = self.gate.hold()

        async def work() -> None:
            await self.worked.wait()
            self.action_ask()
            release()

        self.run_worker(work(), exit_on_error=False)


def main() -> None:
    """Run until it is left, then write what each field was given."""
    bench = Bench()
    bench.run()
    Path(sys.argv[1]).write_text(json.dumps(bench.taken), encoding="utf-8")


if __name__ == "__main__":
    main()
