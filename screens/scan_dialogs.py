"""Dialogs a scan cannot answer: what a scanner types into them is refused where it stands, and does nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input, Static

from clerk_app.domain.numbers import plain
from screens.dialogs import CANCEL, Dialog, Option, Prompt, Reader
from screens.keymap import key, move
from screens.scan_screen import ScanField
from screens.text import clean
from screens.widgets.field import Check, Field
from screens.widgets.prose import Prose
from screens.widgets.prose import plain as paragraphs
from screens.widgets.virtual_list import Cell, Column, VirtualList

Answer = TypeVar("Answer")

_SCANNED = re.compile(
    r"[0-9A-Z]{1,16}-(?:[0-9A-Z]{2}|CENTRAL)-[PMT]?[0-9]{6}-[0-9]{4,9}-[0-9A-Z]"  # a case, a bag, a manifest
    r"|[A-Z]{2}[0-9]{9}[A-Z]{2}|(?<![0-9])[0-9]{13}(?![0-9])",  # a waybill
    re.IGNORECASE,
)
NOT_TAKEN = "刚才扫描的没有录入：先办完这一步，再扫描"


def scanned_part(text: str) -> str:
    """Return what of a text a scanner must have typed: the number of a case, a bag, a manifest or a waybill."""
    found = _SCANNED.search(text) or _SCANNED.search(plain(text))
    return found.group() if found is not None else ""


class Guarded(Dialog[Answer], inherit_bindings=False):
    """A dialog whose field hears the scanner, so that Enter behind a scan is not the clerk's Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [CANCEL]

    def guard(self, hint: str) -> ComposeResult:
        """Yield the field and what is wrong with what it was given."""
        yield ScanField(placeholder=hint, compact=True, select_on_focus=False, classes="guard--field", max_length=200)
        yield Static("", classes="guard--error", markup=False)

    def on_mount(self) -> None:
        """Begin in the field."""
        self.query_one(ScanField).focus()

    @on(Input.Submitted, "ScanField")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        event.input.value = ""
        self.refuse("")
        self.typed(text)

    def refuse(self, words: str) -> None:
        """Say what is wrong."""
        self.query_one(".guard--error", Static).update(Content(f"有误：{clean(words)}" if words else ""))
        if words:
            self.app.bell()

    def typed(self, text: str) -> None:
        """Enter was struck behind this text."""


class Sure(Guarded[bool]):
    """Asks whether to go on; Enter is yes, but not the Enter of a scan."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("sure.confirm", "enter", "confirm", "确定", "照上面所列去做"),
    ]

    def __init__(self, title: str, words: str) -> None:
        super().__init__(title)
        self._words = words

    def body(self) -> ComposeResult:
        """Yield what would be done."""
        with Reader(classes="dialog--text", can_focus=False):
            yield Prose(paragraphs(self._words))
        yield from self.guard("回车确定，Esc 返回")

    def typed(self, text: str) -> None:
        """Enter alone says yes."""
        if text:
            self.refuse(NOT_TAKEN)
        else:
            self.dismiss(True)

    def action_confirm(self) -> None:
        """Say yes."""
        self.dismiss(True)


class Pick(Guarded[str]):
    """A menu: a number and Enter, or the arrow keys and Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("pick.take", "enter", "take", "选定", "选定光标所在的一行，或所输序号的一行"),
        move("pick.up", "up", "move(-1)", "上移", "光标上移一行"),
        move("pick.down", "down", "move(1)", "下移", "光标下移一行"),
    ]

    def __init__(self, title: str, options: Sequence[Option]) -> None:
        super().__init__(title)
        self._options = list(options)

    def body(self) -> ComposeResult:
        """Yield menu and field."""
        menu: VirtualList[tuple[int, Option]] = VirtualList(
            [Column("", 2), Column("", 20), Column("")], self._cells, head=False, classes="dialog--menu"
        )
        menu.styles.height = min(len(self._options), 10)
        menu.can_focus = False
        yield menu
        yield from self.guard("序号，或上下键；回车选定")

    def on_mount(self) -> None:
        """Fill the menu."""
        self._menu.set_rows(list(enumerate(self._options, start=1)))

    @property
    def _menu(self) -> VirtualList[tuple[int, Option]]:
        return self.query_one(VirtualList)

    @staticmethod
    def _cells(row: tuple[int, Option]) -> list[Cell]:
        return [Cell(str(row[0])), Cell(row[1].label), Cell(row[1].note, "dim")]

    @on(VirtualList.Selected)
    def _selected(self, event: VirtualList.Selected) -> None:
        event.stop()
        self.action_take()

    def action_move(self, by: int) -> None:
        """Move the cursor while the field keeps the focus."""
        self._menu.action_move(by)

    def action_take(self) -> None:
        """Choose the line under the cursor."""
        self.dismiss(self._options[self._menu.cursor].value)

    def typed(self, text: str) -> None:
        """A number chooses its line; anything else was a scan."""
        if not text:
            self.action_take()
        elif text.isdecimal() and len(text) < 3 and 1 <= int(text) <= len(self._options):
            self.dismiss(self._options[int(text) - 1].value)
        else:
            self.refuse(NOT_TAKEN if len(text) > 2 else f"请输 1 至 {len(self._options)}")


class Words(Prompt):
    """Asks for a sentence; a number that a scanner typed into it is taken out again and said."""

    def __init__(self, title: str, label: str, *, words: str = "", value: str = "", check: Check | None = None) -> None:
        super().__init__(title, label, words=words, value=value, check=check)

    def action_submit(self) -> None:
        """Enter in the field does it, unless something was scanned."""
        if not self._cleaned():
            super().action_submit()

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        event.prevent_default()
        if event.submitted and not self._cleaned() and not event.error:
            self.dismiss(event.value)

    def _cleaned(self) -> bool:
        part = scanned_part(self._field.value)
        if not part:
            return False
        value = self._field.value
        self._field.value = value.replace(part, "") if part in value else ""
        self._field.show_error(NOT_TAKEN)
        self.app.bell()
        return True
