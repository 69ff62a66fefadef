"""The screens for what the line is for, as text, at both sizes; renewed with ``pytest tests/screens --update-golden``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from screens.inquiry import Waiting
from tests.screens.test_disputes import collided
from tests.screens.test_mending import refused
from tests.support.client import SUPERVISOR, Client, opened
from tests.support.over_the_line import NUMBER, far_case, filed
from tests.support.screen_dump import dump

SIZES = [(80, 24), (120, 40)]
Golden = Callable[[str, str], None]
pytestmark = pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])


async def test_a_prefiling(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, demo=True) as client:
        filed(client, situation={"婚姻状况": "已婚", "living": "rented"})
        client.inquiry.answering.clear()
        await client.type(f"{NUMBER}\n")
        golden(f"inquiry-{size[0]}x{size[1]}", dump(client.app))
        client.inquiry.answering.set()
        await client.settle()
        await _answered(client)
        golden(f"prefiling-notes-{size[0]}x{size[1]}", dump(client.app))
        await client.press("enter")
        golden(f"prefiling-{size[0]}x{size[1]}", dump(client.app))
        await client.press("ctrl+r", "enter")
        client.inquiry.reachable = False
        await client.type(f"{NUMBER}\n")
        golden(f"prefiling-offline-{size[0]}x{size[1]}", dump(client.app))


async def test_a_case_of_another_point(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, demo=True) as client:
        number = far_case(client)
        await client.press("f3")
        await client.type(number)
        golden(f"cases-not-here-{size[0]}x{size[1]}", dump(client.app))
        await client.press("enter")
        golden(f"elsewhere-{size[0]}x{size[1]}", dump(client.app))
        await client.type("u")
        await client.type("搬家\n")
        golden(f"elsewhere-taken-{size[0]}x{size[1]}", dump(client.app))
        await client.press("enter")
        golden(f"cases-arriving-{size[0]}x{size[1]}", dump(client.app))


async def test_a_conflict(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, demo=True, signed_in=False) as client:
        await client.sign_in(SUPERVISOR)
        await collided(client)
        client.app.clear_notifications()  # they go by themselves, sooner or later
        await client.settle()
        golden(f"case-conflict-{size[0]}x{size[1]}", dump(client.app))
        await client.type("c")
        golden(f"conflict-{size[0]}x{size[1]}", dump(client.app))
        await client.type("x")
        golden(f"conflict-reason-{size[0]}x{size[1]}", dump(client.app))
        await client.type("以先到的为准\n")
        golden(f"case-settled-{size[0]}x{size[1]}", dump(client.app))


async def test_refused_entries(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, demo=True) as client:
        await refused(client)
        golden(f"line-refused-{size[0]}x{size[1]}", dump(client.app))
        await client.press("tab", "down", "enter")
        golden(f"refusal-{size[0]}x{size[1]}", dump(client.app))
        await client.press("1")
        golden(f"mend-{size[0]}x{size[1]}", dump(client.app))
        await client.press("down", "enter", "ctrl+u")
        await client.type("样例丁\n")
        await client.press("f9")
        golden(f"mend-confirm-{size[0]}x{size[1]}", dump(client.app))


async def _answered(client: Client) -> None:
    """Wait until what central answered is on the screen: it comes from a thread of its own."""
    async with asyncio.timeout(20):
        while isinstance(client.app.screen, Waiting):
            await client.settle()
            await asyncio.sleep(0)
