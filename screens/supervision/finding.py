"""What was scanned or typed in 督办: the number of a case, a bag, a hand-over or a tip of which something needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_app.domain.custody_numbers import looks_like_custody_number
from clerk_app.domain.numbers import looks_like_case_number, plain
from clerk_app.seat import Refused

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.docket_tasks import Task
    from screens.scan_screen import ScanScreen


def is_number(text: str) -> bool:
    """Whether a scan is meant as the number of something."""
    return looks_like_custody_number(text) or looks_like_case_number(_number(text))


def _number(text: str) -> str:
    return text.partition("/")[0]


def first_task(desk: Desk, text: str) -> Task:
    """Return the most urgent task of what a number names; raises ``Refused`` where there is none."""
    number = plain(_number(text))
    desk.refresh_tasks()
    found = next((task for task in desk.tasks() if plain(task.subject) == number), None)
    if found is None:
        raise Refused("task-unknown", f"“{text[:40]}”现在没有要督办的事。")
    return found


def look_up(screen: ScanScreen, text: str, *, over: bool = True) -> None:
    """Show the most urgent task of what was scanned: over this screen, or in its place."""
    if not is_number(text):
        screen.say(f"“{text[:40]}”不是办件、寄递袋、交接清单或提示的编号", "bad")
        screen.app.bell()
        return
    desk = screen.desk

    def show(task: Task) -> None:
        from screens.supervision.task import TaskView

        made = TaskView(task)
        if over:
            screen.open(made)
        else:
            screen.go(made)

    screen.ask(lambda: first_task(desk, text), show)
