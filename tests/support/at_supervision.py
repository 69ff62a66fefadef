"""What tests of 督办 do by keyboard: a task met, an act chosen, its questions answered and what is read back confirmed."""

from __future__ import annotations

from clerk_app.docket_tasks import Task
from clerk_app.domain.people import Person
from clerk_app.domain.supervision_words import TaskKind
from screens.scan_dialogs import Pick, Sure
from screens.supervision.task import TaskView
from tests.support import supervised as made
from tests.support.client import SUPERVISOR, Client
from tests.support.screen_dump import dump


async def at_work(client: Client, person: Person = SUPERVISOR) -> None:
    made.calendar_known(client)
    await client.sign_in(person)


def shown(client: Client, kind: type) -> None:
    assert type(client.app.screen) is kind, dump(client.app)


async def meet(client: Client, number: str) -> None:
    """Open the task of a subject by its number."""
    await client.press("f5")
    await client.type(f"{number}\n")
    shown(client, TaskView)


async def choose(client: Client, label: str) -> None:
    """Choose a line of the menu that is open, by its number."""
    menu = client.app.screen
    assert isinstance(menu, Pick), dump(client.app)
    labels = [option.label for option in menu._options]
    await client.type(f"{labels.index(label) + 1}\n")


async def do(client: Client, label: str, *answers: str) -> None:
    """Choose an act, answer what is asked, and confirm what is read back; an answer behind ``#`` is chosen by its label."""
    await client.press("f10")
    await choose(client, label)
    for answer in answers:
        if answer.startswith("#"):
            await choose(client, answer[1:])
        else:
            await client.type(f"{answer}\n")
    shown(client, Sure)
    await client.press("enter")


def kinds(client: Client, number: str) -> list[TaskKind]:
    return [task.kind for task in tasks(client) if task.subject == number]


def tasks(client: Client) -> list[Task]:
    desk = made.desk_as(client)
    desk.refresh_tasks()
    return desk.tasks()


def entries(client: Client) -> int:
    return made.desk_as(client).status().entries
