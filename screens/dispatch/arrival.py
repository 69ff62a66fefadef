"""Which case a result belongs to that came another way than in a bag."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.domain.numbers import looks_like_case_number, parse_case_number, plain
from screens.keymap import key
from screens.scan_dialogs import Guarded
from screens.widgets.prose import Prose
from screens.widgets.prose import plain as paragraphs


class AskArrival(Guarded[str]):
    """Asks for a case number, scanned or typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("arrival.take", "enter", "take", "确定", "登记所扫办件的结果到了"),
    ]

    def __init__(self) -> None:
        super().__init__("登记结果到达")

    def body(self) -> ComposeResult:
        """Yield words and field."""
        yield Prose(paragraphs("部门直接送来的办理结果，不在寄递袋里：扫描它的办件编号。"), classes="dialog--text")
        yield from self.guard("办件编号")

    def typed(self, text: str) -> None:
        """Hand a case number over; anything else is refused."""
        if parse_case_number(text) is not None:
            self.dismiss(plain(text))
        elif looks_like_case_number(text):
            self.refuse("办件编号的校验字符不符，请再扫一次")
        else:
            self.refuse("这不是办件编号" if text else "还没有扫描")

    def action_take(self) -> None:
        """Take what is in the field."""
        self.typed("")
