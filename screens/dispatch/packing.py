"""装袋: every paper of a group with its counts, what cannot be put in, the seal, and one key that packs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.domain.custody_bodies import Direction
from clerk_app.domain.custody_numbers import looks_like_custody_number
from clerk_app.domain.custody_words import DIRECTION_LABELS
from clerk_app.domain.numbers import looks_like_case_number, plain
from screens.dispatch.address import AskAddress
from screens.dispatch.bag import BagView
from screens.dispatch.page import Page
from screens.dispatch.waybill import NoWaybill, Waybill, read_waybill
from screens.dispatch.words import hand_words, sheets_words
from screens.keymap import key
from screens.widgets.prose import Para, Prose
from screens.widgets.virtual_list import Cell, Column, VirtualList

if TYPE_CHECKING:
    from clerk_app.domain.custody import Parcel
    from clerk_app.domain.custody_bodies import Address, PaperLine
    from clerk_app.domain.dispatch import Packing

MOST_WORDS = 4
"""Warnings shown in full; the rest are counted, and each stands at its case in the list."""


class PackingView(Page):
    """One group, about to be sealed into one bag; the field hears the seal, and of a posted result the waybill first."""

    TITLE_WORDS = "装袋"
    KEY_LINES = 2
    LABEL = "封签号"
    HINT = "扫描封签号"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("packing.pack", "f9", "pack", "封袋", "所列材料装入一袋，封袋"),
        key("packing.leave-out", "delete", "leave_out", "不装这件", "光标所在办件这次不装，留在待封袋；再按一次装回"),
        key("packing.address", "f8", "address", "改地址", "核对或修改收件人、电话和地址"),
    ]

    def __init__(self, packing: Packing) -> None:
        super().__init__()
        self._packing = packing
        self._out: set[str] = set()
        self._seal = ""
        self._waybill: Waybill | None = None
        self._unsealed = False
        """Whether it was said that there is no seal, so that the same key again means it."""

    def content(self) -> ComposeResult:
        """Yield heading and lines."""
        yield Prose(classes="page--head")
        listing: VirtualList[PaperLine] = VirtualList(
            [Column("办件", 23), Column("材料"), Column("份数", 10), Column("", 8)], self._cells, empty="没有可装的材料"
        )
        listing.can_focus = False
        yield listing

    @property
    def _list(self) -> VirtualList[PaperLine]:
        return self.query_one(VirtualList)

    @property
    def begun(self) -> bool:
        """Whether something was scanned that is not recorded."""
        return bool(self._seal or self._waybill)

    def begin(self) -> None:
        """Show what would go in."""
        self._list.set_rows(self._packing.lines)
        self._draw()

    def _cells(self, line: PaperLine) -> list[Cell]:
        out = line.case in self._out
        tone = "dim" if out else "plain"
        return [
            Cell(line.case, tone),
            Cell(line.name, tone),
            Cell(sheets_words(line.originals, line.copies), tone),
            Cell("不装" if out else "装", "warn" if out else "good"),
        ]

    @property
    def _posted(self) -> bool:
        return self._packing.direction is Direction.TO_APPLICANT

    def _lines(self) -> tuple[PaperLine, ...]:
        return tuple(line for line in self._packing.lines if line.case not in self._out)

    def _draw(self) -> None:
        packing, lines = self._packing, self._lines()
        cases = len({line.case for line in lines})
        counts = sheets_words(sum(line.originals for line in lines), sum(line.copies for line in lines))
        head = [
            Para(
                [
                    (f"{DIRECTION_LABELS[packing.direction]}：{hand_words(packing.to)}", "accent"),
                    (f"  办件 {cases} 件，{counts}", "strong"),
                ]
            ),
            *self._scanned_words(),
        ]
        head += _warned(packing.warnings)
        if packing.returned and not self._posted:
            told = "、".join(
                f"{one.name} 原{one.originals}（{one.case[-6:]}）" for one in packing.returned[:MOST_WORDS]
            )
            more = f" 等 {len(packing.returned)} 项" if len(packing.returned) > MOST_WORDS else ""
            head.append(Para([("不能装：", "bad"), (f"验后已退还申请人的原件：{told}{more}", "")], 8))
        self.query_one(".page--head", Prose).show(head)
        self.label(*(("运单号", "扫描面单上的运单号") if self._wants_waybill else (self.LABEL, self.HINT)))
        self._list.refresh()

    def _scanned_words(self) -> list[Para]:
        seal = ("封签 ", "dim"), (self._seal or "还没有扫描", "strong" if self._seal else "warn")
        if not self._posted:
            return [Para(list(seal))]
        found = self._waybill.number if self._waybill else "还没有扫描"
        address = self._packing.address
        told = f"{address.name}  {address.phone}  {address.address}" if address is not None else ""
        missing = "" if address is not None and address.address.strip() else "地址还没有填：按 F8"
        return [
            Para([("运单 ", "dim"), (f"{found}  ", "strong" if self._waybill else "warn"), *seal]),
            Para([("寄给 ", "dim"), (told, ""), (f"  {missing}", "bad")], 5),
        ]

    @property
    def _wants_waybill(self) -> bool:
        return self._posted and self._waybill is None

    def scanned(self, text: str) -> None:
        """Take the waybill or the seal."""
        self._unsealed = False
        if self._wants_waybill:
            self._take_waybill(text)
        elif looks_like_custody_number(text) or looks_like_case_number(text):
            self.say("这是袋号或办件编号，不是封签号：请扫封签。", "bad")
            self.app.bell()
        elif self._waybill is not None and plain(text) == self._waybill.number:
            self.say("运单号已经有了：请扫封签。", "warn")
        else:
            before, self._seal = self._seal, plain(text)
            words = f"封签号改为 {self._seal}" if before and before != self._seal else f"封签号 {self._seal}"
            self.say(f"{words}，按 F9 封袋", "good")
        self._draw()

    def _take_waybill(self, text: str) -> None:
        found = read_waybill(text)
        if isinstance(found, NoWaybill):
            self.say(found.why, "bad")
            self.app.bell()
            return
        self._waybill = found
        words = "".join(f"注意：{warning}" for warning in found.warnings)
        self.say(words or f"运单号 {found.number}", "warn" if words else "good")

    @property
    def listing(self) -> VirtualList[Any]:
        """The lines."""
        return self._list

    def action_leave_out(self) -> None:
        """Leave the case under the cursor for another bag, or take it back."""
        line = self._list.current
        if line is not None:
            self._out ^= {line.case}
            self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what is posted has an address, and only what goes elsewhere several cases."""
        if action == "address":
            return self._posted
        return not self._posted if action == "leave_out" else True

    def action_address(self) -> None:
        """Confirm or edit the address."""

        def told(address: Address | None) -> None:
            if address is not None:
                self._packing = replace(self._packing, address=address)
                self._draw()

        self.open(AskAddress(self._packing.address), told)

    def action_pack(self) -> None:
        """Seal the bag."""
        if text := self.field.value.strip():
            self.field.value = ""
            self.scanned(text)
            return
        packing = replace(self._packing, lines=self._lines())
        if not packing.lines:
            self.say("没有可装的材料。", "bad")
        elif self._posted and (packing.address is None or not packing.address.address.strip()):
            self.say("还没有收件地址：按 F8 填写。", "bad")
        elif self._wants_waybill:
            self.say("还没有运单号：请扫面单。", "bad")
        elif not self._seal and not self._unsealed:
            self._unsealed = True
            self.say("还没有封签号。请扫封签；确实没有封签，再按一次 F9。", "warn")
        else:
            self._pack(packing)

    def _pack(self, packing: Packing) -> None:
        desk, seal = self.desk, self._seal
        waybill = self._waybill or Waybill("", "")
        self.ask(lambda: desk.pack(packing, seal, waybill.number, waybill.carrier), self._packed)

    def _packed(self, parcel: Parcel) -> None:
        self._seal, self._waybill = "", None
        self.clerk.look_at_line()
        self.go(BagView(parcel.number, f"已封袋：{parcel.number}。按 F7 打标签"))


def _warned(warnings: tuple[str, ...]) -> list[Para]:
    paras = [Para([("注意：", "warn"), (words, "warn")], 6) for words in warnings[:MOST_WORDS]]
    if len(warnings) > MOST_WORDS:
        paras.append(Para([(f"      另有 {len(warnings) - MOST_WORDS} 件也还不宜装袋", "warn")], 6))
    return paras
