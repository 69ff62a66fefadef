"""送达: a result goes to the applicant or to who collects for them, against an identity check and a signature; or it is posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from clerk_app.domain import bodies as b
from clerk_app.domain.custody_numbers import looks_like_custody_number
from clerk_app.domain.custody_words import AGENT_REASONS
from clerk_app.domain.numbers import looks_like_case_number, plain
from clerk_app.domain.people import mask_number, mask_phone
from clerk_app.paperwork import DELIVERY
from screens.dispatch.agent import Agent, AskAgent
from screens.dispatch.packing import PackingView
from screens.dispatch.page import Page
from screens.keymap import key
from screens.scan_dialogs import Sure
from screens.widgets.prose import Para
from screens.words import ID_KINDS

if TYPE_CHECKING:
    from clerk_app.domain.case import Case

LEAST = 4
"""Characters of a document's number that have to be read from it."""
SIGNATURES = {"paper": "在送达回执上签字", "screen": "在屏上签字"}


class Handing(Page):
    """One result, about to be handed out over the counter."""

    TITLE_WORDS = "送达"
    KEY_LINES = 2
    LABEL = "核对证件"
    HINT = "读卡，或输证件号码末四位"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("handing.deliver", "f9", "deliver", "送达", "已核对证件并签字：登记送达"),
        key("handing.agent", "f7", "agent", "代领", "他人代领：登记代领人、证件和原因"),
        key("handing.signature", "f8", "signature", "换签法", "在纸质回执上签字，或在屏上签字"),
        key("handing.post", "f10", "post", "邮寄", "不在窗口领取：装袋邮寄给申请人"),
        key("handing.print", "insert", "print", "打印回执", "打印送达回执"),
    ]

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number
        self._case: Case | None = None
        self._checked = ""
        """The number as it was read from the applicant's document, masked; empty: not looked at yet."""
        self._agent: Agent | None = None
        self._signature = "paper"
        self._done = False

    @property
    def begun(self) -> bool:
        """Whether something was checked that is not recorded."""
        return not self._done and bool(self._checked or self._agent)

    def begin(self) -> None:
        """Read the case."""
        desk, number = self.desk, self.number
        self.ask(lambda: desk.case(number), self._show)

    def _show(self, case: Case) -> None:
        self._case = case
        self._draw()

    def _draw(self) -> None:
        case = self._case
        if case is None:
            return
        who = case.applicant
        head = [
            Para([(case.number, "accent"), (f"  {case.item.name}  {case.item.department.name}", "")]),
            Para([(who.name, "strong"), (f"  {mask_number(who.id_number)}  {mask_phone(who.phone)}", "")]),
        ]
        kind = ID_KINDS.get(who.id_kind, ID_KINDS["other"])
        if self._agent is not None:
            one = self._agent
            told = f"{one.name}  {ID_KINDS[one.id_kind]} {mask_number(one.id_number)}  {one.words}"
            taker = [Para([("领取  ", "dim"), ("代领 ", "strong"), (told, "")], 6)]
        else:
            checked = (f"已核对 {self._checked}", "good") if self._checked else ("还没有核对", "warn")
            taker = [Para([("领取  ", "dim"), ("本人  ", "strong"), (f"{kind}：", ""), checked], 6)]
        sign = [Para([("签字  ", "dim"), (SIGNATURES[self._signature], "")])]
        done = [Para([("已送达", "good"), ("，按 Ins 打印送达回执", "")])] if self._done else []
        self.show(head, [*taker, *sign, *done])
        self.refresh_bindings()

    def scanned(self, text: str) -> None:
        """Compare what was read with the applicant's number."""
        case = self._case
        number = plain(text)
        if looks_like_custody_number(text) or looks_like_case_number(text):
            self._wrong("这是袋号或办件编号，不是证件：先办完这一件，或按 Esc 返回。")
        elif case is None or self._done:
            self._wrong("这一件已经送达：按 Esc 返回。")
        elif self._agent is not None:
            self._wrong("已登记代领人；改由本人领取，再按一次 F7。")
        elif len(number) < LEAST:
            self._wrong(f"至少输入末 {LEAST} 位。")
        elif not plain(case.applicant.id_number).endswith(number):
            self._checked = ""
            self._draw()
            self._wrong("与申请人的证件号码不符：请核对证件和领取人。他人代领按 F7。")
        else:
            self._checked = mask_number(plain(case.applicant.id_number))
            self.say("证件相符，签字后按 F9 送达", "good")
            self._draw()

    def _wrong(self, words: str) -> None:
        self.say(words, "bad")
        self.app.bell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What was handed out can only be printed."""
        if action == "print":
            return self._done
        return (
            self._case is not None and not self._done if action in {"deliver", "agent", "signature", "post"} else True
        )

    def action_signature(self) -> None:
        """Sign the other way."""
        self._signature = "screen" if self._signature == "paper" else "paper"
        self._draw()

    def action_agent(self) -> None:
        """Note who collects for the applicant, or that it is the applicant after all."""
        if self._agent is not None:
            self._agent = None
            self._draw()
            return

        def told(agent: Agent | None) -> None:
            if agent is not None:
                self._agent, self._checked = agent, ""
                self._draw()

        self.open(AskAgent(self.desk.today), told)

    def action_deliver(self) -> None:
        """Ask once more, and record it."""
        case, agent = self._case, self._agent
        if case is None:
            return
        if agent is None and not self._checked:
            self._wrong("还没有核对证件：读卡，或输入证件号码末四位。")
            return
        who = f"代领人 {agent.name}（{agent.words}）" if agent else f"申请人 {case.applicant.name}"
        words = f"{case.number}\n交给{who}\n证件已核对，{SIGNATURES[self._signature]}。"
        self.open(Sure("送达：请确认", words), lambda sure: self._deliver(case) if sure else None)

    def _deliver(self, case: Case) -> None:
        desk, agent, who = self.desk, self._agent, case.applicant
        delivered = b.Delivered(
            on=desk.today,
            to=who.name,
            how="counter",
            id_kind=agent.id_kind if agent else who.id_kind,
            id_number_masked=mask_number(agent.id_number) if agent else self._checked,
            agent=agent.name if agent else "",
            agent_reason=(agent.note or AGENT_REASONS[agent.reason]) if agent else "",
            agent_reason_code=agent.reason if agent else "",
            signed=self._signature,
        )
        self.ask(lambda: desk.deliver(case.number, delivered), self._delivered)

    def _delivered(self, case: Case) -> None:
        self._done = True
        self.clerk.look_at_line()
        self.say("已登记送达", "good")
        self._show(case)

    def action_print(self) -> None:
        """Print the receipt."""
        desk, number = self.desk, self.number

        self.ask(lambda: desk.print_paper(DELIVERY, number), lambda handed: self.say(handed.say(), "good"))

    def action_post(self) -> None:
        """Pack the result for the post."""
        desk, number = self.desk, self.number
        self.ask(lambda: desk.packing_for_applicant(number), lambda packing: self.go(PackingView(packing)))
