"""A small city over SQLite: what is tested here does not depend on the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.city import City, open_city


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    city = await open_city(str(tmp_path / "central.db"))
    yield city
    await city.client.aclose()
    await city.central.close()
