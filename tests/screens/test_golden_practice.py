"""Practising by keyboard alone, at both sizes: the strip, the desk, the score."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clerk_app.practice.lessons import INCOMPLETE
from clerk_app.window_clock import WindowClock
from tests.support.practising import BEGUN, practising
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
