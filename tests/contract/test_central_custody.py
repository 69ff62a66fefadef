"""Bags and hand-overs at central: who hears of them, who may begin them, and what two ends do that have not heard of each other."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import fold
from clerk_app.domain.custody import Parcel, fold_manifest, fold_parcel
from clerk_app.domain.custody_numbers import manifest_number, parcel_number
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import CENTRAL, Entry, Verdict
from clerk_app.domain.kinds import ParcelState
from clerk_app.domain.lots import in_parcel
from sync import wire
from sync.central.own_window import OwnWindow, Said
from tests.support.city import OTHER_POINT, POINT, TODAY, City, Window

APPLIED, MERGED, CONFLICTING = Verdict.APPLIED, Verdict.MERGED, Verdict.CONFLICTING
COURIER = cb.Hand(kind=cb.HandKind.COURIER, code="YZ000123", person="样例揽收员")
OTHER_COURIER = cb.Hand(kind=cb.HandKind.COURIER, code="YZ000124")
DEPARTMENT = cb.Hand(kind=cb.HandKind.DEPARTMENT, code="GA", name="公安局")


def code(told: wire.EntryVerdict) -> str:
    return "" if told.problem is None else told.problem.type.removeprefix(wire.PROBLEMS)


def said(told: list[wire.EntryVerdict]) -> list[tuple[Verdict, str]]:
    return [(verdict.verdict, code(verdict)) for verdict in told]


def at(point: str) -> cb.Hand:
    return cb.Hand(kind=cb.HandKind.POINT, code=point)


def line(case: str, material: str = "m1") -> cb.PaperLine:
    return cb.PaperLine(case=case, material=material, name="x", originals=1)


def bag_of(window: Window) -> str:
    """The number of a bag that begins with the window's next entry."""
    return parcel_number(window.point, window.id[-2:], TODAY, window.n + 1)


def sealed(case: str, sender: cb.Hand, to: cb.Hand, material: str = "m1", **changed: Any) -> cb.Sealed:
    whole: dict[str, Any] = {
        "direction": cb.Direction.TO_POINT if to.kind is cb.HandKind.POINT else cb.Direction.TO_DEPARTMENT,
        "sender": sender,
        "to": to,
        "lines": (line(case, material),),
        "on": TODAY,
    }
    return cb.Sealed(**(whole | changed))


def packing(window: Window, case: str, to: cb.Hand = DEPARTMENT, seen: int = 1) -> tuple[str, list[Entry]]:
    """A bag with one paper of a case."""
    bag = bag_of(window)
    begin = window.say("parcel.sealed", bag, sealed(case, at(window.point), to))
    return bag, [begin, window.say("papers.packed", case, cb.Packed(parcel=bag, lines=(line(case),)), seen=seen)]


def handed(window: Window, bag: str, taker: cb.Hand = COURIER, seen: int = 1) -> list[Entry]:
    """Both entries of a hand-over."""
    number = manifest_number(window.point, window.id[-2:], TODAY, window.n + 1)
    giver = at(POINT)
    lines = (cb.ManifestLine(parcel=bag, to=DEPARTMENT, papers=1),)
    closed = cb.Closed(giver=giver, taker=taker, lines=lines, at="2025-06-03T16:00:00+08:00", proof="pin")
    body = cb.HandedOver(giver=giver, taker=taker, manifest=number)
    return [window.say("manifest.closed", number, closed), window.say("parcel.handed_over", bag, body, seen=seen)]


async def begun(city: City, to: cb.Hand = DEPARTMENT) -> tuple[Window, str, str]:
    """A case, and a bag with one of its papers."""
    window = await city.window()
    case = window.new_case()
    first = window.receive(case)
    bag, entries = packing(window, case, to)
    assert said(await window.verdicts([first, *entries])) == [(APPLIED, "")] * 3
    return window, case, bag


async def parcel(window: Window, bag: str) -> Parcel:
    if not window.token:
        await window.sign_in()
    found = fold_parcel(await window.records(bag))
    assert found is not None
    return found


async def test_a_bag_to_another_point_is_heard_of_at_both_and_one_to_a_department_at_its_own(city: City) -> None:
    there = await city.window(OTHER_POINT)
    await there.sign_in()
    here, _, bag = await begun(city, at(OTHER_POINT))
    _, _, other = await begun(city)
    assert [r.position for r in await there.records(bag)] == [1]
    assert await there.records(other) == []
    assert [code(v) for v in await here.verdicts(handed(here, bag))] == ["", ""]
    received = cb.ParcelReceived(by=at(OTHER_POINT), on=TODAY)
    [told] = await there.verdicts([there.say("parcel.received", bag, received, seen=2)])
    assert (told.verdict, told.position) == (APPLIED, 3)
    assert await parcel(here, bag) == await parcel(there, bag)
    assert (await parcel(here, bag)).holder == at(OTHER_POINT)
    assert [e.position for e in (await there.feed()).entries] == [1, 2, 3]


