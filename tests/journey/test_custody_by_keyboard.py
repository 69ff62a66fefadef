"""From hand to hand by keyboard and scanner: a real terminal, a real central, a courier; with the line up, and with it down."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.timing import BEIJING
from sync.central import bag_simulator
from sync.central.carriers.watching import bags
from sync.central.central import Central
from sync.central.own_window import Said
from sync.central.simulator import STAGES, Simulator
from tests.support.commands import PERSON, CityEnd, Seat, clerk, enrol, port_of, seed_city, whole
from tests.support.tmux import Terminal, terminal

BADGE, PIN = "YZ900001", "270614"
SEAL = "FQ20260001"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityEnd:
    """A city with a courier who comes to its first point."""
    made = seed_city(tmp_path_factory.mktemp("custody"))
    words = ("central", "courier", "add", BADGE, "--name", "样例揽收员", "--point", made.accounts[0]["point"])
    clerk(*words, "--company", "样例速递", "--pin-stdin", "--database", made.database, stdin=PIN).done()
    return made


@pytest.fixture
def seat(city: CityEnd, tmp_path: Path) -> tuple[Seat, int]:
    """A window with a case whose papers wait, and the port its central is looked for at."""
    with city.served() as address:
        one = enrol(city, address, tmp_path / "window")
        one.clerk("sync").done()
        one.intake([whole(one.json("items", "居住证")[0])]).done()
        one.clerk("sync").done()
    return one, port_of(address)


@contextmanager
def at_the_window(city: CityEnd, seat: Seat, name: str, size: tuple[int, int]) -> Iterator[Terminal]:
    """Run the client, with a clerk signed in at 寄递."""
    env = {"CLERK_PASSPHRASE_FILE": str(seat.passphrase)}
    with terminal(["-m", "clerk_app.cli", "--data", str(seat.folder)], size, name, env) as client:
        client.wait_for("工号")
        account = city.clerk_account
        client.burst(account["number"], "<Enter>", account["password"], "<Enter>", "<F4>")
        client.wait_for("[1待封袋")
        yield client


def pack(client: Terminal, seat: Seat) -> str:
    """Pack what waits into one bag with a label; return its number."""
    client.burst("<Enter>", SEAL, "<Enter>", "<F9>")
    client.wait_for("已封袋：")
    client.keys("F7")
    client.wait_for("标签已打印")
    [bag] = seat.json("parcels", "--scope", "packed")
    return str(bag["parcel"])


def hand_over(client: Terminal, bag: str) -> None:
    """Give the bag to the courier, who signs with the PIN."""
    client.keys("Escape", "F9")
    client.wait_for("请揽收员出示工牌")
    client.burst(BADGE, "<Enter>", PIN, "<Enter>", bag, "<Enter>", bag, "<Enter>", "<F9>")
    client.wait_for("PIN 已核对")
    client.keys("F9")
    client.wait_for("交接清单两联已打印")
    client.keys("Escape")
    client.wait_for("下一列表")


def department(city: CityEnd, bag: str) -> None:
    """Have the department receive the bag one sheet short, decide, and send the result back."""

    async def act() -> None:
        central = await Central.open(str(city.database))
        try:
            now = datetime.now(UTC)
            cases = await Simulator.open(central, tuple(replace(stage, after=timedelta()) for stage in STAGES))
            post = bag_simulator.BagSimulator(central=central, window=cases.window)
            await post.step(now)
            held = (await bags(central, [bag]))[bag]
            listed = held.parcel.sealed.lines[0]
            line = replace(listed, originals=min(1, listed.originals), copies=0 if listed.originals else 1)
            found = cb.Discrepancy(fault=cb.Fault.SHORT, parcel=bag, line=line, note="清点少一份")
            noted = cb.Noted(found=(found,), by=held.parcel.sealed.to, on=now.astimezone(BEIJING).date())
            short = Said(kind="discrepancy.noted", subject=bag, seen=held.seen, body=noted)
            await cases.window.say([short], bag_simulator.ACTOR, now)
            for _ in STAGES:
                await cases.step(datetime.now(UTC))
            await post.step(datetime.now(UTC))
        finally:
            await central.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bag_simulator, "TAKES", timedelta())
        patch.setattr(bag_simulator, "SENDS", timedelta())
        patch.setattr(bag_simulator, "SHORT_IN", 1 << 60)
        asyncio.run(act())


def verdicts(seat: Seat) -> set[str]:
    """Return what central said of what the window holds."""
    return {entry["verdict"] for entry in seat.json("journal")}


def closed(seat: Seat, bag: str) -> list[dict[str, Any]]:
    """Return the hand-overs a bag is on."""
    return [one for one in seat.json("manifests") if bag in one["parcels"]]


def steps(row: dict[str, Any]) -> str:
    return "\n".join(f"{step['what']} {step['signed']}" for step in row["steps"])


def test_the_story_with_the_line_up_from_the_bag_to_the_result_in_the_applicants_hand(
    city: CityEnd, seat: tuple[Seat, int]
) -> None:
    window, port = seat
    with city.served(port), at_the_window(city, window, "custody-up", (80, 24)) as client:
        bag = pack(client, window)
        hand_over(client, bag)
        client.keys("F6")
        client.wait_for("未发 0")
        department(city, bag)
        client.keys("F6")
        client.wait_for("未发 0")
        client.keys("F4")
        client.burst("7", "<Enter>")
        client.wait_for("短少")
        client.keys("Enter")
        client.wait_for("【已签收】")
        client.keys("Escape")
        client.burst("5", "<Enter>")
        client.wait_for("-CENTRAL-")
        client.keys("Enter")
        client.wait_for("没有差异")
        client.keys("F9")
        client.wait_for("签收：请确认")
        client.keys("Enter")
        client.wait_for("已签收")
        client.keys("Escape")
        client.burst("6", "<Enter>", "<Enter>")
        client.wait_for("还没有核对")
        client.burst(PERSON["id_number"][-4:], "<Enter>", "<F9>")
        client.wait_for("送达：请确认")
        client.keys("Enter")
        client.wait_for("已登记送达")
        client.keys("IC")
        client.wait_for("《送达回执》已打印")
        client.keys("F6")
        client.wait_for("未发 0")
        [row] = [one for one in window.json("where", bag) if one["disputed"]]
        assert (row["holder"]["code"], row["parcel"]) == (BADGE, bag)
        assert SEAL in steps(row)
        [result] = window.json("where", f"{row['case']}/办理结果")
        assert result["holder"]["kind"] == "applicant"
        client.keys("C-q")
        client.wait_gone()
    assert verdicts(window) == {"applied"}


def test_the_line_down_and_the_client_killed_in_the_middle_of_a_pickup_cost_nothing(
    city: CityEnd, seat: tuple[Seat, int]
) -> None:
    window, port = seat
    with at_the_window(city, window, "custody-down", (120, 40)) as client:
        bag = pack(client, window)
        client.keys("Escape", "F9")
        client.wait_for("请揽收员出示工牌")
        client.burst(BADGE, "<Enter>", PIN, "<Enter>", bag, "<Enter>")
        client.wait_for(f"已收    {bag}")
        os.kill(client.pid(), signal.SIGKILL)
        client.wait_gone()
    assert closed(window, bag) == []
    with at_the_window(city, window, "custody-again", (120, 40)) as client:
        client.wait_for("离线")
        hand_over(client, bag)
        client.burst("4", "<Enter>")
        client.wait_for("在样例速递")
        assert "未发 0" not in client.shown()
        with city.served(port):
            client.keys("F6")
            client.wait_for("未发 0")
            client.keys("C-q")
            client.wait_gone()
    [manifest] = closed(window, bag)
    assert (manifest["badge"], manifest["confirmed"]) == (BADGE, True)
    assert verdicts(window) == {"applied"}
