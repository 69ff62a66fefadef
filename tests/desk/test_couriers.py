"""A courier at the counter: badge and PIN without the line, what wrong PINs cost, whose bags they may take."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from clerk_app.couriers import KEY, PIN, Couriers
from clerk_app.domain.couriers import Courier, verifier_of
from clerk_app.seat import Refused
from clerk_app.store.books.couriers import CourierList, keep_couriers, kept_couriers
from clerk_app.store.errors import StoreFull
from clerk_app.store.records import Records
from clerk_app.throttle import FIRST_DELAY, LONGEST_DELAY
from tests.support.counter import KEY as VAULT_KEY
from tests.support.counter import NOON, HandClock
from tests.support.story import SEAT

TODAY = NOON.date()
RIGHT, WRONG = "739251", "406182"
RIDER = Courier(
    badge="YZ000123",
    name="区顺达",
    receives_for=("ems",),
    verifier=verifier_of(RIGHT, bytes(16)),
    valid_from=TODAY,
    valid_until=TODAY,
)
SECOND = replace(RIDER, badge="YZ000124", name="霍捷", valid_from=None, valid_until=None)
LIST = CourierList(
    revision="r1",
    couriers=(
        RIDER,
        SECOND,
        Courier(badge="YZ000125", name="招远行", revoked=True),
        Courier(badge="YZ000126", name="岑安", serves=False),
    ),
)


@dataclass
class Counter:
    """A window at which couriers come."""

    folder: Path
    clock: HandClock
    records: Records
    couriers: Couriers

    def code(self, badge: str = RIDER.badge, pin: str = RIGHT, today: date = TODAY) -> str:
        """Return why somebody is not let in; empty: they are."""
        try:
            self.couriers.verify(badge, pin, today)
        except Refused as refused:
            return refused.code
        return ""

    def restart(self) -> None:
        self.records.close()
        self.records = Records.open(self.folder, VAULT_KEY, window=SEAT.window)
        self.couriers = Couriers(self.records, self.clock)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    clock, records = HandClock(), Records.open(tmp_path, VAULT_KEY, window=SEAT.window)
    made = Counter(tmp_path, clock, records, Couriers(records, clock))
    keep_couriers(records, LIST)
    yield made
    made.records.close()


def test_badge_and_pin_let_a_courier_in_however_they_were_typed(counter: Counter) -> None:
    assert counter.couriers.verify("ｙｚ-000123\r", "７３９２５１", TODAY) == RIDER
    assert counter.couriers.find(" yz000125 ").name == "招远行", "who may not collect can still be named"


@pytest.mark.parametrize(
    ("badge", "pin", "today", "code"),
    [
        ("YZ999999", RIGHT, TODAY, "badge-unknown"),
        ("袋号", RIGHT, TODAY, "badge-unknown"),
        ("", RIGHT, TODAY, "badge-unknown"),
        ("YZ000125", RIGHT, TODAY, "badge-revoked"),
        ("YZ000126", RIGHT, TODAY, "badge-elsewhere"),
        ("YZ000123", RIGHT, TODAY - timedelta(days=1), "badge-not-yet"),
        ("YZ000123", RIGHT, TODAY + timedelta(days=1), "badge-expired"),
        ("YZ000123", "", TODAY, "pin-missing"),
        ("YZ000123", "73925", TODAY, "pin-missing"),
        ("YZ000123", WRONG, TODAY, "pin-wrong"),
        ("YZ000123", RIGHT, TODAY, ""),
    ],
)
def test_why_somebody_is_not_let_in_is_told(counter: Counter, badge: str, pin: str, today: date, code: str) -> None:
    assert counter.code(badge, pin, today) == code
    if code:
        with pytest.raises(Refused, match=r"[一-龥].*。$"):
            counter.couriers.verify(badge, pin, today)


def test_a_window_that_never_heard_of_couriers_says_so(tmp_path: Path) -> None:
    with Records.open(tmp_path, VAULT_KEY, window=SEAT.window) as records:
        with pytest.raises(Refused, match="同步") as refused:
            Couriers(records, HandClock()).verify(RIDER.badge, RIGHT, TODAY)
        assert refused.value.code == "couriers-unknown"
        keep_couriers(records, CourierList(revision="0"))
        with pytest.raises(Refused) as refused:
            Couriers(records, HandClock()).find(RIDER.badge)
        assert refused.value.code == "badge-unknown"


def test_a_list_written_by_another_version_is_asked_for_again(counter: Counter) -> None:
    counter.records.put_meta("couriers", b'{"revision":7}')
    assert kept_couriers(counter.records) is None
    assert counter.code() == "couriers-unknown"


def fail(counter: Counter, times: int, badge: str = RIDER.badge) -> None:
    for _ in range(times):
        assert counter.code(badge, WRONG) == "pin-wrong"


def test_wrong_pins_cost_a_wait_that_grows(counter: Counter) -> None:
    fail(counter, PIN.free)
    for wait in (30, 60, 120, 240, 480, 900, 900):
        assert counter.code() == "pin-too-often"
        counter.clock.now += timedelta(seconds=wait - 1)
        assert counter.code(pin=RIGHT) == "pin-too-often", "the right one does not shorten it"
        counter.clock.now += timedelta(seconds=1)
        fail(counter, 1)
    counter.clock.now += timedelta(seconds=LONGEST_DELAY)
    assert counter.code() == ""
    fail(counter, PIN.free)
    assert counter.code() == "pin-too-often"


def test_the_wait_is_this_badges_alone_and_outlives_a_restart(counter: Counter) -> None:
    fail(counter, PIN.free)
    counter.restart()
    assert counter.code() == "pin-too-often"
    assert counter.code(SECOND.badge) == ""
    counter.clock.now += timedelta(seconds=FIRST_DELAY)
    assert counter.code() == ""


def test_a_new_list_forgives_nothing(counter: Counter) -> None:
    fail(counter, PIN.free)
    keep_couriers(counter.records, replace_revision("r2"))
    assert counter.code() == "pin-too-often"


def replace_revision(revision: str) -> CourierList:
    return CourierList(revision=revision, couriers=LIST.couriers)


def test_many_badges_tried_in_turn_make_the_window_wait(counter: Counter) -> None:
    many = tuple(replace(SECOND, badge=f"YZ{n:06d}") for n in range(30))
    keep_couriers(counter.records, CourierList(revision="r2", couriers=many))
    codes = [counter.code(one.badge, WRONG) for one in many]
    assert codes[:21] == ["pin-wrong"] * 21
    assert set(codes[21:]) == {"pin-too-often"}


def test_signing_in_is_not_slowed_by_couriers(counter: Counter) -> None:
    fail(counter, 1)
    assert counter.records.get_meta("sign-ins") is None
    assert counter.records.get_meta(KEY) is not None


def test_where_the_store_takes_no_writes_the_count_still_holds(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreFull

    monkeypatch.setattr(counter.records, "put_meta", full)
    assert counter.code() == "", "who has the right PIN is let in"
    fail(counter, PIN.free)
    assert counter.code() == "pin-too-often"


def test_pins_tried_at_once_gain_nothing(counter: Counter) -> None:
    codes: list[str] = []
    threads = [threading.Thread(target=lambda: codes.append(counter.code(pin=WRONG))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["pin-too-often"] * (8 - PIN.free) + ["pin-wrong"] * PIN.free


def test_neither_badge_nor_name_nor_pin_lies_open_in_the_folder(counter: Counter) -> None:
    fail(counter, 1)
    counter.records.close()
    content = b"".join(path.read_bytes() for path in counter.folder.rglob("*") if path.is_file())
    for open_text in (RIDER.badge, RIDER.name, RIDER.verifier[-20:], WRONG):
        assert open_text.encode() not in content


def test_whose_bags_somebody_may_take(counter: Counter) -> None:
    rider = counter.couriers.verify(RIDER.badge, RIGHT, TODAY)
    assert counter.couriers.may_collect(rider, "FS0002", "ems")
    counter.couriers.require(rider, "ems")
    assert not counter.couriers.may_collect(rider, "GA")
    with pytest.raises(Refused, match="公安局") as refused:
        counter.couriers.require(rider, "GA", name="公安局")
    assert refused.value.code == "courier-not-for"
