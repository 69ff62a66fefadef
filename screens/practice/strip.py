"""The strip above the keys that says what the applicant of the script says."""

from __future__ import annotations

from screens.practice.playing import Playing
from screens.practice.words import strip_paras
from screens.widgets.prose import Prose

TALL = 32
"""Rows from which on there is room for more than the last words."""


class PracticeStrip(Prose):
    """Three lines at the least, more where the terminal has them."""

    DEFAULT_CSS = """
    PracticeStrip {
        height: 3;
        padding: 0 1;
        background: $panel;
        &.-tall { height: 6; }
    }
    """

    def __init__(self, playing: Playing) -> None:
        super().__init__(id="practice")
        self._playing = playing

    def on_mount(self) -> None:
        """Follow the lesson; begin the one that was asked for."""
        self._playing.changed.subscribe(self, lambda _: self.draw())
        self.draw()
        self._playing.begin_wanted()

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        self.draw()

    def draw(self) -> None:
        """Show where the lesson stands."""
        tall = self.app.size.height >= TALL
        self.set_class(tall, "-tall")
        self.show(strip_paras(self._playing.coach, tall=tall))
