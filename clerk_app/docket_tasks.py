"""A supervisor's task as lists show it, which of them are asked for, and in what order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from clerk_app.domain.deadlines import Light
from clerk_app.domain.kinds import About
from clerk_app.domain.supervision_words import TASK_LABELS, TaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that needs a person today."""

    subject: str
    about: About
    key: str
    kind: TaskKind
    title: str
    """The item, or what it is otherwise about."""
    who: str = ""
    """The applicant's name."""
    department: str = ""
    point: str = ""
    window: str = ""
    since: str = ""
    due: date | None = None
    provisional: bool = False
    """暂定."""
    light: Light = Light.GREEN
    left: int = 0
    """Days left in the clock's unit; 0: today is the last; negative when over."""
    rule: str = ""
    """What it goes by, in Chinese."""
    note: str = ""
    to: str = ""
    """The number of who was asked to see to it."""
    state: str = ""
    """Empty, ``sent`` where it was sent back and nobody answered yet, or ``answered``."""
    returned_to: str = ""
    entry: str = ""

    @property
    def label(self) -> str:
        """What its kind is called."""
        return TASK_LABELS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks are asked for; what is empty leaves nothing out."""

    kinds: frozenset[TaskKind] = frozenset()
    lights: frozenset[Light] = frozenset()
    point: str = ""
    department: str = ""
    mine: bool = False
    """Assigned to who asks, or to nobody."""
    words: str = ""
    order: str = "urgency"
    """``urgency``, ``due``, ``since``, ``department`` or ``point``."""


EVERYTHING = TaskFilter()


def words_of(task: Task) -> str:
    """Return what a task is found by."""
    return f"{task.subject} {task.title} {task.who} {task.department} {task.note} {task.label} {task.rule}".lower()


_LIGHTS = {Light.RED: 0, Light.YELLOW: 1, Light.GREEN: 2, Light.PAUSED: 3}
_KINDS = {kind: rank for rank, kind in enumerate(TaskKind)}
ORDERS: dict[str, Callable[[Task], tuple[object, ...]]] = {
    "urgency": lambda t: (_LIGHTS[t.light], _KINDS[t.kind], t.due or date.max, t.since, t.subject, t.key),
    "due": lambda t: (t.due or date.max, _KINDS[t.kind], t.subject, t.key),
    "since": lambda t: (t.since, _KINDS[t.kind], t.subject, t.key),
    "department": lambda t: (t.department, _LIGHTS[t.light], t.due or date.max, t.subject, t.key),
    "point": lambda t: (t.point, _LIGHTS[t.light], t.due or date.max, t.subject, t.key),
}
