"""A window at which a supervisor of several points signs in: it hears their points' feeds, keeps each by itself, and lets them go."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain import bodies as b
from clerk_app.domain.journal import Record, Verdict
from clerk_app.domain.people import Role
from clerk_app.planning import Decide
from clerk_app.seat import Act, Refused
from clerk_app.store.books.pruning import Coverage
from clerk_app.store.books.subjects import HERE
from clerk_app.store.errors import StoreDamaged
from sync.central import backups
from sync.central.central import Account
from sync.runner import RunningLine
from sync.talk import Talk
from sync.window import WindowEnd
from tests.support.booth import Booth, Town
from tests.support.branches import Branches, branches
from tests.support.city import OTHER_POINT, PASSWORD, POINT, TODAY
from tests.support.sockets import until
from tests.support.story import ALL

SUSPENDED = b.Suspended(on=TODAY, reason="专家评审")


@pytest.fixture
def city(here: Town, tmp_path: Path) -> Iterator[Branches]:
    with branches(here, tmp_path) as opened:
        yield opened


def watch(city: Branches) -> Booth:
    """Have the supervisor of both points sign in at the first window, and hear everything."""
    city.home.end.authenticate("S1", PASSWORD)
    city.sync()
    return city.home


def further(booth: Booth) -> list[str]:
    return [one.point for one in booth.records.further.points()]


def numbers(city: Branches, at: Booth, point: str = "") -> set[str]:
    return {one.number for one in city.chief(at).cases(point=point)}


def change_account(city: Branches, *points: str) -> None:
    account = Account(number="S1", name="黄丙", role=Role.SUPERVISOR, points=points, password=PASSWORD)
    city.town.loop.run(city.town.central.add_accounts([account]))


def agrees(city: Branches, at: Booth, point: str) -> None:
    """The window shows a further point's cases as that point's feed tells them."""
    told = city.town.cases(point)
    shown = {s.number: at.records.case(s.number) for s in at.records.summaries(frozenset({point}))}
    assert shown == told
    assert at.records.rebuild() == []


def act(city: Branches, at: Booth, number: str, kind: str = "case.suspended", body: Any = SUSPENDED) -> Record:
    desk = city.chief(at)
    desk._scribe.record(desk.person, lambda: [Act(kind, number, body)])
    return at.own()[-1]


def test_a_window_without_such_a_supervisor_hears_its_own_point_and_asks_for_nothing_more(city: Branches) -> None:
    city.away.receive()
    asked = requests(city)
    city.sync()
    assert further(city.home) == []
    assert {s.number for s in city.home.records.summaries(frozenset({HERE, OTHER_POINT}))} == set()
    assert "/v1/feeds" not in asked


def requests(city: Branches) -> list[str]:
    asked: list[str] = []
    handle = city.town.bridge.handle_request

    def noted(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return handle(request)

    city.town.bridge.handle_request = noted  # type: ignore[method-assign]
    return asked


def test_the_supervisor_sees_all_points_together_and_each_alone(city: Branches) -> None:
    mine, theirs = city.home.receive(), city.away.receive()
    at = watch(city)
    desk = city.chief(at)
    assert desk.points() == (POINT, OTHER_POINT)
    assert numbers(city, at) == {mine, theirs}
    assert numbers(city, at, POINT) == {mine}
    assert numbers(city, at, OTHER_POINT) == {theirs}
    assert {s.number for s in desk.find_cases(theirs)} == {theirs}
    assert desk.find_cases(theirs, point=POINT) == []
    assert desk.case(theirs).number == theirs
    assert desk.points_of(theirs) == (OTHER_POINT,)
    with pytest.raises(Refused):
        desk.cases(point="FS0009")
    agrees(city, at, OTHER_POINT)


def test_a_clerk_at_the_same_window_sees_their_own_points_cases_only(city: Branches) -> None:
    theirs = city.away.receive()
    at = watch(city)
    assert at.desk.points() == (POINT,)
    assert at.desk.cases() == []
    assert at.desk.find_cases(theirs) == []
    assert at.desk.status().cases == 0
    for ask in (at.desk.case, at.desk.history):
        with pytest.raises(Refused):
            ask(theirs)
    with pytest.raises(Refused):
        at.desk.cases(point=OTHER_POINT)


def test_two_questions_hear_every_point_whatever_their_number(city: Branches) -> None:
    at = watch(city)
    asked = requests(city)
    city.away.receive()
    city.away.sync()
    asked.clear()
    at.sync()
    assert asked.count("/v1/feeds") == 1
    assert asked.count("/v1/feed") == 1


def test_what_changed_is_told_by_subject(city: Branches) -> None:
    at = watch(city)
    desk = city.chief(at)
    mark, told = desk.changes()
    assert told is None
    assert desk.changes(mark) == (mark, frozenset())
    woken: list[int] = []
    at.records.changes.heard.append(lambda: woken.append(1))
    theirs = city.away.receive()
    city.away.sync()
    at.sync()
    later, told = desk.changes(mark)
    assert told == frozenset({theirs})
    assert woken
    assert desk.changes(later) == (later, frozenset())
    assert at.desk.changes(mark)[1] == frozenset(), "a clerk hears of their own point's only"


def test_a_case_in_several_feeds_is_one_case_and_stands_in_the_own_points_order(city: Branches) -> None:
    case = city.away.receive(ALL, Decide.RECEIVE)
    at = watch(city)
    assert {r.position for r in at.records.records_of(case)} == {None}
    city.beside.desk.take_up_case(city.beside.desk.look_elsewhere(case))
    city.sync()
    records = at.records.records_of(case)
    assert [r.position for r in records] == list(range(1, len(records) + 1))
    assert all(r.further.get(OTHER_POINT) for r in records)
    assert at.records.feeds_of(case) == {HERE, OTHER_POINT}
    assert {s.number for s in at.desk.cases()} == {case}
    agrees(city, at, OTHER_POINT)
    assert at.cases() == city.town.cases(POINT)
    change_account(city, POINT)
    at.sync()
    assert at.cases() == city.town.cases(POINT)
    assert not any(r.further for r in at.records.journal())


@pytest.mark.parametrize("how", ["point", "account", "days"])
def test_what_the_supervisor_loses_leaves_the_store(city: Branches, here: Town, how: str) -> None:
    mine, theirs = city.home.receive(), city.away.receive()
    at = watch(city)
    assert at.records.case(theirs) is not None
    if how == "point":
        change_account(city, POINT)
    elif how == "account":
        here.loop.run(here.central.revoke_account("S1"))
    else:
        here.clock.advance(days=3, seconds=1)
    at.sync()
    assert further(at) == []
    assert at.records.case(theirs) is None
    assert [r.entry.subject for r in at.records.journal()] == [mine] * len(at.records.records_of(mine))
    assert not [row for row in at.records.vault.ids("meta") if row.startswith("further/")]
    if how != "account":
        change_account(city, POINT, OTHER_POINT)
        watch(city)
        agrees(city, at, OTHER_POINT)


def test_without_the_line_it_leaves_the_store_when_the_days_are_over(city: Branches, here: Town) -> None:
    theirs = city.away.receive()
    at = watch(city)
    now = here.clock.now
    at.records.further.expire(now + timedelta(days=2, hours=23))
    assert at.records.case(theirs) is not None
    here.clock.advance(days=3)
    assert city.chief(at).points() == (POINT,), "no longer seen, even before it is gone"
    assert numbers(city, at) == set()
    at.records.further.expire(here.clock.now)
    assert at.records.case(theirs) is None
    assert at.records.entry_count() == 0


def test_an_act_from_afar_is_judged_in_the_order_of_its_case_and_comes_back_with_its_feed(city: Branches) -> None:
    case = city.away.receive()
    at = watch(city)
    said = act(city, at, case)
    assert said.verdict is None
    report = at.sync()
    assert (report.pushed, report.refused) == (1, 0)
    held = at.records.record(said.entry.id)
    assert held is not None
    assert (held.verdict, held.position) == (Verdict.APPLIED, None)
    assert held.further[OTHER_POINT] == len(city.town.feed(OTHER_POINT))
    city.sync()
    agrees(city, at, OTHER_POINT)
    told = city.away.records.case(case)
    assert told is not None
    assert told.paused
    assert city.beside.records.entry_count() == 0, "no other window of the supervisor's point hears of the case"
    assert city.town.feed(POINT) == []


def test_one_made_without_the_line_meets_what_was_decided_meanwhile(city: Branches) -> None:
    case = city.away.receive()
    at = watch(city)
    late = act(city, at, case)
    city.away.desk.withdraw(case, "申请人撤回")
    city.away.sync()
    city.sync()
    for booth in (at, city.away):
        told = booth.records.case(case)
        assert told is not None
        assert told.conflicts == (late.entry.id,)
    [dispute] = city.chief(at).disputes()
    assert [one.label for one in dispute.against] == ["撤件"]
    assert at.desk.disputes() == []
    assert (city.chief(at).status().conflicts, city.away.desk.status().conflicts) == (0, 1)
    city.chief(at).settle(case, late.entry.id, stands=False, reason="已撤件")
    city.sync()
    agrees(city, at, OTHER_POINT)
    assert city.away.desk.disputes() == []


def test_what_a_clerk_may_say_too_is_not_said_from_afar(city: Branches) -> None:
    case = city.away.receive()
    at = watch(city)
    desk = city.chief(at)
    for say in (lambda: desk.remark(case, "备注"), lambda: desk.reveal_identity(case)):
        with pytest.raises(Refused) as refused:
            say()
        assert refused.value.code == "not-your-point"
    with pytest.raises(Refused) as refused:
        desk.withdraw(case, "撤回")
    assert refused.value.code == "case-elsewhere"
    allowed = desk.allowed(desk.case(case))
    assert "take_up_case" in allowed
    assert allowed.isdisjoint({"remark", "reveal_identity", "supplement", "withdraw", "accept", "notify"})
    assert at.own() == []


def test_own_acts_stay_when_the_point_is_gone(city: Branches) -> None:
    case = city.away.receive()
    at = watch(city)
    act(city, at, case)
    at.sync()
    resumed = act(city, at, case, "case.resumed", _resumed(city, case))
    change_account(city, POINT)
    at.sync()
    assert at.records.case(case) is None
    assert [r.entry.kind for r in at.records.journal()] == ["case.suspended", "case.resumed"]
    held = at.records.record(resumed.entry.id)
    assert held is not None
    assert (held.verdict, (held.problem or {}).get("type")) == (Verdict.REFUSED, "urn:clerk:problem:not-your-point")
    at.receive()
    city.sync()
    assert at.records.unsent_count() == 0


def _resumed(city: Branches, number: str) -> b.Resumed:
    case = city.home.records.case(number)
    assert case is not None
    assert case.accepted is not None
    return b.Resumed(
        on=city.town.clock.now.date(),
        promised_due=case.accepted.promised_due,
        statutory_due=case.accepted.statutory_due,
    )


@pytest.mark.parametrize("told", [True, False])
def test_a_restored_central_is_heard_again_feed_by_feed(city: Branches, here: Town, told: bool) -> None:
    kept = city.away.receive()
    at = watch(city)
    files = here.back_up()
    lost = city.away.receive()
    mine = city.home.receive()
    late = act(city, at, kept)
    city.sync()
    assert at.records.case(lost) is not None
    here.restore(files, new_epoch=told)
    other = city.away.receive()
    for _ in range(2):
        city.sync()
    assert at.records.unsent_count() == city.away.records.unsent_count() == 0
    assert numbers(city, at) == {kept, lost, mine, other}
    agrees(city, at, OTHER_POINT)
    assert at.cases() == here.cases(POINT)
    held = at.records.record(late.entry.id)
    assert held is not None
    assert held.verdict is not None
    assert held.verdict.counts
    places = sorted(r.further[OTHER_POINT] for r in at.records.journal() if r.further)
    assert places == list(range(1, len(places) + 1)) == [r.position for r in here.feed(OTHER_POINT)]


def test_what_of_the_store_was_lost_is_heard_again(city: Branches) -> None:
    case = city.away.receive()
    at = watch(city)
    [place] = list(at.records._cases.places_of(case))[:1]
    record = at.records._book.at(place)
    assert record is not None
    at.records.vault.damages["journal", record.entry.id] = StoreDamaged("journal", record.entry.id, "sealed")
    assert at.records.heal()
    at.sync()
    agrees(city, at, OTHER_POINT)


def test_pruning_waits_for_the_backups_of_the_feed_that_told_it(city: Branches, here: Town) -> None:
    case = city.away.receive()
    city.away.desk.withdraw(case, "申请人撤回")
    at = watch(city)
    later = here.clock.now + timedelta(days=120)
    at.records.pruning.cover(Coverage(10, 10, later.isoformat()))
    assert at.records.pruning.prune(30, later).kept == {"uncovered": 1}
    token = here.loop.run(_backed_up(here))
    assert token
    at.sync()
    at.records.pruning.cover(Coverage(10, 10, later.isoformat()))
    assert at.records.pruning.prune(30, later).cases == 1
    assert at.records.case(case) is None


def test_what_comes_at_a_further_point_is_here_within_one_long_poll(city: Branches) -> None:
    at = watch(city)
    signer = Ed25519PrivateKey.from_private_bytes(city.keys[at.seat.window]).sign

    def connect() -> WindowEnd:
        client = httpx.Client(transport=city.town.bridge, base_url=at.seat.central, trust_env=False)
        return WindowEnd(at.records, at.seat.window, signer, Talk(client), city.town.clock)

    woken = threading.Event()
    at.records.changes.heard.append(woken.set)
    line = RunningLine(connect, city.town.clock, pulse=600.0).start()
    try:
        until(lambda: city.town.central.bell.listeners == 1)
        theirs = city.away.receive()
        city.away.sync()
        until(lambda: at.records.summaries(frozenset({OTHER_POINT})) != [])
        assert at.records.case(theirs) is not None
        assert woken.is_set()
        until(lambda: city.town.central.bell.listeners == 1)
        mine = city.beside.receive()
        city.beside.sync()
        until(lambda: {s.number for s in at.records.summaries()} == {mine})
    finally:
        line.stop()


async def _backed_up(here: Town) -> str:
    token = await backups.begin(here.central)
    await backups.done(here.central, token)
    return token
