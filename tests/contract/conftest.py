"""One contract, two databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sync.central.settings import Settings
from tests.support.city import City, open_city


@pytest.fixture(params=["sqlite", "postgresql"])
def central_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Say where the city's files are."""
    return tmp_path / "scans"


@pytest.fixture
async def city(central_url: str, shelf: Path) -> AsyncIterator[City]:
    """Give a small city over each kind of database."""
    city = await open_city(central_url, Settings(database=central_url, scans=shelf))
    yield city
    await city.client.aclose()
    await city.central.close()
