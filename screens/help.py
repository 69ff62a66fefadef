"""F1: every key that does something here, as it is bound now, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual.app import ComposeResult
from textual.screen import Screen

from screens.bindings import Live, live_bindings
from screens.dialogs import Dialog
from screens.keymap import MOVES, key_name
from screens.widgets.virtual_list import Cell, Column, VirtualList


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done on a screen now."""

    id: str
    key: str
    label: str
    help: str
    enabled: bool
    live: Live | None = None


def commands(screen: Screen[Any]) -> list[Command]:
    """Return what can be done on a screen: the focused part first, the app last, moving about at the end."""
    found: dict[str, list[str]] = {}
    last: dict[str, Command] = {}
    for live in live_bindings(screen, shown=False):
        binding, id = live.binding, str(live.binding.id)
        names = found.setdefault(id, [])
        if key_name(live.key) not in names:
            names.append(key_name(live.key))
        last[id] = Command(id, " ".join(names), binding.description, binding.tooltip, live.enabled, live)
    return sorted(last.values(), key=lambda command: command.id in MOVES)


EDITING = (
    Command("", "左 右 Home End", "编辑", "在输入框中移动光标", True),
    Command("", "退格 Del Ctrl+U", "编辑", "删除一个字；Ctrl+U 清空光标之前的内容", True),
    Command("", "Ctrl+V", "编辑", "粘贴；多行会连成一行", True),
)


class Help(Dialog[None]):
    """The keys of the screen below, in a list."""

    def __init__(self, below: Screen[Any]) -> None:
        title = getattr(below, "TITLE_WORDS", "")
        super().__init__(f"按键说明 - {title}" if title else "按键说明", classes="-large")
        self._commands = [*commands(below), *EDITING]

    def body(self) -> ComposeResult:
        """Yield the list."""
        yield VirtualList[Command](
            [Column("按键", 16), Column("名称", 14), Column("作用"), Column("编号", 22, wide=90)], self._cells
        )

    def on_mount(self) -> None:
        """Fill the list."""
        listing = self.query_one(VirtualList)
        listing.set_rows(self._commands)
        listing.focus()

    @staticmethod
    def _cells(command: Command) -> list[Cell]:
        tone = "plain" if command.enabled else "dim"
        return [
            Cell(command.key, "strong"),
            Cell(command.label, tone),
            Cell(command.help, tone),
            Cell(command.id, "dim"),
        ]
