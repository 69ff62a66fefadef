"""``clerk central courier …``: registering couriers, their PINs, who is shut out; and those of the sample city."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from clerk_app.domain.couriers import pin_holds
from sync.central.access import couriers
from sync.central.central import Central
from tests.support.commands import Told, clerk, environment

ADD = ("central", "courier", "add")


async def _with_points(database: str) -> None:
    central = await Central.open(database)
    for point in ("FS0001", "FS0002"):
        await central.add_point(point, f"样例{point}")
    await central.close()


@pytest.fixture
def database(tmp_path: Path) -> str:
    made = str(tmp_path / "central.db")
    asyncio.run(_with_points(made))
    return made


def ran(database: str, *words: str, stdin: str = "") -> Told:
    return clerk(*words, "--json", stdin=stdin, env=environment(CLERK_CENTRAL_DATABASE=database))


def verifier(database: str) -> str:
    async def told() -> str:
        central = await Central.open(database)
        found = (await couriers.of_point(central, "FS0001")).couriers
        await central.close()
        return found[0].verifier

    return asyncio.run(told())


def test_a_courier_is_registered_listed_given_another_pin_and_shut_out(database: str) -> None:
    words = (*ADD, "ｙｚ-000123", "--name", "区顺达", "--point", "FS0001", "--point", "FS0002", "--for", "ems")
    days = ("--from", "2026-01-01", "--until", "2026-12-31", "--company", "样例速递", "--vehicle", "样例1号车")
    added = ran(database, *words, *days, "--contact", "0000-40000000").done().json
    assert added["badge"] == "YZ000123"
    assert pin_holds(added["pin"], verifier(database))
    [told] = ran(database, "central", "courier", "list", "--point", "FS0002").done().json["couriers"]
    assert told == {
        "badge": "YZ000123",
        "name": "区顺达",
        "points": ["FS0001", "FS0002"],
        "company": "样例速递",
        "vehicle": "样例1号车",
        "contact": "0000-40000000",
        "receives_for": ["ems"],
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
        "revoked": False,
        "revision": 1,
        "former_points": [],
    }
    assert ran(database, "central", "courier", "list", "--point", "FS0003").done().json == {"couriers": []}
    told = ran(database, "central", "courier", "set-pin", "YZ000123", "--pin-stdin", stdin="406182\n").done().json
    assert told == {"badge": "YZ000123"}, "a PIN that was typed is not printed"
    assert pin_holds("406182", verifier(database))
    drawn = ran(database, "central", "courier", "set-pin", "yz000123").done().json["pin"]
    assert pin_holds(drawn, verifier(database))
    assert ran(database, "central", "courier", "revoke", "YZ000123").done().json == {"revoked": "YZ000123"}
    assert verifier(database) == ""
    shown = clerk("central", "courier", "list", env=environment(CLERK_CENTRAL_DATABASE=database)).done().out
    assert "YZ000123  区顺达  样例速递  已停用  FS0001、FS0002" in shown


@pytest.mark.parametrize(
    ("words", "stdin", "code"),
    [
        ((*ADD, "YZ1", "--name", "区", "--point", "FS0001"), "", "courier-badge"),
        ((*ADD, "YZ000123", "--name", "区", "--point", "FS9999"), "", "point-unknown"),
        ((*ADD, "YZ000123", "--name", "区", "--point", "FS0001", "--pin-stdin"), "123456\n", "courier-pin"),
        ((*ADD, "YZ000123", "--name", "区", "--point", "FS0001", "--pin-stdin"), "", "courier-pin"),
        (("central", "courier", "set-pin", "YZ000123"), "", "courier-unknown"),
        (("central", "courier", "revoke", "YZ000123"), "", "courier-unknown"),
    ],
)
def test_what_cannot_be_is_refused_in_words(database: str, words: tuple[str, ...], stdin: str, code: str) -> None:
    told = ran(database, *words, stdin=stdin)
    assert (told.status, told.json["error"]["code"]) == (1, code)
    assert ran(database, "central", "courier", "list").done().json == {"couriers": []}


def test_a_day_that_is_none_is_wrong_usage(database: str) -> None:
    told = ran(database, *ADD, "YZ000123", "--name", "区", "--point", "FS0001", "--until", "明天")
    assert told.status == 2
    assert "2026-11-23" in told.err


def test_the_sample_city_prints_its_couriers_and_made_twice_changes_nothing(tmp_path: Path) -> None:
    database = str(tmp_path / "city.db")
    first = ran(database, "central", "seed").done().json["accounts"]
    listed = ran(database, "central", "courier", "list").done().json["couriers"]
    riders = [account for account in first if account["role"] == "courier"]
    assert [rider["number"] for rider in riders] == [one["badge"] for one in listed]
    assert [rider["point"] for rider in riders] == [one["points"][0] for one in listed]
    assert all(account.keys() >= {"number", "password", "role", "point"} for account in first)
    assert riders[0]["number"] == "YZ000123"

    async def holds() -> bool:
        central = await Central.open(database)
        told = (await couriers.of_point(central, riders[0]["point"])).couriers
        await central.close()
        return pin_holds(riders[0]["pin"], told[0].verifier)

    assert asyncio.run(holds())
    assert ran(database, "central", "seed").done().json["accounts"] == first
    again = ran(database, "central", "courier", "list").done().json["couriers"]
    assert json.dumps(again) == json.dumps(listed)
