"""A pane with everything there is to know about the line the cursor is on."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from screens.text import fit, wrap

LOW = 5
"""Lines of a pane too low to say again what stands in the list."""
NAMED = 38
"""Cells of a name the list shows in full at 80 columns."""


class Detail(Widget):
    """A title and labelled texts, wrapped to the pane."""

    DEFAULT_CSS = """
    Detail {
        background: $panel;
        color: $ink;
        padding: 0 1;
        & > .detail--title { text-style: bold; }
        & > .detail--label { color: $dim; }
    }
    """
    COMPONENT_CLASSES = {"detail--title", "detail--label"}

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._title = ""
        self._pairs: Sequence[tuple[str, str]] = ()
        self._lines: list[list[tuple[str, str]]] = []

    def show(self, title: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Show a title and label-text pairs."""
        self._title = title
        self._pairs = pairs
        self._arrange()

    def on_resize(self) -> None:
        """Wrap anew."""
        self._arrange()

    def _arrange(self) -> None:
        width = max(10, self.size.width)
        label = max((cell_len(name) for name, _ in self._pairs), default=0) + 1
        titled = self._title and (self.size.height > LOW or cell_len(self._title) > NAMED)
        lines = [[("detail--title", text)] for text in (wrap(self._title, width) if titled else [])]
        for name, words in self._pairs:
            for n, text in enumerate(wrap(words, max(4, width - label))):
                lines.append([("detail--label", fit(name if n == 0 else "", label)), ("", text)])
        self._lines = lines
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        base = self.rich_style
        line = self._lines[y] if y < len(self._lines) else []
        segments = [Segment(text, self.get_component_rich_style(name) if name else base) for name, text in line]
        return Strip(segments).adjust_cell_length(self.size.width, base)
