"""锁屏: nothing of anybody's work; the one who is signed in comes back, or somebody else begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.numbers import looks_like_case_number
from screens.base import AreaScreen
from screens.keymap import key
from screens.text import clean
from screens.widgets.field import Field
from screens.widgets.prose import Para, Prose, plain

if TYPE_CHECKING:
    from clerk_app.domain.people import Person
    from clerk_app.seat import Refused

SCANNED = "刚才扫描的内容没有录入：窗口已锁屏。请先输入口令解锁，再扫描一次。"


class Lock(AreaScreen):
    """Number and password over an empty screen."""

    CSS_PATH = "screen.tcss"
    TITLE_WORDS = "锁屏"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("lock.go", "enter", "unlock", "解锁", "用所填工号和口令解锁，或换人登录"),
    ]

    def body(self) -> ComposeResult:
        """Yield the form."""
        seat = self.clerk.services.seat
        with Vertical(id="lock"):
            yield Static("", id="lock-title", classes="title", markup=False)
            yield Static(Content(clean(f"{seat.point_name}  {seat.number} 号窗口")), classes="dim", markup=False)
            yield Prose(id="lock-words")
            yield Field("工号", id="lock-number", width=4, max_length=64)
            yield Field("口令", id="lock-password", width=4, password=True, max_length=256)
            yield Prose(id="lock-message")
            yield Prose(id="lock-parked")

    def on_mount(self) -> None:
        """Begin empty."""
        self._begin()

    def on_screen_resume(self) -> None:
        """Nothing of the time before is left in the fields."""
        if self.is_mounted:
            self._begin()

    def _begin(self) -> None:
        locking, parking = self.clerk.locking, self.clerk.parking
        who = parking.here.person if parking.here is not None else None
        self.query_one("#lock-title", Static).update(Content("换人" if locking.changing else "已锁屏"))
        self.query_one("#lock-words", Prose).show(plain(_words(who, changing=locking.changing)))
        kept = parking.words()
        self.query_one("#lock-parked", Prose).show(plain("\n".join(["本窗口留存：", *kept]) if kept else ""))
        number, password = self._field("number"), self._field("password")
        number.value = "" if locking.changing or who is None else who.number
        password.value = ""
        (password if number.value else number).focus()
        self._say("", bad=False)

    def _field(self, name: str) -> Field:
        return self.query_one(f"#lock-{name}", Field)

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        if not event.submitted:
            return
        if event.field.id == "lock-number":
            self._field("password").focus()
        else:
            self.action_unlock()

    def action_unlock(self) -> None:
        """Let in whose number and password these are; what a scanner sent is no password."""
        number, password = self._field("number").value, self._field("password").value
        if looks_like_case_number(password) or looks_like_case_number(number):
            self._refuse(SCANNED)
            return
        gate = self.clerk.services.gate
        self._say("正在核对，请稍候", bad=False)
        self.ask(lambda: gate.unlock(number, password), self._done, self._refused)

    def _done(self, person: Person) -> None:
        self._field("password").value = ""
        self._say("", bad=False)
        self.clerk.locking.let_in(person)

    def _refused(self, refused: Refused) -> None:
        self._refuse(refused.message)

    def _refuse(self, words: str) -> None:
        self._say(words, bad=True)
        password = self._field("password")
        password.value = ""
        password.focus()

    def _say(self, words: str, *, bad: bool) -> None:
        self.query_one("#lock-message", Prose).show([Para([(words, "bad" if bad else "dim")])])


def _words(who: Person | None, *, changing: bool) -> str:
    if who is None:
        return "请输入工号和口令。"
    name = f"{who.name}（{who.number}）"
    if changing:
        return f"{name}的界面和没有办完的内容都留着。\n下一位请输入自己的工号和口令。"
    return f"{name}的界面和没有办完的内容都留着，输入口令接着办。\n换人：改填自己的工号和口令。"
