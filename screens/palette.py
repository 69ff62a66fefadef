"""Ctrl+P: whatever can be done here, found by its Chinese name or its id."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Input

from screens.dialogs import Dialog
from screens.help import Command, commands
from screens.keymap import MOVES, key, move
from screens.widgets.field import PlainInput
from screens.widgets.virtual_list import Cell, Column, VirtualList


class Palette(Dialog[None]):
    """A field and the commands that match it; Enter does the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        move("palette.up", "up", "move(-1)", "上移", "光标上移一行"),
        move("palette.down", "down", "move(1)", "下移", "光标下移一行"),
        key("palette.run", "enter", "run", "执行", "执行光标所在的操作"),
    ]

    def __init__(self, below: Screen[Any]) -> None:
        super().__init__("找操作", classes="-large")
        self._commands = [c for c in commands(below) if c.enabled and c.id not in MOVES]

    def body(self) -> ComposeResult:
        """Yield field and list."""
        yield PlainInput(placeholder="输入操作名称，如“收件”", compact=True, id="palette-words")
        yield VirtualList[Command](
            [Column("操作", 14), Column("作用"), Column("按键", 16)], self._cells, empty="没有这样的操作"
        )

    def on_mount(self) -> None:
        """Show everything."""
        self._list.can_focus = False
        self._list.set_rows(self._commands)
        self.query_one(Input).focus()

    @property
    def _list(self) -> VirtualList[Command]:
        return self.query_one(VirtualList)

    @staticmethod
    def _cells(command: Command) -> list[Cell]:
        return [Cell(command.label, "strong"), Cell(command.help), Cell(command.key, "dim")]

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        words = event.value.strip().lower()
        ranked = [(_rank(words, c), n, c) for n, c in enumerate(self._commands)]
        self._list.set_rows([c for rank, _, c in sorted(ranked, key=lambda r: r[:2]) if rank < NONE])

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_run()

    def action_move(self, by: int) -> None:
        """Move the cursor while the field keeps the focus."""
        self._list.cursor += by

    def action_run(self) -> None:
        """Close, then do it where it belongs."""
        command = self._list.current
        if command is None or command.live is None:
            return
        self.dismiss(None)
        self.app.call_later(self.app.run_action, command.live.binding.action, command.live.node)


NONE = 9


def _rank(words: str, command: Command) -> int:
    """Return how well a command matches: by the beginning, within, or letter by letter in order."""
    if not words:
        return 0
    texts = [command.label, command.help, command.id]
    for rank, text in enumerate(texts):
        if words in text.lower():
            return rank
    rest = iter(f"{command.label}{command.help}{command.id}".lower())
    return 5 if all(letter in rest for letter in words) else NONE
