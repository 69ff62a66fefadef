"""One seeded city and one served central for all tests of the commands; what a test changes, it changes in its own copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CityEnd, Seat, enrol, seed_city


@pytest.fixture(scope="session")
def new_city(tmp_path_factory: pytest.TempPathFactory) -> CityEnd:
    """A city nothing has happened in; tests copy it."""
    return seed_city(tmp_path_factory.mktemp("new-city"))


@pytest.fixture(scope="session")
def city(new_city: CityEnd, tmp_path_factory: pytest.TempPathFactory) -> CityEnd:
    """The city that the shared central serves."""
    return new_city.copy(tmp_path_factory.mktemp("city") / "city.db")


@pytest.fixture
def own_city(new_city: CityEnd, tmp_path: Path) -> CityEnd:
    """A city of the test's own."""
    return new_city.copy(tmp_path / "city.db")


@pytest.fixture(scope="session")
def address(city: CityEnd) -> Iterator[str]:
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
