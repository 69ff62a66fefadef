"""督办: one task, the rule it goes by, and the case, bag or tip it is about; and what may be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from clerk_app.domain.kinds import About
from screens.dialogs import Option, Reader
from screens.keymap import key
from screens.scan_dialogs import Pick
from screens.scan_screen import ScanScreen
from screens.supervision import facts as told
from screens.supervision.acting import act_on, open_case
from screens.supervision.finding import look_up
from screens.supervision.views import ref_of
from screens.widgets.prose import Prose

if TYPE_CHECKING:
    from clerk_app.docket_tasks import Task
    from clerk_app.seat import Refused
    from screens.supervision.facts import TaskFacts


class TaskView(ScanScreen):
    """One task; a scan leads to what it names."""

    AREA = "supervision"
    TITLE_WORDS = "督办事项"
    CSS_PATH = ["../dispatch/screen.tcss", "screen.tcss"]
    LABEL = "督办"
    HINT = "编号：看那一件要督办的事"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("task.act", "f10", "act", "处理", "列出对这一项、这一件能做的处理"),
        key("task.open", "enter", "entered", "打开", "打开这一件：办件详情，或寄递袋、交接清单"),
        key("task.print", "f8", "print", "打印", "打印这一件的文书"),
        key("task.clocks", "f9", "clocks", "时限", "核对时限：每个时限的依据、起算、暂停和到期日"),
        key("task.next", "f7", "next", "下一项", "看这个编号的下一项督办"),
        key("task.back", "escape", "back", "返回", "回到督办"),
        key("task.reload", "ctrl+r", "reload", "刷新", "重新读取", show=False),
    ]

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task_shown = task
        self._facts: TaskFacts | None = None
        self._shown = -1

    def content(self) -> ComposeResult:
        """Yield the task, what it is about, and what happened."""
        yield Prose(id="task-head")
        with Reader(id="task-text", can_focus=False):
            yield Prose(id="task-subject")
            with Container(id="task-columns"):
                yield Prose(id="task-left")
                yield Prose(id="task-right")

    def begin(self) -> None:
        """Read the task."""
        self.action_reload()

    def looked(self) -> None:
        """Read it again if anything was recorded or came from the city."""
        if self.is_mounted and self._shown != self.clerk.revision:
            self._load(hold=False)

    def on_screen_resume(self) -> None:
        """Show what changed meanwhile."""
        self.looked()

    def _load(self, *, hold: bool) -> None:
        desk, task = self.desk, self.task_shown
        self._shown = self.clerk.revision
        otherwise = None if hold else self._not_read
        self.ask(lambda: told.read(desk, task), self._show, otherwise, replaces="task", hold=hold)

    def _not_read(self, refused: Refused) -> None:
        """What was read before stays; it is read again with the next change."""
        self._shown = -1
        self.say(refused.message, "bad")

    def _show(self, facts: TaskFacts) -> None:
        self._facts = facts
        self.task_shown = facts.task
        self.query_one("#task-head", Prose).show(told.head(facts))
        self.query_one("#task-subject", Prose).show(told.subject(facts))
        self.query_one("#task-left", Prose).show(told.left(facts))
        self.query_one("#task-right", Prose).show(told.right(facts))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what may be done now has a key."""
        facts = self._facts
        if action == "print":
            return facts is not None and facts.about.case is not None and bool(facts.about.case.papers)
        if action == "clocks":
            return facts is not None and facts.about.case is not None
        if action == "next":
            return facts is not None and len(facts.siblings) > (not facts.over)
        if action == "entered":
            return facts is not None and not facts.about.missing and facts.task.about is not About.TIP
        return facts is not None if action == "act" else True

    def scanned(self, text: str) -> None:
        """Go to what was scanned."""
        look_up(self, text, over=False)

    def entered(self) -> None:
        """Open what the task is about."""
        task, facts = self.task_shown, self._facts
        if facts is None or facts.about.missing or task.about is About.TIP:
            return
        if task.about is About.CASE:
            open_case(self, task.subject, self.action_reload)
            return
        from screens.dispatch.bag import BagView
        from screens.dispatch.manifest import ManifestView

        self.open(BagView(task.subject) if task.about is About.PARCEL else ManifestView(task.subject))

    def action_act(self) -> None:
        """Offer what may be done."""
        if self._facts is not None:
            act_on(self, self._facts, self.action_reload)

    def action_next(self) -> None:
        """Show the next task of the same subject."""
        if self._facts is None or not self._facts.siblings:
            return
        here = ref_of(self.task_shown)
        all_ = self._facts.siblings
        at = next((n for n, one in enumerate(all_) if ref_of(one) == here), -1)
        self.task_shown = all_[(at + 1) % len(all_)]
        self.say("")
        self.action_reload()

    def action_clocks(self) -> None:
        """Show every clock of the case, day by day."""
        from screens.cases.clocks import CaseClocks

        self.open(CaseClocks(self.task_shown.subject))

    def action_print(self) -> None:
        """Choose a paper of the case and write it."""
        facts = self._facts
        if facts is None or facts.about.case is None:
            return
        desk, number = self.desk, self.task_shown.subject

        def chosen(kind: str | None) -> None:
            if kind:
                self.ask(lambda: desk.print_paper(kind, number), lambda handed: self.say(handed.say(), "good"))

        self.open(Pick("打印哪一种文书", [Option(kind, kind) for kind in facts.about.case.papers]), chosen)

    def action_reload(self) -> None:
        """Read it again."""
        self._load(hold=True)

    def action_move(self, by: int) -> None:
        """Scroll the text."""
        self.query_one(Reader).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll the text by pages."""
        reader = self.query_one(Reader)
        reader.scroll_relative(y=by * max(1, reader.size.height - 1), animate=False)
