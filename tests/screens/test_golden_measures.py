"""The pictures as text, with their numbers, at both sizes; renewed with ``pytest tests/screens --update-golden``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clerk_app.domain.measure_names import NAMES
from screens.base import AreaScreen
from screens.measures.screen import PicturesScreen
from tests.support.client import SUPERVISOR, Client, opened
from tests.support.measured import weeks
from tests.support.screen_dump import dump

SIZES = [(80, 24), (120, 40)]
Golden = Callable[[str, str], None]


async def pictures(client: Client) -> None:
    records = weeks()
    client.records.take_feed(records, len(records))
    await client.sign_in(SUPERVISOR)
    below = client.app.screen
    assert isinstance(below, AreaScreen)
    below.open(PicturesScreen("intake"))
    await client.settle()
    await client.press("minus")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_every_picture_and_its_numbers(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, signed_in=False) as client:
        await pictures(client)
        for name in NAMES:
            golden(f"measure-{name}-{size[0]}x{size[1]}", dump(client.app))
            await client.press("f8")
            golden(f"measure-{name}-numbers-{size[0]}x{size[1]}", dump(client.app))
            await client.press("f8", "right")
        await client.press("f9")
        golden(f"measure-points-{size[0]}x{size[1]}", dump(client.app))
        await client.press("2", "f7")
        golden(f"measure-month-{size[0]}x{size[1]}", dump(client.app))


async def test_the_keys(window: Path) -> None:
    async with opened(window, (80, 24), signed_in=False) as client:
        await pictures(client)
        await client.press("4")
        assert "4/12 最常缺的材料" in dump(client.app)
        await client.press("left", "tab", "e")
        written = list((window / "papers").glob("*.csv"))
        assert len(written) == 1
        assert written[0].read_bytes().startswith("\ufeff材料,事项,".encode())
        await client.press("enter", "p")
        assert [path.name for path in (window / "papers").glob("*.pdf")] == ["周报-2026-02-23.pdf"]
        await client.press("enter", "f7", "p")
        assert len(list((window / "papers").glob("*.pdf"))) == 1
        await client.press("escape")
        assert not isinstance(client.app.screen, PicturesScreen)
