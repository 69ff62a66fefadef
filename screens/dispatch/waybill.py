"""A waybill's number: scanned, checked where it stands, and confirmed where nothing can be checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.domain.custody_numbers import looks_like_custody_number
from clerk_app.domain.custody_words import CARRIER_LABELS
from clerk_app.domain.numbers import check_waybill, looks_like_case_number, plain
from screens.keymap import key
from screens.scan_dialogs import Guarded
from screens.widgets.prose import Para, Prose

_POSTAL = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}|[0-9]{13}")
CARRIERS = ("ems", "manual")


@dataclass(frozen=True, slots=True)
class Waybill:
    """A number that holds, and with whom the bag travels."""

    number: str
    carrier: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoWaybill:
    """Why a scan is no waybill."""

    why: str


def read_waybill(text: str) -> Waybill | NoWaybill:
    """Return the waybill that was scanned, or why it is none: the number of a bag or a case is not taken for one."""
    if looks_like_custody_number(text):
        return NoWaybill("这是袋号或清单号，不是运单号：请扫面单上的条码。")
    if looks_like_case_number(text):
        return NoWaybill("这是办件编号，不是运单号：请扫面单上的条码。")
    checked = check_waybill(text)
    if checked.problem is not None:
        return NoWaybill(checked.problem.message)
    carrier = "ems" if _POSTAL.fullmatch(plain(text)) else "manual"
    return Waybill(checked.number, carrier, checked.warnings)


class AskWaybill(Guarded[Waybill]):
    """Asks for a waybill; one that can be checked is taken at once, any other once Enter confirms it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("waybill.confirm", "enter", "confirm", "确定", "确定所扫的运单号"),
        key("waybill.carrier", "f8", "carrier", "换承运", "在邮政特快专递和其他承运企业之间切换"),
    ]

    def __init__(self) -> None:
        super().__init__("登记运单")
        self._waybill: Waybill | None = None

    def body(self) -> ComposeResult:
        """Yield what was scanned, and the field."""
        yield Prose(classes="dialog--text")
        yield from self.guard("扫描面单上的运单号")

    def on_mount(self) -> None:
        """Show that nothing was scanned yet."""
        self._show()

    def typed(self, text: str) -> None:
        """Look at what was scanned; Enter alone confirms what was scanned before."""
        if not text:
            self.action_confirm()
            return
        found = read_waybill(text)
        if isinstance(found, NoWaybill):
            self.refuse(found.why)
            return
        self._waybill = found
        if found.warnings:
            self._show()
            self.app.bell()
        else:
            self.dismiss(found)

    def action_confirm(self) -> None:
        """Hand the number over."""
        if self._waybill is None:
            self.refuse("还没有扫描运单号")
        else:
            self.dismiss(self._waybill)

    def action_carrier(self) -> None:
        """Take the other carrier."""
        if self._waybill is not None:
            other = CARRIERS[1 - CARRIERS.index(self._waybill.carrier)]
            self._waybill = Waybill(self._waybill.number, other, self._waybill.warnings)
            self._show()

    def _show(self) -> None:
        waybill = self._waybill
        paras = [Para([("请扫描面单上的运单号。", "dim")])]
        if waybill is not None:
            paras = [
                Para([("运单号  ", "dim"), (waybill.number, "strong")]),
                Para([("承运    ", "dim"), (CARRIER_LABELS[waybill.carrier], "")]),
                *(Para([(f"注意：{words}", "warn")], 6) for words in waybill.warnings),
                Para([("核对无误按回车；不对就再扫一次。", "dim")]),
            ]
        self.query_one(Prose).show(paras)
