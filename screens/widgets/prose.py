"""Toned text that wraps as Chinese does, as tall as it needs to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from screens.text import Part, wrap_parts, wrap_whole

TONES = ("dim", "strong", "accent", "good", "warn", "bad")


@dataclass(frozen=True, slots=True)
class Para:
    """One paragraph; lines after its first are indented by ``hang``."""

    parts: Sequence[Part]
    hang: int = 0
    whole: bool = False
    """Whether lines end between parts only, as far as a part fits on one."""


def _wrapped(para: Para, room: int) -> list[list[Part]]:
    return (wrap_whole if para.whole else wrap_parts)(para.parts, room, para.hang)


def plain(text: str) -> list[Para]:
    """Return a text's lines as paragraphs, each hanging where it began."""
    return [Para([(line, "")], len(line) - len(line.lstrip())) for line in text.splitlines()]


class Prose(Widget):
    """Paragraphs of toned text."""

    DEFAULT_CSS = """
    Prose {
        height: auto;
        width: 1fr;
        color: $ink;
        & > .prose--dim { color: $dim; }
        & > .prose--strong { text-style: bold; }
        & > .prose--accent { color: $accented; text-style: bold; }
        & > .prose--good { color: $good; }
        & > .prose--warn { color: $warn; }
        & > .prose--bad { color: $bad; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"prose--{tone}" for tone in TONES}

    def __init__(self, paras: Sequence[Para] = (), *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._paras = paras
        self._wrapped: tuple[int, list[list[Part]]] = (-1, [])

    def show(self, paras: Sequence[Para]) -> None:
        """Show these paragraphs."""
        self._paras = paras
        self._wrapped = (-1, [])
        self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Take what there is."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines at this width."""
        return len(self._lines(width))

    def _lines(self, width: int) -> list[list[Part]]:
        if self._wrapped[0] != width:
            room = max(8, width)
            self._wrapped = (width, [line for p in self._paras for line in _wrapped(p, room)])
        return self._wrapped[1]

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        base = self.rich_style
        lines = self._lines(self.size.width)
        line = lines[y] if y < len(lines) else []
        segments = [
            Segment(text, self.get_component_rich_style(f"prose--{tone}") if tone else base) for text, tone in line
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)
