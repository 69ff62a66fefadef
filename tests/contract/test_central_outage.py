"""The database out of reach: every call says to try again, none fails, and all is well when it is back."""

from __future__ import annotations

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
