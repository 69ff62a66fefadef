"""A list of any length, drawn line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.keymap import move
from screens.text import fit

Row = TypeVar("Row")

TONES = ("plain", "dim", "strong", "good", "warn", "bad")
"""How a cell may be shown; what it says is in its words."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row: its text and tone (``TONES``)."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``width`` 0 takes what is left, shared by ``share`` among such columns; hidden below ``wide``."""

    title: str
    width: int = 0
    right: bool = False
    share: int = 1
    wide: int = 0
    """The least width of the list, in cells, at which the column is shown."""


class VirtualList(ScrollView, Generic[Row], can_focus=True):
    """Rows of cells in aligned columns, with a cursor; only the visible rows are ever made into cells."""

    DEFAULT_CSS = """
    VirtualList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        & > .list--head { color: $dim; background: $panel; }
        & > .list--cursor { background: $block-cursor-blurred-background; text-style: $resting-style; }
        &:focus > .list--cursor { color: $block-cursor-foreground; background: $block-cursor-background; text-style: bold; }
        & > .list--dim { color: $dim; }
        & > .list--strong { text-style: bold; }
        & > .list--good { color: $good; }
        & > .list--warn { color: $warn; }
        & > .list--bad { color: $bad; text-style: bold; }
        & > .list--empty { color: $dim; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"list--head", "list--cursor", "list--empty"} | {
        f"list--{t}" for t in TONES
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        move("list.up", "up", "move(-1)", "上移", "光标上移一行"),
        move("list.down", "down", "move(1)", "下移", "光标下移一行"),
        move("list.page-up", "pageup", "page(-1)", "上页", "光标上移一页"),
        move("list.page-down", "pagedown", "page(1)", "下页", "光标下移一页"),
        move("list.first", "home", "first", "首行", "光标移到第一行"),
        move("list.last", "end", "last", "末行", "光标移到最后一行"),
        move("list.select", "enter", "select", "选定", "选定光标所在的一行"),
    ]

    cursor: reactive[int] = reactive(0)
    """The row the cursor is on; 0 in an empty list."""

    @dataclass
    class Highlighted(Message):
        """The cursor is on another row."""

        list: VirtualList[Any]
        index: int

        @property
        def control(self) -> VirtualList[Any]:
            """The list, for ``@on`` selectors."""
            return self.list

    @dataclass
    class Selected(Message):
        """The row under the cursor was chosen."""

        list: VirtualList[Any]
        index: int

        @property
        def control(self) -> VirtualList[Any]:
            """The list, for ``@on`` selectors."""
            return self.list

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[Row], Sequence[Cell]],
        *,
        empty: str = "",
        head: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._cells = cells
        self._rows: Sequence[Row] = ()
        self._head = head
        self.empty = empty
        """What is shown in place of rows when there are none."""

    @property
    def rows(self) -> Sequence[Row]:
        """The rows shown."""
        return self._rows

    @property
    def current(self) -> Row | None:
        """The row the cursor is on."""
        return self._rows[self.cursor] if self._rows else None

    def set_rows(self, rows: Sequence[Row], cursor: int = 0) -> None:
        """Show these rows, the cursor on the one named."""
        self._rows = rows
        self.virtual_size = Size(self.size.width, len(rows) + self._head)
        moved = cursor != self.cursor
        self.cursor = cursor
        if not moved:
            self._reveal()
        self.refresh()
        self.post_message(self.Highlighted(self, self.cursor))

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns; the rows are to be set anew."""
        self._columns = tuple(columns)
        self._rows = ()

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(cursor, len(self._rows) - 1))

    def watch_cursor(self) -> None:
        """Show the new row and say so."""
        self._reveal()
        self.refresh()
        if self._rows:
            self.post_message(self.Highlighted(self, self.cursor))

    def on_resize(self) -> None:
        """Keep the cursor in sight when the size changes."""
        self.virtual_size = Size(self.size.width, len(self._rows) + self._head)
        self._reveal()

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.cursor += by

    def action_page(self, by: int) -> None:
        """Move the cursor by pages."""
        self.cursor += by * max(1, self.size.height - self._head - 1)

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self.cursor = len(self._rows) - 1

    def action_select(self) -> None:
        """Choose the row under the cursor."""
        if self._rows:
            self.post_message(self.Selected(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked row; a second click chooses it."""
        y = event.y - self._head
        index = y + self.scroll_offset.y
        if y < 0 or index >= len(self._rows):
            return
        if event.chain > 1:
            self.action_select()
        else:
            self.cursor = index

    def render_line(self, y: int) -> Strip:
        """Return one visible line."""
        width = self.size.width
        if self._head and y == 0:
            return self._line([Cell(c.title) for c in self._columns], width, "list--head")
        index = y + self.scroll_offset.y - self._head
        if not self._rows and y == self._head and self.empty:
            style = self._style("list--empty")
            return Strip([Segment(fit(" " + self.empty, width), style)], width)
        if not 0 <= index < len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._cells(self._rows[index])
        return self._line(row, width, "list--cursor" if index == self.cursor else "")

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)

    def _line(self, cells: Sequence[Cell], width: int, whole: str) -> Strip:
        base = self._style(whole) if whole else self.rich_style
        segments = [Segment(">" if whole == "list--cursor" else " ", base)]
        for column, cell, size in zip(self._columns, cells, self._widths(width), strict=True):
            if size <= 0:
                continue
            style = base
            if whole == "" and cell.tone != "plain":
                style = self._style(f"list--{cell.tone}")
            segments.append(Segment(fit(cell.text, size, right=column.right), style))
            segments.append(Segment(" ", base))
        return Strip(segments).adjust_cell_length(width, base)

    def _widths(self, width: int) -> list[int]:
        """Return the columns' widths; one blank stands before the first and behind each."""
        shown = [c for c in self._columns if width >= c.wide]
        fixed = sum(c.width for c in shown) + len(shown) + 1
        shares = sum(c.share for c in shown if not c.width)
        left = max(0, width - fixed)
        sizes = []
        for column in self._columns:
            if width < column.wide:
                sizes.append(0)
            elif column.width:
                sizes.append(column.width)
            else:
                part = left * column.share // shares
                sizes.append(part)
                left, shares = left - part, shares - column.share
        return sizes

    def _reveal(self) -> None:
        height = self.size.height - self._head
        if height <= 0:
            return
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)

    def refresh_row(self, index: int) -> None:
        """Draw one row again."""
        y = index - self.scroll_offset.y + self._head
        self.refresh(Region(0, y, self.size.width, 1))
