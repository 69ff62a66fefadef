"""What a reader sends: every character that arrives, by name and with the time between, and what it would be taken for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.domain.cards import card_of
from clerk_app.wedge import Wedge, around, named
from screens.dialogs import Dialog
from screens.keymap import key
from screens.widgets.prose import Para, Prose

if TYPE_CHECKING:
    from screens.app import ClerkApp

CODE = "CLERK-TEST-0001"
"""What both codes of the test page say."""
MOST = 600
PAUSE = 1.0
"""Seconds after which what arrives is another scan."""
HINT = f"请扫一次码或刷一次证。扫打印测试页上的码（{CODE}），可以照收到的设置前缀和后缀。"


@dataclass
class Arrived:
    """What came since the last pause."""

    text: str = ""
    gaps: list[float] = field(default_factory=list)
    last: float = 0.0

    def take(self, character: str, at: float) -> None:
        """Add a character; after a pause, or too many, it begins anew."""
        if self.text and (at - self.last > PAUSE or len(self.text) >= MOST):
            self.text, self.gaps = "", []
        if self.text:
            self.gaps.append(at - self.last)
        self.text += character
        self.last = at

    def taken_for(self, wedge: Wedge) -> str:
        """Return what this would be taken for, as the readers are set up now."""
        body = self.text.removeprefix(wedge.prefix)
        whole = self.text.startswith(wedge.prefix) and body.endswith(wedge.suffix) and bool(body)
        inner = body.removesuffix(wedge.suffix) if wedge.suffix else body
        if card_of(inner) is not None:
            return (
                "一张身份证：填入申请人的姓名、号码和地址"
                if (whole and wedge.prefix) or "|" in inner
                else "一张身份证，但须设置前缀才能整张填入"
            )
        if not whole:
            return "没有按所设的前缀、后缀，逐字当作按键"
        fast = all(gap <= wedge.gap for gap in self.gaps)
        return "一次扫描" if fast and len(inner) > 1 else "手工按键"


class Arrivals(Dialog[Wedge]):
    """Shows what arrives; nothing of it is kept, and it is forgotten when the page is left or the window is locked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("arrivals.take", "f9", "take", "照此设置", "按刚才扫到的测试码设置前缀和后缀"),
        key("arrivals.clear", "f8", "clear", "清空", "清空收到的内容"),
    ]

    def __init__(self, wedge: Wedge) -> None:
        super().__init__("读码器和读卡器：收到了什么", classes="-large")
        self._wedge = wedge
        self._arrived = Arrived()

    def body(self) -> ComposeResult:
        """Yield the words."""
        yield Prose(classes="dialog--text")

    def on_mount(self) -> None:
        """Listen."""
        self._listen()
        self._show()

    def on_screen_resume(self) -> None:
        """Listen again, with nothing that came before."""
        self._listen()
        self._show()

    def on_screen_suspend(self) -> None:
        """Something else is shown: stop listening, and forget."""
        self._deaf()
        self._show()

    def on_unmount(self) -> None:
        """It is over."""
        self._deaf()

    def _listen(self) -> None:
        cast("ClerkApp", self.app).readers.capture = self._heard

    def _deaf(self) -> None:
        self._arrived = Arrived()
        readers = cast("ClerkApp", self.app).readers
        if readers.capture == self._heard:
            readers.capture = None

    def _heard(self, character: str, at: float) -> None:
        self._arrived.take(character, at)
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is around a code is known where the code is."""
        return None if action == "take" and around(self._arrived.text, CODE) is None else True

    def _show(self) -> None:
        arrived = self._arrived
        paras = [Para([(HINT, "dim")]), Para([("", "")])]
        if arrived.text:
            gaps = [round(1000 * gap) for gap in arrived.gaps]
            pace = f"间隔 {min(gaps)} 至 {max(gaps)} 毫秒" if gaps else "只有一个字符"
            paras += [
                Para([("收到  ", "dim"), (named(arrived.text), "strong")], 6),
                Para([("字符  ", "dim"), (f"{len(arrived.text)} 个，{pace}", "")], 6),
                Para([("当作  ", "dim"), (arrived.taken_for(self._wedge), "accent")], 6),
            ]
            found = around(arrived.text, CODE)
            if found is not None:
                before, behind = (named(part) or "没有" for part in found)
                paras.append(Para([("测试码  ", "dim"), (f"前缀 {before}，后缀 {behind}；按 F9 照此设置", "good")], 8))
        self.query_one(Prose).show(paras)
        self.refresh_bindings()

    def action_take(self) -> None:
        """Set the readers up as the test code came."""
        found = around(self._arrived.text, CODE)
        if found is not None:
            self.dismiss(Wedge(prefix=found[0], suffix=found[1], gap_ms=self._wedge.gap_ms))

    def action_clear(self) -> None:
        """Forget what came."""
        self._arrived = Arrived()
        self._show()
