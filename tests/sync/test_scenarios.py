"""Whole stories of bad luck, with real windows and a real central: each ends with everybody agreeing, and nothing lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from clerk_app.domain.journal import Verdict, verify_chain
from clerk_app.domain.people import Person, Role
from clerk_app.line import LineRefused
from tests.support.booth import SECRET, Booth, Town, booth
from tests.support.city import OTHER_POINT, POINT, Clock
from tests.support.scans import picture
from tests.support.story import without
from tests.support.tree import ROOT

THERE = bytes(range(3, 35))
SUPERVISOR = Person(number="S1", name="黄丙", role=Role.SUPERVISOR, points=(POINT, OTHER_POINT))
YEAR = 365


@pytest.fixture
def elsewhere(here: Town, tmp_path: Path) -> Iterator[Booth]:
    """Give a window of another point."""
    seat = here.enrol(THERE, OTHER_POINT)
    with booth(seat, tmp_path / "elsewhere", here.clock, here.bridge, key=THERE, person=SUPERVISOR) as opened:
        opened.sync()
        yield opened


def agree(here: Town, *windows: Booth) -> None:
    """Hold every window against its point's feed."""
    for window in windows:
        assert window.records.unsent_count() == 0
        assert window.cases() == here.cases(window.seat.point)
        feed = here.feed(window.seat.point)
        assert len({r.entry.id for r in feed}) == len(feed)
        assert verify_chain([r.entry for r in sorted(window.own(), key=lambda r: r.entry.n)]) is None


def scanned(window: Booth, number: str, seed: int) -> None:
    paper = window.folder / f"{seed}.png"
    paper.write_bytes(picture("PNG", seed=seed))
    window.desk.attach_scan(number, "form", paper)


def test_central_is_restored_from_last_nights_backup(here: Town, window: Booth, elsewhere: Booth) -> None:
    """A day's work of two points, a case that moved between them and the scans of both come back by themselves."""
    before = window.receive()
    scanned(window, before, 1)
    window.sync()
    backup = here.back_up()
    here.clock.advance(days=1)
    numbers = [window.receive(without("form")) for _ in range(5)]
    scanned(window, numbers[0], 2)
    window.sync()
    elsewhere.desk.take_up_case(elsewhere.desk.look_elsewhere(numbers[0]), "就近办理")
    elsewhere.sync()
    elsewhere.desk.remark(numbers[0], "已转来")
    scanned(elsewhere, numbers[0], 3)
    for one in (elsewhere, window, elsewhere):
        one.sync()
    told = {one.seat.point: here.cases(one.seat.point) for one in (window, elsewhere)}

    here.restore(backup)
    for blob in [path for path in here.shelf.rglob("*") if path.is_file()]:
        blob.unlink()
    here.restart()
    here.loop.run(here.central.begin_epoch())
    elsewhere.sync()  # whoever comes first speaks of cases central does not know yet
    for _ in range(3):
        window.sync()
        elsewhere.sync()
    agree(here, window, elsewhere)
    for one in (window, elsewhere):
        assert set(here.cases(one.seat.point)) == set(told[one.seat.point])
        assert one.records.refused() == []
        assert list(one.records.scans.owed()) == []
    moved = here.cases(OTHER_POINT)[numbers[0]]
    assert (moved.place, len(moved.scans)) == (OTHER_POINT, 2)
    assert len([path for path in here.shelf.rglob("*") if path.is_file()]) >= 3


def test_a_month_offline(here: Town, window: Booth) -> None:
    """Everything a window did in a month goes up in one round, in order, while the password, the tokens and the catalogue aged."""
    for day in range(30):
        here.clock.advance(days=1)
        for turn in range(6):
            number = window.receive() if turn % 2 else window.receive(without("form"))
            window.desk.remark(number, f"第 {day + 1} 天")
    assert window.records.unsent_count() == 30 * 6 * 3
    report = window.sync()
    assert (report.pushed, report.unsent, report.refused) == (540, 0, 0)
    agree(here, window)
    assert [r.entry.n for r in here.feed()] == list(range(1, 541))


@pytest.mark.parametrize("days", [YEAR, -YEAR, 1, -1])
def test_a_clock_that_is_wrong_by_a_year_decides_nothing_but_the_date_on_the_paper(
    here: Town, tmp_path: Path, days: int
) -> None:
    wrong = Clock(here.clock.now)
    with booth(here.enrol(), tmp_path / "one", wrong, here.bridge) as window:
        window.sync()
        window.receive()
        wrong.advance(days=days)
        window.receive()
        report = window.sync()
        assert report.clock_skew == pytest.approx(days * 86400, abs=5)
        wrong.advance(days=-days)
        here.clock.advance(minutes=16)
        wrong.advance(minutes=16)
        window.receive()
        assert window.sync().unsent == 0
        agree(here, window)
        assert {r.verdict for r in window.own()} == {Verdict.APPLIED}
        assert len(window.cases()) == 3


SECOND = """
import sys
from pathlib import Path
from clerk_app.store.errors import VaultError
from tests.support.booth import open_records
try:
    open_records(Path(sys.argv[1]), sys.argv[2])
except VaultError as error:
    print(type(error).__name__)
"""


def test_two_processes_on_one_folder(here: Town, window: Booth) -> None:
    """The second one is kept out while the first one works and speaks; nothing of either is mixed up."""
    window.receive()
    command = [sys.executable, "-c", SECOND, str(window.folder), window.seat.window]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert second.stdout.strip() == "StoreInUse"
    assert window.sync().unsent == 0
    window.receive()
    window.sync()
    agree(here, window)


class Interrupting(httpx.BaseTransport):
    """Has something done right after the first batch was taken in."""

    def __init__(self, inner: httpx.BaseTransport, what: Callable[[], object]) -> None:
        self._inner = inner
        self._what: list[Callable[[], object]] = [what]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        told = self._inner.handle_request(request)
        if (request.method, request.url.path) == ("POST", "/v1/entries") and self._what:
            self._what.pop()()
        return told


def test_a_window_revoked_in_the_middle_finds_out_and_keeps_what_it_has(here: Town, tmp_path: Path) -> None:
    seat = here.enrol()
    line = Interrupting(here.bridge, lambda: here.loop.run(here.central.revoke_window(seat.window)))
    with booth(seat, tmp_path / "one", here.clock, line) as window:
        window.sync()
        for _ in range(110):
            window.receive()
        with pytest.raises(LineRefused, match="停用"):
            window.sync()
        own = sorted(window.own(), key=lambda r: r.entry.n)
        assert [r.confirmed for r in own] == [True] * 200 + [False] * 20
        assert [r.entry for r in here.feed()] == [r.entry for r in own[:200]]
        assert window.records.unsent_count() == 20
        assert len(window.cases()) == 110


def test_a_clerk_revoked_in_the_middle_loses_nothing_and_somebody_has_to_look(here: Town, tmp_path: Path) -> None:
    line = Interrupting(here.bridge, lambda: here.loop.run(here.central.revoke_account("C1")))
    with booth(here.enrol(), tmp_path / "one", here.clock, line, key=SECRET) as window:
        window.sync()
        for _ in range(110):
            window.receive()
        assert window.sync().unsent == 0
        assert {r.verdict for r in window.records.refused()} == {Verdict.QUARANTINED}
        assert len(window.records.refused()) == 20
        assert len(here.feed()) == 200
        agree(here, window)
