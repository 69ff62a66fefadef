"""One contract, two databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.city import City, open_city


@pytest.fixture(params=["sqlite", "postgresql"])
def central_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def city(central_url: str) -> AsyncIterator[City]:
    """Give a small city over each kind of database."""
    city = await open_city(central_url)
    yield city
    await city.client.aclose()
    await city.central.close()
