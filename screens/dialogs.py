"""The dialogs: each asks one thing and hands back a typed answer; nothing behind them is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from screens.keymap import key, move
from screens.text import clean
from screens.widgets.field import Check, Field
from screens.widgets.key_bar import KeyBar
from screens.widgets.prose import Prose, plain
from screens.widgets.virtual_list import Cell, Column, VirtualList

Answer = TypeVar("Answer")

CANCEL = key("dialog.cancel", "escape", "cancel", "返回", "不做，回到原处")


class Dialog(ModalScreen[Answer], inherit_bindings=False):
    """A box over the screen: a title, something to read or choose, and its keys at the bottom."""

    BINDINGS: ClassVar[list[BindingType]] = [
        CANCEL,
        move("dialog.next", "tab", "app.focus_next", "下一处", "光标移到下一处"),
        move("dialog.previous", "shift+tab", "app.focus_previous", "上一处", "光标移到上一处"),
    ]

    def __init__(self, title: str, classes: str = "") -> None:
        super().__init__(classes=classes)
        self._title = title

    def compose(self) -> ComposeResult:
        """Lay out the box."""
        with Vertical(classes="dialog"):
            yield Static(Content(clean(self._title)), classes="dialog--title", markup=False)
            yield from self.body()
            yield KeyBar()

    def body(self) -> ComposeResult:
        """Yield what stands between title and keys."""
        yield from ()

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


class Reader(VerticalScroll, can_focus=True, inherit_bindings=False):
    """Text that can be scrolled with the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        move("reader.up", "up", "scroll_up", "上", "向上滚动"),
        move("reader.down", "down", "scroll_down", "下", "向下滚动"),
        move("reader.page-up", "pageup", "page_up", "上页", "向上翻页"),
        move("reader.page-down", "pagedown", "page_down", "下页", "向下翻页"),
    ]


class Confirm(Dialog[bool]):
    """Asks whether to go on; Enter is yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("dialog.confirm", "enter", "confirm", "确定", "照上面所列去做"),
    ]

    def __init__(self, title: str, words: str) -> None:
        super().__init__(title)
        self._words = words

    def body(self) -> ComposeResult:
        """Yield what would be done."""
        with Reader(classes="dialog--text"):
            yield Prose(plain(self._words))

    def action_confirm(self) -> None:
        """Say yes."""
        self.dismiss(True)


class Notice(Dialog[None]):
    """Says something the clerk has to have read; Enter or Esc closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("dialog.close", "enter", "cancel", "知道了", "关闭"),
    ]

    def __init__(self, title: str, words: str, *, bad: bool = False) -> None:
        super().__init__(title, classes="-bad" if bad else "")
        self._words = words

    def body(self) -> ComposeResult:
        """Yield the words."""
        with Reader(classes="dialog--text"):
            yield Prose(plain(self._words))


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a menu."""

    value: str
    label: str
    note: str = ""
    """Why one would choose it, or why it cannot be chosen now."""
    enabled: bool = True


class Choose(Dialog[str]):
    """A small menu: digits or the arrow keys and Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(move(f"menu.{n}", str(n), f"pick({n})", f"选{n}", f"选定第 {n} 行") for n in range(1, 10)),
    ]

    def __init__(self, title: str, options: Sequence[Option]) -> None:
        super().__init__(title)
        self._options = list(options)

    def body(self) -> ComposeResult:
        """Yield the menu."""
        noted = any(option.note for option in self._options)
        label = max((cell_len(option.label) for option in self._options), default=0) if noted else 0
        label = min(label, 40)
        menu: VirtualList[tuple[int, Option]] = VirtualList(
            [Column("", 2), Column("", label), Column("", 0 if noted else 1)],
            self._cells,
            head=False,
            classes="dialog--menu",
        )
        menu.styles.height = min(len(self._options), 12)
        yield menu

    def on_mount(self) -> None:
        """Fill the menu."""
        self._menu.set_rows(list(enumerate(self._options, start=1)))
        self._menu.focus()

    @property
    def _menu(self) -> VirtualList[tuple[int, Option]]:
        return self.query_one(VirtualList)

    @staticmethod
    def _cells(row: tuple[int, Option]) -> list[Cell]:
        number, option = row
        tone = "plain" if option.enabled else "dim"
        return [Cell(str(number) if number < 10 else "", tone), Cell(option.label, tone), Cell(option.note, "dim")]

    @on(VirtualList.Selected)
    def _selected(self, event: VirtualList.Selected) -> None:
        event.stop()
        self._take(event.index)

    def action_pick(self, number: int) -> None:
        """Choose a line by its number."""
        if number <= len(self._options):
            self._menu.cursor = number - 1
            self._take(number - 1)

    def _take(self, index: int) -> None:
        option = self._options[index]
        if option.enabled:
            self.dismiss(option.value)
        else:
            self.app.bell()


class Prompt(Dialog[str]):
    """Asks for one line of text; Enter hands it over once it holds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("prompt.enter", "enter", "submit", "确定", "确定所填内容"),
    ]

    def __init__(
        self,
        title: str,
        label: str,
        *,
        words: str = "",
        value: str = "",
        check: Check | None = None,
        max_length: int = 200,
    ) -> None:
        super().__init__(title)
        self._words = words
        self._value = value
        width = max(8, 2 * len(label))
        self._field = Field(label, id="prompt", check=check, width=width, max_length=max_length)

    def body(self) -> ComposeResult:
        """Yield the field."""
        if self._words:
            yield Prose(plain(self._words), classes="dialog--text")
        yield self._field

    def on_mount(self) -> None:
        """Begin in the field."""
        self._field.value = self._value
        self._field.focus()

    def action_submit(self) -> None:
        """Enter in the field does it."""
        if self._field.verify():
            self.dismiss(self._field.value)

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        if event.submitted and not event.error:
            self.dismiss(event.value)


def required(words: str) -> Check:
    """Return a check that refuses an empty field with these words."""
    return lambda text: "" if text else words
