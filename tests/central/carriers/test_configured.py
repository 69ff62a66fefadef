"""Which carriers there are is told by the environment, wholly or not at all."""

from __future__ import annotations

import pytest

from sync.central.carriers.configured import KEY, SENDER, URL, VARIABLES, CarriersUnusable, carriers
from tests.support.tree import ROOT

WHOLE = {URL: "https://carrier.test/clerk", SENDER: "SAMPLE-CITY", KEY: "sample-key-not-a-secret"}


async def test_without_a_word_people_call_the_carrier_themselves() -> None:
    async with carriers({}) as found:
        assert list(found) == ["manual"]


async def test_with_all_three_there_is_a_line() -> None:
    async with carriers(WHOLE) as found:
        assert {name: carrier.tracks for name, carrier in found.items()} == {"manual": False, "ems": True}
        assert all(name == carrier.name for name, carrier in found.items())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (URL, ""),
        (SENDER, " "),
        (KEY, ""),
        (KEY, "short"),
        (SENDER, "样例"),
        (URL, "http://carrier.test/clerk"),
        (URL, "carrier.test"),
        (URL, "https://"),
        (URL, "https://user:word@carrier.test/"),
        (URL, "https://carrier.test:port/"),
        (URL, "https://carrier.test/?key=1"),
    ],
)
async def test_half_a_configuration_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(CarriersUnusable, match=name):
        async with carriers(WHOLE | {name: value}):
            pass


def test_the_page_for_whoever_runs_central_names_every_variable() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    for name in VARIABLES:
        assert f"| `{name}` |" in page
