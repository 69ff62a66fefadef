"""The couriers of a point on their way to its windows: taken in once, again when they change, and never in the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clerk_app.couriers import Couriers as AtTheCounter
from clerk_app.domain.couriers import Courier
from clerk_app.seat import Refused
from clerk_app.store.books.couriers import kept_couriers
from sync import wire
from sync.central.access import couriers
from sync.central.access.couriers import Enlisted
from sync.engine import courier_operations as ops
from sync.engine import machine
from sync.engine.couriers import Couriers
from sync.engine.greeting import Greet
from sync.engine.values import Answered, Failed, Failure, Heard, Kind, Request
from tests.support.booth import Booth, Town, booth
from tests.support.city import POINT
from tests.support.conversing import failure, have
from tests.support.honest import WINDOW, Honest, told

PIN, OTHER_PIN = "739251", "406182"
RIDER = Enlisted(badge="YZ000123", name="区顺达", points=(POINT,))
LIST = "GET /v1/couriers"


@dataclass
class WithCouriers(Honest):
    """Both ends, of which central knows couriers."""

    revision_there: str = "r1"
    there: list[Courier] = field(default_factory=lambda: [Courier(badge="YZ000123", name="区顺达")])
    kept: tuple[str, tuple[Courier, ...]] = ("", ())

    def _state(self) -> wire.SessionState:
        state = super()._state()
        state.couriers = self.revision_there
        return state

    def _answer(self, request: Request) -> Heard:
        if request.path == "/v1/couriers" and request.token == f"token-{self.tokens}":
            return Answered(message=wire.Couriers(revision=self.revision_there, couriers=self.there))
        return super()._answer(request)

    def _done(self, operation: object) -> object:
        match operation:
            case ops.CouriersKnown():
                return self.kept[0]
            case ops.KeepCouriers(revision, found):
                self.kept = revision, found
                return None
        return super()._done(operation)


def round_of(ends: Honest, **instead: Heard) -> machine.Conversation:
    return have(ends, machine.begin([Greet(), Couriers()], WINDOW), instead=instead)


def test_a_list_is_asked_for_once_and_again_only_when_it_is_another() -> None:
    ends = WithCouriers()
    for _ in range(3):
        round_of(ends)
    assert ends.said().count(LIST) == 1
    assert ends.kept == ("r1", tuple(ends.there))
    ends.revision_there, ends.there = "r2", []
    for _ in range(2):
        round_of(ends)
    assert ends.said().count(LIST) == 2
    assert ends.kept == ("r2", ())


def test_a_central_one_version_old_is_not_asked() -> None:
    ends = WithCouriers(revision_there="")
    assert round_of(ends).ended is not None
    assert LIST not in ends.said()


@pytest.mark.parametrize("answer", [told(404, "not-found"), told(405, "method"), told(403, "role-needed")])
def test_that_the_list_cannot_be_had_holds_up_nothing(answer: Failed) -> None:
    ends = WithCouriers(rows=2)
    ended = round_of(ends, couriers=answer).ended
    assert ended is not None
    assert ended.failure is None
    assert ends.kept == ("", ())


def test_a_line_that_breaks_is_no_answer() -> None:
    ends = WithCouriers()
    assert failure(round_of(ends, couriers=Failed(Failure(kind=Kind.DOWN)))).kind is Kind.DOWN
    assert failure(round_of(ends, couriers=Answered(message=wire.Catalogue(rows=[], next=0)))).kind is Kind.DOWN
    assert ends.kept == ("", ())


@pytest.fixture
def desk(here: Town, window: Booth) -> AtTheCounter:
    here.loop.run(couriers.add(here.central, RIDER, PIN))
    window.sync()
    return AtTheCounter(window.records, here.clock)


def code(desk: AtTheCounter, here: Town, pin: str = PIN) -> str:
    try:
        desk.verify("YZ000123", pin, here.clock().date())
    except Refused as refused:
        return refused.code
    return ""


def test_what_central_says_of_a_courier_holds_at_the_window_with_the_line_down(
    here: Town, window: Booth, desk: AtTheCounter
) -> None:
    here.stop()
    assert code(desk, here) == ""
    here.start()
    here.loop.run(couriers.set_pin(here.central, "YZ000123", OTHER_PIN))
    assert code(desk, here) == "", "nobody has told the window yet"
    window.sync()
    assert (code(desk, here), code(desk, here, OTHER_PIN)) == ("pin-wrong", "")
    here.loop.run(couriers.revoke(here.central, "YZ000123"))
    window.sync()
    assert code(desk, here, OTHER_PIN) == "badge-revoked"


def test_after_a_restore_the_window_knows_what_central_knows(here: Town, window: Booth, desk: AtTheCounter) -> None:
    backup = here.back_up()
    here.loop.run(couriers.revoke(here.central, "YZ000123"))
    window.sync()
    assert code(desk, here) == "badge-revoked"
    here.restore(backup)
    window.sync()
    assert code(desk, here) == ""


def test_a_window_that_starts_anew_knows_them_still(here: Town, desk: AtTheCounter, tmp_path: Path) -> None:
    seat, secret = here.enrol(bytes(range(2, 34))), bytes(range(2, 34))
    with booth(seat, tmp_path / "two", here.clock, here.bridge, key=secret) as other:
        assert kept_couriers(other.records) is None
        other.sync()
        kept = kept_couriers(other.records)
    assert kept is not None
    with booth(seat, tmp_path / "two", here.clock, here.bridge, key=secret) as again:
        assert kept_couriers(again.records) == kept
        assert [one.badge for one in kept.couriers] == ["YZ000123"]
