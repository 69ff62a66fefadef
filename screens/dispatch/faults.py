"""How many sheets of a paper are short, damaged or too many, and what is the matter."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody_words import FAULT_LABELS
from screens.dialogs import Dialog
from screens.keymap import key, move
from screens.scan_dialogs import NOT_TAKEN, scanned_part
from screens.widgets.field import Check, Field
from screens.widgets.prose import Prose, plain

ORDER = ("originals", "copies", "note")
MOST = 99


class AskFault(Dialog[cb.Discrepancy]):
    """Counts and a note; Enter goes on, and in the last field hands it over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("fault.next", "enter", "finish", "确定", "下一格；最后一格之后确定"),
        move("fault.up", "up", "app.focus_previous", "上一格", "光标移到上一格"),
        move("fault.down", "down", "app.focus_next", "下一格", "光标移到下一格"),
    ]

    def __init__(self, fault: cb.Fault, line: cb.PaperLine) -> None:
        super().__init__(f"差异：{FAULT_LABELS[fault]}")
        self._fault = fault
        self._line = line
        bound = fault is not cb.Fault.EXTRA
        self._most = (line.originals if bound else MOST, line.copies if bound else MOST)

    def body(self) -> ComposeResult:
        """Yield the paper and the fields."""
        listed = f"原件 {self._line.originals} 份，复印件 {self._line.copies} 份"
        yield Prose(plain(f"{self._line.case}\n{self._line.name}：清单上{listed}"), classes="dialog--text")
        yield Field("原件份数", id="originals", check=_number(self._most[0]))
        yield Field("复印份数", id="copies", check=_number(self._most[1]))
        yield Field("情况", id="note", check=_note)

    def on_mount(self) -> None:
        """Begin with one sheet of what there is."""
        self._field("originals").value = "1" if self._line.originals else "0"
        self._field("copies").value = "0" if self._line.originals else "1"
        self._field("originals").input.select_on_focus = True
        self._field("copies").input.select_on_focus = True
        self._field("originals" if self._line.originals else "copies").focus()

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        name = str(event.field.id)
        if event.error and (scanned_part(event.value) or (name != "note" and len(event.value) > 2)):
            event.field.value = event.value.replace(scanned_part(event.value), "") if name == "note" else ""
            event.field.show_error(NOT_TAKEN)
        elif event.submitted and not event.error:
            if name == ORDER[-1]:
                self.action_finish()
            else:
                self._field(ORDER[ORDER.index(name) + 1]).focus()

    def action_finish(self) -> None:
        """Hand it over if every field holds; else go to the first that does not."""
        wrong = [name for name in ORDER if not self._field(name).verify()]
        if wrong:
            self._field(wrong[0]).focus()
            return
        originals, copies = int(self._field("originals").value), int(self._field("copies").value)
        if not originals + copies:
            self._field("originals").show_error("请填份数")
            self._field("originals").focus()
            return
        line = replace(self._line, originals=originals, copies=copies)
        self.dismiss(cb.Discrepancy(fault=self._fault, line=line, note=self._field("note").value))


def _number(most: int) -> Check:
    def check(text: str) -> str:
        if text.isascii() and text.isdecimal() and len(text) < 3 and int(text) <= most:
            return ""
        return f"请填 0 至 {most}"

    return check


def _note(text: str) -> str:
    return "请写明情况" if not text else NOT_TAKEN if scanned_part(text) else ""
