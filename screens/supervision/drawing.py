"""抽查: cases drawn by risk to be verified; who was drawn is listed with the seed that tells it to anybody."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.domain.supervision import SHARES, VERIFY_DAYS
from screens.asking import Question, ask, choice, day_of
from screens.dialogs import Option
from screens.keymap import key
from screens.scan_dialogs import Words
from screens.scan_screen import ScanScreen
from screens.supervision.finding import look_up
from screens.widgets.checklist import check_day
from screens.widgets.prose import Para, Prose
from screens.widgets.virtual_list import Cell, Column, VirtualList

if TYPE_CHECKING:
    from clerk_app.verifying import Draw
    from screens.supervision.screen import Supervision

PERIOD = 30
"""Days back the period is offered to begin."""


def _day(label: str, value: date) -> Question:
    return Question(
        label,
        lambda title: Words(title, label, words="八位数字，如 20260310。", value=f"{value:%Y%m%d}", check=check_day),
        lambda text: str(day_of(text)),
    )


def draw(screen: Supervision) -> None:
    """Ask for share and period, draw, and show who was drawn."""
    desk = screen.desk
    today = desk.today
    questions = (
        choice("比例", [Option(str(share), f"{share:.0%}", "风险高的按倍数加大") for share in SHARES]),
        _day("受理日起", today - timedelta(days=PERIOD)),
        _day("受理日止", today),
    )
    subject = (
        f"从这段时间受理的办件里按风险抽取；抽中的 {VERIFY_DAYS} 个工作日内核查。\n抽取的种子随每一件记录，可以复算。"
    )

    def answered(answers: tuple[str, ...]) -> None:
        share, since, until = float(answers[0]), day_of(answers[1]), day_of(answers[2])
        if since is not None and until is not None:
            screen.ask(lambda: desk.draw(share, since, until), drawn)

    def drawn(found: Draw) -> None:
        screen.clerk.look_at_line()
        screen.open(DrawView(found))

    ask(screen, "抽查", questions, subject, answered)


class DrawView(ScanScreen):
    """What one draw came to."""

    AREA = "supervision"
    TITLE_WORDS = "抽查结果"
    CSS_PATH = ["../dispatch/screen.tcss", "screen.tcss"]
    LABEL = "抽中"
    HINT = "编号：看那一件要督办的事"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("draw.open", "enter", "entered", "打开", "打开光标所在的一件"),
        key("draw.back", "escape", "back", "返回", "回到督办"),
    ]

    def __init__(self, found: Draw) -> None:
        super().__init__()
        self._drawn = found

    def content(self) -> ComposeResult:
        """Yield what was drawn among whom, and the list."""
        found = self._drawn
        told = [
            Para([(f"{found.population} 件中抽中 {len(found.drawn)} 件", "strong")]),
            Para([("种子  ", "dim"), (found.seed, "")], 6),
            Para([("摘要  ", "dim"), (found.digest, "")], 6),
        ]
        yield Prose(told, id="draw-told")
        empty = "这一次没有抽中办件，不作记录"
        listing = VirtualList[str]((Column("办件编号"),), lambda number: [Cell(number)], empty=empty, id="draw-list")
        listing.can_focus = False
        yield listing

    def begin(self) -> None:
        """List who was drawn."""
        self.listing.set_rows(self._drawn.drawn)

    @property
    def listing(self) -> VirtualList[str]:
        """The list."""
        return self.query_one("#draw-list", VirtualList)

    def scanned(self, text: str) -> None:
        """Go to what was scanned."""
        look_up(self, text, over=False)

    def entered(self) -> None:
        """Open the case under the cursor."""
        number = self.listing.current
        if number is not None:
            look_up(self, number)
