"""A bag that was handed over and that nobody receives becomes a discrepancy that somebody has to settle."""

from __future__ import annotations

from typing import Any

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody import Parcel, fold_parcel
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.journal import CENTRAL, Verdict
from sync.central.carriers.desk import LEASE_SECONDS, CarrierDesk
from tests.support.city import POINT, TODAY, City, Window

HERE = cb.Hand(kind=cb.HandKind.POINT, code=POINT)
DEPARTMENT = cb.Hand(kind=cb.HandKind.DEPARTMENT, code="FS-GA", name="市公安局")
COURIER = cb.Hand(kind=cb.HandKind.COURIER, code="YZ000123", name="样例速递")


async def say(window: Window, kind: str, number: str, body: Any, seen: int) -> None:
    await window.sign_in()
    entry = window.say(kind, number, body, seen=seen, at=window.city.clock().isoformat(timespec="seconds"))
    [told] = await window.verdicts([entry])
    assert told.verdict is Verdict.APPLIED, told


async def handed_over(window: Window) -> str:
    number = parcel_number(POINT, window.id[-2:], TODAY, window.n + 1)
    line = cb.PaperLine(case="C", material="form", name="申请表", originals=1)
    sealed = cb.Sealed(
        direction=cb.Direction.TO_DEPARTMENT, sender=HERE, to=DEPARTMENT, lines=(line,), on=window.city.clock().date()
    )
    await say(window, "parcel.sealed", number, sealed, 0)
    await say(window, "parcel.handed_over", number, cb.HandedOver(giver=HERE, taker=COURIER), 1)
    return number


async def parcel(window: Window, number: str) -> Parcel:
    await window.sign_in()
    found = fold_parcel(await window.records(number))
    assert found is not None
    return found


async def test_a_bag_nobody_received_in_time_is_noted_once_through_centrals_own_window(city: City) -> None:
    window = await city.window()
    desk = CarrierDesk(central=city.central, carriers={})
    lost, received = await handed_over(window), await handed_over(window)
    await say(window, "parcel.received", received, cb.ParcelReceived(by=DEPARTMENT, on=TODAY), 2)
    assert await desk.step(city.clock()) == 0
    assert [*desk.watch.out] == [lost]

    city.clock.advance(days=8)
    assert await desk.step(city.clock()) == 1
    city.clock.advance(days=8)
    assert await desk.step(city.clock()) == 0
    city.clock.advance(seconds=LEASE_SECONDS + 1)
    anew = CarrierDesk(central=city.central, carriers={})
    assert await anew.step(city.clock()) == 0

    [one] = (await parcel(window, lost)).discrepancies
    assert (one.found.fault, one.closed, one.by.code) == (cb.Fault.LOST, None, CENTRAL)
    assert (await parcel(window, received)).discrepancies == ()
    await say(window, "parcel.received", lost, cb.ParcelReceived(by=DEPARTMENT, on=TODAY), 3)
    city.clock.advance(days=1)
    assert await anew.step(city.clock()) == 0
    assert anew.watch.out == {}


async def test_a_process_that_begins_anew_looks_for_what_was_handed_over_before(city: City) -> None:
    window = await city.window()
    number = await handed_over(window)
    city.clock.advance(days=12)
    assert await CarrierDesk(central=city.central, carriers={}).step(city.clock()) == 1
    assert len((await parcel(window, number)).discrepancies) == 1
