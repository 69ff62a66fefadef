"""A scanner's thirty characters and Enter, all at once, in every state of 寄递 and 交接: nothing lost, nothing elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.numbers import plain
from screens.dispatch.bag import BagView
from screens.dispatch.receiving import Receiving
from screens.handover.screen import Handover
from tests.support.client import SUPERVISOR, Client, opened
from tests.support.dispatching import (
    BADGE,
    NASTY,
    PIN,
    coming,
    desk_of,
    know_couriers,
    pack,
    receive,
    result_here,
    sent_back,
    stranger,
)
from tests.support.screen_dump import dump


def scan(client: Client, *texts: str) -> None:
    """Put whole scans into the app's queue at once, as one read from the terminal does."""
    for text in texts:
        for character in text:
            client.app.post_message(events.Key(character, character))
        client.app.post_message(events.Key("enter", "\r"))


def entries(client: Client) -> int:
    """Return how many entries this window holds."""
    return desk_of(client).status().entries


STATES: dict[str, tuple[str, ...]] = {
    "waiting": (),
    "packing": ("enter",),
    "view-5": ("5", "enter"),
    "manifests": ("3", "enter"),
    "bag": ("2", "enter", "enter"),
    "bag-waybill": ("2", "enter", "enter", "f8"),
    "bag-unseal": ("2", "enter", "enter", "delete"),
    "bag-note": ("2", "enter", "enter", "f10"),
    "bag-note-words": ("2", "enter", "enter", "f10", "enter"),
    "receiving": ("5", "enter", "enter"),
    "receiving-short": ("5", "enter", "enter", "f7"),
    "receiving-note": ("5", "enter", "enter", "f7", "enter", "enter"),
    "receiving-confirm": ("5", "enter", "enter", "f10", "f9"),
    "results": ("6", "enter"),
    "arrival": ("6", "enter", "f8"),
    "handing": ("6", "enter", "enter"),
    "handing-agent": ("6", "enter", "enter", "f7"),
    "handing-agent-number": ("6", "enter", "enter", "f7", "x", "enter"),
    "posting": ("6", "enter", "enter", "f10"),
    "posting-address": ("6", "enter", "enter", "f10", "f8"),
    "handover-badge": ("f9",),
    "handover-leave": ("f9", "escape"),
}
"""Where somebody may be when a scan comes, as the keys that lead there."""


async def prepared(client: Client) -> dict[str, str]:
    """Have something in every list; return the numbers by what they are."""
    know_couriers(client)
    first, second = receive(client, NASTY), receive(client)
    waits, goes = pack(client, first, seal="A1").number, pack(client, second, seal="A2").number
    result = result_here(client, NASTY)
    comes = sent_back(client, receive(client), serial=8)
    receive(client)
    await client.press("f4")
    assert [one.number for one in desk_of(client).parcels("arriving")] == [comes]
    return {"waits": waits, "goes": goes, "comes": comes, "result": result}


@pytest.mark.parametrize("state", STATES)
async def test_a_bag_scanned_in_any_state_is_opened_or_refused_in_words_and_nothing_is_recorded(
    state: str, tmp_path: Path
) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await client.sign_in(SUPERVISOR)
        numbers = await prepared(client)
        await client.press(*STATES[state])
        before, screen = entries(client), client.app.screen
        shown_before = dump(client.app)
        scan(client, numbers["goes"], numbers["goes"])
        await client.settle()

        assert entries(client) == before
        now = client.app.screen
        opened_it = isinstance(now, BagView) and now.number == numbers["goes"]
        refused = now is screen and dump(client.app) != shown_before and any(w in dump(client.app) for w in SAID)
        assert opened_it or refused, dump(client.app)
        for field in now.query(Input):
            assert plain(numbers["goes"]) not in plain(field.value)


SAID = ("没有录入", "这是袋号", "不是办件编号", "有误：", "先按 F9 签收", "不是封签号", "请先扫", "请填写")
"""How a scan that is not meant here is refused."""


