"""登录: who sits at this window."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.people import Person
from clerk_app.seat import Refused
from screens.base import AreaScreen
from screens.keymap import key
from screens.text import clean
from screens.widgets.field import Field
from screens.widgets.prose import Para, Prose, plain
from screens.widgets.virtual_list import Cell, Column, VirtualList

if TYPE_CHECKING:
    from clerk_app.services import Demo, DemoAccount

ROLE_LABELS = {"clerk": "窗口人员", "supervisor": "值班主任", "courier": "揽收员", "department": "部门"}


class SignIn(AreaScreen):
    """Number and password; in a demonstration the sample accounts and the couriers' badges stand below."""

    CSS_PATH = "screen.tcss"
    TITLE_WORDS = "登录"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("sign-in.go", "enter", "sign_in", "登录", "用所填工号和口令登录"),
        key("sign-in.quit", "f10", "app.leave", "退出", "退出本程序"),
    ]

    def body(self) -> ComposeResult:
        """Yield the form."""
        seat = self.clerk.services.seat
        with Vertical(id="sign-in"):
            yield Static(Content("综合窗口"), classes="title", markup=False)
            yield Static(Content(clean(f"{seat.point_name}  {seat.number} 号窗口")), classes="dim", markup=False)
            yield Field("工号", id="number", width=4, max_length=64)
            yield Field("口令", id="password", width=4, password=True, max_length=256)
            yield Prose(id="sign-in-message")
            yield Prose(id="sign-in-parked")
            if self.clerk.services.demo is not None:
                yield from self._accounts(self.clerk.services.demo)

    def _accounts(self, demo: Demo) -> ComposeResult:
        yield Static(Content(clean(demo.label)), id="demo-label", markup=False)
        listing: VirtualList[DemoAccount] = VirtualList(
            [Column("工号", 10), Column("姓名", 10), Column("身份", 10), Column("口令")],
            self._cells,
            id="demo-accounts",
        )
        listing.styles.height = len(demo.accounts) + 1
        yield listing
        couriers = "　".join(f"{one.badge} {one.pin}" for one in demo.couriers)
        yield Static(
            Content(clean(f"揽收员工牌、PIN　{couriers}") if couriers else ""), id="demo-couriers", markup=False
        )

    @staticmethod
    def _cells(account: DemoAccount) -> list[Cell]:
        return [
            Cell(account.number, "strong"),
            Cell(account.name),
            Cell(ROLE_LABELS.get(account.role, account.role)),
            Cell(account.password, "strong"),
        ]

    def on_mount(self) -> None:
        """Begin in the number."""
        demo = self.clerk.services.demo
        if demo is not None:
            self.query_one("#demo-accounts", VirtualList).set_rows(demo.accounts)
        self._begin()
        self.clerk.look_at_line()
        self.call_after_refresh(self.clerk.services.painted)

    def on_screen_resume(self) -> None:
        """Nothing of the one before is left."""
        if self.is_mounted:
            self._begin()

    def _begin(self) -> None:
        for id in ("number", "password"):
            self.query_one(f"#{id}", Field).value = ""
        self.query_one("#number", Field).focus()
        self._say(self.clerk.locking.parting or "；".join(self.clerk.keymap_problems), bad=True)
        kept = self.clerk.parking.words()
        self.query_one("#sign-in-parked", Prose).show(plain("\n".join(["本窗口留存：", *kept]) if kept else ""))

    @on(Field.Left)
    def _left(self, event: Field.Left) -> None:
        event.stop()
        if not event.submitted:
            return
        if event.field.id == "number":
            self.query_one("#password", Field).focus()
        else:
            self.action_sign_in()

    @on(VirtualList.Selected)
    def _account(self, event: VirtualList.Selected) -> None:
        event.stop()
        demo = self.clerk.services.demo
        if demo is not None:
            account = demo.accounts[event.index]
            self._sign_in(account.number, account.password)

    def action_sign_in(self) -> None:
        """Sign in with what was typed."""
        self._sign_in(self.query_one("#number", Field).value, self.query_one("#password", Field).value)

    def _sign_in(self, number: str, password: str) -> None:
        gate = self.clerk.services.gate
        self._say("正在登录，请稍候", bad=False)
        self.ask(lambda: gate.unlock(number, password), self._done, self._refused)

    def _done(self, person: Person) -> None:
        self._say("", bad=False)
        self.query_one("#password", Field).value = ""
        self.clerk.locking.let_in(person)

    def _refused(self, refused: Refused) -> None:
        self._say(refused.message, bad=True)
        field = self.query_one("#password", Field)
        field.value = ""
        field.focus()

    def _say(self, words: str, *, bad: bool) -> None:
        self.query_one("#sign-in-message", Prose).show([Para([(words, "bad" if bad else "dim")])])
