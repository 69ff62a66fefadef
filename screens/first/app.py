"""The first start: from a machine that is no window to one at which somebody can sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType

from clerk_app.first_start import STEPS
from screens.desk_work import Answered, DeskWork
from screens.key_gate import GatedApp
from screens.keymap import key
from screens.themes import FEW, NAMES, THEMES, use_plain_scrollbars

if TYPE_CHECKING:
    from clerk_app.first_start import Setup
    from clerk_app.terminal import Terminal


class FirstStart(GatedApp[bool], inherit_bindings=False):
    """Leads through the steps; its result is whether everything was done."""

    CSS_PATH = ["../app.tcss", "../dialogs.tcss", "first.tcss"]
    TITLE = "综合窗口"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        key("first.leave", "ctrl+q,f10", "leave", "退出", "退出；已填的留着，下次接着设置", priority=True),
    ]

    def __init__(self, setup: Setup, terminal: Terminal) -> None:
        use_plain_scrollbars()
        self.thrifty = terminal.thrifty
        super().__init__()
        self.setup = setup
        self.desk_work = DeskWork(self, self.gate)
        self.stopping = False
        """Whether the work that is under way should end soon."""
        self.take_looks()
        wished = str(setup.begun.wishes.get("theme", ""))
        self.theme = FEW if terminal.few_colours else wished if wished in NAMES else "dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give every theme the variables the styles speak of."""
        return dict(THEMES[0].variables)

    def on_mount(self) -> None:
        """Go to the step that comes next."""
        self.go(self.setup.begun.step)

    def on_unmount(self) -> None:
        """Finish what was begun."""
        self.desk_work.close()

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        if self.screen_stack:
            message.tell()

    def go(self, step: str) -> None:
        """Show a step in the place of the one before."""
        from screens.first.steps import SCREENS

        self.stopping = False
        shut = step not in {"where", "enrol"} and self.setup.needs_passphrase()
        screen = SCREENS["open" if shut else step](STEPS.index(step) + 1)
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def action_leave(self) -> None:
        """Leave; what was said is kept for the next time."""
        self.stopping = True
        self.exit(False)
