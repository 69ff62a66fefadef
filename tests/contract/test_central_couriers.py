"""Couriers at central: whose windows hear of them, what those hear, and when a list is another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import msgspec
import pytest

from clerk_app.domain.couriers import Courier, is_easy, pin_holds
from sync import wire
from sync.central.access import couriers
from sync.central.access.couriers import CourierRefused, Enlisted
from sync.central.access.enrolment import UnknownPoint
from tests.support.city import OTHER_POINT, POINT, City, Window, problem_code

PIN = "739251"
RIDER = Enlisted(
    badge="YZ000123",
    name="区顺达",
    points=(POINT, OTHER_POINT),
    company="样例速递",
    vehicle="样例1号车",
    contact="0000-40000000",
    receives_for=("ems", "GA"),
    valid_from=date(2025, 1, 1),
    valid_until=date(2025, 12, 31),
)


async def heard(window: Window) -> wire.Couriers:
    told = await window.get("/v1/couriers")
    assert told.status_code == 200, told.text
    return msgspec.json.decode(told.content, type=wire.Couriers)


async def revision(window: Window) -> str:
    return str((await window.get("/v1/session")).json()["couriers"])


@pytest.fixture
async def window(city: City) -> Window:
    window = await city.window()
    await window.sign_in()
    return window


async def test_a_window_of_the_point_hears_all_it_needs_without_the_line(city: City, window: Window) -> None:
    assert await couriers.add(city.central, RIDER, PIN) == ""
    [told] = (await heard(window)).couriers
    assert pin_holds(PIN, told.verifier)
    assert not pin_holds("739252", told.verifier)
    assert told == Courier(
        badge="YZ000123",
        name="区顺达",
        company="样例速递",
        vehicle="样例1号车",
        contact="0000-40000000",
        receives_for=("GA", "ems"),
        verifier=told.verifier,
        valid_from=date(2025, 1, 1),
        valid_until=date(2025, 12, 31),
    )


async def test_nobody_else_hears_of_them(city: City, window: Window) -> None:
    await couriers.add(city.central, RIDER, PIN)
    elsewhere = Enlisted(badge="YZ000124", name="霍捷", points=(OTHER_POINT,))
    await couriers.add(city.central, elsewhere, "582940")
    assert [one.badge for one in (await heard(window)).couriers] == ["YZ000123"]
    assert problem_code(await city.client.get("/v1/couriers")) == "token-invalid"
    await city.central.revoke_window(window.id)
    assert problem_code(await window.get("/v1/couriers")) == "window-revoked"


async def test_the_greeting_tells_which_list_it_is_and_each_change_makes_it_another(city: City, window: Window) -> None:
    other = await city.window(OTHER_POINT)
    await other.sign_in()
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: couriers.add(city.central, RIDER, PIN),
        lambda: couriers.set_pin(city.central, "YZ000123", "406182"),
        lambda: couriers.revoke(city.central, "YZ000123"),
        lambda: couriers.add(city.central, RIDER, PIN),
    ]
    seen = [await revision(window)]
    assert (await heard(window)).couriers == []
    for change in changes:
        await change()
        seen.append(await revision(window))
        assert (await heard(window)).revision == seen[-1]
    assert len(set(seen)) == len(seen)
    before = await revision(other)
    await couriers.add(city.central, Enlisted(badge="YZ000125", name="招远行", points=(POINT,)), "406182")
    assert await revision(other) == before, "a point whose list is the same is told nothing new"
    assert await revision(window) not in seen


async def test_the_same_again_changes_nothing(city: City, window: Window) -> None:
    salt = bytes(range(16))
    await couriers.add(city.central, RIDER, PIN, salt)
    before = await heard(window)
    await couriers.add(city.central, RIDER, PIN, salt)
    await couriers.add(city.central, RIDER)
    assert await heard(window) == before
    [told] = await couriers.listed(city.central, POINT)
    assert (told.revision, told.points, told.former_points) == (1, (POINT, OTHER_POINT), ())


async def test_of_who_may_not_collect_here_a_window_hears_no_more_than_that(city: City, window: Window) -> None:
    await couriers.add(city.central, RIDER, PIN)
    await couriers.add(city.central, Enlisted(badge="YZ000124", name="霍捷", points=(POINT,), contact="1"), "582940")
    moved = Enlisted(badge="YZ000123", name="区顺达", points=(OTHER_POINT,))
    await couriers.add(city.central, moved)
    assert await couriers.revoke(city.central, "yz000124")
    assert (await heard(window)).couriers == [
        Courier(badge="YZ000123", name="区顺达", serves=False),
        Courier(badge="YZ000124", name="霍捷", revoked=True),
    ]
    other = await city.window(OTHER_POINT)
    await other.sign_in()
    [there] = (await heard(other)).couriers
    assert pin_holds(PIN, there.verifier), "who only moved keeps the PIN"
    [told] = await couriers.listed(city.central, OTHER_POINT)
    assert (told.points, told.former_points) == ((OTHER_POINT,), (POINT,))


async def test_a_pin_is_drawn_where_none_is_given_and_a_revoked_one_is_dead(city: City, window: Window) -> None:
    first = await couriers.add(city.central, RIDER)
    [told] = (await heard(window)).couriers
    assert pin_holds(first, told.verifier)
    assert await couriers.revoke(city.central, RIDER.badge)
    second = await couriers.add(city.central, RIDER)
    [told] = (await heard(window)).couriers
    assert pin_holds(second, told.verifier)
    third = await couriers.set_pin(city.central, RIDER.badge)
    assert third is not None
    [told] = (await heard(window)).couriers
    assert pin_holds(third, told.verifier)
    assert not any(is_easy(pin) or len(pin) != 6 for pin in (first, second, third))
    assert await couriers.set_pin(city.central, "YZ999999") is None
    assert not await couriers.revoke(city.central, "YZ999999")


@pytest.mark.parametrize(
    ("changed", "pin", "code"),
    [
        ({"badge": "Y-1"}, PIN, "badge"),
        ({"badge": "工牌0001"}, PIN, "badge"),
        ({"name": " "}, PIN, "text"),
        ({"name": "x" * 201}, PIN, "text"),
        ({"contact": "1\n2"}, PIN, "text"),
        ({"points": ()}, PIN, "text"),
        ({"valid_from": date(2026, 1, 1)}, PIN, "days"),
        ({}, "12345", "pin"),
        ({}, "123456", "pin"),
        ({}, "121212", "pin"),
        ({}, "７７７７７７", "pin"),
    ],
)
async def test_what_is_no_courier_is_refused(
    city: City, window: Window, changed: dict[str, object], pin: str, code: str
) -> None:
    told = {name: getattr(RIDER, name) for name in RIDER.__dataclass_fields__} | changed
    with pytest.raises(CourierRefused) as refused:
        await couriers.add(city.central, Enlisted(**told), pin)
    assert refused.value.code == code
    with pytest.raises(UnknownPoint, match="FS9999"):
        await couriers.add(city.central, Enlisted(badge="YZ000123", name="区", points=(POINT, "FS9999")), PIN)
    assert (await heard(window)).couriers == []
    assert await revision(window) == couriers.NO_LIST


async def test_many_at_once_leave_one_list_with_all_of_them(city: City, window: Window) -> None:
    both = [
        Enlisted(badge=f"YZ{n:06d}", name="霍捷", points=(POINT, OTHER_POINT)[:: 1 - 2 * (n % 2)]) for n in range(8)
    ]
    await asyncio.gather(*(couriers.add(city.central, one, PIN) for one in both))
    told = await heard(window)
    assert [one.badge for one in told.couriers] == [one.badge for one in both]
    assert told.revision == await revision(window)


async def test_a_point_has_no_more_than_a_window_can_take_in(
    city: City, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "MOST", 2)
    for n in range(2):
        await couriers.add(city.central, Enlisted(badge=f"YZ{n:06d}", name="霍捷", points=(POINT,)), PIN)
    with pytest.raises(CourierRefused) as refused:
        await couriers.add(city.central, Enlisted(badge="YZ000009", name="霍捷", points=(POINT,)), PIN)
    assert refused.value.code == "too-many"
    assert len((await heard(window)).couriers) == 2
