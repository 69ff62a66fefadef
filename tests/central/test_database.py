"""Opening a database: what people write as its address, and what must not be opened."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest
from sqlalchemy import text

from sync.central.central import Central
from sync.central.database import Database, DatabaseUnusable, database_url


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("central.db", "sqlite+aiosqlite:///central.db"),
        ("/var/lib/clerk/central.db", "sqlite+aiosqlite:////var/lib/clerk/central.db"),
        ("sqlite:///central.db", "sqlite+aiosqlite:///central.db"),
        ("sqlite+aiosqlite:///central.db", "sqlite+aiosqlite:///central.db"),
        ("postgresql://u:p@h:1/d", "postgresql+asyncpg://u:p@h:1/d"),
        ("postgres://h/d", "postgresql+asyncpg://h/d"),
        ("postgresql+psycopg://h/d", "postgresql+asyncpg://h/d"),
        ("postgresql://h/d?sslmode=require", "postgresql+asyncpg://h/d?ssl=require"),
    ],
)
def test_an_address_is_understood_as_people_write_it(written: str, understood: str) -> None:
    assert database_url(written).render_as_string(hide_password=False) == understood


async def test_what_is_no_database_or_does_not_stay_is_refused(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_bytes(b"no database at all\n" * 100)
    unreachable = ("mysql://h/d", "sqlite://", "sqlite:///:memory:", "http://", "://", "postgresql://127.0.0.1:1/d")
    for url in (*unreachable, str(letter), str(tmp_path / "nowhere" / "central.db")):
        with pytest.raises(DatabaseUnusable, match=r"."):
            await Central.open(url)


async def test_an_epoch_and_everything_else_outlives_the_process(tmp_path: Path) -> None:
    path = str(tmp_path / "central.db")
    first = await Central.open(path)
    await first.add_point("FS0001", "禅城")
    await first.close()
    second = await Central.open(path)
    assert second.epoch == first.epoch
    assert await second.catalogue_counts() == {"point": 1}
    await second.close()


async def test_two_processes_may_open_an_empty_database_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "central.db")
    one, two = await asyncio.gather(Central.open(path), Central.open(path))
    assert one.epoch == two.epoch
    await one.close()
    await two.close()


async def test_a_database_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    path = str(tmp_path / "central.db")
    database = await Database.open(path)
    async with database.write() as connection:
        await connection.execute(text("UPDATE meta SET value = '99' WHERE key = 'schema'"))
    await database.close()
    with pytest.raises(DatabaseUnusable):
        await Database.open(path)


async def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = await Database.open(str(tmp_path / "central.db"))
    with contextlib.suppress(RuntimeError):
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO meta (key, value) VALUES ('a', 'b')"))
            raise RuntimeError
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM meta WHERE key = 'a'"))).scalar() == 0
    await database.close()
