"""``clerk update`` and ``clerk doctor --program``; what a start of the client says of its version."""

from __future__ import annotations

import json
import signal
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from clerk_app import VERSION
from clerk_app.commands.opening import Opening
from clerk_app.line import LineStatus
from clerk_app.program.state import State, Trial, change, place_of, read
from clerk_app.wiring import Window
from tests.commands.test_client import BROKEN
from tests.support.commands import Seat, clerk, command, environment
from tests.support.pty_run import painting

ON_TRIAL = Trial(VERSION, 1)


def told(folder: Path) -> State:
    """Give a folder versions of the program as a switch leaves them."""
    return change(
        folder,
        lambda _: State(
            current="9.1.0",
            previous="9.0.0",
            staged="9.2.0",
            failed=(("9.0.5", "它的自检没有通过"),),
            trouble="新版本 9.3.0 没有取用：版本目录的签名已过期。",
        ),
    )


def test_it_tells_what_runs_what_waits_and_what_was_given_up(tmp_path: Path) -> None:
    folder = tmp_path / "window"
    plain = clerk("update", "--data", folder).done()
    assert f"程序版本 {VERSION}" in plain.out
    assert not folder.exists() or not (folder / "program").exists(), "looking changes nothing"
    told(folder)
    value = clerk("update", "--data", folder, "--json").done().json
    assert value == {
        "version": VERSION,
        "installed": VERSION,
        "current": "9.1.0",
        "previous": "9.0.0",
        "staged": "9.2.0",
        "trial": False,
        "failed": {"9.0.5": "它的自检没有通过"},
        "trouble": "新版本 9.3.0 没有取用：版本目录的签名已过期。",
    }
    text = clerk("update", "--data", folder).done().out
    for words in ("新版本 9.2.0 已备好，下次打开时启用", "不再换上 9.0.5：它的自检没有通过", "签名已过期"):
        assert words in text


def test_a_person_goes_back_and_hears_what_is_used_next(tmp_path: Path) -> None:
    folder = tmp_path / "window"
    assert clerk("update", "--back", "--data", folder).status == 1
    told(folder)
    assert "9.0.0" in clerk("update", "--back", "--data", folder).done().out
    held = read(folder)
    assert (held.current, held.staged, held.reason("9.1.0") != "") == ("9.0.0", "", True)


def test_what_runs_from_its_source_is_not_switched_here(tmp_path: Path) -> None:
    for flag in ("--check", "--now"):
        said = clerk("update", flag, "--data", tmp_path, "--json")
        assert (said.status, said.json["error"]["code"]) == (1, "not-a-bundle")
    assert clerk("update", "--now", "--back", "--data", tmp_path).status == 2


def test_a_damaged_record_is_told(tmp_path: Path) -> None:
    told(tmp_path)
    (place_of(tmp_path) / "state.json").write_text("{")
    assert "读不出来" in clerk("update", "--data", tmp_path).done().out


def test_the_program_checks_itself_without_a_window(tmp_path: Path) -> None:
    said = clerk("doctor", "--program", "--json", "--data", tmp_path / "none").done().json
    assert said["ok"] is True
    assert said["version"] == VERSION
    assert [check["name"] for check in said["checks"]] == ["modules", "resources", "backends", "screen", "page"]
    assert not (tmp_path / "none").exists()


def test_the_client_says_once_that_it_came_up_and_of_whom_it_was_when_it_did_not(seat: Seat, tmp_path: Path) -> None:
    def trial() -> Trial | None:
        return read(seat.folder).trial

    change(seat.folder, lambda now: now._replace(trial=ON_TRIAL))
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong\n", encoding="utf-8")
    with painting(command("--data", seat.folder), environment(CLERK_PASSPHRASE_FILE=str(wrong))) as client:
        client.rest()
    assert trial() == Trial(VERSION, 0), "a wrong passphrase is not the version's fault"

    change(seat.folder, lambda now: now._replace(trial=ON_TRIAL))
    program = tmp_path / "broken.py"
    program.write_text(BROKEN, encoding="utf-8")
    with painting([sys.executable, str(program), "--data", str(seat.folder)], seat.env) as client:
        client.rest()
    assert trial() == ON_TRIAL, "no screen stood"

    change(seat.folder, lambda now: now._replace(trial=ON_TRIAL))
    with painting(command("--data", seat.folder), seat.env) as client:
        client.until("工号")
        client.process.send_signal(signal.SIGTERM)
        client.rest()
        assert client.process.returncode == 0
    assert trial() is None


def test_what_waits_is_shown_with_the_line() -> None:
    opening = Opening(lambda: cast("Window", None))
    assert opening.status().ready == ""
    line = SimpleNamespace(status=lambda: LineStatus(online=True))
    opening._opened = cast("Window", SimpleNamespace(line=line, updating=SimpleNamespace(ready="9.2.0")))
    assert (opening.status().online, opening.status().ready) == (True, "9.2.0")
    opening._opened = cast("Window", SimpleNamespace(line=line, updating=None))
    assert opening.status() == LineStatus(online=True)


def test_a_bundles_window_fetches_what_it_is_offered_in_an_idle_moment(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This city's central has no releases: that is what is told."""
    monkeypatch.setattr("clerk_app.program.build_info.frozen", lambda: True)
    monkeypatch.setenv("CLERK_PASSPHRASE_FILE", str(seat.passphrase))
    with Window(seat.folder) as window:
        assert window.updating is not None
        with closing(window.connect()) as end:
            end.greet()
        window.tidy()
        assert not (place_of(seat.folder) / "state.json").exists(), "nothing is offered, nothing is asked for"
        window.updating.offered("9.9.9")
        window.tidy()
        assert "目录不全" in read(seat.folder).trouble
        change(seat.folder, lambda now: now._replace(news=("版本 9.9.9 已用回",)))
        assert (window.news(), window.news()) == (["版本 9.9.9 已用回"], [])
    assert json.loads((place_of(seat.folder) / "state.json").read_bytes())["staged"] == ""
