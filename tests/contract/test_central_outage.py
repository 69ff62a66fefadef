"""The database out of reach: every call says to try again, none fails, and all is well when it is back."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection, AsyncAdapt_asyncpg_dbapi

from sync.central import resting
from sync.central.database import Database
from tests.support.city import open_city, problem_code
from tests.support.postgres import Cluster


async def test_a_database_that_is_gone_is_told_as_a_reason_to_try_again(postgres_cluster: Cluster) -> None:
    with postgres_cluster.database() as url:
        city = await open_city(url)
        window = await city.window()
        await window.verdicts([window.receive()])
    for told in (
        await window.push([window.receive()]),
        await window.get("/v1/feed"),
        await city.client.get("/readyz"),
    ):
        assert (told.status_code, problem_code(told)) == (503, "unavailable")
        assert int(told.headers["retry-after"]) > 0
    assert (await city.client.get("/healthz")).status_code == 200  # a new start would not help
    await city.client.aclose()
    await city.central.close()


async def test_connections_that_the_server_closed_are_replaced_and_no_call_hears_of_it(
    postgres_cluster: Cluster,
) -> None:
    with postgres_cluster.database() as url:
        database = await Database.open(url)
        other = await Database.open(url)
        async with database.read() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        gone = asyncio.Event()
        driver.add_termination_listener(lambda _: gone.set())
        before = await _server_process(database)
        async with other.read() as connection:
            await connection.execute(select(func.pg_terminate_backend(before)))
        await asyncio.wait_for(gone.wait(), 30)
        assert await _server_process(database) != before
        await other.close()
        await database.close()


async def test_a_connection_that_rested_is_asked_first_and_one_that_answers_nothing_is_replaced(
    postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def silent(connection: object) -> None:
        asked.append(connection)
        raise AsyncAdapt_asyncpg_dbapi.InterfaceError("nobody there", None)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(AsyncAdapt_asyncpg_connection, "ping", silent)
    monkeypatch.setattr(resting, "RESTED", 3600.0)
    with postgres_cluster.database() as url:
        database = await Database.open(url)
        before = await _server_process(database)
        assert await _server_process(database) == before
        assert not asked
        monkeypatch.setattr(resting, "RESTED", 0.0)
        assert await _server_process(database) != before
        assert len(asked) == 1
        await database.close()


async def test_reading_begins_no_transaction_and_writing_does(postgres_cluster: Cluster) -> None:
    with postgres_cluster.database() as url:
        database = await Database.open(url)
        for block, one_transaction in ((database.read, False), (database.write, True), (database.read, False)):
            async with block() as connection:
                began = [(await connection.execute(select(func.now()))).scalar() for _ in range(2)]
            assert (began[0] == began[1]) is one_transaction
        await database.close()


async def _server_process(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(func.pg_backend_pid()))).scalar_one())
