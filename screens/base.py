"""What every screen has: the header above, the keys below, and the way to the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import Screen, ScreenResultType

from clerk_app.seat import Refused
from screens.dialogs import Notice
from screens.keymap import move
from screens.widgets.header import StatusHeader
from screens.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from screens.app import ClerkApp
    from screens.parking import Place

T = TypeVar("T")


class AreaScreen(Screen[None], inherit_bindings=False):
    """One permanent area, or the sign-in before them."""

    AREA: ClassVar[str] = ""
    """The mode it is the base of."""
    TITLE_WORDS: ClassVar[str] = ""
    """What the help calls it."""
    KEY_LINES: ClassVar[int] = 1
    ALONE: ClassVar[bool] = False
    """Whether nothing but this screen's own keys leads out of it, locking and leaving the program apart."""
    place: Place | None = None
    """Whose screen it is; given before it is shown. ``None`` before anybody signed in, and while the window is locked."""
    opened_in = ""
    """The area it was opened from over another screen; empty: its own."""
    BINDINGS: ClassVar[list[BindingType]] = [
        move("go.next", "tab", "app.focus_next", "下一处", "光标移到下一处"),
        move("go.previous", "shift+tab", "app.focus_previous", "上一处", "光标移到上一处"),
    ]

    def compose(self) -> ComposeResult:
        """Lay out header, body and keys."""
        header = StatusHeader("" if self.ALONE else self.area)
        header.state = self.clerk.header_state
        yield header
        with Vertical(id="body"):
            yield from self.body()
        if self.clerk.playing is not None and self.place is not None:
            from screens.practice.strip import PracticeStrip

            yield PracticeStrip(self.clerk.playing)
        yield KeyBar(self.KEY_LINES)

    def body(self) -> ComposeResult:
        """Yield what the screen is for."""
        yield from ()

    @property
    def clerk(self) -> ClerkApp:
        """The app, by its own type."""
        return cast("ClerkApp", self.app)

    @property
    def area(self) -> str:
        """The area this screen lies in: what it opens lies there, too."""
        return self.opened_in or self.AREA

    @property
    def desk(self) -> Desk:
        """The desk of whoever's screen this is."""
        if self.place is None:
            raise RuntimeError("this screen is nobody's")
        return self.place.desk

    def open(
        self, screen: Screen[ScreenResultType], then: Callable[[ScreenResultType | None], Any] | None = None
    ) -> None:
        """Show a screen or dialog over this one, wherever the app is by then: on nobody else's screens."""
        if isinstance(screen, AreaScreen):
            screen.place, screen.opened_in = self.place, self.area
        self.app.push_screen(screen, then, mode=self.place.mode(self.area) if self.place is not None else None)

    def ask(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        otherwise: Callable[[Refused], None] | None = None,
        *,
        replaces: str = "",
        hold: bool = True,
    ) -> None:
        """Have the desk do something; a refusal nobody handles is shown. A screen that is gone by then hears nothing."""
        told, refused = self._while_here(then), self._while_here(otherwise or self.show_refusal)
        self.clerk.desk_work.do(work, told, refused, replaces=replaces, hold=hold)

    def inquire(
        self,
        title: str,
        work: Callable[[], T],
        then: Callable[[T], None],
        otherwise: Callable[[Refused], None] | None = None,
    ) -> None:
        """Have central asked, beside everything else; whoever waits sees that, and may stop waiting."""
        from screens.inquiry import Question

        told, refused = self._while_here(then), self._while_here(otherwise or self.show_refusal)
        Question(self, title).ask(work, told, refused)

    def _while_here(self, tell: Callable[[T], None]) -> Callable[[T], None]:
        def heard(answer: T) -> None:
            if not self._is_gone:
                tell(answer)

        return heard

    @property
    def _is_gone(self) -> bool:
        """Whether the screen was taken away, or is about to be: its parts may be gone before it is."""
        return self._closing or self._closed or self._pruning

    def show_refusal(self, refused: Refused) -> None:
        """Say why something was not done."""
        self.open(Notice("没有办成", refused.message, bad=True))

    @property
    def begun(self) -> bool:
        """Whether something is half done that leaving would lose."""
        return False

    def conceal(self) -> None:
        """Hide again what was unmasked on purpose: the window is left or locked."""

    def looked(self) -> None:
        """The app has looked at the line and the desk again; areas that show either draw themselves anew."""
