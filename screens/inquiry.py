"""Asking central while somebody waits: on a thread of its own, so that neither the screen nor the desk's work waits too."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual.app import ComposeResult
from textual.timer import Timer

from clerk_app.seat import Refused
from screens.desk_work import Answered, attempt
from screens.dialogs import Dialog
from screens.widgets.prose import Prose, plain

if TYPE_CHECKING:
    from screens.base import AreaScreen

T = TypeVar("T")
AT_ONCE = 0.4
"""Seconds for which keys are held instead of showing that central is asked: usually it has answered by then."""


class Waiting(Dialog[None]):
    """Says that central is being asked; Esc stops waiting, and then nothing comes of it."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.answer: Callable[[], None] | None = None
        """What is to be told, where it came while the window was locked or left."""
        self._seconds = 0

    def body(self) -> ComposeResult:
        """Yield the words."""
        yield Prose(classes="dialog--text")

    def on_mount(self) -> None:
        """Count how long it takes."""
        self._say()
        self.set_interval(1.0, self._second)

    def on_screen_resume(self) -> None:
        """Hand on what came while nobody was here."""
        if self.answer is not None:
            self.finish(self.answer)

    def finish(self, answer: Callable[[], None]) -> None:
        """Close and tell; where this is not what is shown, as soon as it is."""
        if not self.is_active:
            self.answer = answer
            return
        self.answer = None
        self.dismiss(None)
        answer()

    def _second(self) -> None:
        self._seconds += 1
        self._say()

    def _say(self) -> None:
        took = f"（已等 {self._seconds} 秒）" if self._seconds >= 2 else ""
        words = f"正在向市中心查询，请稍候{took}。\n不等了按 Esc，已填的都还在。"
        self.query_one(Prose).show(plain(words))


class Question:
    """One question put to central for one screen."""

    def __init__(self, screen: AreaScreen, title: str) -> None:
        self._screen = screen
        self._title = title
        self._release: Callable[[], None] = lambda: None
        self._timer: Timer | None = None
        self._dialog: Waiting | None = None
        self._over = False

    def ask(self, work: Callable[[], T], then: Callable[[T], None], otherwise: Callable[[Refused], None]) -> None:
        """Run ``work`` beside everything else, then tell one of the others on the screen's side."""
        app = self._screen.clerk
        self._release = app.gate.hold()
        self._timer = app.set_timer(AT_ONCE, self._show)

        def job() -> None:
            answer = attempt(work, then, otherwise)
            app.post_message(Answered(lambda: self._answered(answer)))

        threading.Thread(target=job, name="inquiry", daemon=True).start()

    def _show(self) -> None:
        """It takes a while: say so, and let the keys through to the one that gives up."""
        if self._over:
            return
        self._dialog = Waiting(self._title)
        self._screen.open(self._dialog, self._closed)
        self._release()

    def _closed(self, _: None) -> None:
        self._over = True

    def _answered(self, answer: Callable[[], None]) -> None:
        if self._over:
            return
        if self._timer is not None:
            self._timer.stop()
        try:
            if self._dialog is not None:
                self._dialog.finish(answer)
            else:
                self._over = True
                answer()
        finally:
            self._release()
