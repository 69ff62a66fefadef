"""One case: where it stands, what happened, and what may be done with it now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.planning import DECLINE_REASONS
from clerk_app.seat import Refused
from screens.cases import facts as words
from screens.cases.elsewhere import look_elsewhere
from screens.cases.oversight import KEYS, CaseOversight
from screens.dialogs import Choose, Confirm, Notice, Option, Prompt, Reader, required
from screens.intake.result import Done, Result, print_outcome
from screens.keymap import key
from screens.widgets.prose import Prose

if TYPE_CHECKING:
    from clerk_app.desk import Outcome
    from clerk_app.printing import Handed
    from screens.cases.facts import CaseFacts

ACTS = {
    "supplement": "supplement",
    "accept": "accept",
    "provisional": "accept_provisionally",
    "tell": "notify",
    "decline": "decline",
    "withdraw": "withdraw",
    "give_back": "return_papers",
    "note": "remark",
    "reveal": "reveal_identity",
    "take_up": "take_up_case",
}
"""This screen's action → the desk's method that must be allowed."""


class CaseView(CaseOversight):
    """A case's facts; only what may be done now has a key."""

    AREA = "cases"
    TITLE_WORDS = "办件详情"
    KEY_LINES = 2
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("case.back", "escape", "back", "返回", "回到办件列表"),
        key("case.supplement", "s", "supplement", "补收", "对照告知书逐项补收材料"),
        key("case.print", "p", "print", "打印", "打印这一件的文书"),
        key("case.accept", "a", "accept", "受理", "材料齐全，受理"),
        key("case.tell", "t", "tell", "告知", "一次性告知全部欠缺"),
        key("case.provisional", "o", "provisional", "容缺受理", "申请人签承诺书，限期补齐"),
        key("case.decline", "x", "decline", "不予受理", "写明理由和救济途径，不予受理"),
        key("case.withdraw", "w", "withdraw", "撤件", "申请人撤回，退还材料"),
        key("case.return", "b", "give_back", "退件", "逾期不补等情形，退还材料"),
        key("case.remark", "n", "note", "备注", "写一条备注"),
        key("case.reveal", "v", "reveal", "看全号", "显示完整证件号码（会留下记录）"),
        key("case.scans", "f", "scans", "扫描件", "这一件的扫描件：附上、撤下，看传到市中心没有"),
        key("case.clocks", "d", "clocks", "时限", "核对时限：每个时限的依据、起算、暂停和到期日，逐日怎么计的"),
        key("case.conflicts", "c", "conflicts", "冲突", "两边的操作并排看；值班主任决定采用与否"),
        key("case.take-up", "u", "take_up", "续办", "这一件现由其他服务点办理：转回本服务点继续办理"),
        *KEYS,
        key("case.reload", "ctrl+r", "reload", "刷新", "重新读取", show=False),
    ]

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number
        self.facts: CaseFacts | None = None
        self._identity = ""
        self._shown = -1

    def body(self) -> ComposeResult:
        """Yield heading, facts and history."""
        yield Prose(id="case-head")
        with Reader(id="case-columns"):
            yield Prose(id="case-facts")
            yield Prose(id="case-history")

    def on_mount(self) -> None:
        """Read the case."""
        self.query_one(Reader).focus()
        self.load()

    def on_screen_resume(self) -> None:
        """Show what changed meanwhile."""
        self.looked()

    def on_screen_suspend(self) -> None:
        """Left for another screen, the number is hidden again; under a dialog it stays."""
        over = self.app.screen
        if not (over.is_modal and self in self.app.screen_stack):
            self.conceal()

    def conceal(self) -> None:
        """Show the number masked."""
        if self._identity:
            self._identity = ""
            if self.facts is not None and not self._is_gone:
                self.query_one("#case-head", Prose).show(words.head(self.facts))

    def looked(self) -> None:
        """Read the case again if anything was recorded or came from the city."""
        if self.is_mounted and self._shown != self.clerk.revision:
            self.load(hold=False)

    def load(self, *, hold: bool = True) -> None:
        """Read the case and show it."""
        desk, number = self.desk, self.number
        self._shown = self.clerk.revision
        otherwise = None if hold else _unasked
        self.ask(lambda: words.read(desk, number), self._show, otherwise, replaces=f"case {number}", hold=hold)

    def _show(self, facts: CaseFacts) -> None:
        self.facts = facts
        self.query_one("#case-head", Prose).show(words.head(facts, self._identity))
        self.query_one("#case-facts", Prose).show(words.situation(facts))
        self.query_one("#case-history", Prose).show(words.history(facts))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what may be done now has a key."""
        mine = self.may_oversee(action)
        if mine is not None:
            return mine
        if action in ACTS:
            return self.facts is not None and ACTS[action] in self.facts.allowed
        if action == "print":
            return self.facts is not None and bool(self.facts.papers)
        if action == "conflicts":
            return self.facts is not None and bool(self.facts.case.conflicts)
        return True

    def action_back(self) -> None:
        """Go back to the list."""
        self.dismiss(None)

    def action_reload(self) -> None:
        """Read the case again."""
        self.load()

    def action_supplement(self) -> None:
        """Take supplements in."""
        from screens.cases.supplement import Supplement

        if self.facts is not None:
            self.open(Supplement(self.facts), lambda _: self.load())

    def action_scans(self) -> None:
        """Show the case's scans."""
        from screens.cases.scans import CaseScans

        self.open(CaseScans(self.number), lambda _: self.load())

    def action_clocks(self) -> None:
        """Show every clock of the case, day by day."""
        from screens.cases.clocks import CaseClocks

        self.open(CaseClocks(self.number))

    def action_conflicts(self) -> None:
        """Show both sides of the conflicts."""
        from screens.cases.disputes import DisputeView

        self.open(DisputeView(self.number), lambda _: self.load())

    def action_take_up(self) -> None:
        """Ask central how the case stands, and show it to be taken up."""
        look_elsewhere(self, self.number)

    def action_print(self) -> None:
        """Choose a paper and write it."""
        facts = self.facts
        if facts is None:
            return

        def chosen(kind: str | None) -> None:
            if kind:
                desk, number = self.desk, self.number
                self.ask(lambda: desk.print_paper(kind, number), self._printed)

        self.open(Choose("打印哪一种文书", [Option(kind, kind) for kind in facts.papers]), chosen)

    def _printed(self, handed: Handed) -> None:
        self.open(Notice("打印", handed.say()))

    def action_note(self) -> None:
        """Add a remark."""
        prompt = Prompt("备注", "备注", check=required("请写备注的内容"))
        self.open(prompt, lambda text: self._do(lambda d: d.remark(self.number, text)) if text else None)

    def action_reveal(self) -> None:
        """Show the identity number in full; that somebody looked is recorded."""
        desk, number = self.desk, self.number

        def show(identity: str) -> None:
            self._identity = identity
            self.load()

        def sure(why: str | None) -> None:
            if why:
                self.ask(lambda: desk.reveal_identity(number, why), show)

        prompt = Prompt(
            "看完整证件号码", "用途", words="谁、何时、为何查看，都会记入流水。", check=required("请写明用途")
        )
        self.open(prompt, sure)

    def action_accept(self) -> None:
        """受理."""
        self._decide("受理", "材料已齐全，受理并打印受理回执。", lambda d: d.accept(self.number))

    def action_tell(self) -> None:
        """一次性告知."""
        self._decide("一次性告知", "打印申请材料补正告知书，列明全部欠缺。", lambda d: d.notify(self.number))

    def action_provisional(self) -> None:
        """容缺受理."""
        self._decide("容缺受理", "申请人签承诺书，限期补齐所欠材料。", lambda d: d.accept_provisionally(self.number))

    def action_decline(self) -> None:
        """不予受理, with a reason."""

        def coded(code: str | None) -> None:
            if code:
                value = "" if code == "other" else f"{DECLINE_REASONS[code]}："
                self._reasoned("不予受理", lambda d, text: d.decline(self.number, text, code), value)

        options = [Option(code, label) for code, label in DECLINE_REASONS.items()]
        self.open(Choose("不予受理：哪一种情形", options), coded)

    def action_withdraw(self) -> None:
        """撤件."""
        self._reasoned("撤件", lambda d, text: d.withdraw(self.number, text))

    def action_give_back(self) -> None:
        """退件."""
        self._reasoned("退件", lambda d, text: d.return_papers(self.number, text))

    def _reasoned(self, title: str, act: Callable[..., Outcome], value: str = "") -> None:
        def worded(text: str | None) -> None:
            if text:
                self._decide(title, f"理由：{text}", lambda d: act(d, text))

        self.open(Prompt(f"{title}：理由", "理由", value=value, check=required("请写明理由")), worded)

    def _decide(self, title: str, text: str, act: Callable[..., Outcome]) -> None:
        desk = self.desk

        def work() -> Done:
            return print_outcome(desk, act(desk))

        def sure(yes: bool | None) -> None:
            if yes:
                self.ask(work, self.done)

        self.open(Confirm(f"{title}：请确认", text), sure)

    def _do(self, act: Callable[..., object]) -> None:
        desk = self.desk
        self.ask(lambda: act(desk), lambda _: self._changed())

    def done(self, done: Done) -> None:
        """Show what an act came to."""
        self._changed()
        self.open(Result([done]))

    def recorded(self, words: str) -> None:
        """Say what was recorded, and show it."""
        self.app.notify(words, markup=False)
        self._changed()

    def _changed(self) -> None:
        self.clerk.look_at_line()
        self.load()


def _unasked(refused: Refused) -> None:
    """Nobody asked: what was read before stays, and the header says that reading fails."""
