"""Central's tables: made and changed by migrations alone, whatever a database was before, and partitioned by point."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect, text

from sync.central import backups, migrating
from sync.central.central import Central
from sync.central.database import Database, DatabaseUnusable
from sync.central.line.app import build_app
from sync.central.schema import HEAD, REVISIONS, VERSION, metadata
from tests.support.city import OTHER_POINT, POINT, City, Clock
from tests.support.museum import FIRST, put_up_the_first

PARTITION = re.compile(r"(entries|subjects|scans)_p\d\d")


@pytest.fixture(params=["sqlite", "postgresql"])
def central_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.db'}"
    return str(request.getfixturevalue("postgres_url"))


async def served(url: str) -> City:
    """Open a database and serve it."""
    clock = Clock()
    central = await Central.open(url, clock)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(build_app(central)), base_url="http://central.test")
    return City(central, clock, client)


def without_marks(feed: dict[str, Any]) -> dict[str, Any]:
    """Return a page of a feed as the first version told it."""
    assert all(told.pop("mark") for told in [feed, *feed["entries"]])
    return feed


async def test_a_database_of_the_first_version_is_migrated_and_tells_what_it_told_then(central_url: str) -> None:
    await put_up_the_first(central_url)
    city = await served(central_url)
    assert city.central.epoch == FIRST["epoch"]
    for point in (POINT, OTHER_POINT):
        window = await city.window(point)
        await window.sign_in()
        assert without_marks((await window.get("/v1/feed")).json()) == FIRST["feeds"][point]
        for number, case in FIRST["cases"].items():
            assert (await window.get(f"/v1/cases/{number}")).json() == case
    said = await window.verdicts([window.receive(window.new_case())])
    assert [v.verdict for v in said] == ["applied"]
    async with city.central.database.read() as connection:
        told = (await connection.execute(text("SELECT point, audience FROM subjects"))).all()
        assert {(point, audience) for point, audience in told} == {(p, json.dumps([p])) for p, _ in told}
        held = (await connection.execute(text("SELECT count(*) FROM entries"))).scalar()
        assert held == len(FIRST["rows"]["entries"]) + 1
    await city.client.aclose()
    await city.central.close()


async def test_one_made_before_the_first_version_was_complete_gets_what_it_lacks(central_url: str) -> None:
    lacking = ("backup_places", "backups", "durable_positions", "carried")
    dropped = [f"DROP TABLE {table}" for table in lacking]
    await put_up_the_first(central_url, *dropped, "DELETE FROM meta WHERE key = 'handover-key'")
    central = await Central.open(central_url)
    assert central.handover is not None
    await backups.done(central, await backups.begin(central))
    async with central.database.read() as connection:
        assert await connection.run_sync(_differences) == []
    await central.close()


def _differences(connection: Connection) -> list[Any]:
    options = {"include_object": lambda _, name, kind, *__: kind != "table" or not PARTITION.fullmatch(name)}
    found = list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))
    look = inspect(connection)
    for table in metadata.sorted_tables:
        key = look.get_pk_constraint(table.name)["constrained_columns"]
        if sorted(key) != sorted(column.name for column in table.primary_key):
            found.append((table.name, key))
    return found


@pytest.mark.parametrize("first", [False, True], ids=["empty", "first-version"])
async def test_what_migrations_make_is_what_the_program_knows(central_url: str, first: bool) -> None:
    if first:
        await put_up_the_first(central_url)
    database = await Database.open(central_url)
    async with database.read() as connection:
        assert await connection.run_sync(_differences) == []
        assert (await migrating.held(connection)) == migrating.Held(HEAD, REVISIONS[HEAD])
    await database.close()


def test_the_revisions_lead_from_the_first_to_the_one_the_program_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrating.FOLDER))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    assert tuple(reversed([r.revision for r in script.walk_revisions()])) == tuple(REVISIONS)
    assert list(REVISIONS)[-1] == HEAD
    assert list(REVISIONS.values()) == sorted(REVISIONS.values()), "what one revision needs, no later one does without"
    assert REVISIONS[HEAD] <= VERSION == len(REVISIONS)


async def test_several_processes_that_open_an_old_database_at_once_migrate_it_once(central_url: str) -> None:
    await put_up_the_first(central_url)
    opened = await asyncio.gather(*(Central.open(central_url) for _ in range(4)))
    assert {central.epoch for central in opened} == {FIRST["epoch"]}
    for central in opened:
        assert (await central.database.held()).pending == ()
        await central.close()


async def test_a_migration_that_fails_leaves_the_database_as_it_was(central_url: str) -> None:
    await put_up_the_first(central_url, "CREATE TABLE incidents (day VARCHAR(10))")
    with pytest.raises(DatabaseUnusable):
        await Database.open(central_url)
    assert await Database.look(central_url) == migrating.Held("0001", 1)
    database = Database(migrating_engine(central_url))
    async with database.read() as connection:
        rows = (await connection.execute(text("SELECT * FROM subjects"))).mappings().all()
        assert sorted(map(dict, rows), key=str) == sorted(FIRST["rows"]["subjects"], key=str)
    await database.close()


def migrating_engine(url: str) -> Any:
    """An engine of the house's own, without what ``Database.open`` does."""
    from sync.central.database import _engine, database_url

    return _engine(database_url(url), 1)


