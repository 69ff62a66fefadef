"""A conflict: the act that counts and the one that was done without knowing of it, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from clerk_app.domain.people import Role
from screens.base import AreaScreen
from screens.dialogs import Prompt, Reader, required
from screens.keymap import key
from screens.widgets.prose import Para, Prose
from screens.words import moment_words

if TYPE_CHECKING:
    from clerk_app.disputes import Dispute, Told


class DisputeView(AreaScreen):
    """The conflicts of one case, one at a time; a supervisor lets the later act stand, or not."""

    AREA = "cases"
    TITLE_WORDS = "处理冲突"
    NOUN: ClassVar[str] = "办件"
    CSS_PATH = "disputes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("dispute.back", "escape", "back", "返回", "不处理，回到办件"),
        key("dispute.stands", "y", "settle(True)", "采用", "采用后到的这一条，办件照它变"),
        key("dispute.drop", "x", "settle(False)", "不采用", "不采用后到的这一条，办件照旧"),
        key("dispute.next", "n", "next", "下一处", "看这一件的下一处冲突"),
    ]

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number
        self._disputes: list[Dispute] = []
        self._at = 0

    def body(self) -> ComposeResult:
        """Yield the two sides."""
        yield Prose(id="dispute-head")
        with Reader(id="dispute-text"), Container(id="dispute-sides"):
            yield Prose(id="dispute-now")
            yield Prose(id="dispute-then")

    def on_mount(self) -> None:
        """Read the conflicts."""
        self.query_one(Reader).focus()
        self._load()

    def _load(self) -> None:
        desk, number = self.desk, self.number
        self.ask(lambda: desk.disputes(number), self._show)

    def _show(self, disputes: list[Dispute]) -> None:
        self._disputes = disputes
        self._at = min(self._at, max(0, len(disputes) - 1))
        if not disputes:
            self.dismiss(None)
            return
        self._draw()
        self.refresh_bindings()

    def _draw(self) -> None:
        one = self._disputes[self._at]
        count = f"第 {self._at + 1} 处，共 {len(self._disputes)} 处" if len(self._disputes) > 1 else "1 处冲突"
        head = [(one.subject, "accent"), (f"  {one.title}  ", ""), (count, "bad")]
        self.query_one("#dispute-head", Prose).show([Para(head), Para([(HINT, "dim")])])
        now = [Para([("现在有效的", "accent")])]
        for act in one.against:
            now += [*_act(act), BLANK]
        now += [
            Para([(f"不采用后到的，{self.NOUN}：", "strong")]),
            *(Para([(f"  {words}", "")], 2) for words in one.now),
        ]
        then = [Para([("后到的，有冲突", "accent")]), *_act(one.act), BLANK]
        then += [
            Para([(f"采用后到的，{self.NOUN}：", "strong")]),
            *(Para([(f"  {words}", "")], 2) for words in one.then),
        ]
        self.query_one("#dispute-now", Prose).show([*now, BLANK])
        self.query_one("#dispute-then", Prose).show(then)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Everybody may look; a supervisor settles."""
        if action == "settle":
            supervisor = self.place is not None and self.place.person.role is Role.SUPERVISOR
            return supervisor and bool(self._disputes)
        return len(self._disputes) > 1 if action == "next" else True

    def action_back(self) -> None:
        """Go back to the case."""
        self.dismiss(None)

    def action_next(self) -> None:
        """Show the next conflict of the case."""
        self._at = (self._at + 1) % len(self._disputes)
        self._draw()

    def action_settle(self, stands: bool) -> None:
        """Ask why, and record the word."""
        desk, number, entry = self.desk, self.number, self._disputes[self._at].act.entry

        def worded(reason: str | None) -> None:
            if reason:
                self.ask(lambda: desk.settle(number, entry, stands, reason), self._settled)

        title = "采用后到的这一条" if stands else "不采用后到的这一条"
        told = "理由记入流水，两边窗口都看得到。"
        self.open(Prompt(title, "理由", words=told, check=required("请写明理由")), worded)

    def _settled(self, _: object) -> None:
        self.clerk.look_at_line()
        self._load()


HINT = "双方操作时互不知情：先到市中心的有效，后到的由值班主任决定采用与否。"
BLANK = Para([("", "")])


def _act(act: Told) -> list[Para]:
    order = f"市中心次序 {act.position}" if act.position is not None else "市中心还没有排次序"
    point = f"  {act.point}" if act.point else ""
    return [
        Para([(act.label, "strong")]),
        *(Para([(f"  {line}", "")], 4) for line in act.lines),
        Para([(f"  {act.actor}  {act.window}{point}", "dim")], 4),
        Para([(f"  {moment_words(act.at)}（该窗口时钟）", "dim")], 4),
        Para([(f"  {order}", "dim")], 4),
    ]


class BagDisputeView(DisputeView):
    """The conflicts of one bag."""

    AREA = "dispatch"
    NOUN = "寄递袋"
