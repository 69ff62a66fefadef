"""What every screen has: the header above, the keys below, and the way to the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import Screen

from clerk_app.seat import Refused
from screens.dialogs import Notice
from screens.keymap import move
from screens.widgets.header import StatusHeader
from screens.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from screens.app import ClerkApp

T = TypeVar("T")


class AreaScreen(Screen[None], inherit_bindings=False):
    """One permanent area, or the sign-in before them."""

    AREA: ClassVar[str] = ""
    """The mode it is the base of."""
    TITLE_WORDS: ClassVar[str] = ""
    """What the help calls it."""
    KEY_LINES: ClassVar[int] = 1
    BINDINGS: ClassVar[list[BindingType]] = [
        move("go.next", "tab", "app.focus_next", "下一处", "光标移到下一处"),
        move("go.previous", "shift+tab", "app.focus_previous", "上一处", "光标移到上一处"),
    ]

    def compose(self) -> ComposeResult:
        """Lay out header, body and keys."""
        header = StatusHeader(self.AREA)
        header.state = self.clerk.header_state
        yield header
        with Vertical(id="body"):
            yield from self.body()
        yield KeyBar(self.KEY_LINES)

    def body(self) -> ComposeResult:
        """Yield what the screen is for."""
        yield from ()

    @property
    def clerk(self) -> ClerkApp:
        """The app, by its own type."""
        return cast("ClerkApp", self.app)

    @property
    def desk(self) -> Desk:
        """The desk of whoever is signed in."""
        desk = self.clerk.desk
        if desk is None:
            raise RuntimeError("nobody is signed in")
        return desk

    def ask(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        otherwise: Callable[[Refused], None] | None = None,
        *,
        replaces: str = "",
        hold: bool = True,
    ) -> None:
        """Have the desk do something; a refusal nobody handles is shown."""
        self.clerk.desk_work.do(work, then, otherwise or self.show_refusal, replaces=replaces, hold=hold)

    def show_refusal(self, refused: Refused) -> None:
        """Say why something was not done."""
        self.app.push_screen(Notice("没有办成", refused.message, bad=True))

    @property
    def begun(self) -> bool:
        """Whether something is half done that leaving would lose."""
        return False

    def looked(self) -> None:
        """The app has looked at the line and the desk again; areas that show either draw themselves anew."""
