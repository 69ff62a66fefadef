"""待整改: what a supervisor sent back to this window, and calls that wait for an answer, as rows of 办件."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_app.docket_tasks import Task
from screens.cases.oversight import is_call
from screens.widgets.virtual_list import Cell

if TYPE_CHECKING:
    from clerk_app.desk import Desk


def returned(desk: Desk) -> list[Task]:
    """Return what was sent back to whoever is here, the nearest day first."""
    desk.refresh_tasks()
    return desk.my_returns()


def returned_cells(task: Task) -> list[Cell]:
    """Return such a row under the columns of 办件."""
    over = task.left < 0
    return [
        Cell(task.subject),
        Cell("催办" if is_call(task) else "退回", "bad" if over else "warn"),
        Cell(task.who),
        Cell(""),
        Cell(f"{task.label}　{task.title}"),
        Cell(f"{task.due:%Y-%m-%d}" if task.due else "", "bad" if over else "dim"),
        Cell("超期" if over else "", "bad"),
        Cell(""),
    ]