async def test_told_not_to_migrate_it_refuses_what_is_empty_or_old(central_url: str) -> None:
    with pytest.raises(DatabaseUnusable, match="empty"):
        await Central.open(central_url, migrate=False)
    await put_up_the_first(central_url)
    with pytest.raises(DatabaseUnusable, match="0001"):
        await Central.open(central_url, migrate=False)
    await (await Central.open(central_url)).close()
    await (await Central.open(central_url, migrate=False)).close()


async def test_one_that_a_newer_program_extended_is_served_and_one_that_needs_it_is_not(central_url: str) -> None:
    await (await Central.open(central_url)).close()

    async def mark(statement: str) -> None:
        database = await Database.open(central_url)
        async with database.write() as connection:
            await connection.execute(text(statement))
        await database.close()

    await mark("UPDATE alembic_version SET version_num = '0099'")
    await (await Central.open(central_url, migrate=False)).close()
    await mark(f"UPDATE meta SET value = '{VERSION + 1}' WHERE key = 'schema'")
    with pytest.raises(DatabaseUnusable, match=str(VERSION + 1)):
        await Central.open(central_url)


async def test_what_a_window_asks_for_touches_the_partition_of_its_point_alone(postgres_url: str) -> None:
    city = await served(postgres_url)
    for point, name in ((POINT, "禅城"), (OTHER_POINT, "南海")):
        await city.central.add_point(point, name)
    await city.central.add_account("C1", "陈甲", "sample-password-1", "clerk", [POINT])  # type: ignore[arg-type]
    window = await city.window(POINT)
    await window.sign_in()
    said: list[tuple[str, Any]] = []
    engine = city.central.database._engine.sync_engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if re.search(r"\b(entries|subjects)\b", statement) and statement.startswith("SELECT"):
            said.append((statement, parameters))

    await window.verdicts([window.receive(), window.receive()])
    await window.get("/v1/feed", after=0)
    await window.get("/v1/entries", after=0)
    event.remove(engine, "before_cursor_execute", note)
    assert len(said) >= 3
    async with city.central.database.read() as connection:
        rows = await connection.execute(text("SELECT relname FROM pg_class WHERE relkind = 'r'"))
        partitions = [name for (name,) in rows if PARTITION.fullmatch(name)]
        assert len(partitions) == 3 * 16
        for statement, parameters in said:
            plan = await connection.exec_driver_sql(f"EXPLAIN {statement}", tuple(parameters))
            touched = {found.group() for (line,) in plan for found in PARTITION.finditer(line)}
            assert len(touched) <= len({name.partition("_")[0] for name in touched}), (statement, sorted(touched))
    await city.client.aclose()
    await city.central.close()
