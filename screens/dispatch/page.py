"""A page of 寄递 about one thing: a heading, a text to be scrolled, and a scan that leads to another page."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from screens.dialogs import Reader
from screens.dispatch.finding import look_up
from screens.keymap import key
from screens.scan_screen import ScanScreen
from screens.widgets.prose import Para, Prose


class Page(ScanScreen):
    """One bag, hand-over or case."""

    AREA = "dispatch"
    CSS_PATH = "screen.tcss"
    HINT = "袋号、运单号或办件编号"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("page.back", "escape", "back", "返回", "回到上一处"),
    ]

    def content(self) -> ComposeResult:
        """Yield heading and text."""
        yield Prose(classes="page--head")
        with Reader(classes="page--text", can_focus=False):
            yield Prose(classes="page--prose")

    def show(self, head: list[Para], text: list[Para]) -> None:
        """Show heading and text."""
        self.query_one(".page--head", Prose).show(head)
        self.query_one(".page--prose", Prose).show(text)

    def scanned(self, text: str) -> None:
        """Go to what was scanned."""
        look_up(self, text, over=False)

    def action_move(self, by: int) -> None:
        """Move the list's cursor, or scroll the text."""
        if self.listing is not None:
            super().action_move(by)
            return
        self.query_one(Reader).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Move or scroll by pages."""
        if self.listing is not None:
            super().action_page(by)
            return
        reader = self.query_one(Reader)
        reader.scroll_relative(y=by * max(1, reader.size.height - 1), animate=False)
