"""One seeded city and one served central for all tests of the commands; what a test changes, it changes in its own copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CityEnd, Seat, enrol, seed_city, whole


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


@pytest.fixture(scope="session")
def worked_seat(city: CityEnd, address: str, tmp_path_factory: pytest.TempPathFactory) -> Seat:
    """A window with three cases central has, and one it has not; nobody changes it."""
    seat = enrol(city, address, tmp_path_factory.mktemp("worked") / "window")
    item = seat.json("items", "居住证")[0]
    seat.intake([whole(item)] * 3).done()
    seat.clerk("sync").done()
    seat.intake([whole(item)]).done()
    return seat


@pytest.fixture
def spoilable(worked_seat: Seat, tmp_path: Path) -> Seat:
    """A copy of it, to be spoilt; it may say to central what the other would, and nothing else."""
    shutil.copytree(worked_seat.folder, tmp_path / "window")
    return Seat(tmp_path / "window", worked_seat.passphrase)


@pytest.fixture(autouse=True)
def not_hardened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows that are opened in here take nothing from this process, in which others are to show what a crash leaves behind."""
    monkeypatch.setattr("clerk_app.wiring.harden", lambda: None)
