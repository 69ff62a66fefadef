"""One bag: what is in it, whose hands it went through, and what may be done with it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from clerk_app.domain.kinds import MOVING, ParcelState
from screens.dialogs import Option, required
from screens.dispatch.finding import comes_back, comes_here
from screens.dispatch.noting import note_against
from screens.dispatch.page import Page
from screens.dispatch.waybill import AskWaybill, Waybill
from screens.dispatch.words import BLANK, bag_head, line_paras, open_paras, step_paras
from screens.keymap import key
from screens.scan_dialogs import Pick, Words
from screens.widgets.prose import Para

if TYPE_CHECKING:
    from collections.abc import Callable

    from clerk_app.desk import Desk
    from clerk_app.domain.custody import Parcel
    from clerk_app.domain.custody_bodies import PaperLine
    from clerk_app.domain.tracing import Step


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the page shows, read in one go."""

    parcel: Parcel
    disputed: tuple[PaperLine, ...]
    steps: list[Step]
    today: date
    point: str


def _read(desk: Desk, number: str) -> Facts:
    parcel = desk.parcel(number)
    return Facts(parcel, desk.disputed(parcel), desk.way_of(parcel), desk.today, desk.seat.point)


class BagView(Page):
    """寄递袋."""

    TITLE_WORDS = "寄递袋"
    KEY_LINES = 2
    BINDINGS: ClassVar[list[BindingType]] = [
        key("bag.label", "f7", "label", "打标签", "打印这一袋的标签"),
        key("bag.waybill", "f8", "waybill", "登记运单", "扫描运单号，登记承运"),
        key("bag.receive", "f9", "receive", "签收", "这一袋到了本服务点：签收"),
        key("bag.pickup", "insert", "pickup", "约揽收", "请承运企业上门揽收这一袋"),
        key("bag.cancel-pickup", "insert", "cancel_pickup", "取消揽收", "取消已约的揽收"),
        key("bag.unseal", "delete", "unseal", "拆袋", "拆开还没有交出的袋，材料回到待封袋"),
        key("bag.note", "f10", "note", "登记差异", "对这一袋登记一条差异"),
        key("bag.conflicts", "ctrl+f", "conflicts", "看冲突", "两个窗口都经手了这一袋：并排看，值班主任处理"),
        key("bag.reload", "ctrl+r", "reload", "刷新", "重新读取", show=False),
    ]

    def __init__(self, number: str, words: str = "") -> None:
        super().__init__()
        self.number = number
        self._words = words
        self._facts: Facts | None = None

    def begin(self) -> None:
        """Read the bag."""
        if self._words:
            self.say(self._words, "good")
            self._words = ""
        self.action_reload()

    def action_reload(self) -> None:
        """Read the bag again."""
        desk, number = self.desk, self.number
        self.ask(lambda: _read(desk, number), self._show)

    def _show(self, facts: Facts) -> None:
        self._facts = facts
        parcel = facts.parcel
        text = [Para([("袋内清单", "accent")]), *line_paras(parcel.sealed.lines, facts.disputed), BLANK]
        if parcel.pickup is not None:
            text += [Para(_pickup_words(parcel)), BLANK]
        if parcel.discrepancies:
            text += [Para([("差异", "accent")]), *open_paras(parcel.discrepancies), BLANK]
        text += [Para([("经手", "accent")]), *step_paras(facts.steps)]
        self.show(bag_head(parcel), text)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what may be done now has a key."""
        if action not in {"label", "waybill", "receive", "pickup", "cancel_pickup", "unseal", "note", "conflicts"}:
            return True
        facts = self._facts
        if facts is None:
            return False
        parcel = facts.parcel
        asked = parcel.pickup is not None and not parcel.pickup_cancelled
        sealed = parcel.state is ParcelState.SEALED
        mine = parcel.sealed.sender.code == facts.point
        return {
            "waybill": mine and parcel.state in MOVING,
            "receive": comes_here(parcel, facts.point) or comes_back(parcel, facts.point),
            "pickup": mine and sealed and bool(parcel.carrier) and not asked,
            "cancel_pickup": mine and sealed and asked,
            "unseal": mine and sealed,
            "conflicts": bool(parcel.conflicts),
        }.get(action, True)

    def action_label(self) -> None:
        """Print the label."""
        desk, number = self.desk, self.number
        self.ask(lambda: desk.print_label(number), lambda handed: self.say(handed.say("标签"), "good"))

    def action_waybill(self) -> None:
        """Ask for the waybill, and record it."""
        desk, number = self.desk, self.number

        def told(waybill: Waybill | None) -> None:
            if waybill is not None:
                words = f"运单 {waybill.number} 已登记"
                self._do(lambda: desk.set_waybill(number, waybill.number, waybill.carrier), words)

        self.open(AskWaybill(), told)

    def action_conflicts(self) -> None:
        """Show both sides of the conflicts."""
        from screens.cases.disputes import BagDisputeView

        self.open(BagDisputeView(self.number), lambda _: self.action_reload())

    def action_receive(self) -> None:
        """Take it in."""
        from screens.dispatch.receiving import Receiving

        if self._facts is not None:
            self.go(Receiving(self._facts.parcel))

    def action_unseal(self) -> None:
        """Ask why, and open it."""
        desk, number = self.desk, self.number
        told = "袋里的材料回到待封袋；袋号作废，不再使用。"

        def worded(reason: str | None) -> None:
            if reason:
                self._do(lambda: desk.unseal(number, reason), "已拆袋，材料回到待封袋")

        self.open(Words("拆袋", "原因", words=told, check=required("请写明拆袋的原因")), worded)

    def action_pickup(self) -> None:
        """Ask when, and have the carrier come."""
        facts = self._facts
        if facts is None:
            return
        desk, number, today = self.desk, self.number, facts.today
        days = ((today, "今天"), (today + timedelta(days=1), "明天"))
        spans = ("09:00-12:00", "14:00-18:00")
        options = [Option(f"{day} {span}", f"{name} {span}", str(day)) for day, name in days for span in spans]

        def picked(when: str | None) -> None:
            if when:
                day, _, span = when.partition(" ")
                self._do(lambda: desk.ask_pickup(number, date.fromisoformat(day), span), f"已约揽收：{when}")

        self.open(Pick("约揽收：哪个时段", options), picked)

    def action_cancel_pickup(self) -> None:
        """Ask why, and take the order back."""
        desk, number = self.desk, self.number

        def worded(reason: str | None) -> None:
            if reason is not None:
                self._do(lambda: desk.cancel_pickup(number, reason), "已取消揽收")

        self.open(Words("取消揽收", "原因", words="原因可以不填。"), worded)

    def action_note(self) -> None:
        """Note a discrepancy against it."""
        note_against(self, self.number, self.action_reload)

    def _do(self, act: Callable[[], object], words: str) -> None:
        def done(_: object) -> None:
            self.clerk.look_at_line()
            self.say(words, "good")
            self.action_reload()

        self.ask(act, done)


def _pickup_words(parcel: Parcel) -> list[tuple[str, str]]:
    asked, answer = parcel.pickup, parcel.pickup_answer
    when = f"{asked.on} {asked.between}" if asked is not None else ""
    what = "已请求取消揽收" if parcel.pickup_cancelled else "已约揽收"
    if answer is None:
        told, tone = "等承运企业答复", "warn"
    elif answer.ordered:
        told, tone = f"承运企业已接单 {answer.order}", "good"
    else:
        told, tone = "承运企业没有订单" if parcel.pickup_cancelled else "承运企业没有接单", "warn"
    note = f"（{answer.note}）" if answer is not None and answer.note else ""
    return [("揽收  ", "accent"), (f"{what} {when}  ", ""), (told + note, tone)]
