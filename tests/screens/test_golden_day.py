"""督办 on a busy day as text, every view, at both sizes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from screens.supervision.views import VIEWS
from tests.support.busy_day import prepared
from tests.support.client import SUPERVISOR, opened
from tests.support.screen_dump import dump


@pytest.fixture(scope="module")
def spent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A window's folder after such a day."""
    folder = tmp_path_factory.mktemp("spent")
    prepared(folder)
    return folder


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_a_busy_day(size: tuple[int, int], spent: Path, window: Path, golden: Callable[[str, str], None]) -> None:
    shutil.copytree(spent, window)
    async with opened(window, size, signed_in=False) as client:
        await client.sign_in(SUPERVISOR)
        await client.press("f5")
        for number, view in enumerate(VIEWS, start=1):
            await client.type(f"{number}\n")
            golden(f"day-{view.id}-{size[0]}x{size[1]}", dump(client.app))
        await client.type("1\n")
        await client.press("pagedown", "pagedown")
        golden(f"day-further-{size[0]}x{size[1]}", dump(client.app))
