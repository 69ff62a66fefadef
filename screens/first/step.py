"""What every step of the first start has: its name above, what is said to the person, the keys below."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from clerk_app.first_start import STEPS
from clerk_app.seat import Refused
from screens.keymap import key, move
from screens.text import clean
from screens.widgets.key_bar import KeyBar
from screens.widgets.prose import Para, Prose, plain

if TYPE_CHECKING:
    from clerk_app.first_start import Setup
    from screens.first.app import FirstStart

T = TypeVar("T")


class Step(Screen[None], inherit_bindings=False):
    """One step; the one before it, where one can go back to it, is called by Esc."""

    NAME: ClassVar[str] = ""
    WORDS: ClassVar[str] = ""
    """What is to be done here."""
    BEFORE: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        move("go.next", "tab", "app.focus_next", "下一处", "光标移到下一处"),
        move("go.previous", "shift+tab", "app.focus_previous", "上一处", "光标移到上一处"),
        key("first.back", "escape", "back", "上一步", "回到上一步；填过的都在"),
    ]

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def compose(self) -> ComposeResult:
        """Lay out heading, body and keys."""
        title = f" 首次设置　第 {self._number} 步，共 {len(STEPS)} 步　{self.NAME}"
        yield Static(Content(title), classes="first--head", markup=False)
        with Vertical(id="first"):
            yield Prose(plain(self.WORDS), classes="first--words")
            yield from self.body()
            yield Prose(id="told")
        yield KeyBar()

    def body(self) -> ComposeResult:
        """Yield what is to be filled in."""
        yield from ()

    @property
    def first(self) -> FirstStart:
        """The app, by its own type."""
        return cast("FirstStart", self.app)

    @property
    def setup(self) -> Setup:
        """What is set up."""
        return self.first.setup

    def ask(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        otherwise: Callable[[Refused], None] | None = None,
        *,
        hold: bool = True,
    ) -> None:
        """Have something done beside the screen; a screen that is gone by then hears nothing."""

        def here(tell: Callable[[T], None]) -> Callable[[T], None]:
            return lambda answer: tell(answer) if self.is_current else None

        refused = otherwise or self.refused
        self.first.desk_work.do(work, here(then), lambda error: refused(error) if self.is_current else None, hold=hold)

    def refused(self, refused: Refused) -> None:
        """Say why something was not done."""
        self.say(refused.message, "bad")

    def say(self, words: str, tone: str = "dim") -> None:
        """Say something below the form."""
        self.query_one("#told", Prose).show([Para([(clean(line), tone)]) for line in words.splitlines()])

    def action_back(self) -> None:
        """Go to the step before, where there is one to go back to."""
        if self.BEFORE:
            self.first.go(self.BEFORE)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Show no way back where there is none."""
        return bool(self.BEFORE) if action == "back" else True
