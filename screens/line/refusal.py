"""What can be done with an entry central refused: its reason, and a menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from screens.dialogs import Choose, Notice, Option, Prompt, required
from screens.line.mending import MendForm
from screens.widgets.prose import Prose, plain
from screens.words import moment_words

if TYPE_CHECKING:
    from clerk_app.domain.leaf import Leaf
    from clerk_app.mending import Refusal
    from screens.base import AreaScreen

CHANGE, AGAIN, GIVE_UP = "change", "again", "give-up"


class RefusalMenu(Choose):
    """The entry, why it was refused, and what can be done."""

    def __init__(self, refusal: Refusal) -> None:
        again = not refusal.not_again
        options = [
            Option(CHANGE, "改后重报", refusal.not_again or "改正内容，重新上报", again),
            Option(AGAIN, "原样重报", "退回的原因已经没有了" if again else "", again),
            Option(GIVE_UP, "不再报", "写明理由；其后的继续上报"),
        ]
        super().__init__(f"被退回：{refusal.label}", options)
        self._refusal = refusal

    def body(self) -> ComposeResult:
        """Yield the reason above the menu."""
        yield Prose(plain(words(self._refusal)), classes="dialog--text")
        yield from super().body()


def words(refusal: Refusal) -> str:
    """Return a refused entry in words."""
    entry = refusal.record.entry
    lines = [f"{entry.subject}  {moment_words(entry.at)}  {entry.actor}", f"原因：{refusal.why}"]
    if refusal.waiting:
        lines.append(f"同一办件其后 {refusal.waiting} 条在等这一条。")
    return "\n".join(lines)


def open_refusal(screen: AreaScreen, refusal: Refusal) -> None:
    """Show a refused entry, and do what is chosen."""
    if refusal.by_itself:
        told = f"{words(refusal)}\n\n不用处理：它在等同一办件的前一条，前一条解决后市中心自动收下。"
        screen.open(Notice(f"待处理：{refusal.label}", told))
        return
    screen.open(RefusalMenu(refusal), lambda chosen: _do(screen, refusal, chosen))


def _do(screen: AreaScreen, refusal: Refusal, chosen: str | None) -> None:
    desk, entry = screen.desk, refusal.record.entry.id

    def give_up(reason: str | None) -> None:
        if reason:
            screen.ask(lambda: desk.give_up(entry, reason), lambda _: changed(screen))

    def say_again(reason: str | None) -> None:
        if reason is not None:
            screen.ask(lambda: desk.say_again(entry, reason), lambda _: changed(screen))

    def form(leaves: tuple[Leaf, ...]) -> None:
        screen.open(MendForm(refusal, leaves), lambda _: changed(screen))

    if chosen == CHANGE:
        screen.ask(lambda: desk.leaves(entry), form)
    elif chosen == AGAIN:
        screen.open(Prompt("原样重报", "说明", words=f"{words(refusal)}\n说明可以不填。"), say_again)
    elif chosen == GIVE_UP:
        check = required("请写明不再报的理由")
        screen.open(Prompt("不再报", "理由", words=words(refusal), check=check), give_up)


def changed(screen: AreaScreen) -> None:
    """Something was recorded: header and list show it."""
    screen.clerk.look_at_line()
    screen.looked()
