"""Every screen as text, at both sizes; renewed with ``pytest tests/screens --update-golden``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from clerk_app.line import LineStatus
from tests.support.client import ID_NUMBER, Client, opened
from tests.support.screen_dump import dump

SIZES = [(80, 24), (120, 40)]
Golden = Callable[[str, str], None]


class Album:
    """Takes pictures of one client under names that tell the size."""

    def __init__(self, client: Client, size: tuple[int, int], golden: Golden) -> None:
        self._client = client
        self._size = size
        self._golden = golden

    def take(self, name: str) -> None:
        """Compare the screen as it is now."""
        self._golden(f"{name}-{self._size[0]}x{self._size[1]}", dump(self._client.app))


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_sign_in(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, demo=True, signed_in=False) as client:
        album = Album(client, size, golden)
        album.take("sign-in")
        await client.type("C0001\nfalsch\n")
        album.take("sign-in-refused")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_intake(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, demo=True) as client:
        album = Album(client, size, golden)
        album.take("intake")
        await client.type("jzz")
        album.take("intake-search")
        await client.type("\n440604190001010016\n")
        album.take("intake-number-refused")
        await client.press("ctrl+u")
        await client.type(f"{ID_NUMBER}\n样例甲\n13800000000\n")
        album.take("intake-situation")
        await client.type("1")
        album.take("intake-checklist")
        await client.type("aasc")
        await client.press("f1")
        album.take("help")
        await client.press("escape", "ctrl+p")
        album.take("palette")
        await client.press("escape", "f8")
        album.take("intake-other")
        await client.press("escape", "f9")
        album.take("intake-confirm")
        await client.press("enter")
        album.take("intake-result")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_joint_intake(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size) as client:
        await client.type(f"xsm\n{ID_NUMBER}\n样例甲\n\n2A")
        Album(client, size, golden).take("joint-checklist")
        await client.press("f9", "enter")
        Album(client, size, golden).take("joint-result")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_cases(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size) as client:
        album = Album(client, size, golden)
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1aaaam")
        await client.press("f9", "enter", "enter", "f3")
        album.take("cases")
        await client.press("enter")
        album.take("case")
        client.clock.wait(1)
        await client.type("s")
        album.take("supplement")
        await client.type("a")
        await client.press("f9", "enter")
        album.take("supplement-over-cap")
        await client.type("3")
        album.take("supplement-result")
        await client.press("enter")
        album.take("case-accepted")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_line(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, demo=True) as client:
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1A")
        await client.press("f9", "enter", "enter")
        client.line.seen = replace(
            LineStatus(), last_problem="连不上市中心（拒绝连接）。", attempt=3, next_try_in=12.0, clock_skew=95.0
        )
        await client.press("f6")
        Album(client, size, golden).take("line-offline")
