"""寄递 by keyboard and scanner: packing, receiving, handing out, and one search for who holds a paper."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual import events

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.checklist import Tally
from clerk_app.domain.kinds import ParcelState, State
from clerk_app.seat import Refused
from screens.dispatch.bag import BagView
from screens.dispatch.handing import Handing
from screens.dispatch.manifest import ManifestView
from screens.dispatch.packing import PackingView
from screens.dispatch.receiving import Receiving
from screens.dispatch.screen import Dispatch
from screens.dispatch.trace import TraceView
from tests.support.client import SUPERVISOR, Client, opened
from tests.support.dispatching import (
    DOMESTIC,
    NASTY,
    S10,
    coming,
    desk_of,
    hand_over,
    pack,
    receive,
    result_here,
    sent_back,
)
from tests.support.screen_dump import dump


def shown(client: Client, kind: type) -> None:
    assert type(client.app.screen) is kind, dump(client.app)


async def test_a_group_is_packed_by_scanning_a_seal_and_one_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        first, second = receive(client, NASTY), receive(client)
        await client.press("f4", "enter")
        assert "不能装：" in dump(client.app)
        await client.type("fq20260001\n")
        await client.press("delete", "f9")
        shown(client, BagView)
        [bag] = desk_of(client).parcels("packed")
        parcel = desk_of(client).parcel(bag.number)
        assert (parcel.sealed.seal, parcel.cases) == ("FQ20260001", (first,))
        assert f"已封袋：{bag.number}" in dump(client.app)
        await client.press("f7")
        assert (client.folder / "papers" / f"{bag.number}-寄递袋标签.pdf").stat().st_size > 1000
        await client.press("escape")
        shown(client, Dispatch)
        [group] = desk_of(client).to_pack()
        assert [one.number for one in group.cases] == [second]


async def test_a_case_still_under_check_warns_before_it_is_packed(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        number = receive(client, brought=(Tally(material="form", originals_kept=1),))
        await client.press("f4")
        assert "1 件还不宜装袋" in dump(client.app)
        await client.press("enter")
        assert f"注意：{number}：材料还在核对" in dump(client.app)


async def test_without_a_seal_the_key_asks_first_and_means_it_the_second_time(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        receive(client)
        await client.press("f4", "enter", "f9")
        shown(client, PackingView)
        assert "再按一次 F9" in dump(client.app)
        await client.press("f9")
        shown(client, BagView)


async def test_neither_a_bag_nor_a_case_is_taken_for_a_seal(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        case = receive(client)
        bag = pack(client).number
        receive(client)
        await client.press("f4", "enter")
        await client.type(f"{bag}\n{case}\n")
        assert "不是封签号" in dump(client.app)
        assert "封签 还没有扫描" in dump(client.app)


async def test_a_waybill_is_checked_at_the_field_and_one_without_a_check_digit_is_confirmed(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        receive(client)
        bag = pack(client).number
        await client.press("f4")
        await client.type(f"{bag}\n")
        await client.press("f8")
        await client.type(f"{S10[:-3]}6HK\n")
        assert "校验码不符" in dump(client.app)
        await client.type(f"{bag}\n")
        assert "这是袋号" in dump(client.app)
        await client.type(f"{DOMESTIC}\n")
        assert "没有校验码" in dump(client.app)
        assert desk_of(client).parcel(bag).waybill == ""
        await client.press("enter")
        assert (desk_of(client).parcel(bag).waybill, desk_of(client).parcel(bag).carrier) == (DOMESTIC, "ems")
        await client.press("f8")
        await client.type(f"{S10}\n")
        assert desk_of(client).parcel(bag).waybill == S10
        await client.press("insert", "enter")
        assert desk_of(client).parcel(bag).pickup is not None
        assert "等承运企业答复" in dump(client.app)
        await client.press("insert", "enter")
        assert desk_of(client).parcel(bag).pickup_cancelled
        await client.press("escape")
        await client.type(f"{S10}\n")
        shown(client, BagView)


async def test_a_bag_is_opened_again_with_a_reason_and_its_papers_wait_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        receive(client)
        bag = pack(client).number
        await client.press("f4")
        await client.type(f"{bag}\n")
        await client.press("delete", "enter")
        assert "请写明拆袋的原因" in dump(client.app)
        await client.type(f"装错{bag}\n")
        assert "没有录入" in dump(client.app)
        await client.press("enter")
        assert desk_of(client).parcel(bag).state is ParcelState.UNSEALED
        assert "装错" in dump(client.app)
        assert len(desk_of(client).to_pack()) == 1


async def test_a_bag_that_comes_is_received_line_by_line_and_a_short_copy_is_a_task(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await client.sign_in(SUPERVISOR)
        case = receive(client, NASTY)
        bag = sent_back(client, case)
        await client.press("f4")
        await client.type(f"5\n{bag}\n")
        shown(client, Receiving)
        await client.type("ga-1\n")
        assert "封签号相符" in dump(client.app)
        await client.type("GA-2\n")
        assert "封签号不符" in dump(client.app)
        await client.press("down", "f7")
        await client.type("\n")
        await client.type("\n")
        assert "请写明情况" in dump(client.app)
        await client.type("少一份\n")
        assert "短少 复1" in dump(client.app)
        await client.press("f10", "f9")
        await client.type(f"{bag}\n")
        assert desk_of(client).parcel(bag).received is None
        await client.press("enter")
        parcel = desk_of(client).parcel(bag)
        assert parcel.received is not None
        assert parcel.received.broken
        assert [(o.found.fault, o.found.note) for o in parcel.discrepancies] == [(cb.Fault.SHORT, "少一份")]
        await client.press("escape")
        await client.type("7\n")
        await client.press("f7")
        await client.type("已找到\n")
        await client.type("袋底\n")
        assert desk_of(client).custody_tasks() == []
        assert "没有待处理的差异" in dump(client.app)
        await client.type("6\n")
        assert case in dump(client.app)


async def test_the_next_bag_waits_until_what_was_noted_of_this_one_is_recorded(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        case = receive(client)
        line = cb.PaperLine(case=case, material="photo", name="相片", copies=2)
        first, second = (coming(client, line, serial=n, seal=f"GA-{n}") for n in (1, 2))
        await client.press("f4")
        await client.type(f"5\n{first}\n{second}\n")
        shown(client, Receiving)
        assert second in dump(client.app)
        await client.press("f10")
        await client.type(f"{first}\n")
        assert "先按 F9 签收" in dump(client.app)
        assert second in dump(client.app)


@pytest.mark.parametrize("name", [NASTY, "𠮷㐂"])
async def test_a_result_goes_to_the_applicant_against_the_last_digits_of_the_card(name: str, tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        case = result_here(client, name)
        await client.press("f4")
        await client.type("6\n\n")
        shown(client, Handing)
        assert name in dump(client.app)
        await client.press("f9")
        assert "还没有核对证件" in dump(client.app)
        await client.type("9999\n")
        assert "不符" in dump(client.app)
        await client.type("440604190001010017\n")
        await client.press("f8", "f9", "enter")
        found = desk_of(client).case(case)
        assert found.state is State.CLOSED
        assert found.delivered is not None
        assert (found.delivered.to, found.delivered.signed) == (name, "screen")
        assert found.delivered.id_number_masked.endswith("17")
        assert "440604190001010017" not in dump(client.app)
        await client.press("insert")
        assert list((client.folder / "papers").glob("*送达回执.pdf"))


async def test_somebody_else_collects_with_a_document_and_a_reason(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        case = result_here(client)
        await client.press("f4")
        await client.type("6\n\n")
        await client.press("f7")
        await client.type("李代领\n440604190001010016\n")
        assert "校验码" in dump(client.app)
        await client.press("ctrl+u")
        await client.type("440604190001010017\n")
        await client.press("f8")
        await client.type("女儿\n")
        assert "家属代收：女儿" in dump(client.app)
        await client.press("f9", "enter")
        delivered = desk_of(client).case(case).delivered
        assert delivered is not None
        assert (delivered.agent, delivered.agent_reason_code, delivered.agent_reason) == ("李代领", "family", "女儿")


async def test_a_result_is_posted_with_address_waybill_and_seal(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        case = result_here(client)
        await client.press("f4")
        await client.type("6\n\n")
        await client.press("f10", "f8")
        await client.type(f"3栋{S10}\n")
        assert "没有录入" in dump(client.app)
        await client.press("enter")
        await client.type(f"{S10}\nFQ9\n")
        await client.press("f9")
        shown(client, BagView)
        [bag] = desk_of(client).parcels("packed")
        parcel = desk_of(client).parcel(bag.number)
        assert (parcel.waybill, parcel.carrier, parcel.sealed.seal, parcel.cases) == (S10, "ems", "FQ9", (case,))
        assert parcel.sealed.address is not None
        assert parcel.sealed.address.address == "文昌路2号3栋"


async def test_one_search_tells_who_holds_a_paper_and_every_hand_since_the_counter(tmp_path: Path) -> None:
    async with opened(tmp_path, (120, 40)) as client:
        case = receive(client, NASTY)
        bag = pack(client).number
        manifest = hand_over(client, bag)
        await client.press("f4")
        await client.type(f"{case}\n")
        shown(client, TraceView)
        told = "".join(dump(client.app).split())
        assert "现在：样例速递（孙样例）" in told
        for words in ("窗口收取", f"装入寄递袋{bag}", "封签FQ001", f"交接清单{manifest}"):
            assert words in told
        await client.type(f"{case}/photo\n")
        assert "相片采集回执" in dump(client.app)
        assert "居住证申领表" not in dump(client.app)
        await client.type(f"{manifest}\n")
        shown(client, ManifestView)
        assert len(client.app.screen_stack) == 2


async def test_what_nobody_here_knows_is_said_beside_the_field_and_the_next_scan_counts(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        receive(client)
        bag = pack(client).number
        await client.press("f4")
        await client.type(f"{bag[:-1]}?\n")
        assert "没有找到" in dump(client.app)
        wrong = bag[:-1] + ("A" if bag[-1] != "A" else "B")
        await client.type(f"{wrong}\n")
        assert "校验字符不符" in dump(client.app)
        await client.type(f"[/附件]\n{bag}\n")
        shown(client, BagView)


async def test_the_views_turn_by_number_and_by_tab(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.press("f4")
        await client.type("3\n")
        assert "[3交接清单]" in dump(client.app)
        await client.press("tab", "right")
        assert "[5到件]" in dump(client.app)
        await client.press("shift+tab", "left")
        assert "[3交接清单]" in dump(client.app)
        await client.press("left", "left", "left")
        assert "[7差异]" in dump(client.app)


async def test_enter_right_behind_the_area_means_its_first_row_however_slow_the_disk(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        receive(client)
        disk = threading.Event()
        client.app.desk_work.do(lambda: disk.wait(20), lambda _: None, lambda _: None, hold=False)
        for key in ("f4", "enter"):
            client.app.post_message(events.Key(key, None))
        for character in "FQ7":
            client.app.post_message(events.Key(character, character))
        for key in ("enter", "f9"):
            client.app.post_message(events.Key(key, None))
        await client.pilot.pause()
        assert desk_of(client).parcels("packed") == []
        disk.set()
        await client.settle()
        shown(client, BagView)
        assert [one.seal for one in desk_of(client).parcels("packed")] == ["FQ7"]


async def test_lists_that_cannot_be_read_are_said_and_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as client:
        receive(client)

        def broken(*_: object) -> None:
            raise Refused("store", "磁盘读不出来")

        with monkeypatch.context() as patch:
            patch.setattr("screens.dispatch.screen.read", broken)
            await client.press("f4")
            assert "磁盘读不出来" in dump(client.app)
        await client.press("ctrl+r", "enter")
        shown(client, PackingView)
