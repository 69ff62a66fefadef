"""The line that is always there: the areas, who sits at which window, the line to the city, what is unsent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from screens.text import cut

if TYPE_CHECKING:
    from clerk_app.domain.people import Person
    from clerk_app.services import Services
    from clerk_app.status import Status

AREAS = (
    ("intake", "F2", "收件"),
    ("cases", "F3", "办件"),
    ("dispatch", "F4", "寄递"),
    ("supervision", "F5", "督办"),
    ("line", "F6", "同步"),
)
"""The permanent areas: mode, key, name."""
FOR_CLERKS = ("intake", "cases", "dispatch", "line", "settings")
"""The areas everybody who works at the window has."""
TROUBLE_WIDTH = 18
NARROW = 100
"""Cells below which the areas' keys and names are set close."""
UNREADABLE = "数据读取出错"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderState:
    """What the header shows."""

    who: str = ""
    place: str = ""
    line: str = ""
    """The line's state in a word; empty before anybody signed in."""
    troubled: bool = False
    """Whether the line is not as it should be."""
    unsent: int | None = 0
    """Entries central has not had; ``None``: not known."""
    refused: int = 0
    scans: int = 0
    """Scanned files that wait to be attached."""
    trouble: str = ""
    """What is wrong at the window itself, in a few words: the gravest, and how many more."""
    sample: str = ""
    """样例 in the sample city, 练习 where somebody practises."""
    areas: tuple[str, ...] = FOR_CLERKS
    """The areas of whoever is here."""
    reds: int = 0
    """What needs a supervisor and is over its day."""
    ready: str = ""
    """A newer version of the program that waits for the client to be opened again."""
    muted: bool = False
    """Whether nothing rings where that becomes more."""


def sample_word(services: Services) -> str:
    """Return what tells that nothing here is real; empty at a window at work."""
    return "练习" if services.practice is not None else "样例" if services.demo is not None else ""


def waiting(services: Services) -> HeaderState:
    """Return what the header shows while nobody is signed in."""
    return HeaderState(place=services.seat.point_name, sample=sample_word(services))


def working(
    services: Services, person: Person, status: Status | None, areas: tuple[str, ...] = FOR_CLERKS
) -> HeaderState:
    """Return what the header shows of somebody at work; ``None``: the window cannot say what it holds."""
    seat, seen = services.seat, services.line.status()
    troubles = status.troubles if status is not None else (UNREADABLE,)
    more = f" 等{len(troubles)}项" if len(troubles) > 1 else ""
    return HeaderState(
        who=f"{person.name} {person.number}",
        place=f"{seat.number}号窗 {seat.point_name}",
        line="不联网" if services.practice is not None else "在线" if seen.online else "离线",
        troubled=not seen.online and services.practice is None,
        unsent=status.unsent if status is not None else None,
        refused=status.refused if status is not None else 0,
        scans=status.scans_seen if status is not None else 0,
        trouble=troubles[0] + more if troubles else "",
        sample=sample_word(services),
        ready=seen.ready,
        areas=areas,
    )


class StatusHeader(Widget):
    """One line: areas left, window and line state right; what does not fit goes, the least important first."""

    DEFAULT_CSS = """
    StatusHeader {
        dock: top;
        height: 1;
        background: $header;
        color: $header-ink;
        & > .header--here { background: $background; color: $accented; text-style: bold; }
        & > .header--loud { color: $header-ink; text-style: bold reverse; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"header--here", "header--loud"}

    state: reactive[HeaderState] = reactive(HeaderState())

    class AreaClicked(Message):
        """An area's name was clicked."""

        def __init__(self, area: str) -> None:
            super().__init__()
            self.area = area

    def __init__(self, area: str = "") -> None:
        super().__init__()
        self._area = area if any(area == mode for mode, _, _ in AREAS) else ""

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        base = self.rich_style
        here = self.get_component_rich_style("header--here")
        width = self.size.width
        if self._area:
            left = [
                Segment(f"[{title}]", here) if mode == self._area else Segment(f" {title} ", base)
                for mode, title in self._titles()
            ]
        else:
            left = [Segment(" 综合窗口 ", here)]
        room = width - sum(s.cell_length for s in left) - 1
        right = self._right(room, base)
        gap = max(0, room - sum(s.cell_length for s in right))
        return Strip([*left, Segment(" " * gap, base), *right, Segment(" ", base)]).adjust_cell_length(width, base)

    def _titles(self) -> list[tuple[str, str]]:
        between = "" if self.size.width < NARROW else " "
        return [(mode, keys + between + name) for mode, keys, name in AREAS if mode in self.state.areas]

    def _right(self, room: int, base: Style) -> list[Segment]:
        state = self.state
        loud = self.get_component_rich_style("header--loud")
        ends: list[list[Segment]] = []
        if state.line:
            ends.append(
                [Segment(f" {state.line} " if state.troubled else state.line, loud if state.troubled else base)]
            )
            ends.append([Segment(f"未发 {'?' if state.unsent is None else state.unsent}", base)])
        if state.trouble:
            ends.insert(0, [Segment(f" ! {cut(state.trouble, TROUBLE_WIDTH)} ", loud)])
        if state.refused:
            ends.append([Segment(f" 退回 {state.refused} ", loud)])
        if state.reds:
            ends.insert(0, [Segment(f" 督办 {state.reds}红{' 静音' if state.muted else ''} ", loud)])
        if state.scans:
            ends.append([Segment(f" 扫描 {state.scans} ", loud)])
        if state.sample:
            ends.append([Segment(state.sample, base)])
        left = room - sum(sum(s.cell_length for s in end) + 3 for end in ends)
        names: list[list[Segment]] = []
        spare = left - cell_len(state.who) - 3
        window = state.place.partition(" ")[0]
        if state.place and spare >= cell_len(window):
            names.append([Segment(cut(state.place, spare) if spare >= 12 else window, base)])
        if state.who and left >= cell_len(state.who):
            names.append([Segment(state.who, base)])
        spare = left - sum(sum(s.cell_length for s in name) + 3 for name in names)
        if state.ready and spare >= cell_len(told := f"新版本 {state.ready} 已备好，下次打开时启用"):
            names.append([Segment(told, base)])
        joined: list[Segment] = []
        for part in [*names, *ends]:
            if joined:
                joined.append(Segment(" | ", base))
            joined += part
        return joined

    def on_click(self, event: events.Click) -> None:
        """Go to the area whose name was clicked."""
        x = 0
        for mode, title in self._titles():
            end = x + cell_len(title) + 2
            if self._area and x <= event.x < end:
                self.post_message(self.AreaClicked(mode))
            x = end
