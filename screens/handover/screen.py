"""交接: the courier at the counter, scanner first; locked to this task, large, and with nothing personal left on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.domain import pickup as pickups
from clerk_app.domain.couriers import parse_pin
from clerk_app.domain.custody_numbers import looks_like_custody_number
from clerk_app.domain.numbers import looks_like_case_number
from clerk_app.domain.pickup import Pickup, Scan
from clerk_app.seat import Refused
from screens.dialogs import required
from screens.handover import steps
from screens.handover.big import Banner, BigCount
from screens.handover.steps import Row, Step
from screens.keymap import key
from screens.scan_dialogs import Sure, Words
from screens.scan_screen import ScanScreen
from screens.widgets.prose import Prose
from screens.widgets.virtual_list import Column, VirtualList

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.dispatch import Signed
    from clerk_app.domain.couriers import Courier
    from clerk_app.domain.custody import Manifest
    from clerk_app.printing import Handed

BACK_TO_BADGE = frozenset({"badge-unknown", "badge-revoked", "badge-elsewhere", "badge-not-yet", "badge-expired"})


class Handover(ScanScreen):
    """Badge, PIN, bags, what is missing, signatures; nothing is recorded before the last."""

    AREA = "dispatch"
    ALONE = True
    TITLE_WORDS = "交接"
    CSS_PATH = ["../dispatch/screen.tcss", "screen.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        key("handover.back", "escape", "back", "返回", "回到上一步；第一步和扫袋时为退出交接"),
        key("handover.next", "f9", "next", "下一步", "扫完了：看未交的袋；签字时为双方确认，封存清单"),
        key("handover.paper", "f8", "paper", "手签", "揽收员忘了 PIN：改在打印的清单上手签"),
        key("handover.reason", "f8", "reason", "写原因", "清单外的袋、应交未见的袋：写明原因；再按一次取消未见"),
        key("handover.broken", "f7", "broken", "封签破损", "光标所在的袋封签破损：写明情况"),
        key("handover.put-back", "delete", "put_back", "拿掉", "光标所在的袋不交出"),
        key("handover.print", "f7", "print", "再打印", "再打印一次交接清单"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.step = Step.BADGE
        self._courier: Courier | None = None
        self._signed: Signed | None = None
        self.pickup = Pickup({})
        self._missing: dict[str, str] = {}
        self._manifest = ""
        """The number of the hand-over that was closed last."""

    def content(self) -> ComposeResult:
        """Yield steps, count, banner and list."""
        yield Prose(id="handover-steps")
        yield BigCount()
        yield Banner()
        yield Prose(id="handover-sign")
        listing: VirtualList[Row] = VirtualList(
            [Column("寄递袋", 29), Column("去向"), Column("份", 4, right=True), Column("状态", 0, share=2)],
            steps.row_cells,
        )
        listing.can_focus = False
        yield listing

    def begin(self) -> None:
        """Wait for a badge."""
        self._to(Step.BADGE)

    @property
    def begun(self) -> bool:
        """Whether a courier stands at the counter."""
        return Step.PIN <= self.step <= Step.SIGN

    @property
    def _list(self) -> VirtualList[Row]:
        return self.query_one(VirtualList)

    @property
    def _banner(self) -> Banner:
        return self.query_one(Banner)

    def conceal(self) -> None:
        """A PIN that was begun is not there for the next one."""
        if self.step is Step.PIN and not self._is_gone:
            self.field.value = ""

    # steps

    def _to(self, step: Step) -> None:
        self.step = step
        if step in {Step.BADGE, Step.DONE}:
            self._courier = self._signed = None
            self.pickup, self._missing = Pickup({}), {}
        if step is not Step.DONE:
            self._manifest = ""
        self.field.value = ""
        self.field.password = step is Step.PIN
        self.label(*steps.FIELDS[step])
        self._banner.tell(*self._greeting())
        self._draw()
        self.refresh_bindings()

    def _greeting(self) -> tuple[str, str]:
        who = f"{self._courier.name}（{self._courier.badge}）{self._courier.company}" if self._courier else ""
        return {
            Step.BADGE: ("请揽收员出示工牌", ""),
            Step.PIN: (f"{who}  请输入 PIN", ""),
            Step.BAGS: (f"请逐袋扫描，应交 {len(self.pickup.missing)} 袋", ""),
            Step.MISSING: (f"还有 {len(self.pickup.missing)} 袋没有扫到：留下，或写明未见的原因", "warn"),
            Step.SIGN: ("请双方核对数目，签字", ""),
            Step.DONE: ("", ""),
        }[self.step]

    def _draw(self) -> None:
        step = self.step
        self.query_one("#handover-steps", Prose).show(steps.step_paras(step))
        self._list.display = step in {Step.BAGS, Step.MISSING}
        self._draw_bags()
        sign = self.query_one("#handover-sign", Prose)
        sign.display = step is Step.SIGN
        if self._signed is not None and step is Step.SIGN:
            sign.show(steps.sign_paras(self.pickup, self._signed, self._missing))
        else:
            sign.show([])

    def _draw_bags(self) -> None:
        """Draw what a scan changes, without laying the screen out anew: the answer has a frame's time."""
        counting = self.step in {Step.BAGS, Step.MISSING, Step.SIGN}
        self.query_one(BigCount).count = steps.count_words(self.pickup) if counting else ""
        rows = self._rows()
        self._list.set_rows(rows, min(self._list.cursor, max(0, len(rows) - 1)))

    def _rows(self) -> list[Row]:
        if self.step is Step.MISSING:
            return steps.missing_rows(self.pickup, self._missing)
        return steps.taken_rows(self.pickup) if self.step is Step.BAGS else []

    # scans

    def scanned(self, text: str) -> None:
        """Take a badge, a PIN or a bag, as the step asks."""
        match self.step:
            case Step.BADGE | Step.DONE:
                self._badge(text)
            case Step.PIN:
                self._pin(text)
            case Step.BAGS | Step.MISSING:
                self._bag(text)
            case Step.SIGN:
                self._wrong("这一袋没有录入：按 Esc 回到扫袋，再扫它")

    def _badge(self, text: str) -> None:
        if looks_like_custody_number(text) or looks_like_case_number(text):
            self._wrong("这是袋号，没有录入：请先扫揽收员的工牌")
            return
        desk = self.desk

        def found(courier: Courier) -> None:
            if self.step is Step.DONE:
                self._to(Step.BADGE)
            self._courier = courier
            self._to(Step.PIN)

        self.ask(lambda: desk.courier(text), found)

    def _pin(self, text: str) -> None:
        courier = self._courier
        if courier is None or not parse_pin(text):
            self._wrong("PIN 是 6 位数字；刚才的没有录入，不算输错")
            return
        desk, badge = self.desk, courier.badge
        self._banner.tell("正在核对 PIN", "")
        self.ask(lambda: _begun(desk, desk.verify_courier(badge, text)), self._let_in, self._refused)

    def _let_in(self, begun: tuple[Signed, Pickup]) -> None:
        self._signed, self.pickup = begun
        self._to(Step.BAGS)

    def _refused(self, refused: Refused) -> None:
        if refused.code in BACK_TO_BADGE:
            self._to(Step.BADGE)
        self._wrong(refused.message)

    def show_refusal(self, refused: Refused) -> None:
        """Say it where everybody looks."""
        self._wrong(refused.message)

    def _wrong(self, words: str) -> None:
        self._banner.tell(words, "bad")
        self.say(words, "bad")
        self.app.bell()

    def _bag(self, text: str) -> None:
        """Take a bag: looks at memory only, so that the answer is there within the frame."""
        self.pickup, scan, number = self.desk.scan_bag(self.pickup, text)
        self._missing.pop(number, None)
        if scan is Scan.NOT_LISTED and self.step is Step.MISSING:
            self._to(Step.BAGS)
        self._banner.tell(*steps.feedback(scan, number))
        if scan is not Scan.TAKEN:
            self.app.bell()
        self._list.cursor = 0
        self._draw_bags()

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Each step has its own keys."""
        asked: Mapping[str, frozenset[Step]] = {
            "next": frozenset({Step.BAGS, Step.MISSING, Step.SIGN}),
            "paper": frozenset({Step.PIN}),
            "reason": frozenset({Step.BAGS, Step.MISSING}),
            "broken": frozenset({Step.BAGS}),
            "put_back": frozenset({Step.BAGS}),
            "print": frozenset({Step.DONE}),
        }
        return self.step in asked.get(action, frozenset(Step))

    @property
    def listing(self) -> VirtualList[Any]:
        """The bags."""
        return self._list

    def action_paper(self) -> None:
        """The courier signs by hand."""
        courier, desk = self._courier, self.desk
        if courier is None:
            return
        badge = courier.badge
        words = f"{courier.name}（{badge}）不输入 PIN，改在打印的清单上手签。请核对工牌与本人相符。"

        def sure(yes: bool | None) -> None:
            if yes:
                self.ask(lambda: _begun(desk, desk.courier_on_paper(badge)), self._let_in, self._refused)

        self.open(Sure("改为手签", words), sure)

    def action_broken(self) -> None:
        """Note a broken seal."""
        row = self._list.current
        if row is None or row.number not in self.pickup.taken:
            self._wrong("先扫这一袋，再登记封签破损")
            return
        number = row.number

        def noted(words: str | None) -> None:
            if words:
                self.pickup = pickups.with_broken(self.pickup, number, words)
                self._draw()

        self.open(Words(f"封签破损：{number}", "情况", check=required("请写明情况")), noted)

    def action_put_back(self) -> None:
        """Take a bag out of the hand-over."""
        row = self._list.current
        if row is not None and (row.number in self.pickup.taken or row.number in self.pickup.strangers):
            self.pickup = pickups.put_back(self.pickup, row.number)
            self._banner.tell(f"已拿掉，不交出    {row.number}", "warn")
            self._draw()

    def action_reason(self) -> None:
        """Say why a bag is here that is not on the list, or not here that is."""
        row = self._list.current
        if row is None:
            return
        number = row.number
        if self.step is Step.MISSING and number in self._missing:
            del self._missing[number]
            self._draw()
        elif self.step is Step.MISSING:
            prompt = Words(f"应交未见：{number}", "原因", check=required("请写明原因"))
            self.open(prompt, lambda words: self._absent(number, words) if words else None)
        elif number in self.pickup.strangers:
            prompt = Words(f"不在清单：{number}", "原因", check=required("请写明原因"))
            self.open(prompt, lambda words: self._stranger(number, words) if words else None)
        else:
            self._wrong("这一袋在清单上，不用写原因")

    def _absent(self, number: str, words: str) -> None:
        self._missing[number] = words
        self._draw()

    def _stranger(self, number: str, words: str) -> None:
        self.pickup = pickups.with_stranger(self.pickup, number, words)
        self._draw()

    def action_next(self) -> None:
        """Go on."""
        if self.step is Step.SIGN:
            self._close()
            return
        unsaid = [number for number, note in self.pickup.strangers.items() if not note]
        if unsaid:
            self._wrong(f"{unsaid[0]} 不在清单：按 F8 写原因，或按 Del 拿掉")
        elif self.step is Step.BAGS and self.pickup.missing:
            self._to(Step.MISSING)
        elif not self.pickup.taken and not self.pickup.strangers and not self._missing:
            self._wrong("还没有扫到袋")
        else:
            self._to(Step.SIGN)

    def _close(self) -> None:
        signed, held, missing, desk = self._signed, self.pickup, dict(self._missing), self.desk
        if signed is not None:
            self.ask(lambda: _closed(desk, held, signed, missing), self._done)

    def _done(self, closed: tuple[Manifest, Handed | None, str]) -> None:
        manifest, handed, trouble = closed
        self.clerk.look_at_line()
        self._to(Step.DONE)
        self._manifest = manifest.number
        self._banner.tell(f"已封存    {manifest.number}    {len(manifest.closed.lines)} 袋", "good")
        if handed is not None:
            self.say(handed.say("交接清单两联"), "good")
        else:
            self.say(f"清单已封存，但没有打印出来：{trouble} 按 F7 再打印。", "bad")
        self.refresh_bindings()

    def action_print(self) -> None:
        """Print the list again."""
        desk, number = self.desk, self._manifest
        self.ask(lambda: desk.print_manifest(number), lambda handed: self.say(handed.say("交接清单两联"), "good"))

    def action_back(self) -> None:
        """Go a step back, or leave after asking."""
        match self.step:
            case Step.PIN:
                self._to(Step.BADGE)
            case Step.MISSING | Step.SIGN:
                self._to(Step.BAGS)
            case Step.DONE:
                self.dismiss(None)
            case _:
                words = "窗口人员请确认退出交接。" + ("已扫的袋不算交出，什么也没有登记。" if self.begun else "")
                self.open(Sure("退出交接", words), lambda sure: self.dismiss(None) if sure else None)


def _begun(desk: Desk, signed: Signed) -> tuple[Signed, Pickup]:
    return signed, desk.begin_pickup(signed)


def _closed(
    desk: Desk, held: Pickup, signed: Signed, missing: Mapping[str, str]
) -> tuple[Manifest, Handed | None, str]:
    """Close, then print; what cannot be printed now is closed all the same."""
    manifest = desk.close_pickup(held, signed, missing)
    try:
        return manifest, desk.print_manifest(manifest.number), ""
    except Refused as refused:
        return manifest, None, refused.message