async def test_a_bag_to_a_point_that_does_not_exist_is_heard_of_at_its_own(city: City) -> None:
    here, _, bag = await begun(city, at("FS9999"))
    assert (await parcel(here, bag)).sealed.to.code == "FS9999"


async def test_only_whom_a_bag_concerns_may_speak_of_it(city: City) -> None:
    there = await city.window(OTHER_POINT)
    _, _, bag = await begun(city)
    remark = b.Remarked(text="x")
    assert said(await there.verdicts([there.say("remark.added", bag, remark, seen=1)])) == [
        (Verdict.REFUSED, "not-your-point")
    ]
    assert await there.records(bag) == []


@pytest.mark.parametrize("window_number", ["77", "CENTRAL"])
async def test_a_bag_begins_under_a_number_of_who_seals_it(city: City, window_number: str) -> None:
    window = await city.window()
    case = window.new_case()
    bag = parcel_number(POINT, window_number, TODAY, 2)
    entries = [window.receive(case), window.say("parcel.sealed", bag, sealed(case, at(POINT), DEPARTMENT))]
    assert said(await window.verdicts(entries))[1] == (Verdict.REFUSED, "number-foreign")
    number = manifest_number(POINT, window_number, TODAY, 3)
    closed = cb.Closed(
        giver=at(POINT), taker=COURIER, lines=(cb.ManifestLine(parcel=bag, to=DEPARTMENT, papers=1),), at="x"
    )
    told = await window.verdicts([window.say("manifest.closed", number, closed)])
    assert said(told) == [(Verdict.REFUSED, "number-foreign")]


async def test_a_department_sends_a_result_to_a_point_and_that_point_hears_of_it_and_logs_it_in(city: City) -> None:
    window = await city.window()
    case = window.new_case()
    accepted = b.Accepted(accepted_on=TODAY, promised_due=DueDay(day=TODAY))
    await window.verdicts([window.receive(case), window.say("case.accepted", case, accepted, seen=1)])
    own = await OwnWindow.open(city.central)
    bag = parcel_number(POINT, CENTRAL, TODAY, 7)
    body = sealed(case, DEPARTMENT, at(POINT), cb.RESULT, direction=cb.Direction.TO_WINDOW)
    packed = cb.Packed(parcel=bag, lines=(line(case, cb.RESULT),))
    things = [
        Said(kind="case.decided", subject=case, seen=2, body=b.Decided(on=TODAY, outcome="approved")),
        Said(kind="parcel.sealed", subject=bag, seen=0, body=body),
        Said(kind="papers.packed", subject=case, seen=3, body=packed),
        Said(kind="parcel.handed_over", subject=bag, seen=1, body=cb.HandedOver(giver=DEPARTMENT, taker=COURIER)),
    ]
    assert said(await own.say(things, "D1", city.clock())) == [(APPLIED, "")] * 4
    assert (await parcel(window, bag)).holder == COURIER
    received = cb.ParcelReceived(by=at(POINT), on=TODAY)
    told = await window.verdicts(
        [
            window.say("parcel.received", bag, received, seen=2),
            window.say("result.arrived", case, cb.ResultArrived(on=TODAY, parcel=bag), seen=4),
            window.say("result.delivered", case, b.Delivered(on=TODAY, to="本人"), seen=5),
        ]
    )
    assert said(told) == [(APPLIED, "")] * 3
    state = fold(await window.records(case))
    assert state is not None
    assert [lot.at for lot in state.lots if lot.material == cb.RESULT] == ["applicant:"]


async def test_the_department_begins_no_bag_for_a_point_that_does_not_exist(city: City) -> None:
    own = await OwnWindow.open(city.central)
    bag = parcel_number("FS9999", CENTRAL, TODAY, 7)
    body = sealed("x", DEPARTMENT, at("FS9999"), cb.RESULT, direction=cb.Direction.TO_WINDOW)
    told = await own.say([Said(kind="parcel.sealed", subject=bag, seen=0, body=body)], "D1", city.clock())
    assert said(told) == [(Verdict.REFUSED, "case-unknown")]


async def test_two_windows_pack_one_paper_and_exactly_one_bag_holds_it(city: City) -> None:
    here, beside = await city.window(), await city.window()
    case = here.new_case()
    await here.verdicts([here.receive(case)])
    one, first = packing(here, case)
    other, second = packing(beside, case)
    assert [v.verdict for v in await here.verdicts(first)] == [APPLIED, APPLIED]
    told = await beside.verdicts(second)
    assert [v.verdict for v in told] == [APPLIED, CONFLICTING]
    for window in (here, beside):
        state = fold(await window.records(case))
        assert state is not None
        assert state.conflicts == (told[1].id,)
        assert [lot.at for lot in state.lots if lot.material == "m1"] == [in_parcel(one)]
    settled = b.Settled(entry=told[1].id, stands=True, reason="实物在此")
    chief = beside.say("conflict.settled", case, settled, seen=3, actor="S1")
    assert said(await beside.verdicts([chief])) == [(APPLIED, "")]
    state = fold(await here.records(case))
    assert state is not None
    assert [lot.at for lot in state.lots if lot.material == "m1"] == [in_parcel(other)]


