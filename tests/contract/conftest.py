"""One contract, two databases."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sync.central.database import Database
from sync.central.settings import Settings
from tests.support.city import City, open_city
from tests.support.postgres import Cluster


async def _make_tables(url: str) -> None:
    await (await Database.open(url)).close()


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database's tables once, for copies of it."""
    file = tmp_path_factory.mktemp("tables") / "central.db"
    asyncio.run(_make_tables(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_tables(postgres_cluster: Cluster) -> Iterator[str]:
    """The same on PostgreSQL; gives the database's name."""
    with postgres_cluster.database() as url:
        asyncio.run(_make_tables(url))
        yield url.rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def central_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database with nothing but its tables, of each kind in turn."""
    if request.param == "sqlite":
        file = tmp_path / "central.db"
        shutil.copyfile(request.getfixturevalue("sqlite_tables"), file)
        yield f"sqlite:///{file}"
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database(request.getfixturevalue("postgres_tables")) as url:
        yield url


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
