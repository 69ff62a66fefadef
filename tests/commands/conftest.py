"""One seeded city and one served central for all tests of the commands; what a test changes, it changes in its own copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CityEnd, Seat, enrol, seed_city


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityEnd:
    return seed_city(tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="session")
def address(city: CityEnd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with city.served() as address:
        yield address


@pytest.fixture(scope="session")
def shared_seat(city: CityEnd, address: str, tmp_path_factory: pytest.TempPathFactory) -> Seat:
    """A signed-in window that tests may look at and add cases to, but not spoil."""
    return enrol(city, address, tmp_path_factory.mktemp("window") / "window")


@pytest.fixture
def seat(city: CityEnd, address: str, tmp_path: Path) -> Seat:
    """A signed-in window of the test's own."""
    return enrol(city, address, tmp_path / "window")
