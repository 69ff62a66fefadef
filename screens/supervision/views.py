"""The views of 督办: which tasks each lists, and how."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clerk_app.docket_tasks import Task, TaskFilter
from clerk_app.domain.deadlines import Light
from clerk_app.domain.supervision_words import TaskKind
from screens.widgets.virtual_list import Cell, Column

if TYPE_CHECKING:
    from clerk_app.desk import Desk

Ref = tuple[str, str]
"""A task: what it is about, and its key there."""
LIGHTS = {
    Light.RED: ("红!!", "bad"),
    Light.YELLOW: ("黄!", "warn"),
    Light.GREEN: ("绿", "good"),
    Light.PAUSED: ("停", "dim"),
}
ORDER_LABELS = {
    "urgency": "轻重缓急",
    "due": "到期先后",
    "since": "发生先后",
    "department": "部门",
    "point": "服务点",
}


@dataclass(frozen=True, slots=True)
class View:
    """One list of the area."""

    id: str
    title: str
    holds: Callable[[Task, str], bool]
    """Whether a task belongs there, for who has this number."""


def _kinds(*kinds: TaskKind) -> Callable[[Task, str], bool]:
    wanted = frozenset(kinds)
    return lambda task, _: task.kind in wanted


VIEWS = (
    View("all", "全部", lambda task, _: True),
    View("over", "超期", lambda task, _: task.light is Light.RED),
    View("clocks", "时限", _kinds(TaskKind.CLOCK, TaskKind.DEBT, TaskKind.DEEMED)),
    View("conflicts", "冲突退回", _kinds(TaskKind.CONFLICT, TaskKind.QUARANTINE, TaskKind.DAMAGE)),
    View("notices", "告知到场", _kinds(TaskKind.BREACH, TaskKind.VISITS, TaskKind.DECLINED)),
    View("checks", "核查", _kinds(TaskKind.VERIFY, TaskKind.FAILED)),
    View("custody", "交接", _kinds(TaskKind.CUSTODY)),
    View(
        "voices",
        "评价提示",
        _kinds(TaskKind.RATING, TaskKind.TIP, TaskKind.UNDO, TaskKind.FINDING, TaskKind.UNANSWERED),
    ),
    View("mine", "我的", lambda task, me: task.to == me),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the area is asked to list."""

    view: View = VIEWS[0]
    words: str = ""
    order: str = "urgency"
    point: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What one look at the queue told."""

    asked: Asked = Asked()
    rows: Sequence[Task] = ()
    counts: dict[str, int] = field(default_factory=dict)
    """How many there are in each view, by its id."""
    places: Mapping[Ref, int] = field(default_factory=dict)
    """Where in ``rows`` each task is."""
    points: Mapping[str, str] = field(default_factory=dict)
    """The points that are seen here, with what they are called."""
    there: Collection[Ref] = ()
    """Every task there is, listed or not."""


def ref_of(task: Task) -> Ref:
    """Return a task's name."""
    return task.subject, task.key


def read(desk: Desk, asked: Asked) -> Found:
    """Bring the queue up to date and list what is asked for."""
    desk.refresh_tasks()
    me = desk.person.number
    tasks = desk.tasks(TaskFilter(point=asked.point, words=asked.words, order=asked.order))
    counts = {view.id: sum(view.holds(task, me) for task in tasks) for view in VIEWS[1:]}
    counts[VIEWS[0].id] = len(tasks)
    rows = [task for task in tasks if asked.view.holds(task, me)]
    every = desk.tasks() if asked.words or asked.point else tasks
    places = {ref_of(task): at for at, task in enumerate(rows)}
    points = {code: desk.point_name(code) for code in desk.points()}
    return Found(asked, rows, counts, places, points, frozenset(map(ref_of, every)))


COLUMNS = (
    Column("", 1),
    Column("牌", 4),
    Column("类别", 10),
    Column("编号", 24),
    Column("事项"),
    Column("期限", 8),
    Column("到期日", 12, wide=100),
    Column("处理", 8),
    Column("说明", wide=100),
)


def cells(task: Task, marked: bool, me: str) -> list[Cell]:
    """Return a task's row; the applicant is not named, for lists are seen by whoever stands at the counter."""
    words, tone = LIGHTS[task.light]
    return [
        Cell("*" if marked else "", "strong"),
        Cell(words, tone),
        Cell(task.label),
        Cell(task.subject),
        Cell(task.title),
        Cell(left_words(task), tone),
        Cell(due_words(task), "dim"),
        *_state(task, me),
        Cell(task.note, "dim"),
    ]


def left_words(task: Task) -> str:
    """Return how far off its day is."""
    if task.due is None:
        return ""
    return f"超{-task.left}天" if task.left < 0 else "今天到期" if task.left == 0 else f"剩{task.left}天"


def due_words(task: Task) -> str:
    """Return the day it is to be seen to by."""
    return f"{task.due:%Y-%m-%d}{'暂' if task.provisional else ''}" if task.due is not None else ""


def _state(task: Task, me: str) -> list[Cell]:
    if task.state:
        return [Cell("退回待答", "warn") if task.state == "sent" else Cell("已答复", "good")]
    if task.to:
        return [Cell("转我" if task.to == me else f"转{task.to}", "dim")]
    return [Cell("")]
