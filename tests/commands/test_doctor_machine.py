"""``clerk doctor`` and ``clerk set-time`` on a machine that is not as it should be: its disk, its line, its clock."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clerk_app.domain.timing import BEIJING
from tests.support.clerk_at import CLOCK, DISK, clerk_with
from tests.support.commands import Seat
from tests.support.examined import NOBODY_THERE, change, checks, states


@pytest.mark.parametrize(
    ("free", "reserve", "state", "status"),
    [(0, True, "warning", 0), (0, False, "failed", 3), (10 << 20, True, "warning", 0), (1 << 40, False, "warning", 0)],
)
def test_a_disk_that_runs_full(spoilable: Seat, free: int, reserve: bool, state: str, status: int) -> None:
    if not reserve:
        (spoilable.folder / "reserve.bin").unlink()

    told = clerk_with(spoilable, DISK.format(free=free), "doctor", "--json")

    assert (told.status, states(told)["space"]) == (status, state)


def test_a_line_that_is_down_stops_nobody(spoilable: Seat) -> None:
    change(spoilable, seat={"central": NOBODY_THERE})

    told = spoilable.clerk("doctor", "--json")
    found = checks(told)["line"]

    assert (told.status, found["state"]) == (0, "warning")
    assert "未上报 2 条，最早的是" in found["found"]


def test_a_central_that_never_answers_is_not_waited_for(spoilable: Seat) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        change(spoilable, seat={"central": f"http://127.0.0.1:{silent.getsockname()[1]}"})
        began = time.monotonic()
        told = spoilable.clerk("doctor", "--json")
        took = time.monotonic() - began

    assert (told.status, states(told)["line"]) == (0, "warning")
    assert took < 30


def test_a_clock_years_ahead_or_behind_is_told_and_a_person_can_put_it_right(spoilable: Seat) -> None:
    change(spoilable, seat={"central": NOBODY_THERE})
    ahead, behind = (CLOCK.format(said=said) for said in ("2051-05-05T09:00:00+08:00", "1970-01-02T09:00:00+08:00"))
    found = checks(clerk_with(spoilable, ahead, "doctor", "--json"))
    assert (found["clock"]["state"], found["calendar"]["state"]) == ("warning", "warning")
    assert "2051" in found["clock"]["found"] + found["calendar"]["found"]
    assert "clerk set-time" in found["clock"]["todo"]
    assert found["sessions"]["state"] == "ok"  # a wrong clock locks nobody out

    told = clerk_with(spoilable, behind, "doctor", "--json")
    assert (told.status, checks(told)["clock"]["state"]) == (0, "warning")
    assert clerk_with(spoilable, behind, "status", "--json").json["troubles"] == ["时钟落后"]

    now = datetime.now(BEIJING) + timedelta(minutes=1)
    said = clerk_with(spoilable, behind, "set-time", f"{now:%Y-%m-%d %H:%M}", "--json").done().json
    assert said["time"][:16] == f"{now:%Y-%m-%dT%H:%M}"
    found = checks(clerk_with(spoilable, behind, "doctor", "--json"))
    assert "人工所报" in found["clock"]["found"]
    assert found["clock"]["found"].count(f"{now:%Y-%m-%d}") == 1


def test_central_is_asked_what_time_it_is(spoilable: Seat) -> None:
    wrong = datetime.now(BEIJING) - timedelta(days=3, hours=1)

    found = checks(clerk_with(spoilable, CLOCK.format(said=wrong.isoformat()), "doctor", "--json"))["clock"]

    assert found["state"] == "warning"
    assert "比市中心慢 3 天" in found["found"]
    assert f"{datetime.now(BEIJING):%Y-%m-%d}" in found["found"]

    clerk_with(spoilable, CLOCK.format(said=wrong.isoformat()), "sync").done()
    change(spoilable, seat={"central": NOBODY_THERE})
    found = checks(clerk_with(spoilable, CLOCK.format(said=wrong.isoformat()), "doctor", "--json"))["clock"]
    assert "比市中心慢 3 天" in found["found"]
    assert checks(spoilable.clerk("doctor", "--json"))["clock"]["state"] == "ok"


@pytest.mark.parametrize("said", ["yesterday", "2026-13-01 09:00", "09:00", "2026-11-23", ""])
def test_a_time_nobody_can_have_meant_is_wrong_usage(spoilable: Seat, said: str) -> None:
    told = spoilable.clerk("set-time", said, "--json")

    assert (told.status, told.json["error"]["code"]) == (2, "usage")


def test_a_time_before_there_was_any_window_is_not_taken(spoilable: Seat) -> None:
    told = spoilable.clerk("set-time", "1999-01-01 00:00", "--json")

    assert (told.status, told.json["error"]["code"]) == (2, "time-invalid")


def test_a_second_copy_that_is_not_there_is_warned_of(spoilable: Seat, tmp_path: Path) -> None:
    change(spoilable, second_copy=str(tmp_path / "stick"))

    told = spoilable.clerk("doctor", "--json")

    assert (told.status, states(told)["second-copy"]) == (0, "warning")


def test_papers_that_can_be_put_nowhere_are_warned_of(spoilable: Seat, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    change(spoilable, papers=str(tmp_path / "file" / "papers"))

    told = spoilable.clerk("doctor", "--json")

    assert (told.status, states(told)["papers"]) == (0, "warning")
