"""One measure drawn as bars: the plotting widget, in characters that are one cell wide on every terminal.

Loaded when a picture is looked at first, because the widget brings numpy. Bars carry numbers, not names: what stands below an axis is
placed by characters, and Chinese ones are two cells wide; the names stand in the list beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Grid
from textual.strip import Strip
from textual_hires_canvas import Canvas
from textual_plot import PlotWidget
from textual_plot.axis_formatter import CategoricalAxisFormatter
from textual_plot.plot_widget import Legend

from clerk_app.domain.measure_tables import Picture

BLOCK = "█"
BAR, AGAINST = "#", "="
_PLAIN = str.maketrans({BLOCK: BAR, **dict.fromkeys("━─╸╺", "-"), **dict.fromkeys("┃│╹╻", "|")})
_FRAME = range(0x2500, 0x2580)
"""Box drawing: characters that are two cells wide on some terminals."""


class PlainCanvas(Canvas):
    """A canvas whose frames and bars are drawn in ASCII."""

    second = ""
    """The style of bars that stand for what the others are held against."""

    def draw_filled_rectangle(
        self, x0: int, y0: int, x1: int, y1: int, char: str = BLOCK, style: str = "white"
    ) -> None:
        """Fill a rectangle, in the character of its series."""
        super().draw_filled_rectangle(x0, y0, x1, y1, AGAINST if style == self.second else BAR, style)

    def render_line(self, y: int) -> Strip:
        """Return a line in characters of one cell."""
        return Strip([Segment(_plain(segment.text), segment.style) for segment in super().render_line(y)])


class Bars(PlotWidget, can_focus=False, inherit_bindings=False):
    """The largest numbers of a measure, and beside each what it is held against, if anything."""

    DEFAULT_CSS = """
    Bars {
        & > .plot--axis { color: $dim; }
        & > .plot--tick { color: $ink; text-style: none; }
        & > .bars--one { color: $accented; }
        & > .bars--against { color: $dim; }
        #legend { border: none; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"bars--one", "bars--against"}

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, allow_pan_and_zoom=False)
        self._picture: Picture | None = None
        self._most = 0

    def compose(self) -> ComposeResult:
        """Lay out axes and bars."""
        with Grid():
            for name in ("margin-top", "margin-left", "plot", "margin-bottom"):
                yield PlainCanvas(1, 1, id=name)
        yield Legend(id="legend")

    def on_mount(self) -> None:
        """Draw what was to be shown; the widget's own beginning, which comes first, draws nothing."""
        self.margin_top, self.margin_bottom, self.margin_left = 1, 1, 8
        self.call_later(self._draw)

    def show(self, picture: Picture, most: int) -> None:
        """Draw the first numbers of a measure."""
        self._picture, self._most = picture, most
        if self.is_mounted:
            self._draw()

    def notify_style_update(self) -> None:
        """Draw again in the colours of another look."""
        super().notify_style_update()
        if self.is_mounted:
            self.call_later(self._draw)

    def _draw(self) -> None:
        self.clear()
        picture = self._picture
        if picture is None:
            return
        bars = picture.bars[: self._most]
        against = picture.held_against[: self._most]
        if not bars:
            return
        numbers = [n for _, n in bars]
        places = list(range(1, len(bars) + 1))
        self.set_x_formatter(CategoricalAxisFormatter([str(place) for place in places]))
        self.set_xticks(places)
        one, other = self._colour("bars--one"), self._colour("bars--against")
        self.query_one("#plot", PlainCanvas).second = other
        self._fill(places, numbers, 0.4 if against else 0.7, one)
        self._fill([place + 0.35 for place in places[: len(against)]], against, 0.25, other)
        self.set_xlimits(0.4, len(bars) + 0.8)
        self.set_ylimits(0.0, max([*numbers, *against]) or 1.0)

    def _fill(self, places: Sequence[float], numbers: Sequence[float], width: float, style: str) -> None:
        """Draw the bars of a series; of nothing, none: the widget would draw a line of it."""
        told = [(place, n) for place, n in zip(places, numbers, strict=True) if n > 0]
        if told:
            self.bar([place for place, _ in told], [n for _, n in told], width=width, bar_style=style)

    def _colour(self, name: str) -> str:
        style = self.get_component_rich_style(name)
        colour = style.color.name if style.color is not None else "white"
        return f"{colour} on {colour}"


def _plain(text: str) -> str:
    text = text.translate(_PLAIN)
    return text if text.isascii() else "".join("+" if ord(c) in _FRAME else c for c in text)
