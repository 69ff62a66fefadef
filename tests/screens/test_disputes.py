"""Conflicts on the screen: both acts side by side, a supervisor's word, and everybody sees what became of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.journal import Verdict
from screens.cases.disputes import BagDisputeView, DisputeView
from tests.support.client import ID_NUMBER, SEAT, SUPERVISOR, Client, opened
from tests.support.dispatching import RIDER, desk_of, hand_over, know_couriers, pack, receive
from tests.support.over_the_line import another, confirm
from tests.support.screen_dump import dump


async def collided(client: Client, name: str = "样例甲") -> str:
    """Record a case and withdraw it here, while another window declined it."""
    await client.type(f"jzz\n{ID_NUMBER}\n")
    base = client.app.screen_stack[0]
    base.query_one("ApplicantForm").field("name").value = name  # type: ignore[attr-defined]
    base.query_one("ApplicantForm").finish()  # type: ignore[attr-defined]
    await client.settle()
    await client.type("1A")
    await client.press("f8", "1", "enter", "enter")
    confirm(client)
    [summary] = client.records.summaries()
    declined = b.Declined(on=client.clock().date(), reason=f"不符合条件{name}", reason_code="other")
    await client.press("f3", "enter")
    await client.type("w申请人不办了\n\n")
    await client.press("enter")
    another(client, "case.declined", summary.number, declined)
    confirm(client, case_withdrawn=(Verdict.CONFLICTING, "", ""))
    client.app.look_at_line()
    await client.settle()
    return summary.number


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_a_supervisor_sees_both_and_settles(size: tuple[int, int], tmp_path: Path) -> None:
    async with opened(tmp_path, size, signed_in=False) as client:
        await client.sign_in(SUPERVISOR)
        number = await collided(client, "王[/b]䶮")
        shown = dump(client.app)
        assert "有 1 处冲突" in shown
        await client.type("c")
        assert isinstance(client.app.screen, DisputeView)
        shown = dump(client.app)
        assert "不符合条件王[/b]䶮" in shown
        assert "FS0001-04" in shown
        assert "不采用后到的，办件：" in shown
        await client.press("pagedown", "pagedown")
        await client.type("x按先到的办\n")

        case = client.records.case(number)
        assert case is not None
        assert (case.conflicts, case.state.value) == ((), "declined")
        assert DisputeView not in map(type, client.app.screen_stack)
        await client.press("pagedown", "pagedown")
        assert "不采用" in dump(client.app)


async def test_the_list_finds_conflicts_and_a_clerk_may_only_look(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await collided(client)
        await client.press("escape", "f8", "f8", "f8", "f8")
        assert "[有冲突]" in dump(client.app)
        assert "有冲突" in dump(client.app).splitlines()[5]
        await client.press("enter")
        await client.type("c")
        shown = dump(client.app)
        assert "采用后到的，办件：" in shown
        await client.type("y")
        assert isinstance(client.app.screen, DisputeView)
        assert " y 采用" not in dump(client.app)
        await client.press("escape", "escape")


async def two_hands(client: Client) -> str:
    """Hand a bag over here, while another window gave it to a courier before; return the bag's number."""
    know_couriers(client)
    bag = pack(client, receive(client, "王[/b]䶮")).number
    confirm(client)
    hand_over(client, bag)
    theirs = cb.HandedOver(
        giver=cb.Hand(kind=cb.HandKind.POINT, code=SEAT.point, name=SEAT.point_name, person="四号窗口"),
        taker=cb.Hand(kind=cb.HandKind.COURIER, code="YZ000999", name="样例速递", person="郑[/b]样例"),
    )
    another(client, "parcel.handed_over", bag, theirs)
    confirm(client, parcel_handed_over=(Verdict.CONFLICTING, "", ""))
    client.app.look_at_line()
    await client.settle()
    return bag


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_a_supervisor_sees_both_hands_on_one_bag_and_settles(size: tuple[int, int], tmp_path: Path) -> None:
    async with opened(tmp_path, size, signed_in=False) as client:
        await client.sign_in(SUPERVISOR)
        bag = await two_hands(client)
        await client.press("f4")
        await client.type(f"{bag}\n")
        assert "有冲突" in dump(client.app)
        await client.press("ctrl+f")
        assert isinstance(client.app.screen, BagDisputeView)
        shown = dump(client.app)
        assert bag in shown
        assert "郑[/b]样例" in shown
        assert RIDER.name in shown
        assert "不采用后到的，寄递袋：" in shown
        await client.type("x按先交出的\n")

        parcel = desk_of(client).parcel(bag)
        assert (parcel.conflicts, parcel.holder.code) == ((), "YZ000999")
        assert BagDisputeView not in map(type, client.app.screen_stack)
        assert f"{bag}  【在途】" in dump(client.app)
        assert "有冲突" not in dump(client.app)


async def test_a_clerk_may_only_look_at_two_hands_on_one_bag_and_a_scan_settles_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        bag = await two_hands(client)
        await client.press("f4")
        await client.type(f"{bag}\n")
        await client.press("ctrl+f")
        await client.type(f"y{bag}\nx")
        assert isinstance(client.app.screen, BagDisputeView)
        assert " y 采用" not in dump(client.app)
        await client.press("escape")
        assert BagDisputeView not in map(type, client.app.screen_stack)
        assert len(desk_of(client).parcel(bag).conflicts) == 1
