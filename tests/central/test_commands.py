"""``clerk central …``: migrating, shutting out, what should never come, a new life after a restore."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from sync.central.central import Central
from tests.support.city import open_city, problem_code
from tests.support.commands import clerk, environment
from tests.support.museum import put_up_the_first


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "central.db")


def test_tables_are_looked_at_then_migrated_and_then_nothing_is_left_to_do(database: str) -> None:
    asyncio.run(put_up_the_first(database))
    env = environment(CLERK_CENTRAL_DATABASE=database)
    looked = clerk("central", "migrate", "--check", "--json", env=env)
    assert (looked.status, looked.json["held"], looked.json["pending"]) == (1, "0001", ["0002", "0003", "0004", "0005"])
    assert looked.json["needs_stop"] is True
    assert clerk("central", "serve", "--no-migrate", "--port", "0", env=env).status == 1
    clerk("central", "migrate", env=env).done()
    again = clerk("central", "migrate", "--check", "--json", env=env).done()
    assert (again.json["pending"], again.json["needs_stop"]) == ([], False)


def test_the_flag_wins_over_the_environment_and_none_of_both_is_wrong_usage(database: str) -> None:
    env = environment(CLERK_CENTRAL_DATABASE="mysql://nowhere/x")
    clerk("central", "migrate", "--database", database, env=env).done()
    told = clerk("central", "migrate", env=environment())
    assert told.status == 2
    assert "CLERK_CENTRAL_DATABASE" in told.err
    told = clerk("central", "serve", env=environment(CLERK_CENTRAL_DATABASE=database, CLERK_CENTRAL_POOL="many"))
    assert (told.status, "CLERK_CENTRAL_POOL" in told.err) == (2, True)
    told = clerk("central", "serve", env=environment(CLERK_CENTRAL_DATABASE=database, CLERK_CARRIER_EMS_SENDER="X"))
    assert (told.status, "CLERK_CARRIER_EMS_URL" in told.err) == (2, True)


async def _a_window_that_spoke_badly(database: str) -> str:
    city = await open_city(database)
    window = await city.window()
    await window.push([replace(window.receive(), signature="00" * 64)])
    await city.client.aclose()
    await city.central.close()
    return window.id


def test_what_should_never_come_is_listed_and_who_is_shut_out_is(database: str) -> None:
    window = asyncio.run(_a_window_that_spoke_badly(database))
    env = environment(CLERK_CENTRAL_DATABASE=database)
    [one] = clerk("central", "incidents", "--json", env=env).done().json["incidents"]
    assert (one["window"], one["code"], one["count"]) == (window, "signature-invalid", 1)
    assert window in clerk("central", "incidents", env=env).done().out
    clerk("central", "revoke", "--window", window, env=env).done()
    clerk("central", "revoke", "--account", "C1", env=env).done()
    assert clerk("central", "revoke", "--account", "nobody", env=env).status == 1
    assert clerk("central", "revoke", env=env).status == 2

    async def challenge() -> str:
        city = await open_city(database)
        told = await city.client.post("/v1/challenges", json={"window": window})
        await city.client.aclose()
        await city.central.close()
        return problem_code(told)

    assert asyncio.run(challenge()) == "window-revoked"


def test_after_a_restore_a_new_life_begins(database: str) -> None:
    env = environment(CLERK_CENTRAL_DATABASE=database)

    async def epoch() -> str:
        central = await Central.open(database)
        await central.close()
        return central.epoch

    before = asyncio.run(epoch())
    told = clerk("central", "new-epoch", "--json", env=env).done().json["epoch"]
    assert told == asyncio.run(epoch()) != before
