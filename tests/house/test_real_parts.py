"""The real parts that other tests lean on do work."""

from __future__ import annotations

import asyncpg
import pytest

from tests.support.parts import REQUIRED, real_part
from tests.support.postgres import Cluster
from tests.support.secret_service import SecretService

STORE_AND_READ = """
import keyring
print(type(keyring.get_keyring()).__module__)
keyring.set_password("clerk-trial", "窗口", "秘密🔑")
print(keyring.get_password("clerk-trial", "窗口"))
keyring.delete_password("clerk-trial", "窗口")
print(keyring.get_password("clerk-trial", "窗口"))
"""
COME_AND_GO = """
from contextlib import closing
from jeepney import MatchRule, message_bus
from jeepney.io.blocking import open_dbus_connection
with closing(open_dbus_connection()) as hears, hears.filter(MatchRule(type="signal"), bufsize=100) as heard:
    rule = MatchRule(type="signal", sender="org.freedesktop.DBus", path="/org/freedesktop/DBus")
    hears.send_and_get_reply(message_bus.AddMatch(rule))
    open_dbus_connection().close()
    hears.send_and_get_reply(message_bus.RequestName("org.example.Heard"))  # what happened before has been told by then
    print(*{signal.header.fields[3] for signal in heard})
"""


async def test_postgres_takes_and_keeps_a_row(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        await connection.execute("CREATE TABLE papers (name text)")
        await connection.execute("INSERT INTO papers VALUES ($1)", "居住证𠮷")
        assert await connection.fetchval("SELECT name FROM papers") == "居住证𠮷"
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
    finally:
        await connection.close()


async def test_each_database_starts_empty_and_goes_even_with_someone_connected(postgres_cluster: Cluster) -> None:
    with postgres_cluster.database() as url:
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE left_over (n int)")
    connection.terminate()
    with postgres_cluster.database() as other:
        assert other != url
        connection = await asyncpg.connect(other)
        try:
            count = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
            assert await connection.fetchval(count) == 0
        finally:
            await connection.close()


def test_keyring_stores_and_reads_in_a_secret_service(secret_service: SecretService) -> None:
    done = secret_service.python("-c", STORE_AND_READ)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["keyring.backends.SecretService", "秘密🔑", "None"]


def test_a_keyring_is_not_woken_by_those_who_come_and_go(secret_service: SecretService) -> None:
    done = secret_service.python("-c", COME_AND_GO)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["NameAcquired"]


def test_a_missing_part_skips_here_and_fails_where_all_parts_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match="a printer is missing"):
        real_part("a printer", present=False, hint="plug it in")
    monkeypatch.setenv(REQUIRED, "1")
    with pytest.raises(pytest.fail.Exception, match="plug it in"):
        real_part("a printer", present=False, hint="plug it in")
    real_part("a printer", present=True, hint="plug it in")
