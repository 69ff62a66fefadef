"""For what is done over the line: a city with two points and a window at each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.booth import Town, town
from tests.support.branches import Branches, branches
from tests.support.bridge import LoopThread, loop_thread


@pytest.fixture(scope="session")
def loop() -> Iterator[LoopThread]:
    """Give the loop central runs in."""
    with loop_thread() as opened:
        yield opened


@pytest.fixture
def city(loop: LoopThread, tmp_path: Path) -> Iterator[Town]:
    """Give a city."""
    with town(loop, tmp_path) as opened:
        yield opened


@pytest.fixture
def two(city: Town, tmp_path: Path) -> Iterator[Branches]:
    """Give a window at each of two points, and a second one at the first."""
    with branches(city, tmp_path) as opened:
        yield opened
