"""One stage of a form that is filled from top to bottom: a heading with what is in it, open or closed."""

from __future__ import annotations

from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from screens.text import cut, fit


class StageHead(Widget):
    """The stage's line: its name and, closed, its content in short."""

    DEFAULT_CSS = """
    StageHead {
        height: 1;
        background: $panel;
        color: $dim;
        & > .stage--name { color: $ink; text-style: bold; }
        & > .stage--open { background: $resting; color: $accented; text-style: bold; }
        & > .stage--words { color: $ink; }
    }
    """
    COMPONENT_CLASSES = {"stage--name", "stage--open", "stage--words"}

    summary: reactive[str] = reactive("")
    opened: reactive[bool] = reactive(False)
    filled: reactive[bool] = reactive(False)

    def __init__(self, name_words: str) -> None:
        super().__init__()
        self._name_words = name_words

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        width = self.size.width
        base = self.get_component_rich_style("stage--open") if self.opened else self.rich_style
        name = base if self.opened else self.get_component_rich_style("stage--name" if self.filled else "stage--words")
        words = self.get_component_rich_style("stage--words") if self.filled and not self.opened else base
        text = cut(self.summary, max(0, width - 11))
        strip = Strip(
            [Segment((">" if self.opened else " ") + fit(self._name_words, 8), name), Segment(" " + text, words)]
        )
        return strip.adjust_cell_length(width, base)


class Stage(Vertical):
    """A heading and, while it is open, a body."""

    DEFAULT_CSS = """
    Stage {
        height: auto;
        & > .stage--body { height: auto; padding: 0; }
        &.-open.-fills { height: 1fr; }
        &.-open.-fills > .stage--body { height: 1fr; }
    }
    """

    def __init__(self, name_words: str, *content: Widget, id: str, fills: bool = False) -> None:
        super().__init__(id=id, classes="-fills" if fills else "")
        self._head = StageHead(name_words)
        self._body = Vertical(*content, classes="stage--body")
        self._body.display = False

    def compose(self) -> ComposeResult:
        """Lay out heading and body."""
        yield self._head
        yield self._body

    def tell(self, summary: str, *, filled: bool) -> None:
        """Set what the heading says."""
        self._head.summary = summary
        self._head.filled = filled

    @property
    def is_open(self) -> bool:
        """Whether the body is shown."""
        return self._body.display

    def set_open(self, opened: bool) -> None:
        """Show or hide the body."""
        self._body.display = opened
        self._head.opened = opened
        self.set_class(opened, "-open")
