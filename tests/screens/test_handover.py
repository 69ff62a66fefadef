"""交接 by scanner: badge, PIN, bags, what is missing, signatures; locked to its task, and nothing personal left on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.desk import Desk
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody import Manifest
from clerk_app.seat import Refused
from screens.dispatch.screen import Dispatch
from screens.handover.screen import Handover
from screens.handover.steps import Step
from screens.lock.screen import Lock
from tests.support.client import PASSWORD, Client, opened
from tests.support.dispatching import (
    BADGE,
    NASTY,
    PIN,
    RIDER,
    S10,
    desk_of,
    know_couriers,
    pack,
    receive,
    result_here,
    stranger,
)
from tests.support.screen_dump import dump


def at(client: Client) -> Handover:
    """Return the hand-over that is shown."""
    assert isinstance(client.app.screen, Handover), dump(client.app)
    return client.app.screen


async def begun(client: Client, bags: int = 2) -> list[str]:
    """Have bags wait and a courier let in; return the bags' numbers."""
    know_couriers(client)
    made = [pack(client, receive(client, NASTY), seal=f"FQ{n}").number for n in range(bags)]
    await client.press("f4", "f9")
    await client.type(f"{BADGE}\n{PIN}\n")
    assert at(client).step is Step.BAGS
    return made


def closed(client: Client) -> Manifest:
    """Return the only hand-over there is."""
    [one] = desk_of(client).manifests()
    return desk_of(client).manifest(one.number)


