"""The client: signing in, the areas as modes, and what is always at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.screen import Screen

from clerk_app.wedge import Wedge, wedge_of
from screens.alarm import Alarm
from screens.base import AreaScreen
from screens.desk_work import Answered, DeskWork
from screens.dialogs import Confirm
from screens.key_gate import GatedApp
from screens.keymap import KEY_MODULES, checked, key, key_name
from screens.lock.locking import Locking
from screens.parking import Parking, Place
from screens.practice.keys import KEYS
from screens.readers import Readers
from screens.themes import FEW, NAMES, THEMES, use_plain_scrollbars
from screens.widgets.header import HeaderState, StatusHeader, waiting, working

if TYPE_CHECKING:
    # the desk is not on the way to the first paint
    from clerk_app.desk import Desk
    from clerk_app.services import Services
    from clerk_app.status import Status
    from screens.practice.playing import Playing

LOOK_EVERY = 1.0
"""Seconds between two looks at the line."""


def _sign_in() -> Screen[None]:
    from screens.sign_in.screen import SignIn

    return SignIn()


def _lock() -> Screen[None]:
    from screens.lock.screen import Lock

    return Lock()


class ClerkApp(GatedApp[int], inherit_bindings=False):
    """The window client."""

    CSS_PATH = ["app.tcss", "dialogs.tcss"]
    TITLE = "综合窗口"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[object]]]] = {"sign-in": _sign_in, "lock": _lock}  # type: ignore[dict-item]
    BINDINGS: ClassVar[list[BindingType]] = [
        key("app.help", "f1", "help", "帮助", "列出此处可用的全部按键", priority=True),
        key("app.intake", "f2", "area('intake')", "收件", "转到收件", show=False, priority=True),
        key("app.cases", "f3", "area('cases')", "办件", "转到办件", show=False, priority=True),
        key("app.dispatch", "f4", "area('dispatch')", "寄递", "转到寄递", show=False, priority=True),
        key(
            "app.supervision",
            "f5",
            "area('supervision')",
            "督办",
            "转到督办：要值班主任处理的事",
            show=False,
            priority=True,
        ),
        key("app.line", "f6", "area('line')", "同步", "转到同步：网络、未发和退回的流水", show=False, priority=True),
        key(
            "app.settings",
            "ctrl+o",
            "area('settings')",
            "设置",
            "转到设置：打印机、扫描仪、读码器、外观、诊断",
            show=False,
            priority=True,
        ),
        key("app.palette", "ctrl+p", "palette", "找操作", "按名称查找并执行一项操作", show=False, priority=True),
        key("app.look", "ctrl+t", "look", "换外观", "在深色、浅色、高对比、十六色之间切换", show=False, priority=True),
        key(
            "app.redraw",
            "ctrl+l",
            "redraw",
            "重画",
            "屏幕上有别的程序留下的字时，重画整个屏幕",
            show=False,
            priority=True,
        ),
        key("app.mute", "ctrl+b", "mute", "静音", "督办有新的红灯或冲突时，响铃或不响", show=False, priority=True),
        *KEYS,
        key("app.copy", "ctrl+c", "copy", "复制", "复制选中的文字", show=False),
        key("app.lock", "f11", "lock", "锁屏", "马上锁屏；输入口令后一切照旧", priority=True),
        key("app.sign-out", "f12", "sign_out", "换人", "换一个人使用本窗口，或退出登录", show=False, priority=True),
        key("app.quit", "ctrl+q", "ask_leave", "退出", "退出本程序", show=False, priority=True),
    ]

    def __init__(self, services: Services) -> None:
        use_plain_scrollbars()
        self.services = services
        self.thrifty = services.thrifty
        super().__init__()
        self.readers = Readers(self, wedge_of(services.own.settings().wedge) if services.own else Wedge())
        self.parking = Parking(self)
        self.locking = Locking(self)
        self.desk_work = DeskWork(self, self.gate)
        self.header_state = HeaderState()
        self.alarm = Alarm(self)
        self.playing = self._playing()
        self._held = (0, 0, 0, 0)
        self.revision = 0
        """Counts the acts done here and the changes seen from elsewhere, so that lists know when they are stale."""
        self.take_looks()
        self.theme = FEW if services.few_colours else services.theme if services.theme in NAMES else "dark"
        self.keymap_problems: tuple[str, ...] = ()
        if services.keymap:
            self._bind_anew(services.keymap)

    def _playing(self) -> Playing | None:
        """Return what the keys of a practice do; elsewhere there are none."""
        if self.services.practice is None:
            return None
        from screens.practice.playing import Playing

        return Playing(self, self.services.practice)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give every theme the variables the styles speak of."""
        return dict(THEMES[0].variables)

    def on_mount(self) -> None:
        """Begin with the sign-in, and begin to watch the line.

        The first mode is Textual's own, empty: from Python 3.12 on tasks begin at once, and a field that is mounted with
        the very first screen would look for a screen that does not stand yet.
        """
        self.switch_mode("sign-in")
        self.set_interval(LOOK_EVERY, self.tick)

    def on_unmount(self) -> None:
        """Finish what the desk was given."""
        self.desk_work.close()

    async def on_event(self, event: events.Event) -> None:
        """Whoever strikes a key or moves the mouse is at the window."""
        if isinstance(event, events.InputEvent | events.Paste):
            self.locking.touch()
        if isinstance(event, events.Key) and not event.is_forwarded and not self.gate.repeats(event):
            for one in self.readers.take(event):
                await self.deliver(one)
            return
        if isinstance(event, events.Paste) and not event.is_forwarded and not self.gate.repeats(event):
            for one in self.readers.flush():
                await self.deliver(one)
        await super().on_event(event)

    async def deliver(self, event: events.Event) -> None:
        """Handle a key, or a text, as if it had just come from the terminal."""
        await super().on_event(event)

    def tick(self) -> None:
        """Once a second: lock if nobody is here, and look at the line."""
        self.locking.tick()
        self.look_at_line()

    def _bind_anew(self, keys: Mapping[str, str]) -> None:
        """Take a clerk's own keys over, and keep what cannot be used to be shown."""
        for module in KEY_MODULES:
            import_module(module)
        keymap = checked(keys)
        self.keymap_problems = keymap.problems
        self.set_keymap(keymap.bound)

    def get_key_display(self, binding: object) -> str:
        """Return how a key is called on the screen."""
        return key_name(str(getattr(binding, "key", "")))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Areas exist only for somebody who signed in; nothing leaves an open dialog but its own keys, and locking."""
        if action in {"area", "sign_out", "lock", "mute"}:
            place = self.parking.here if not self.locking.locked else None
            if place is None or ((self.screen.is_modal or self.alone) and action != "lock"):
                return False
            if action == "mute":
                return self.alarm.is_for(place)
            if action == "area" and parameters[0] == "settings" and self.services.own is None:
                return False
            return action != "area" or parameters[0] in place.areas
        if action == "practice":
            return self.playing is not None and self.desk is not None and self.playing.possible(str(parameters[0]))
        if action in {"help", "palette"}:
            return not self.screen.is_modal and not (self.alone and action == "palette")
        return True

    @property
    def alone(self) -> bool:
        """Whether the screen that is shown keeps to one task, which alone leads out of it."""
        return any(isinstance(screen, AreaScreen) and screen.ALONE for screen in self.screen_stack[-2:])

    @property
    def desk(self) -> Desk | None:
        """The desk of whoever is at the window; ``None`` before anybody signed in, and while it is locked."""
        place = self.parking.here
        return place.desk if place is not None and not self.locking.locked else None

    @property
    def area(self) -> str:
        """The area that is shown; empty where none is."""
        place = self.parking.here
        return place.area if place is not None and self.current_mode == place.mode() else ""

    def screens_of(self, mode: str) -> Sequence[Screen[Any]]:
        """Return the screens of one mode, the lowest first."""
        return tuple(self._screen_stacks.get(mode, ()))

    def notify(self, *given: Any, **named: Any) -> None:
        """Show a note; while the window is locked none is."""
        if not self.locking.locked:
            super().notify(*given, **named)

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        if self.screen_stack:  # else the client is being left
            message.tell()

    @on(StatusHeader.AreaClicked)
    def _area_clicked(self, message: StatusHeader.AreaClicked) -> None:
        if not self.gate.held and self.check_action("area", (message.area,)):
            self.action_area(message.area)

    def action_area(self, area: str) -> None:
        """Go to an area; what was begun in this one stays as it is."""
        self._go(area)
        self.look_at_line()

    def _go(self, area: str) -> None:
        place = self.parking.here
        if place is not None:
            place.area = area
            self.switch_mode(place.mode())

    def open_case(self, number: str) -> None:
        """Go to the cases and show one."""
        from screens.cases.screen import Cases

        self._go("cases")
        base = self.screen_stack[0]
        if isinstance(base, Cases):
            if base.is_mounted:
                base.open_case(number)
            else:
                base.wanted = number

    def action_lock(self) -> None:
        """Lock the window now."""
        self.locking.lock()

    def action_sign_out(self) -> None:
        """Ask whether somebody else comes, or whoever is here leaves for good."""
        self.locking.ask_change()

    def action_leave(self) -> None:
        """Leave the program at once; what is recorded is safe and is sent next time."""
        self.exit(0)

    def action_ask_leave(self) -> None:
        """Leave the program, after asking if something is half done."""
        stacks = [screen for stack in self._screen_stacks.values() for screen in stack]
        if not any(isinstance(screen, AreaScreen) and screen.begun for screen in stacks) or self.gate.held:
            self.action_leave()
            return
        words = "有填写了一半、还没有登记的内容，退出后不能找回。"
        self.push_screen(Confirm("退出", words), lambda sure: self.action_leave() if sure else None)

    def action_copy(self) -> None:
        """Copy what is selected with the mouse."""
        text = self.screen.get_selected_text()
        if text:
            self.copy_to_clipboard(text)

    def action_help(self) -> None:
        """Show what can be done here."""
        from screens.help import Help

        self.push_screen(Help(self.screen))

    def action_palette(self) -> None:
        """Find something to do by its name."""
        from screens.palette import Palette

        self.push_screen(Palette(self.screen))

    def action_look(self) -> None:
        """Take the next look."""
        names = list(NAMES)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        self.desk_work.do(lambda: self.services.keep_theme(self.theme), lambda _: None, lambda _: None, hold=False)

    def action_redraw(self) -> None:
        """Paint the whole screen again, after something else has written on it."""
        self.paint_anew()
        self.refresh(layout=True)

    def action_mute(self) -> None:
        """Have new red lights and conflicts ring, or not."""
        self.alarm.mute()

    def action_practice(self, what: str) -> None:
        """Go on with the lesson that is practised."""
        if self.playing is not None:
            self.playing.do(what)

    def show_alarm(self) -> None:
        """Show in the header how many red lights there are."""
        self._show(self.header_state)

    def look_at_line(self) -> None:
        """Look at the line now, and ask the desk what is unsent."""
        place = self.parking.here
        if self.desk is None or place is None:
            self._show(waiting(self.services))
            return
        desk, gate = place.desk, self.services.gate
        self.desk_work.do(
            lambda: (desk.status(), gate.standing(place.person)),
            lambda found: self._looked(place, *found),
            lambda refused: self._not_looked(place),
            replaces="look",
            hold=False,
        )

    def _looked(self, place: Place, status: Status, barred: str) -> None:
        if self.locking.locked or place is not self.parking.here:
            return
        if barred and self.gate.idle:
            self.locking.shut_out(barred)
            return
        if (held := (status.entries, status.unsent, status.cases, status.scans_owed)) != self._held:
            self._held = held
            self.revision += 1
        self._show(working(self.services, place.person, status, place.areas))
        self.alarm.look(place)
        if isinstance(self.screen, AreaScreen):
            self.screen.looked()

    def _not_looked(self, place: Place) -> None:
        """What this window holds cannot be told: that is said where it would stand."""
        if place is self.parking.here and not self.locking.locked:
            self._show(working(self.services, place.person, None, place.areas))

    def _show(self, state: HeaderState) -> None:
        self.header_state = state = self.alarm.told(state)
        for screen in self.screen_stack:
            for header in screen.query(StatusHeader):
                header.state = state


def build_app(services: Services) -> ClerkApp:
    """Return the client over these services."""
    return ClerkApp(services)
