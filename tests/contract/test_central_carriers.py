"""The carriers' desk: what windows ask for is asked of the carrier, once; what it tells is said through central's own window."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody import Parcel, fold_parcel
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.journal import CENTRAL, Record, Verdict, verify_chain
from clerk_app.domain.tracking import follow
from clerk_app.domain.tracking_codes import Leg
from sync.central.access import incidents
from sync.central.carriers.contract import Cancelled, CarrierDown, NotCancelled, NotOrdered, Ordered, PickupOrder
from sync.central.carriers.desk import ACTOR, LEASE_SECONDS, MOST, CarrierDesk
from sync.central.carriers.manual import CALL
from sync.central.carriers.watching import bags, errand
from sync.central.central import Central
from sync.central.own_window import OwnWindow, Said
from tests.support.city import POINT, TODAY, City, Window

WAYBILL = "1200000000017"


@dataclass
class Fake:
    """A carrier that answers what it is told to, and remembers what it was asked."""

    name: str = "ems"
    tracks: bool = True
    orders: list[PickupOrder] = field(default_factory=list)
    cancels: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    told: dict[str, list[cb.TrackEvent]] = field(default_factory=dict)
    ordered: Ordered | NotOrdered = field(default_factory=lambda: Ordered(order="PK1"))
    cancelled: Cancelled | NotCancelled = field(default_factory=Cancelled)
    down: CarrierDown | None = None
    meanwhile: Callable[[], Awaitable[Any]] | None = None

    async def _line(self) -> None:
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.down is not None:
            raise self.down

    async def order_pickup(self, order: PickupOrder) -> Ordered | NotOrdered:
        self.orders.append(order)
        await self._line()
        return self.ordered

    async def cancel_pickup(self, number: str, reason: str = "") -> Cancelled | NotCancelled:
        self.cancels.append(number)
        await self._line()
        return self.cancelled

    async def track(self, waybill: str) -> list[cb.TrackEvent]:
        self.asked.append(waybill)
        await self._line()
        return self.told.get(waybill, [])


@dataclass
class Scene:
    """A window with bags, a carrier and the desk."""

    city: City
    window: Window
    carrier: Fake
    desk: CarrierDesk

    async def seal(self, waybill: str = "", carrier: str = "ems", **changed: Any) -> str:
        number = parcel_number(POINT, self.window.id[-2:], TODAY, self.window.n + 1)
        whole: dict[str, Any] = {
            "direction": cb.Direction.TO_APPLICANT,
            "sender": cb.Hand(kind=cb.HandKind.POINT, code=POINT, name="禅城区行政服务中心"),
            "to": cb.Hand(kind=cb.HandKind.APPLICANT, code="C", name="样例甲"),
            "lines": (cb.PaperLine(case="C", material=cb.RESULT, name="办理结果", originals=1),),
            "on": TODAY,
            "address": cb.Address(name="样例甲", phone="13000000000", address="样例街2号"),
            "waybill": waybill,
            "carrier": carrier,
        }
        await self.say("parcel.sealed", number, cb.Sealed(**(whole | changed)), seen=0)
        return number

    async def say(self, kind: str, number: str, body: Any, seen: int) -> str:
        entry = self.window.say(kind, number, body, seen=seen)
        [told] = await self.window.verdicts([entry])
        assert told.verdict is Verdict.APPLIED, told
        return entry.id

    async def ask(self, number: str, carrier: str = "ems", seen: int = 1) -> str:
        return await self.say(
            "pickup.asked", number, cb.PickupAsked(carrier=carrier, on=TODAY, between="14:00-16:00"), seen
        )

    async def step(self, **advance: float) -> int:
        self.city.clock.advance(**advance)
        return await self.desk.step(self.city.clock())

    async def records(self, number: str) -> list[Record]:
        await self.window.sign_in()
        return await self.window.records(number)

    async def parcel(self, number: str) -> Parcel:
        parcel = fold_parcel(await self.records(number))
        assert parcel is not None
        return parcel


@pytest.fixture
async def scene(city: City) -> Scene:
    carrier = Fake()
    return Scene(city, await city.window(), carrier, CarrierDesk(central=city.central, carriers={"ems": carrier}))


def event(code: str, at: str, detail: str = "") -> cb.TrackEvent:
    return cb.TrackEvent(waybill=WAYBILL, at=f"2025-06-03T{at}:00+08:00", code=code, name="环节", detail=detail)


async def test_a_pickup_is_ordered_under_the_number_of_the_entry_that_asks_and_answered(scene: Scene) -> None:
    number = await scene.seal()
    asked = await scene.ask(number)
    scene.carrier.ordered = Ordered(order="PK1", waybill=WAYBILL, note="下午到")

    assert await scene.step() == 2
    assert await scene.step(seconds=5) == 0

    [order] = scene.carrier.orders
    assert (order.number, order.parcel, order.point, order.day) == (asked, number, POINT, TODAY)
    assert order.to == cb.Address(name="样例甲", phone="13000000000", address="样例街2号")
    parcel = await scene.parcel(number)
    assert parcel.pickup_answer == cb.PickupAnswered(ordered=True, order="PK1", note="下午到", asked=asked)
    assert (parcel.waybill, parcel.carrier, parcel.ignored) == (WAYBILL, "ems", ())
    theirs = [r.entry for r in await scene.records(number) if r.entry.window == CENTRAL]
    assert {entry.actor for entry in theirs} == {ACTOR}
    assert verify_chain(theirs) is None


async def test_while_the_outcome_is_unknown_the_same_is_asked_again_and_others_are_left_alone(scene: Scene) -> None:
    first, second = await scene.seal(), await scene.seal()
    await scene.ask(first)
    await scene.ask(second)
    scene.carrier.down = CarrierDown("timeout", 30)

    assert [await scene.step(), await scene.step(seconds=29)] == [0, 0]
    assert len(scene.carrier.orders) == 1
    scene.carrier.down = None
    assert await scene.step(seconds=31) == 2

    numbers = [order.number for order in scene.carrier.orders]
    assert numbers[0] == numbers[1]
    assert len(set(numbers)) == 2
    assert (await scene.parcel(second)).pickup_answer is not None


async def test_a_desk_that_begins_anew_repeats_only_what_has_no_answer(scene: Scene) -> None:
    done, open_ = await scene.seal(), await scene.seal()
    await scene.ask(done)
    assert await scene.step() == 1
    await scene.ask(open_)

    anew = CarrierDesk(central=scene.city.central, carriers={"ems": scene.carrier}, lease=scene.desk.lease)
    assert await anew.step(scene.city.clock()) == 1
    assert [order.parcel for order in scene.carrier.orders] == [done, open_]


async def test_who_cannot_be_reached_by_line_is_rung_by_people(scene: Scene) -> None:
    number = await scene.seal(carrier="manual")
    await scene.ask(number, carrier="manual")

    assert await scene.step() == 1

    answer = (await scene.parcel(number)).pickup_answer
    assert answer is not None
    assert (answer.ordered, answer.note) == (False, CALL)


@pytest.mark.parametrize(
    ("told", "ordered", "order"), [(Cancelled(), False, ""), (NotCancelled(note="已取件"), True, "PK1")]
)
async def test_a_pickup_is_called_off_by_the_number_it_was_ordered_under(
    scene: Scene, told: Cancelled | NotCancelled, ordered: bool, order: str
) -> None:
    number = await scene.seal()
    asked = await scene.ask(number)
    await scene.step()
    scene.carrier.cancelled = told
    cancel = await scene.say("pickup.cancel_asked", number, cb.PickupCancelAsked(reason="自取"), seen=3)

    assert await scene.step(seconds=5) == 1

    assert scene.carrier.cancels == [asked]
    answer = (await scene.parcel(number)).pickup_answer
    assert answer is not None
    assert (answer.ordered, answer.order, answer.asked) == (ordered, order, cancel)


async def test_what_is_called_off_while_it_is_being_ordered_is_called_off_next(scene: Scene) -> None:
    number = await scene.seal()
    asked = await scene.ask(number)

    async def change_of_mind() -> None:
        scene.carrier.meanwhile = None
        await scene.say("pickup.cancel_asked", number, cb.PickupCancelAsked(reason="自取"), seen=2)

    scene.carrier.meanwhile = change_of_mind

    assert await scene.step() == 1
    assert (await scene.parcel(number)).pickup_answer is None
    assert await scene.step(seconds=5) == 1
    assert scene.carrier.cancels == [asked]
    answer = (await scene.parcel(number)).pickup_answer
    assert answer is not None
    assert not answer.ordered


async def test_for_a_bag_that_was_opened_before_anybody_could_order_nobody_comes(scene: Scene) -> None:
    number = await scene.seal()
    asked = await scene.ask(number)
    await scene.say("parcel.unsealed", number, cb.Unsealed(on=TODAY, reason="装错"), seen=2)

    assert await scene.step() == 1
    assert (scene.carrier.orders, scene.carrier.cancels) == ([], [asked])


async def test_only_what_is_new_is_said_of_a_bag_and_its_state_follows(scene: Scene) -> None:
    number = await scene.seal(WAYBILL)
    scene.carrier.told[WAYBILL] = [event("203", "10:00"), event("702", "15:00"), event("203", "10:00")]
    assert await scene.step() == 1
    assert await scene.step(minutes=5) == 0
    assert len(scene.carrier.asked) == 1
    scene.carrier.told[WAYBILL] += [event("389", "12:00"), event("704", "17:00", "已签收，他人代收：门卫")]
    assert await scene.step(minutes=30) == 3, "tracked, received, delivered"
    assert await scene.step(hours=14) == 0

    records = await scene.records(number)
    told = [len(r.entry.body["events"]) for r in records if r.entry.kind == "parcel.tracked"]
    assert told == [2, 2]
    tracking = follow((await scene.parcel(number)).events, "ems", WAYBILL)
    assert (tracking.leg, tracking.delivered_to) == (Leg.DELIVERED, "门卫")


async def test_a_delivery_is_asked_about_for_some_days_and_then_left_alone(scene: Scene) -> None:
    await scene.seal(WAYBILL)
    scene.carrier.told[WAYBILL] = [event("704", "17:00")]
    for _ in range(40):
        await scene.step(hours=4)

    assert 4 <= len(scene.carrier.asked) <= 7
    assert scene.desk.watch.bags == {}


async def test_a_waybill_that_is_told_later_is_asked_about_then_and_a_bag_that_arrived_no_more(scene: Scene) -> None:
    number = await scene.seal()
    assert await scene.step() == 0
    assert scene.carrier.asked == []
    await scene.say("parcel.waybilled", number, cb.Waybilled(waybill=WAYBILL, carrier="ems"), seen=1)
    await scene.step(seconds=5)
    assert scene.carrier.asked == [WAYBILL]
    hand = cb.Hand(kind=cb.HandKind.POINT, code=POINT)
    await scene.say("parcel.received", number, cb.ParcelReceived(by=hand, on=TODAY, returned=True), seen=2)
    await scene.step(hours=3)
    assert scene.carrier.asked == [WAYBILL]


async def test_one_bag_in_trouble_holds_up_no_other_and_a_silent_carrier_is_left_alone(scene: Scene) -> None:
    others = [f"12000000001{n:02}" for n in range(10)]
    for waybill in others:
        await scene.seal(waybill)
    scene.carrier.down = CarrierDown("tracking-refused", this_alone=True)
    await scene.step()
    assert sorted(scene.carrier.asked) == others
    scene.carrier.asked.clear()
    scene.carrier.down = CarrierDown("status-503", 600)
    await scene.step(hours=3)
    assert 0 < len(scene.carrier.asked) < len(others)
    scene.carrier.asked.clear()
    scene.carrier.down = None
    await scene.step(seconds=500)
    assert scene.carrier.asked == []
    await scene.step(hours=3)
    assert sorted(scene.carrier.asked) == others


async def test_no_step_asks_about_more_bags_than_it_can_tell_of(scene: Scene) -> None:
    for n in range(MOST + 2):
        await scene.seal(f"12000000001{n:02}")

    await scene.step()
    assert len(scene.carrier.asked) == MOST
    await scene.step(seconds=5)
    assert len(set(scene.carrier.asked)) == len(scene.carrier.asked) == MOST + 2


async def test_of_several_processes_one_speaks_and_another_takes_over_from_one_that_is_gone(scene: Scene) -> None:
    number = await scene.seal()
    await scene.ask(number)
    scene.carrier.down = CarrierDown("timeout")
    assert await scene.step() == 0
    other = CarrierDesk(central=scene.city.central, carriers={"ems": Fake()})
    assert await other.step(scene.city.clock()) == 0
    scene.city.clock.advance(seconds=LEASE_SECONDS + 1)
    assert await other.step(scene.city.clock()) == 1
    scene.carrier.down = None
    assert await scene.step(seconds=5) == 0


async def test_an_idle_desk_writes_nothing(scene: Scene) -> None:
    await scene.seal()
    for _ in range(3):
        assert await scene.step(minutes=10) == 0
    assert scene.desk.window is None


async def test_voices_of_several_processes_end_in_one_chain_and_raise_no_alarm(scene: Scene, central_url: str) -> None:
    number = await scene.seal()
    other = await Central.open(central_url, scene.city.clock)
    voices = [await OwnWindow.open(central) for central in (scene.city.central, other)]
    body = cb.Tracked(events=(event("203", "10:00"),))
    thing = Said(kind="parcel.tracked", subject=number, seen=1, body=body)

    async def speak(n: int) -> None:
        for _ in range(6):
            one = replace(thing, body=cb.Tracked(events=(event("203", f"1{n}:00"),)))
            await voices[n].say([one, thing], ACTOR, scene.city.clock())

    try:
        await asyncio.gather(*(speak(n) for n in range(2)))
    finally:
        await other.close()

    theirs = [r.entry for r in await scene.records(number) if r.entry.window == CENTRAL]
    assert len(theirs) == 24
    assert verify_chain(theirs) is None
    assert await incidents.told(scene.city.central) == []


async def test_an_answer_to_what_was_asked_before_is_none_to_what_is_asked_now(scene: Scene) -> None:
    number = await scene.seal()
    await scene.ask(number)
    await scene.step()
    await scene.say("pickup.cancel_asked", number, cb.PickupCancelAsked(), seen=3)
    bag = (await bags(scene.city.central, [number]))[number]
    todo = errand(bag)

    assert todo is not None
    assert (todo.cancels, todo.standing) == (True, "PK1")


async def test_what_was_delivered_and_then_comes_back_is_noted_against_the_bag(scene: Scene) -> None:
    number = await scene.seal(WAYBILL)
    scene.carrier.told[WAYBILL] = [event("704", "17:00", "已签收，本人签收")]
    await scene.step()
    parcel = await scene.parcel(number)
    assert parcel.received is not None
    assert parcel.received.by.kind is cb.HandKind.APPLICANT
    assert parcel.discrepancies == ()
    scene.carrier.told[WAYBILL] += [event("704", "20:00", "退回妥投")]
    for _ in range(6):
        await scene.step(hours=12)
    [one] = (await scene.parcel(number)).discrepancies
    assert one.found.fault is cb.Fault.RETURNED
    assert "先报妥投" in one.found.note
