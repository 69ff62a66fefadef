"""时限: every clock of one case, with its rule, its pauses and the calendar days it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.domain import clock_words as told
from clerk_app.domain.case import Case
from clerk_app.domain.case_clock import UNDER_WAY, CaseClock, Standing
from clerk_app.domain.codes import LIGHT_LABELS
from clerk_app.domain.kinds import STATE_LABELS
from screens.base import AreaScreen
from screens.cases.facts import BLANK, LIGHT_TONES
from screens.dialogs import Reader
from screens.keymap import key
from screens.text import Part
from screens.widgets.prose import Para, Prose
from screens.words import day_words

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.seat import Refused

HANG = 10
"""Where the second line of a clock's details begins: behind their label."""
ENDED_TONES = {Standing.KEPT: "good", Standing.LATE: "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the screen shows, read in one go."""

    case: Case
    clocks: tuple[CaseClock, ...]
    calendar: str
    """By which year tables it is reckoned, in words."""


def read(desk: Desk, case: Case) -> Shown:
    """Reckon every clock of a case."""
    calendar = told.calendar_words(desk.calendar, case.received_on)
    return Shown(case=case, clocks=desk.reckonings(case), calendar=calendar)


class CaseClocks(AreaScreen):
    """A case's clocks to be read and counted again: those that run first, then those to come, then those that are over."""

    AREA = "cases"
    TITLE_WORDS = "核对时限"
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("clocks.back", "escape", "back", "返回", "回到办件"),
        key("clocks.reload", "ctrl+r", "reload", "刷新", "重新读取", show=False),
    ]

    def __init__(self, number: str, case: Case | None = None) -> None:
        """``case`` is one that is not kept at this window."""
        super().__init__()
        self.number = number
        self._case = case
        self._shown = -1

    def body(self) -> ComposeResult:
        """Yield heading and clocks."""
        yield Prose(id="clocks-head")
        with Reader(id="clocks-text"):
            yield Prose(id="clocks-list")

    def on_mount(self) -> None:
        """Read the case."""
        self.query_one(Reader).focus()
        self.load()

    def looked(self) -> None:
        """Read the case again if anything was recorded or came from the city."""
        if self.is_mounted and self._case is None and self._shown != self.clerk.revision:
            self.load(hold=False)

    def load(self, *, hold: bool = True) -> None:
        """Reckon the clocks and show them."""
        desk, number, case = self.desk, self.number, self._case
        self._shown = self.clerk.revision
        otherwise = None if hold else _unasked
        self.ask(
            lambda: read(desk, case or desk.case(number)),
            self._show,
            otherwise,
            replaces=f"clocks {number}",
            hold=hold,
        )

    def _show(self, shown: Shown) -> None:
        case = shown.case
        head: list[Part] = [(case.number, "accent"), (f"  【{STATE_LABELS[case.state]}】  ", "strong")]
        rule = f"黄牌：{self.desk.preset.label}；红牌：到期次日"
        self.query_one("#clocks-head", Prose).show(
            [Para([*head, (case.item.name, "")]), Para([(rule, "dim")]), Para([(shown.calendar, "dim")])]
        )
        self.query_one("#clocks-list", Prose).show(paragraphs(shown.clocks))

    def action_back(self) -> None:
        """Go back to the case."""
        self.dismiss(None)

    def action_reload(self) -> None:
        """Read the case again."""
        self.load()


def paragraphs(clocks: Sequence[CaseClock]) -> list[Para]:
    """Return clocks as paragraphs, under what they are."""
    running = sorted((c for c in clocks if c.standing in UNDER_WAY), key=lambda c: (c.due is None, c.due and c.due.day))
    coming = [c for c in clocks if c.standing is Standing.FUTURE]
    over = [c for c in clocks if c not in running and c not in coming]
    paras: list[Para] = []
    for title, some in (("计时中", running), ("未起算", coming), ("已结束", over)):
        if some:
            paras += [Para([(title, "accent")]), *(para for clock in some for para in _clock(clock)), BLANK]
    return paras


def _clock(clock: CaseClock) -> list[Para]:
    head: list[Part] = [(f"{told.title_words(clock)}  ", "strong")]
    if clock.due is not None:
        head.append((f"{day_words(clock.due.day, provisional=clock.due.provisional)}  ", "strong"))
    head.append((told.standing_words(clock), ENDED_TONES.get(clock.standing, "")))
    if clock.light is not None:
        head.append((f"  [{LIGHT_LABELS[clock.light]}]", LIGHT_TONES.get(str(clock.light), "dim")))
    reckoned = clock.reckoning if clock.standing is not Standing.FUTURE else None
    details: list[tuple[str, Sequence[str], str]] = [
        ("规则", told.rule_words(clock), "dim"),
        *(("暂停", [told.pause_words(pause)], "") for pause in clock.pauses),
        *(("延长", [told.extension_words(one)], "") for one in clock.extensions),
        ("逐日", told.days_words(reckoned) if reckoned is not None else (), ""),
        ("核对", [told.check_words(clock)], "dim" if clock.agrees else "bad"),
        ("说明", [clock.note], "dim"),
    ]
    return [Para(head, 4), *(_detail(label, pieces, tone) for label, pieces, tone in details if any(pieces))]


def _detail(label: str, pieces: Sequence[str], tone: str) -> Para:
    """A line ends between two pieces, not within a date."""
    marked = [f"{piece}；" for piece in pieces[:-1]] + list(pieces[-1:])
    return Para([(f"    {label}  ", "dim"), *((piece, tone) for piece in marked)], HANG, whole=True)


def _unasked(refused: Refused) -> None:
    """Nobody asked: what was read before stays, and the header says that reading fails."""
