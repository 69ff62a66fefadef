"""督办: everything that needs a supervisor, in one queue, in the order that matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from clerk_app.docket_tasks import ORDERS, Task
from clerk_app.seat import Refused
from screens.dialogs import Option
from screens.keymap import key, move
from screens.scan_dialogs import Pick
from screens.scan_screen import ScanScreen
from screens.supervision.acting import act_on, act_on_all
from screens.supervision.facts import read as read_task
from screens.supervision.finding import is_number, look_up
from screens.supervision.views import COLUMNS, ORDER_LABELS, VIEWS, Asked, Found, Ref, View, cells, read, ref_of
from screens.text import clean
from screens.widgets.virtual_list import Cell, VirtualList

if TYPE_CHECKING:
    from screens.supervision.facts import TaskFacts

WIDE = 100
EVERYWHERE = "全部"


class Supervision(ScanScreen):
    """Nine views of one queue behind one field; Enter opens a task, F10 does something with it."""

    AREA = "supervision"
    TITLE_WORDS = "督办"
    KEY_LINES = 2
    CSS_PATH = ["../dispatch/screen.tcss", "screen.tcss"]
    LABEL = "查找"
    HINT = "编号直接打开；姓名、事项、部门等词筛选；序号换列表"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("supervision.open", "enter", "entered", "打开", "打开光标所在的一项"),
        key("supervision.act", "f10", "act", "处理", "列出对光标所在的一项能做的处理"),
        key("supervision.mark", "insert", "mark", "选中", "选中光标所在的一项，或去掉；可选几项一起处理"),
        key("supervision.bulk", "f7", "bulk", "一起处理", "处理选中的各项：同一结论、退回整改或转办"),
        key("supervision.order", "f8", "order", "次序", "按轻重缓急、到期、发生、部门、服务点排列"),
        key("supervision.pictures", "f9", "pictures", "图表", "各项指标的图和数字"),
        key("supervision.draw", "ctrl+d", "draw", "抽查", "抽中核查：按风险抽取已受理的办件"),
        key("supervision.point", "ctrl+f", "point", "服务点", "只看一个服务点，或全部"),
        key("supervision.clear", "escape", "clear", "清空", "清空筛选的词；再按一次去掉选中"),
        key("supervision.next-view", "tab,right", "turn(1)", "下一列表", "换到下一个列表；输序号再按回车也可以"),
        move("supervision.previous-view", "shift+tab,left", "turn(-1)", "上一列表", "换到上一个列表"),
        key("supervision.reload", "ctrl+r", "reload", "刷新", "重新读取", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._asked = Asked()
        self._found = Found()
        self.marked: dict[Ref, Task] = {}
        """What was chosen to be dealt with at once."""
        self._shown = -1
        self._read = False

    def content(self) -> ComposeResult:
        """Yield the names of the views, how the list is narrowed, and the list."""
        yield Static("", id="supervision-views", markup=False)
        yield Static("", id="supervision-state", markup=False)
        listing = VirtualList[Task](COLUMNS, self._cells, empty="没有要督办的事", id="supervision-list")
        listing.can_focus = False
        yield listing

    def begin(self) -> None:
        """Show what there is."""
        self._draw()
        self._load(hold=True)

    def on_screen_resume(self) -> None:
        """Show what changed meanwhile."""
        self.looked()

    def looked(self) -> None:
        """Read the queue again if anything was recorded or came from the city."""
        if self.is_mounted and self._shown != self.clerk.revision:
            self._load(hold=False)

    @property
    def listing(self) -> VirtualList[Task]:
        """The list."""
        return self.query_one("#supervision-list", VirtualList)

    @property
    def view(self) -> View:
        """The view that is shown."""
        return self._asked.view

    @property
    def me(self) -> str:
        """The number of whoever's screen this is."""
        return self.place.person.number if self.place is not None else ""

    def _load(self, *, hold: bool) -> None:
        """Read the queue anew; ``hold`` keeps later keys back, because they mean the rows that are still to come."""
        desk, asked = self.desk, self._asked
        self._shown = self.clerk.revision
        self.ask(lambda: read(desk, asked), self._show, self._not_read, replaces="supervision", hold=hold)

    def _show(self, found: Found) -> None:
        """Show what was read; the cursor stays on its task, and what is chosen stays so while it is there."""
        listing, here = self.listing, self.listing.current
        same = found.asked == self._found.asked and self._read
        could = bool(self._found.rows), bool(self.marked), len(self._found.points)
        self._found, self._read = found, True
        self.marked = {ref: task for ref, task in self.marked.items() if ref in found.there}
        at = listing.cursor if same else 0
        if here is not None:
            at = found.places.get(ref_of(here), at)
        listing.empty = "没有符合的" if found.asked.words or found.asked.point else "没有要督办的事"
        listing.set_rows(found.rows, max(0, min(at, len(found.rows) - 1)))
        self._draw()
        if could != (bool(found.rows), bool(self.marked), len(found.points)):
            self.refresh_bindings()

    def _not_read(self, refused: Refused) -> None:
        """Said beside the field: the queue is read again with every key and every second."""
        self._shown = -1
        self.say(refused.message, "bad")

    def _cells(self, task: Task) -> list[Cell]:
        return cells(task, ref_of(task) in self.marked, self.me)

    def _draw(self) -> None:
        """Draw the names of the views, and how the list is narrowed."""
        parts: list[tuple[str, str]] = []
        counted = self.size.width >= WIDE
        for n, view in enumerate(VIEWS, start=1):
            count = self._found.counts.get(view.id, 0)
            name = f"{n}{view.title}" + (f" {count}" if counted and count else "")
            here = view is self.view
            tone = "bold $accented" if here else "$bad" if view.id == "over" and count else "$dim"
            parts.append((f"[{name}]" if here else f" {name} ", tone))
        self.query_one("#supervision-views", Static).update(Content.assemble(*parts), layout=False)
        asked = self._asked
        told = [f"{len(self._found.rows)} 项", f"次序：{ORDER_LABELS[asked.order]}"]
        told += [f"服务点：{self._found.points.get(asked.point, asked.point)}"] * bool(asked.point) + [
            f"筛选：“{asked.words}”"
        ] * bool(asked.words)
        told += [f"选中 {len(self.marked)} 项"] * bool(self.marked)
        self.query_one("#supervision-state", Static).update(Content(clean("　".join(told))), layout=False)

    def on_resize(self) -> None:
        """Name the views as there is room."""
        if self.is_mounted:
            self._draw()

    # what is listed

    def _ask_for(self, **changed: object) -> None:
        asked = {name: getattr(self._asked, name) for name in ("view", "words", "order", "point")}
        self._asked = Asked(**(asked | changed))
        self._draw()
        self._load(hold=True)

    def scanned(self, text: str) -> None:
        """Turn to a view by its number, open what a number names, or narrow the list to words."""
        if text.isascii() and text.isdecimal() and len(text) == 1 and 1 <= int(text) <= len(VIEWS):
            self._ask_for(view=VIEWS[int(text) - 1])
        elif is_number(text):
            look_up(self, text)
        else:
            self._ask_for(words=text)

    def action_turn(self, by: int) -> None:
        """Show the next view."""
        self.say("")
        self._ask_for(view=VIEWS[(VIEWS.index(self.view) + by) % len(VIEWS)])

    def action_order(self) -> None:
        """Take the next order."""
        names = list(ORDERS)
        self._ask_for(order=names[(names.index(self._asked.order) + 1) % len(names)])

    def action_point(self) -> None:
        """Choose one point, or all."""
        options = [Option("", EVERYWHERE), *(Option(code, name, code) for code, name in self._found.points.items())]

        def chosen(point: str | None) -> None:
            if point is not None:
                self._ask_for(point=point)

        self.open(Pick("看哪个服务点", options), chosen)

    def action_clear(self) -> None:
        """Forget what was typed and said; then the words, then what was chosen."""
        typed = bool(self.field.value)
        self.field.value = ""
        self.say("")
        if typed:
            return
        if self._asked.words:
            self._ask_for(words="")
        elif self.marked:
            self.marked = {}
            self._draw()
            self.listing.refresh()

    def action_reload(self) -> None:
        """Read the queue again."""
        self._load(hold=True)

    # what is done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what may be done now has a key."""
        match action:
            case "entered" | "act" | "mark":
                return bool(self._found.rows)
            case "bulk":
                return bool(self.marked)
            case "point":
                return len(self._found.points) > 1
        return True

    @on(VirtualList.Selected)
    def _selected(self, event: VirtualList.Selected) -> None:
        event.stop()
        self.entered()

    def entered(self) -> None:
        """Open the task under the cursor."""
        from screens.supervision.task import TaskView

        task = self.listing.current
        if task is not None:
            self.open(TaskView(task))

    def action_mark(self) -> None:
        """Choose the task under the cursor, or no longer, and go on."""
        task = self.listing.current
        if task is None:
            return
        if self.marked.pop(ref_of(task), None) is None:
            self.marked[ref_of(task)] = task
        self.listing.action_move(1)
        self.listing.refresh()
        self._draw()
        self.refresh_bindings()

    def action_act(self) -> None:
        """Offer what may be done with the task under the cursor."""
        task, desk = self.listing.current, self.desk

        def found(facts: TaskFacts) -> None:
            act_on(self, facts, self.action_reload)

        if task is not None:
            self.ask(lambda: read_task(desk, task), found)

    def action_bulk(self) -> None:
        """Offer what may be done with all that were chosen."""

        def done() -> None:
            self.marked = {}
            self.action_reload()

        if self.marked:
            act_on_all(self, list(self.marked.values()), self.me, done)

    def action_pictures(self) -> None:
        """Show the measures as pictures."""
        from screens.measures.screen import PicturesScreen

        self.open(PicturesScreen())

    def action_draw(self) -> None:
        """Draw cases to be verified."""
        from screens.supervision.drawing import draw

        draw(self)