async def test_thirty_bags_in_one_burst_behind_badge_and_pin_are_all_taken(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        know_couriers(client)
        bags = [pack(client, receive(client), seal=f"S{n}").number for n in range(30)]
        other = stranger(desk_of(client).today)
        await client.press("f4")
        client.app.post_message(events.Key("f9", None))
        scan(client, BADGE, PIN, *bags, bags[3], other)
        await client.settle()

        screen = client.app.screen
        assert isinstance(screen, Handover)
        assert list(screen.pickup.taken) == bags
        assert list(screen.pickup.strangers) == [other]
        assert f"{len(screen.pickup.taken)}/{len(screen.pickup.expected)}" == "30/30"


async def test_the_whole_pickup_in_one_burst_with_its_keys_between(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        know_couriers(client)
        first, second, third = (pack(client, receive(client), seal=f"S{n}").number for n in range(3))
        await client.press("f4")
        client.app.post_message(events.Key("f9", None))
        scan(client, BADGE, PIN, first)
        client.app.post_message(events.Key("f7", None))
        scan(client, "撕开", second)
        client.app.post_message(events.Key("f9", None))
        client.app.post_message(events.Key("f8", None))
        scan(client, "未见")
        client.app.post_message(events.Key("f9", None))
        client.app.post_message(events.Key("f9", None))
        await client.settle()

        [one] = desk_of(client).manifests()
        manifest = desk_of(client).manifest(one.number)
        assert [(line.parcel, line.broken) for line in manifest.closed.lines] == [(first, True), (second, False)]
        assert {(o.found.parcel, o.found.note) for o in manifest.discrepancies} == {(first, "撕开"), (third, "未见")}


async def test_bag_after_bag_is_received_in_one_burst(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        cases = [receive(client) for _ in range(3)]
        bags = [
            coming(client, cb.PaperLine(case=case, material="photo", name="相片", copies=2), serial=n, seal=f"G{n}")
            for n, case in enumerate(cases, start=1)
        ]
        await client.press("f4")
        scan(client, "5")
        for n, bag in enumerate(bags, start=1):
            scan(client, bag, f"G{n}")
            for key in ("f9", "enter", "escape"):
                client.app.post_message(events.Key(key, None))
        await client.settle()

        assert [desk_of(client).parcel(bag).received is not None for bag in bags] == [True] * 3
        assert Receiving not in map(type, client.app.screen_stack)


@pytest.mark.parametrize(
    "step", ["pin", "paper", "bags", "broken", "stranger", "missing", "absent", "sign", "leave", "done"]
)
async def test_a_bag_scanned_in_any_step_of_a_hand_over_is_taken_or_refused_and_never_a_pin_or_a_reason(
    step: str, tmp_path: Path
) -> None:
    async with opened(tmp_path) as client:
        know_couriers(client)
        bags = [pack(client, receive(client), seal=f"S{n}").number for n in range(2)]
        await client.press("f4", "f9")
        lead: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
            "pin": ((BADGE,), ()),
            "paper": ((BADGE,), ("f8",)),
            "bags": ((BADGE, PIN), ()),
            "broken": ((BADGE, PIN, bags[0]), ("f7",)),
            "stranger": ((BADGE, PIN, stranger(desk_of(client).today)), ("f8",)),
            "missing": ((BADGE, PIN, bags[0]), ("f9",)),
            "absent": ((BADGE, PIN, bags[0]), ("f9", "f8")),
            "sign": ((BADGE, PIN, *bags), ("f9",)),
            "leave": ((BADGE, PIN), ("escape",)),
            "done": ((BADGE, PIN, *bags), ("f9", "f9")),
        }
        scans, then = lead[step]
        scan(client, *scans)
        await client.settle()
        await client.press(*then)
        before = entries(client)
        scan(client, bags[1])
        await client.settle()

        assert entries(client) == before
        told = dump(client.app)
        handover = next(one for one in client.app.screen_stack if isinstance(one, Handover))
        taken = step in {"bags", "missing"} and bags[1] in handover.pickup.taken
        assert taken or any(words in told for words in SAID), told
        assert bags[1] not in "".join((*handover.pickup.broken.values(), *handover.pickup.strangers.values()))