async def test_different_papers_of_one_case_packed_at_two_windows_merge(city: City) -> None:
    here, beside = await city.window(), await city.window()
    case = here.new_case()
    await here.verdicts([here.receive(case)])
    _, first = packing(here, case)
    bag = bag_of(beside)
    second = [
        beside.say("parcel.sealed", bag, sealed(case, at(POINT), DEPARTMENT, "m2")),
        beside.say("papers.packed", case, cb.Packed(parcel=bag, lines=(line(case, "m2"),)), seen=1),
    ]
    await here.verdicts(first)
    assert [v.verdict for v in await beside.verdicts(second)] == [APPLIED, MERGED]


async def test_two_hands_that_took_one_bag_conflict_and_both_lists_stand(city: City) -> None:
    here, _, bag = await begun(city)
    beside = await city.window()
    first, second = handed(here, bag), handed(beside, bag, OTHER_COURIER)
    assert [v.verdict for v in await here.verdicts(first)] == [APPLIED, APPLIED]
    assert [v.verdict for v in await beside.verdicts(second)] == [APPLIED, CONFLICTING]
    found = await parcel(here, bag)
    assert (found.holder, len(found.legs), found.conflicts) == (COURIER, 1, (second[1].id,))
    for entries in (first, second):
        assert fold_manifest(await here.records(entries[0].subject)) is not None


@pytest.mark.parametrize("late", [False, True], ids=["in order", "hand-over heard of late"])
async def test_the_receipt_may_be_heard_of_before_the_hand_over(city: City, *, late: bool) -> None:
    there = await city.window(OTHER_POINT)
    here, _, bag = await begun(city, at(OTHER_POINT))
    given = handed(here, bag)
    received = there.say("parcel.received", bag, cb.ParcelReceived(by=at(OTHER_POINT), on=TODAY), seen=1)
    steps = [(here, given), (there, [received])]
    told = [v.verdict for window, batch in (reversed(steps) if late else steps) for v in await window.verdicts(batch)]
    assert told == [APPLIED, APPLIED, MERGED]
    found = await parcel(here, bag)
    assert found == await parcel(there, bag)
    assert (found.state, found.holder, found.given_by) == (ParcelState.RECEIVED, at(OTHER_POINT), COURIER)


async def test_a_hand_over_of_a_bag_that_central_has_lost_waits_until_it_is_told_of_it(city: City) -> None:
    """As after a restore: the window that sealed the bag says it again later than the one that handed it over."""
    here, beside = await city.window(), await city.window()
    case = here.new_case()
    first = here.receive(case)
    bag, entries = packing(here, case)
    given = handed(beside, bag)
    assert said(await beside.verdicts(given)) == [(APPLIED, ""), (Verdict.QUARANTINED, "case-awaited")]
    assert said(await here.verdicts([first, *entries])) == [(APPLIED, "")] * 3
    found = await parcel(here, bag)
    assert (found.holder, found.legs[0].manifest, found.conflicts) == (COURIER, given[0].subject, ())
    assert [o.verdict for o in await beside.own()] == [APPLIED, APPLIED]


async def test_a_receipt_at_another_point_of_a_bag_that_central_has_lost_waits_too(city: City) -> None:
    here, there = await city.window(), await city.window(OTHER_POINT)
    case = here.new_case()
    first = here.receive(case)
    bag, entries = packing(here, case, at(OTHER_POINT))
    received = there.say("parcel.received", bag, cb.ParcelReceived(by=at(OTHER_POINT), on=TODAY), seen=1)
    assert said(await there.verdicts([received])) == [(Verdict.QUARANTINED, "case-awaited")]
    await here.verdicts([first, *entries])
    found = await parcel(there, bag)
    assert (found.state, found.holder) == (ParcelState.RECEIVED, at(OTHER_POINT))
    assert found == await parcel(here, bag)


async def test_a_list_is_closed_once_and_what_is_found_later_is_a_line_against_it(city: City) -> None:
    here, _, bag = await begun(city)
    given = handed(here, bag)
    number = given[0].subject
    await here.verdicts(given)
    found = cb.Discrepancy(fault=cb.Fault.SHORT, parcel=bag, note="少一份")
    noted = here.say("discrepancy.noted", number, cb.Noted(found=(found,), by=DEPARTMENT, on=TODAY), seen=1)
    again = here.say("manifest.closed", number, given[0].body, seen=2)
    assert said(await here.verdicts([noted, again])) == [(APPLIED, ""), (Verdict.REFUSED, "case-exists")]
    stood = fold_manifest(await here.records(number))
    assert stood is not None
    assert (len(stood.discrepancies), [x.parcel for x in stood.closed.lines]) == (1, [bag])
