"""Where a result is posted: the applicant's address, confirmed or edited."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.domain.custody_bodies import Address
from clerk_app.domain.numbers import check_phone
from screens.dialogs import Dialog
from screens.keymap import key, move
from screens.scan_dialogs import NOT_TAKEN, scanned_part
from screens.widgets.field import Check, Field

ORDER = ("name", "phone", "address")


class AskAddress(Dialog[Address]):
    """Three fields; Enter in the last one hands them over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("address.next", "enter", "finish", "确定", "下一格；最后一格之后确定"),
        move("address.up", "up", "app.focus_previous", "上一格", "光标移到上一格"),
        move("address.down", "down", "app.focus_next", "下一格", "光标移到下一格"),
    ]

    def __init__(self, address: Address | None) -> None:
        super().__init__("收件地址")
        self._address = address or Address(name="", phone="", address="")

    def body(self) -> ComposeResult:
        """Yield the fields."""
        yield Field("收件人", id="name", check=_written("请填写收件人"))
        yield Field("电话", id="phone", check=_phone, max_length=64)
        yield Field("地址", id="address", check=_written("请填写地址"), max_length=500)

    def on_mount(self) -> None:
        """Show what is known."""
        for name in ORDER:
            self._field(name).value = getattr(self._address, name)
        self._field("address").focus()

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        part = scanned_part(event.value)
        if part:
            event.field.value = event.value.replace(part, "")
            event.field.show_error(NOT_TAKEN)
        elif event.submitted and not event.error:
            self.action_finish()

    def action_finish(self) -> None:
        """Hand the address over if every field holds; else go to the first that does not."""
        wrong = [name for name in ORDER if not self._field(name).verify()]
        if wrong:
            self._field(wrong[0]).focus()
        else:
            self.dismiss(Address(**{name: self._field(name).value for name in ORDER}))


def _written(words: str) -> Check:
    def check(text: str) -> str:
        return words if not text else NOT_TAKEN if scanned_part(text) else ""

    return check


def _phone(text: str) -> str:
    if scanned_part(text):
        return NOT_TAKEN
    problem = check_phone(text).problem if text else None
    return "请填写电话" if not text else problem.message if problem else ""
