"""What single checks say, where no real folder can be brought to it."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from clerk_app.checkup import holdings, machine
from clerk_app.checkup.report import LABELS, NEEDED, Check, Report, State, because
from clerk_app.domain.deadlines import Calendar, YearTable
from clerk_app.domain.timing import BEIJING
from clerk_app.store import errors
from tests.support.clocks import DAY, YEAR, Machine, post

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=BEIJING)


def years(*covered: int) -> Calendar:
    return Calendar(YearTable(year=year, holidays=(), workdays=()) for year in covered)


@pytest.mark.parametrize(
    ("covered", "today", "state"),
    [
        ((2026,), date(2026, 9, 30), State.OK),
        ((2026,), date(2026, 10, 1), State.WARNING),
        ((2026, 2027), date(2026, 12, 31), State.OK),
        ((2026,), date(2027, 1, 1), State.WARNING),
        ((), date(2026, 1, 1), State.WARNING),
    ],
)
def test_next_years_days_off_are_wanted_from_october(covered: tuple[int, ...], today: date, state: State) -> None:
    assert holdings.calendar(years(*covered), today).state is state


def test_who_may_sign_in_without_the_line_is_counted_up_to_the_end(tmp_path: Path) -> None:
    ends = [NOW + timedelta(days=2), NOW + timedelta(days=1), NOW - timedelta(seconds=1)]

    assert holdings.sessions(lambda: ends, NOW).found == "2 人可在断网时登录，最早到 2026-11-24 09:30"
    assert holdings.sessions(lambda: ends[2:], NOW).state is State.WARNING


def test_a_folder_on_a_share_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    device = tmp_path.stat().st_dev
    mounts = tmp_path / "mountinfo"
    line = f"36 35 {os.major(device)}:{os.minor(device)} / /data rw,noatime shared:1 - %s server:/share rw\n"
    monkeypatch.setattr(machine, "_MOUNTS", mounts)

    mounts.write_text(line % "nfs4", encoding="utf-8")
    assert "网络共享" in machine.folder(tmp_path).found
    mounts.write_text(line % "ext4", encoding="utf-8")
    assert machine.folder(tmp_path).state is State.OK
    mounts.unlink()
    assert machine.folder(tmp_path).state is State.OK
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("off", "word"),
    [(-YEAR, "还早"), (10 * YEAR, "超前"), (-3 * DAY, "还早"), (0.0, "按 2026-03-02"), (60 * DAY, "超前")],
)
def test_the_clock_in_words(tmp_path: Path, off: float, word: str) -> None:
    here = Machine()
    with post(tmp_path, here) as opened:
        opened.clock.heard(here.moment)
    here.off = off
    with post(tmp_path, here) as opened:
        found = holdings.clock(opened.clock, None)

    assert word in found.found
    assert (found.state is State.OK) is (off == 0)


def report(**states: State) -> Report:
    told = dict.fromkeys(LABELS, State.OK) | states
    return Report(checks=tuple(Check(name=name, state=state, found="x") for name, state in told.items()))


@pytest.mark.parametrize("name", LABELS)
@pytest.mark.parametrize("state", State)
def test_only_what_is_needed_stops_work(name: str, state: State) -> None:
    told = report(**{name: state})

    assert told.can_work is (state in {State.OK, State.WARNING} or name not in NEEDED)
    assert told.ok is (state in {State.OK, State.SKIPPED} and told.can_work)


@pytest.mark.parametrize(
    "error",
    [
        errors.StoreFull(),
        errors.StoreReadOnly(),
        errors.StoreTooNew(),
        errors.StoreFailing("EIO"),
        errors.StoreInUse(None),
        errors.WrongKey(),
        errors.KeyMissing("没有密钥"),
        errors.KeyringUnavailable("没有运行"),
        errors.PassphraseMissing("没有终端"),
        errors.StoreNotLockable("ENOLCK"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_fault_of_the_store_is_told_with_what_to_do(error: errors.VaultError) -> None:
    told = because("store", error)

    assert told.found.endswith("。")
    assert told.todo
    assert told.found in error.say
