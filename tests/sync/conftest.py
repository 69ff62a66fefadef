"""A small city for each test, over a loop that all share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.booth import Booth, Town, booth, town
from tests.support.bridge import LoopThread, loop_thread


@pytest.fixture(scope="session")
def loop() -> Iterator[LoopThread]:
    """Give the loop central runs in."""
    with loop_thread() as opened:
        yield opened


@pytest.fixture
def here(loop: LoopThread, tmp_path: Path) -> Iterator[Town]:
    """Give a city."""
    with town(loop, tmp_path) as opened:
        yield opened


@pytest.fixture
def window(here: Town, tmp_path: Path) -> Iterator[Booth]:
    """Give a window that has everything central published."""
    with booth(here.enrol(), tmp_path / "one", here.clock, here.bridge) as opened:
        opened.sync()
        yield opened
