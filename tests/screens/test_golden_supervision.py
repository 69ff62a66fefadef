"""督办 as text: every view with its rows, a page of each kind of task, the dialogs, several at once and a draw, at both sizes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from clerk_app.domain.supervision_words import TaskKind
from clerk_app.verifying import Draw
from screens.scan_dialogs import Pick
from screens.supervision.drawing import DrawView
from screens.supervision.views import VIEWS
from tests.support import supervised as made
from tests.support.client import CLERK, SUPERVISOR, Client, opened
from tests.support.dispatching import NASTY
from tests.support.screen_dump import dump
from tests.support.supervising import drawn

SIZES = [(80, 24), (120, 40)]
Golden = Callable[[str, str], None]
Take = Callable[[str], Awaitable[None]]


def album(client: Client, size: tuple[int, int], golden: Golden) -> Take:
    async def take(name: str) -> None:
        client.app.clear_notifications()  # they go by themselves, sooner or later
        await client.settle()
        golden(f"{name}-{size[0]}x{size[1]}", dump(client.app))

    return take


async def choose(client: Client, label: str) -> None:
    """Choose a line of the menu that is open, by its number."""
    menu = client.app.screen
    assert isinstance(menu, Pick), dump(client.app)
    labels = [option.label for option in menu._options]
    await client.type(f"{labels.index(label) + 1}\n")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_views_and_pages(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, signed_in=False) as client:
        take = album(client, size, golden)
        found = made.something_of_each(client)
        made.desk_as(client).assign([(found[TaskKind.DECLINED], "declined")], SUPERVISOR.number, "请看一下")
        made.desk_as(client).send_back([(found[TaskKind.VISITS], "visits:2")], "", "写明为什么请申请人再来")
        await client.sign_in(SUPERVISOR)
        await client.press("f5")
        for n, view in enumerate(VIEWS, start=1):
            await client.type(f"{n}\n")
            await take(f"supervision-{view.id}")
        await client.type("1\n")
        for kind in TaskKind:
            await client.type(f"{found[kind]}\n")
            while client.app.screen.task_shown.kind is not kind:  # type: ignore[attr-defined]
                await client.press("f7")
            await take(f"task-{kind}")
            await client.press("escape")
        await client.type("没有的词\n")
        await take("supervision-none")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_acts(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, signed_in=False) as client:
        take = album(client, size, golden)
        made.calendar_known(client)
        for _ in range(3):
            made.declined(client)
        number = made.case(client, name=NASTY)
        made.say(client, number, "verification.drawn", drawn(number, client.clock().date()))
        await client.sign_in(SUPERVISOR)
        await client.press("f5", "down", "insert", "insert")
        await take("supervision-chosen")
        await client.press("f7")
        await take("supervision-bulk")
        await choose(client, "结论")
        await take("supervision-outcome")
        await client.press("enter")
        await take("supervision-note")
        await client.press("enter")
        await take("supervision-sure")
        await client.press("enter")
        await take("supervision-concluded")
        await client.type(f"{number}\n")
        await client.press("f10")
        await take("task-menu")
        await choose(client, "核查不实")
        await take("task-false")
        await client.type("4\n")
        await take("task-false-how")
        await client.type("致电房东\n\n")
        await take("task-false-sure")
        await client.press("enter")
        await take("task-false-done")
        await client.press("escape", "ctrl+d")
        await take("draw-share")
        await client.press("enter")
        await take("draw-day")
        await client.type("\n\n")
        await take("draw-sure")
        await client.press("escape")

        found = Draw(batch="b", seed="5e" * 16, population=40, digest="0" * 64, drawn=(number,))
        client.app.screen.open(DrawView(found))  # type: ignore[attr-defined]
        await client.settle()
        await take("draw-done")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_at_the_window(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size) as client:
        take = album(client, size, golden)
        made.calendar_known(client)
        number = made.declined(client, NASTY)
        made.desk_as(client).send_back([(number, "declined")], CLERK.number, "请补写依据[/b]")
        made.urged(client)
        await client.press("f3", "f8", "f8", "f8")
        await take("cases-returned")
        await client.type(f"{number}\n")
        await client.type("y")
        await take("case-answer")
        await client.press("escape")
        await client.type("m")
        await client.press("enter")
        await take("case-tip")
        await client.press("escape")
        await client.type("r")
        await take("case-rate")
        await client.type("1")
        await take("case-rate-tags")
