"""代领: who collects a result for the applicant, with which document, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.custody_words import AGENT_REASONS
from clerk_app.domain.numbers import check_number, plain
from screens.dialogs import Dialog
from screens.keymap import key, move
from screens.scan_dialogs import NOT_TAKEN, scanned_part
from screens.widgets.field import Field
from screens.words import ID_KINDS

ORDER = ("agent-name", "agent-number", "agent-note")
KINDS = ("resident_id", "other")
AT_COUNTER = ("authorised", "family", "employer", "other")
"""Reasons that exist at a counter; the others are a carrier's."""


@dataclass(frozen=True, slots=True)
class Agent:
    """Who collects for the applicant."""

    name: str
    id_kind: str
    id_number: str
    reason: str
    note: str

    @property
    def words(self) -> str:
        """Why, in words."""
        label = AGENT_REASONS[self.reason]
        return f"{label}：{self.note}" if self.note else label


class AskAgent(Dialog[Agent]):
    """Three fields, and keys for the kind of document and the reason."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("agent.next", "enter", "finish", "确定", "下一格；最后一格之后确定"),
        key("agent.kind", "f7", "kind", "换证件", "居民身份证、其他证件之间切换"),
        key("agent.reason", "f8", "reason", "换原因", "换一个代领原因"),
        move("agent.up", "up", "app.focus_previous", "上一格", "光标移到上一格"),
        move("agent.down", "down", "app.focus_next", "下一格", "光标移到下一格"),
    ]

    def __init__(self, today: date) -> None:
        super().__init__("他人代领")
        self._today = today
        self._kind = 0
        self._reason = 0

    def body(self) -> ComposeResult:
        """Yield the fields."""
        yield Field("代领人姓名", id="agent-name", check=_name, width=10)
        yield Field("证件号码", id="agent-number", check=self._check_number, width=10, max_length=64)
        yield Static("", classes="agent--reason", markup=False)
        yield Field("说明", id="agent-note", check=self._check_note, width=10, hint="如：持委托书；原因为其他时必填")

    def on_mount(self) -> None:
        """Begin with the name."""
        self._show()
        self._field("agent-name").focus()

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def _show(self) -> None:
        reasons = "  ".join(
            f"[{AGENT_REASONS[code]}]" if n == self._reason else AGENT_REASONS[code]
            for n, code in enumerate(AT_COUNTER)
        )
        kind = ID_KINDS[KINDS[self._kind]]
        self.query_one(".agent--reason", Static).update(Content(f"证件 {kind}    原因 {reasons}"))

    def _check_number(self, text: str) -> str:
        if not text:
            return "请填写代领人的证件号码"
        if scanned_part(text):
            return NOT_TAKEN
        problem = check_number(KINDS[self._kind], text, self._today).problem
        return problem.message if problem else ""

    def _check_note(self, text: str) -> str:
        if scanned_part(text):
            return NOT_TAKEN
        return "请写明代领的原因" if AT_COUNTER[self._reason] == "other" and not text else ""

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        name = str(event.field.id)
        if part := scanned_part(event.value):
            event.field.value = event.value.replace(part, "")
            event.field.show_error(NOT_TAKEN)
        elif event.submitted and not event.error:
            if name == ORDER[-1]:
                self.action_finish()
            else:
                self._field(ORDER[ORDER.index(name) + 1]).focus()

    def action_kind(self) -> None:
        """Take the other kind of document."""
        self._kind = 1 - self._kind
        self._show()

    def action_reason(self) -> None:
        """Take the next reason."""
        self._reason = (self._reason + 1) % len(AT_COUNTER)
        self._show()

    def action_finish(self) -> None:
        """Hand it over if every field holds; else go to the first that does not."""
        wrong = [name for name in ORDER if not self._field(name).verify()]
        if wrong:
            self._field(wrong[0]).focus()
            return
        name, number, note = (self._field(one).value for one in ORDER)
        self.dismiss(Agent(name, KINDS[self._kind], plain(number), AT_COUNTER[self._reason], note))


def _name(text: str) -> str:
    return "请填写代领人姓名" if not text else NOT_TAKEN if scanned_part(text) else ""
