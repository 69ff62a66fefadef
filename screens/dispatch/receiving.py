"""签收: a bag that came is compared with its list, line by line; what is not as listed is noted with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody_numbers import looks_like_custody_number
from clerk_app.domain.custody_words import FAULT_LABELS
from clerk_app.domain.numbers import plain
from screens.dispatch.bag import BagView
from screens.dispatch.faults import AskFault
from screens.dispatch.finding import comes_here, look_up
from screens.dispatch.page import Page
from screens.dispatch.words import bag_head, fault_words, sheets_words
from screens.keymap import key
from screens.scan_dialogs import Sure
from screens.widgets.prose import Para, Prose
from screens.widgets.virtual_list import Cell, Column, VirtualList

if TYPE_CHECKING:
    from clerk_app.domain.custody import Parcel


class Receiving(Page):
    """One bag, about to be taken in."""

    TITLE_WORDS = "签收"
    KEY_LINES = 2
    HINT = "扫封签号核对；扫别的袋则换一袋"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("receiving.receive", "f9", "receive", "签收", "清点完毕，签收这一袋"),
        key("receiving.short", "f7", "fault('short')", "短少", "光标所在材料比清单少"),
        key("receiving.damaged", "f8", "fault('damaged')", "破损", "光标所在材料有破损"),
        key("receiving.extra", "insert", "fault('extra')", "多出", "袋里有清单之外的材料"),
        key("receiving.undo", "delete", "undo", "撤销", "撤销光标所在材料的差异"),
        key("receiving.broken", "f10", "broken", "封签破损", "袋到时封签已破损；再按一次改回完好"),
    ]

    def __init__(self, parcel: Parcel) -> None:
        super().__init__()
        self._parcel = parcel
        self._found: list[cb.Discrepancy] = []
        self._broken = False

    def content(self) -> ComposeResult:
        """Yield heading and lines."""
        yield Prose(classes="page--head")
        listing: VirtualList[cb.PaperLine] = VirtualList(
            [Column("办件", 23), Column("材料"), Column("清单", 9), Column("清点", 20)], self._cells, empty="清单是空的"
        )
        listing.can_focus = False
        yield listing

    @property
    def _list(self) -> VirtualList[cb.PaperLine]:
        return self.query_one(VirtualList)

    @property
    def begun(self) -> bool:
        """Whether something was noted that is not recorded."""
        return bool(self._found or self._broken)

    @property
    def _returned(self) -> bool:
        """Whether it comes back to who sent it."""
        return not comes_here(self._parcel, self.desk.seat.point)

    def begin(self) -> None:
        """Show the list."""
        self._list.set_rows(self._parcel.sealed.lines)
        self._draw()

    def _cells(self, line: cb.PaperLine) -> list[Cell]:
        told = [f"{FAULT_LABELS[one.fault]} {_counts(one)}" for one in self._of(line)]
        return [
            Cell(line.case),
            Cell(line.name),
            Cell(sheets_words(line.originals, line.copies)),
            Cell("；".join(told) or "相符", "bad" if told else "good"),
        ]

    def _of(self, line: cb.PaperLine) -> list[cb.Discrepancy]:
        mine = (line.case, line.material)
        return [one for one in self._found if one.line is not None and (one.line.case, one.line.material) == mine]

    def _draw(self) -> None:
        head = bag_head(self._parcel)
        if self._returned:
            head.append(Para([("退回签收：这一袋由本服务点寄出，退回后材料回到待封袋", "warn")]))
        seal = ("封签破损", "bad") if self._broken else ("封签完好", "good")
        count = (f"  差异 {len(self._found)} 条", "bad") if self._found else ("  没有差异", "good")
        self.query_one(".page--head", Prose).show([*head, Para([seal, count])])
        self._list.refresh()

    def scanned(self, text: str) -> None:
        """Compare the seal; another bag is taken up once this one is done with."""
        if plain(text) in {self._parcel.number, plain(self._parcel.waybill)} - {""}:
            self.say("正在签收的就是这一袋", "good")
        elif self._parcel.sealed.seal and plain(text) == plain(self._parcel.sealed.seal):
            self.say(f"封签号相符：{self._parcel.sealed.seal}", "good")
        elif not looks_like_custody_number(text) and plain(text) != plain(self._parcel.waybill):
            self.say(f"封签号不符：清单上是 {self._parcel.sealed.seal or '（无）'}。封签换过的按 F10", "bad")
            self.app.bell()
        elif self.begun:
            self.say("这一袋的差异还没有登记：先按 F9 签收，或按 Esc 返回，再扫下一袋。", "bad")
            self.app.bell()
        else:
            look_up(self, text, receiving=True, over=False)

    @property
    def listing(self) -> VirtualList[Any]:
        """The lines."""
        return self._list

    def action_fault(self, fault: str) -> None:
        """Ask how many sheets, and what is the matter."""
        line = self._list.current
        if line is None:
            return
        what = cb.Fault(fault)

        def told(answer: cb.Discrepancy | None) -> None:
            if answer is not None:
                others = [one for one in self._found if one.fault is not what or one not in self._of(line)]
                self._found = [*others, replace(answer, parcel=self._parcel.number)]
                self._draw()

        self.open(AskFault(what, line), told)

    def action_undo(self) -> None:
        """Take back what was noted of the line under the cursor."""
        line = self._list.current
        if line is not None:
            mine = self._of(line)
            self._found = [one for one in self._found if one not in mine]
            self._draw()

    def action_broken(self) -> None:
        """Say that the seal is broken, or that it is not."""
        self._broken = not self._broken
        self._draw()

    def action_receive(self) -> None:
        """Ask once more, and take the bag in."""
        counts = f"办件 {len(self._parcel.cases)} 件，共 {self._parcel.sheets} 份"
        told = [f"{self._parcel.number}：{counts}", "封签破损" if self._broken else "封签完好"]
        told += [f"  {fault_words(one)}" for one in self._found] or ["清点相符，没有差异"]
        title = "退回签收" if self._returned else "签收"
        self.open(Sure(f"{title}：请确认", "\n".join(told)), lambda sure: self._receive() if sure else None)

    def _receive(self) -> None:
        desk, number, found = self.desk, self._parcel.number, tuple(self._found)
        broken, returned = self._broken, self._returned
        self.ask(lambda: desk.receive_parcel(number, found, broken=broken, returned=returned), self._received)

    def _received(self, parcel: Parcel) -> None:
        self._found, self._broken = [], False
        self.clerk.look_at_line()
        self.go(BagView(parcel.number, "已签收，袋里的材料登记在本服务点"))


def _counts(one: cb.Discrepancy) -> str:
    return sheets_words(one.line.originals, one.line.copies) if one.line is not None else ""
