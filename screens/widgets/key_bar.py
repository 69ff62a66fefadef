"""The line at the bottom that says which keys do what, here and now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from screens.bindings import live_bindings
from screens.keymap import key_name


@dataclass(frozen=True, slots=True)
class Shown:
    """One key as the bar shows it."""

    key: str
    name: str
    label: str
    enabled: bool

    @property
    def width(self) -> int:
        """Cells it takes."""
        return cell_len(self.name) + cell_len(self.label) + 3


class KeyBar(Widget):
    """The shown keys of the focused widget, the screen and the app, in at most two lines."""

    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        height: 1;
        background: $panel;
        color: $dim;
        & > .keys--key { color: $ink; text-style: bold; }
        & > .keys--off { color: $dim; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--off"}

    def __init__(self, lines: int = 1) -> None:
        super().__init__()
        self._lines = lines
        self._layout: list[list[Shown]] = []

    def on_mount(self) -> None:
        """Follow the screen's keys."""
        self.styles.height = self._lines
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._update())
        self._update()

    def on_resize(self) -> None:
        """Arrange the keys anew."""
        self._update()

    def _update(self) -> None:
        shown: dict[str, Shown] = {}
        for live in live_bindings(self.screen, shown=True):
            binding = live.binding
            shown.setdefault(str(binding.id), Shown(live.key, key_name(live.key), binding.description, live.enabled))
        self._layout = self._arrange(sorted(shown.values(), key=lambda one: one.key == "escape"))
        self.refresh()

    def _arrange(self, keys: list[Shown]) -> list[list[Shown]]:
        """Put the keys on the lines in their order; what does not fit is left to the help."""
        lines: list[list[Shown]] = [[] for _ in range(self._lines)]
        at = 0
        used = 1
        for one in keys:
            if used + one.width > self.size.width:
                at, used = at + 1, 1
            if at >= self._lines:
                break
            lines[at].append(one)
            used += one.width
        return lines

    def render_line(self, y: int) -> Strip:
        """Draw one line of keys."""
        base = self.rich_style
        bold = self.get_component_rich_style("keys--key")
        off = self.get_component_rich_style("keys--off")
        segments = [Segment(" ", base)]
        for one in self._layout[y] if y < len(self._layout) else []:
            segments.append(Segment(one.name, bold if one.enabled else off))
            segments.append(Segment(f" {one.label}  ", base if one.enabled else off))
        return Strip(segments).adjust_cell_length(self.size.width, base)

    async def on_click(self, event: events.Click) -> None:
        """Do what the clicked key does."""
        x = 1
        for one in self._layout[event.y] if event.y < len(self._layout) else []:
            if x <= event.x < x + one.width - 2:
                self.app.simulate_key(one.key)
                return
            x += one.width
