"""寄递 and 交接 as text, every view and every step, at both sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.client import SUPERVISOR, Client, opened
from tests.support.dispatching import (
    BADGE,
    DOMESTIC,
    NASTY,
    PIN,
    desk_of,
    hand_over,
    know_couriers,
    pack,
    receive,
    result_here,
    sent_back,
    stranger,
    told,
)
from tests.support.screen_dump import dump

SIZES = [(80, 24), (120, 40)]
Golden = Callable[[str, str], None]
Take = Callable[[str], None]


def album(client: Client, size: tuple[int, int], golden: Golden) -> Take:
    return lambda name: golden(f"{name}-{size[0]}x{size[1]}", dump(client.app))


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_packing(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size) as client:
        take = album(client, size, golden)
        receive(client, NASTY)
        receive(client, brought=())
        receive(client)
        await client.press("f4")
        take("dispatch-waiting")
        await client.press("enter")
        take("packing")
        await client.type("FQ20260001\n")
        await client.press("down", "down", "delete")
        take("packing-sealed")
        await client.press("f9")
        take("bag")
        await client.press("f8")
        await client.type(f"{DOMESTIC}\n")
        take("bag-waybill")
        await client.press("enter", "insert")
        take("bag-pickup")
        await client.press("escape", "delete")
        take("bag-unseal")
        await client.press("escape", "escape")
        await client.type("2\n")
        take("dispatch-packed")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_lists(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size, signed_in=False) as client:
        await client.sign_in(SUPERVISOR)
        take = album(client, size, golden)
        receive(client, NASTY)
        bag = pack(client).number
        hand_over(client, bag)
        case = receive(client)
        coming = sent_back(client, case)
        told(client, bag)
        await client.press("f4")
        await client.type("3\n")
        take("dispatch-manifests")
        await client.press("enter")
        take("manifest")
        await client.press("f10")
        take("manifest-note")
        await client.press("escape", "escape")
        await client.type("4\n")
        take("dispatch-moving")
        await client.type("5\n")
        take("dispatch-arriving")
        await client.type(f"{coming}\n")
        take("receiving")
        await client.press("down", "f7")
        take("receiving-short")
        await client.type("\n少一份\n")
        await client.press("f9")
        take("receiving-confirm")
        await client.press("enter")
        take("received")
        await client.press("escape")
        await client.type("7\n")
        take("dispatch-tasks")
        await client.press("f7")
        take("task-outcome")
        await client.press("escape")
        await client.type(f"{case}\n")
        take("trace")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_handing_out(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size) as client:
        take = album(client, size, golden)
        result_here(client, NASTY)
        await client.press("f4")
        await client.type("6\n")
        take("dispatch-results")
        await client.press("f8")
        take("result-arrived")
        await client.press("escape", "enter")
        take("handing")
        await client.press("f7")
        take("handing-agent")
        await client.press("escape")
        await client.type("0017\n")
        await client.press("f9")
        take("handing-confirm")
        await client.press("escape", "f10")
        take("posting")
        await client.press("f8")
        take("posting-address")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_handover(size: tuple[int, int], window: Path, golden: Golden) -> None:
    async with opened(window, size) as client:
        take = album(client, size, golden)
        know_couriers(client)
        bags = [pack(client, receive(client, NASTY), seal=f"FQ{n}").number for n in range(3)]
        await client.press("f4", "f9")
        take("handover-badge")
        await client.type(f"{BADGE}\n")
        take("handover-pin")
        await client.type("111111\n")
        take("handover-pin-wrong")
        await client.type(f"{PIN}\n")
        take("handover-bags")
        await client.type(f"{bags[0]}\n{bags[1]}\n")
        await client.press("f7")
        take("handover-broken")
        await client.type("一角撕开\n")
        take("handover-taken")
        await client.type(f"{bags[0]}\n")
        take("handover-twice")
        await client.type(f"{bags[0][:-1]}?\n")
        take("handover-unreadable")
        await client.type(f"{stranger(desk_of(client).today)}\n")
        take("handover-stranger")
        await client.press("f8")
        await client.type("隔壁窗口的袋\n")
        await client.press("f9")
        take("handover-missing")
        await client.press("f8")
        await client.type("柜中未见\n")
        take("handover-absent")
        await client.press("f9")
        take("handover-sign")
        await client.press("f9")
        take("handover-done")
        await client.press("escape", "f9", "escape")
        take("handover-leave")
