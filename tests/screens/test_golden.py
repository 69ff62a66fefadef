"""Every screen as text, at both sizes; renewed with ``pytest tests/screens --update-golden``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from clerk_app.desk import Desk
from clerk_app.line import LineStatus
from clerk_app.store.errors import StoreFull
from clerk_app.store.records import Records
from tests.support.client import COURIER, ID_NUMBER, PASSWORD, SECOND, SUPERVISOR, Client, opened
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


async def test_the_product_in_one_screen(window: Path, golden: Golden) -> None:
    """What README shows: a supervisor at the counter, an intake half checked."""
    async with opened(window, demo=True, signed_in=False) as client:
        await client.sign_in(SUPERVISOR)
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n13800000000\n1aam")
        golden("product-80x24", dump(client.app))


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


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_lock(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, demo=True) as client:
        album = Album(client, size, golden)
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1a")
        await client.press("f11")
        album.take("lock")
        await client.type("wrong\n")
        album.take("lock-refused")
        for _ in range(4):
            await client.type("wrong\n")
        await client.type(f"{PASSWORD}\n")
        album.take("lock-wait")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_switch(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, demo=True) as client:
        album = Album(client, size, golden)
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1a")
        await client.press("f12")
        album.take("switch")
        await client.press("2")
        album.take("sign-out")
        await client.press("escape", "f12", "1")
        album.take("switch-sign-in")
        await client.sign_in(SECOND)
        await client.wait(240)
        await client.press("f11")
        album.take("lock-parked")
        await client.type(f"{PASSWORD}\n")
        await client.press("f12", "2")
        album.take("sign-in-parked")
        await client.sign_in(COURIER)
        album.take("visitor")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_troubles(size: tuple[int, int], window: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Desk.status
    troubles = ("磁盘空间不足", "有数据损坏", "第二副本缺失", "时钟落后")
    monkeypatch.setattr(Desk, "status", lambda desk: replace(real(desk), troubles=troubles))
    async with opened(window, size, demo=True) as client:
        album = Album(client, size, golden)
        album.take("trouble-header")
        await client.press("f6")
        album.take("line-troubles")
        await client.press("f2")
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1A")
        with monkeypatch.context() as patch:
            patch.setattr(Records, "append", _full)
            await client.press("f9", "enter")
        album.take("store-full")


def _full(*_: object) -> None:
    raise StoreFull


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_shut_out(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, demo=True) as client:
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1a")
        client.records.put_meta("barred", b'["C0001"]')
        await client.wait(1)
        Album(client, size, golden).take("shut-out")
