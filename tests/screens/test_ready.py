"""A newer version that waits is told where the line is told of, and in the header where there is room."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.client import opened
from tests.support.screen_dump import dump

TOLD = "新版本 0.3.1 已备好，下次打开时启用"


@pytest.mark.parametrize(("size", "in_header"), [((80, 24), False), ((160, 40), True)])
async def test_a_version_that_waits_is_told(window: Path, size: tuple[int, int], in_header: bool) -> None:
    async with opened(window, size) as client:
        await client.press("f6")
        assert "新版本" not in dump(client.app)
        client.line.seen = replace(client.line.seen, ready="0.3.1")
        client.app.tick()
        await client.settle()
        shown = dump(client.app).splitlines()
        assert any(TOLD in line for line in shown[1:])
        assert (TOLD in shown[0]) is in_header