async def test_badge_pin_bags_and_two_signatures_make_an_immutable_list(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        first, second = await begun(client)
        await client.type(f"{second}\n{first}\n")
        assert "已收    " + first in dump(client.app)
        await client.press("f9")
        assert at(client).step is Step.SIGN
        await client.press("f9")
        manifest = closed(client)
        assert [line.parcel for line in manifest.closed.lines] == [second, first]
        assert (manifest.closed.proof, manifest.closed.taker.code) == ("pin", BADGE)
        assert manifest.discrepancies == ()
        assert len(list((client.folder / "papers").glob("*交接清单.pdf"))) == 1
        assert desk_of(client).parcels("packed") == []


async def test_nothing_personal_is_left_and_no_applicant_is_named_at_any_step(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        case = result_here(client, NASTY)
        packing = desk_of(client).packing_for_applicant(case)
        bag = desk_of(client).pack(packing, "FQ1", S10, "ems").number
        await begun(client, 1)
        seen = [dump(client.app)]
        await client.type(f"{bag}\n")
        seen.append(dump(client.app))
        for key in ("f9", "f9", "f9"):
            await client.press(key)
            seen.append(dump(client.app))
        assert at(client).step is Step.DONE
        assert not [text for text in seen if "王" in text.split("\n", 1)[1] or "138000" in text]
        assert RIDER.name not in seen[-1]
        assert BADGE not in seen[-1]


async def test_what_is_not_as_it_should_be_is_met_on_the_spot_with_a_reason(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        first, second, third = await begun(client, 3)
        other = stranger(desk_of(client).today)
        await client.type(f"{first}\n{first}\n")
        assert "重复" in dump(client.app)
        await client.type(f"{second[:-2]}\n")
        assert "看不清" in dump(client.app)
        await client.press("f7")
        await client.type("撕开\n")
        await client.type(f"{other}\n")
        assert "不在清单" in dump(client.app)
        await client.press("f9")
        assert at(client).step is Step.BAGS
        await client.press("f8")
        await client.type("隔壁的\n")
        await client.press("f9")
        assert at(client).step is Step.MISSING
        assert "还有 2 袋没有扫到" in dump(client.app)
        assert [row.number for row in at(client).listing.rows] == [third, second]
        await client.press("down", "f8")
        await client.type("柜中未见\n")
        await client.type(f"{third}\n")
        assert at(client).pickup.missing == (second,)
        await client.press("f9", "f9")
        manifest = closed(client)
        found = {(one.found.fault, one.found.parcel, one.found.note) for one in manifest.discrepancies}
        assert found == {
            (cb.Fault.SEAL_BROKEN, first, "撕开"),
            (cb.Fault.NOT_LISTED, other, "隔壁的"),
            (cb.Fault.MISSING_BAG, second, "柜中未见"),
        }
        assert [(line.parcel, line.broken) for line in manifest.closed.lines] == [(first, True), (third, False)]


async def test_a_bag_that_stays_is_no_discrepancy_and_one_that_is_put_back_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        first, second = await begun(client)
        await client.type(f"{first}\n{second}\n")
        await client.press("delete", "f9", "f9", "f9")
        assert closed(client).discrepancies == ()
        assert [one.number for one in desk_of(client).parcels("packed")] == [second]


async def test_a_scan_in_the_wrong_step_is_said_and_costs_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        know_couriers(client)
        bag = pack(client, receive(client)).number
        await client.press("f4", "f9")
        await client.type(f"{bag}\n")
        assert "先扫揽收员的工牌" in dump(client.app)
        await client.type(f"{BADGE}\n")
        for _ in range(6):
            await client.type(f"{bag}\n")
        assert "不算输错" in dump(client.app)
        assert bag not in dump(client.app)
        await client.type(f"{PIN}\n")
        assert at(client).step is Step.BAGS
        await client.type(f"{bag}\n")
        await client.press("f9")
        await client.type(f"{bag}\n")
        assert at(client).step is Step.SIGN
        assert "没有录入" in dump(client.app)


async def test_a_pin_is_never_on_the_screen_and_wrong_ones_wait(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        know_couriers(client)
        await client.press("f4", "f9")
        await client.type(f"{BADGE}\n{PIN}")
        assert PIN not in dump(client.app)
        await client.press("ctrl+u")
        for _ in range(5):
            await client.type("111111\n")
        assert at(client).step is Step.PIN
        await client.type(f"{PIN}\n")
        assert at(client).step is Step.PIN


async def test_a_courier_who_forgot_the_pin_signs_on_paper(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        know_couriers(client)
        bag = pack(client, receive(client)).number
        await client.press("f4", "f9")
        await client.type(f"{BADGE}\n")
        await client.press("f8", "enter")
        await client.type(f"{bag}\n")
        await client.press("f9")
        assert "手签" in dump(client.app)
        await client.press("f9")
        assert closed(client).closed.proof == "paper"


async def test_a_badge_nobody_knows_is_refused_and_the_next_one_counts(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        know_couriers(client)
        await client.press("f4", "f9")
        await client.type("YZ999999\n")
        assert "没有这张工牌" in dump(client.app)
        await client.type(f"{BADGE}\n")
        assert at(client).step is Step.PIN


async def test_nothing_but_its_own_keys_and_locking_leads_out(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        [bag] = await begun(client, 1)
        await client.type(f"{bag}\n")
        await client.press("f2", "f3", "f6", "f12", "ctrl+p")
        assert at(client).step is Step.BAGS
        await client.press("f11")
        assert isinstance(client.app.screen, Lock)
        await client.type(f"{PASSWORD}\n")
        assert list(at(client).pickup.taken) == [bag]
        await client.press("escape", "escape")
        at(client)
        await client.press("escape")
        await client.type(f"{bag}\n")
        assert "没有录入" in dump(client.app)
        await client.press("enter")
        assert isinstance(client.app.screen, Dispatch)
        assert desk_of(client).manifests() == []


async def test_a_pin_that_was_begun_is_gone_once_the_window_was_locked(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        know_couriers(client)
        await client.press("f4", "f9")
        await client.type(f"{BADGE}\n739")
        await client.press("f11")
        await client.type(f"{PASSWORD}\n")
        assert at(client).field.value == ""


async def test_a_list_that_cannot_be_printed_is_closed_all_the_same_and_printed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as client:
        [bag] = await begun(client, 1)
        await client.type(f"{bag}\n")

        def stuck(*_: object) -> None:
            raise Refused("paper-unwritable", "打印文件夹写不进去。")

        with monkeypatch.context() as patch:
            patch.setattr(Desk, "print_manifest", stuck)
            await client.press("f9", "f9")
        assert "没有打印出来" in dump(client.app)
        assert len(desk_of(client).manifests()) == 1
        await client.press("f7")
        assert "两联已打印" in dump(client.app)


async def test_the_next_courier_begins_where_the_last_one_ended(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        [bag] = await begun(client, 1)
        await client.type(f"{bag}\n")
        await client.press("f9", "f9")
        await client.type(f"{BADGE}\n{PIN}\n")
        assert at(client).step is Step.BAGS
        assert dict(at(client).pickup.expected) == {}
        await client.press("f9")
        assert "还没有扫到袋" in dump(client.app)
