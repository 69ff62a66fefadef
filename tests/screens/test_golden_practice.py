"""Practising by keyboard alone, at both sizes: the strip, the desk, the score."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clerk_app.practice.lesson import Cast
from clerk_app.practice.lessons import BAG, INCOMPLETE
from clerk_app.window_clock import WindowClock
from tests.support.practising import BEGUN, CHIEF, practising
from tests.support.screen_dump import dump

Golden = Callable[[str, str], None]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_a_lesson(size: tuple[int, int], window: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WindowClock.__init__, "__defaults__", (BEGUN.timestamp, None))
    async with practising(window, size, INCOMPLETE) as practice:
        client = practice.client

        def take(name: str) -> None:
            golden(f"practice-{name}-{size[0]}x{size[1]}", dump(client.app))

        take("sign-in")
        await practice.sign_in()
        take("begin")
        await client.press("escape")
        who = practice.coach.scene
        assert who is not None
        await client.type(f"juzhuzheng\n{who.cast.id_number}\n{who.cast.name}\n{who.cast.phone}\n")
        await client.press("ctrl+n")
        await client.type("111")
        take("checklist")
        await client.press("ctrl+g")
        take("papers")
        await client.press("escape")
        await client.type("aamd3\n")
        await client.press("enter")
        await client.type("c")
        await client.press("f9", "enter", "ctrl+n", "enter", "ctrl+y")
        take("finish")
        await client.type("1")
        take("score")
        assert [(one.score, one.trips) for one in practice.place.results.plays()] == [(100, 2)]


async def test_a_quarrel_over_a_bag_by_keyboard(window: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WindowClock.__init__, "__defaults__", (BEGUN.timestamp, None))
    async with practising(window, (80, 24), BAG) as practice:
        client = practice.client
        await practice.sign_in()
        await client.press("escape", "f4")
        await client.type("5\n")
        await client.press("enter", "down", "f7", "enter", "enter")
        await client.type("清单2份，实有1份\n")
        await client.press("ctrl+n", "ctrl+n", "ctrl+n")
        golden("practice-bag-80x24", dump(client.app))
        await client.press("f9", "enter", "escape", "f12")
        await client.type("1")
        await practice.sign_in(CHIEF)
        await client.press("f4")
        await client.type("7\n")
        await client.press("f7")
        await client.type("部门找到，明天随袋送到\n部门来电，登记本第17号\n")
        await client.press("ctrl+y")
        await client.type("1")
        golden("practice-bag-score-80x24", dump(client.app))
        assert [one.score for one in practice.place.results.plays("bag")] == [100]


async def test_the_other_lessons_by_keyboard(window: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WindowClock.__init__, "__defaults__", (BEGUN.timestamp, None))
    async with practising(window, (120, 40)) as practice:
        client = practice.client
        await practice.sign_in()

        async def begin(number: str) -> Cast:
            await client.press("ctrl+n")
            await client.type(number)
            await client.press("enter")
            assert practice.coach.scene is not None
            return practice.coach.scene.cast

        async def end(*more: str) -> None:
            await client.press("f9", "enter", *more, "enter", "ctrl+y")
            await client.type("1")
            await client.press("enter")

        who = await begin("2")
        await client.type(f"高龄津贴\n{who.wrong_number}\n")
        golden("practice-wrong-number-120x40", dump(client.app))
        await client.press("ctrl+u")
        await client.type(f"{who.id_number}\n{who.name}\n{who.phone}\n1A")
        await end()
        who = await begin("3")
        await client.type(f"临时救助\n{who.id_number}\n{who.name}\n{who.phone}\n11aaoA")
        await end()
        who = await begin("4")
        await client.type("员工录用\n")
        await client.press("f10")
        await client.type(f"{who.id_number}\n{who.name}\n{who.phone}\n1A")
        await end("5")  # why they came, where none need come
        assert [(one.lesson, one.score, one.trips) for one in practice.place.results.plays()] == [
            ("wrong-number", 100, 1),
            ("provisional", 100, 1),
            ("joint", 100, 1),
        ]
