"""Screens at which a scanner is always heard: one field that has the focus, and room beside it for what came of a scan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input, Static

from screens.base import AreaScreen
from screens.keymap import move
from screens.text import clean
from screens.widgets.field import PlainInput
from screens.widgets.prose import Para, Prose

if TYPE_CHECKING:
    from textual.screen import Screen

    from clerk_app.seat import Refused
    from screens.widgets.virtual_list import VirtualList


class ScanField(PlainInput, inherit_bindings=False):
    """A field for whole scans: Enter hands it over and leaves it empty; all keys but those that write go to the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", show=False),
        Binding("backspace", "delete_left", show=False),
        Binding("ctrl+u", "delete_left_all", show=False),
        Binding("ctrl+v", "paste", show=False),
    ]

    virtual_size = Reactive(Size(0, 0), layout=False)
    """As in any input, but that a character more lays nothing out anew: thirty of them come in a second, and then an answer is due."""


class ScanScreen(AreaScreen, inherit_bindings=False):
    """A screen with a scan field above; commands are keys that no scanner sends, and a refusal is said beside the field.

    No dialog says it, because the next scan may be on its way: its Enter would close the dialog.
    """

    LABEL: ClassVar[str] = "扫描"
    HINT: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        move("scan.up", "up", "move(-1)", "上移", "光标上移一行，或向上滚动"),
        move("scan.down", "down", "move(1)", "下移", "光标下移一行，或向下滚动"),
        move("scan.page-up", "pageup", "page(-1)", "上页", "上移一页"),
        move("scan.page-down", "pagedown", "page(1)", "下页", "下移一页"),
    ]

    _said = ("", "")

    def body(self) -> ComposeResult:
        """Yield the field, the words and what the screen is for."""
        with Horizontal(classes="scan--line"):
            yield Static(Content(self.LABEL), classes="scan--label", markup=False)
            yield ScanField(placeholder=self.HINT, compact=True, select_on_focus=False, max_length=200)
        yield Prose(classes="scan--words")
        yield from self.content()

    def content(self) -> ComposeResult:
        """Yield what stands below the field."""
        yield from ()

    def on_mount(self) -> None:
        """Begin in the field, and nowhere else."""
        self.field.focus()
        self.begin()

    def begin(self) -> None:
        """Show the screen's content."""

    @property
    def field(self) -> ScanField:
        """The field that hears the scanner."""
        return self.query_one(ScanField)

    def say(self, words: str, tone: str = "") -> None:
        """Say what came of the last scan or key; nothing is there to be closed."""
        if (words, tone) == self._said:
            return
        self._said = (words, tone)
        self.query_one(".scan--words", Prose).show([Para([(line, tone)]) for line in words.splitlines()])

    def label(self, words: str, hint: str = "") -> None:
        """Call the field something else."""
        self.query_one(".scan--label", Static).update(Content(clean(words)))
        self.field.placeholder = hint

    def show_refusal(self, refused: Refused) -> None:
        """Say beside the field why something was not done."""
        self.say(refused.message, "bad")
        self.app.bell()

    @on(Input.Submitted, "ScanField")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        event.input.value = ""
        self.say("")
        if text:
            self.scanned(text)
        else:
            self.entered()

    def scanned(self, text: str) -> None:
        """Take what was scanned or typed."""

    def entered(self) -> None:
        """Enter in the empty field."""

    def action_entered(self) -> None:
        """Do what Enter does, chosen by its name."""
        self.entered()

    def go(self, screen: Screen[None]) -> None:
        """Show another screen in this one's place, so that Esc leads back to the area however much was scanned."""
        if isinstance(screen, AreaScreen):
            screen.place, screen.opened_in = self.place, self.area
        self.app.switch_screen(screen)

    @property
    def listing(self) -> VirtualList[Any] | None:
        """The list the cursor keys move in."""
        return None

    def action_move(self, by: int) -> None:
        """Move the list's cursor."""
        if self.listing is not None:
            self.listing.action_move(by)

    def action_page(self, by: int) -> None:
        """Move the list's cursor by pages."""
        if self.listing is not None:
            self.listing.action_page(by)

    def action_back(self) -> None:
        """Go back to where this was opened from."""
        self.dismiss(None)
