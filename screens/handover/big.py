"""Large type for the counter: a count that can be read from two steps away, and what came of a scan."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from screens.text import cut

GLYPHS = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    "/": ("  #", "  #", " # ", "#  ", "#  "),
}
"""Digits of plain marks: block and box characters are two cells wide on some terminals."""
HEIGHT = 5


class BigCount(Widget):
    """A count such as ``12/30``, five lines high; each mark is two cells wide."""

    DEFAULT_CSS = """
    BigCount {
        height: 5;
        margin: 0 2;
        color: $ink;
        & > .big--on { color: $accented; background: $accented; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"big--on"}

    count: reactive[str] = reactive("")

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width = self.size.width
        on = self.get_component_rich_style("big--on")
        segments: list[Segment] = []
        for character in self.count:
            marks = GLYPHS.get(character, (" " * 3,) * HEIGHT)[y]
            segments += (Segment("##", on) if mark == "#" else Segment("  ", self.rich_style) for mark in marks)
            segments.append(Segment("  ", self.rich_style))
        return Strip(segments).adjust_cell_length(width, self.rich_style)


class Banner(Widget):
    """What came of the last scan: a word, and the number it is about, on three coloured lines."""

    DEFAULT_CSS = """
    Banner {
        height: 3;
        background: $panel;
        color: $ink;
        text-style: bold;
        &.-good { background: $good; color: $background; text-style: $loud-style; }
        &.-warn { background: $warn; color: $background; text-style: $loud-style; }
        &.-bad { background: $bad; color: $background; text-style: $loud-style; }
    }
    """

    words: reactive[str] = reactive("")

    def tell(self, words: str, tone: str) -> None:
        """Say it, in a colour."""
        self.words = words
        for one in ("good", "warn", "bad"):
            self.set_class(one == tone, f"-{one}")

    def render_line(self, y: int) -> Strip:
        """Draw one line; the words stand in the middle one."""
        text = cut(self.words, self.size.width - 4) if y == 1 else ""
        return Strip([Segment(f"  {text}", self.rich_style)]).adjust_cell_length(self.size.width, self.rich_style)
