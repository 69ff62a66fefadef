"""The second stage of an intake: who applies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from clerk_app.domain.cards import card_of
from clerk_app.domain.numbers import check_identity_number, check_number, check_phone
from clerk_app.domain.people import Applicant, mask_number, mask_phone
from screens.keymap import key, move
from screens.widgets.field import Field, TakesCards
from screens.words import ID_KINDS


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of applicant the form can be filled for."""

    kind: str
    id_kind: str
    words: str
    name_label: str


KINDS = (
    Kind("person", "resident_id", "个人（居民身份证）", "姓名"),
    Kind("organisation", "credit_code", "单位（统一社会信用代码）", "单位名称"),
    Kind("person", "other", "个人（护照等其他证件）", "姓名"),
)
ORDER = ("id_number", "name", "phone", "agent_name", "agent_id_number", "address")
LAST = ("phone", "agent_id_number", "address")
"""Enter in these ends the stage; the agent and the address are reached with the arrow keys."""


class ApplicantForm(Vertical, TakesCards):
    """The applicant's fields; a number is refused where it stands."""

    DEFAULT_CSS = """
    ApplicantForm {
        height: auto;
        padding: 0 2;
        & > Field { width: 100%; max-width: 76; }
        & > .applicant--kind { height: 1; color: $dim; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("applicant.next", "enter", "finish", "下一格", "下一格；最后一格之后核对证件并继续"),
        key("applicant.kind", "f10", "kind", "换类别", "个人、单位、其他证件之间切换"),
        key("applicant.discredited", "f7", "discredited", "失信", "标记或取消失信（失信者不适用容缺受理）"),
        move("applicant.up", "up", "app.focus_previous", "上一格", "光标移到上一格"),
        move("applicant.down", "down", "app.focus_next", "下一格", "光标移到下一格"),
    ]

    @dataclass
    class Known(Message):
        """A number that holds was typed."""

        number: str

    @dataclass
    class Done(Message):
        """The form was filled."""

        applicant: Applicant

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__(id="applicant")
        self._today = today
        self._kind = 0
        self._discredited = False

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        yield Static("", classes="applicant--kind", markup=False)
        yield Field("证件号码", id="id_number", check=self._check_number)
        yield Field("姓名", id="name", check=lambda text: "" if text else "请填写申请人姓名或单位名称")
        yield Field("手机", id="phone", max_length=64)
        yield Field("经办人", id="agent_name", hint="代办时填写")
        yield Field("经办证件", id="agent_id_number", check=self._check_agent, max_length=64)
        yield Field("地址", id="address", hint="可不填", max_length=500)

    def on_mount(self) -> None:
        """Show the kind."""
        self._show_kind()

    def field(self, name: str) -> Field:
        """Return a field by the name it has in ``Applicant``."""
        return self.query_one(f"#{name}", Field)

    def begin(self) -> None:
        """Put the cursor into the first field that does not hold yet."""
        for name in ORDER[:3]:
            if not self.field(name).value:
                self.field(name).focus()
                return
        self.field("phone").focus()

    def begin_number(self) -> None:
        """Put the cursor into the number."""
        self.field("id_number").focus()

    def clear(self) -> None:
        """Forget the applicant."""
        for name in ORDER:
            self.field(name).value = ""
            self.field(name).show_error("")
        self._kind = 0
        self._discredited = False
        self._show_kind()

    def expect(self, subjects: Iterable[str]) -> None:
        """Begin with the kind of applicant that may apply, while nothing was typed."""
        allowed = set(subjects)
        if self.empty:
            self._kind = next((n for n, kind in enumerate(KINDS) if kind.kind in allowed), 0)
            self._show_kind()

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not any(self.field(name).value for name in ORDER)

    @property
    def applicant(self) -> Applicant:
        """The applicant as typed."""
        kind = KINDS[self._kind]
        values = {name: self.field(name).value for name in ORDER}
        return Applicant(kind=kind.kind, id_kind=kind.id_kind, discredited=self._discredited, **values)

    def fill(self, known: Applicant) -> None:
        """Put what is known of the applicant into fields that are still empty."""
        for name in ("name", "phone", "address"):
            if not self.field(name).value:
                self.field(name).value = getattr(known, name)
        self._discredited = self._discredited or known.discredited
        self._show_kind()

    def take(self, applicant: Applicant) -> None:
        """Show an applicant as they typed themselves, whether it holds or not."""
        self.clear()
        kinds = [(kind.kind, kind.id_kind) for kind in KINDS]
        given = (applicant.kind, applicant.id_kind)
        self._kind = kinds.index(given) if given in kinds else 0
        for name in ORDER:
            self.field(name).value = getattr(applicant, name)
        self._discredited = applicant.discredited
        self._show_kind()

    def take_card(self, text: str) -> bool:
        """Fill in what a reader typed of an identity card, in the place of what stood there, and go on with it."""
        card = card_of(text)
        if card is None:
            return False
        self._kind = 0
        self._show_kind()
        told = {"id_number": card.number, "name": card.name, "address": card.address}
        for name, value in told.items():
            if value:
                self.field(name).value = value
        if self.field("id_number").verify():
            self.field("name").verify()
            self.post_message(self.Known(card.number))
            self.field("phone").focus()
        else:
            self.field("id_number").focus()
        return True

    def summary(self) -> str:
        """Return the applicant in one line, the numbers masked (rule 15)."""
        who = self.applicant
        parts = [who.name, mask_number(who.id_number), mask_phone(who.phone)]
        if who.agent_name:
            parts.append(f"经办 {who.agent_name}")
        if who.discredited:
            parts.append("失信")
        return "  ".join(p for p in parts if p)

    def refuse(self, name: str, words: str) -> None:
        """Show a refusal at the field it is about."""
        field = self.field(name) if name in ORDER else self.field("id_number")
        field.show_error(words)
        field.focus()

    def finish(self) -> None:
        """Hand the applicant over if every field holds; else go to the first that does not."""
        wrong = [name for name in ORDER if not self.field(name).verify()]
        if wrong:
            self.field(wrong[0]).focus()
            return
        self.post_message(self.Done(self.applicant))

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        if event.submitted and "|" in event.value and self.take_card(event.value):
            return
        name = str(event.field.id)
        if not event.error and name == "id_number":
            self._note(event.field, check_number(KINDS[self._kind].id_kind, event.value, self._today()).warnings)
        if name == "phone" and event.value:
            phone = check_phone(event.value)
            self._note(event.field, (*phone.warnings, *((phone.problem.message,) if phone.problem else ())))
        if not event.submitted or event.error:
            return
        if name == "id_number":
            self.post_message(self.Known(event.value))
        if name in LAST:
            self.finish()
        else:
            self.field(ORDER[ORDER.index(name) + 1]).focus()

    def _note(self, field: Field, warnings: tuple[str, ...]) -> None:
        if warnings:
            field.show_error("；".join(warnings), note=True)

    def _check_number(self, text: str) -> str:
        kind = KINDS[self._kind]
        if not text:
            return f"请填写{ID_KINDS[kind.id_kind]}"
        problem = check_number(kind.id_kind, text, self._today()).problem
        return problem.message if problem else ""

    def _check_agent(self, text: str) -> str:
        problem = check_identity_number(text, self._today()).problem if text else None
        return problem.message if problem else ""

    def action_finish(self) -> None:
        """Go on if every field holds."""
        self.finish()

    def action_kind(self) -> None:
        """Take the next kind."""
        self._kind = (self._kind + 1) % len(KINDS)
        self._show_kind()
        if self.field("id_number").value:
            self.field("id_number").verify()

    def action_discredited(self) -> None:
        """Mark the applicant 失信, or not."""
        self._discredited = not self._discredited
        self._show_kind()

    def _show_kind(self) -> None:
        kind = KINDS[self._kind]
        discredited = "    【失信】不适用容缺受理" if self._discredited else ""
        self.query_one(".applicant--kind", Static).update(Content(f"类别     {kind.words}{discredited}"))
        self.field("id_number").relabel(ID_KINDS[kind.id_kind])
        self.field("name").relabel(kind.name_label)
