"""``clerk move``: a window goes on at another point; what stops it anywhere leaves both folders whole, and it goes on from there."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app import cli, moving
from clerk_app import settings as window_settings
from tests.support.commands import CityEnd, Seat, clerk, enrol, whole


@pytest.fixture
def other_point(city: CityEnd) -> str:
    return next(a["point"] for a in city.accounts if a["point"] != city.accounts[0]["point"])


def code_for(city: CityEnd, window: str, to: str) -> str:
    told = clerk("central", "move", window, "--to", to, "--database", city.database, "--json").done()
    return str(told.json["code"])


def at_point(seat: Seat) -> str:
    return window_settings.load(seat.folder).seat.point


def fleet(city: CityEnd, *words: str) -> dict[str, dict[str, object]]:
    told = clerk("central", "fleet", "--database", city.database, "--json", *words).done().json
    return {one["window"]: one for one in told["windows"]}


def test_a_window_that_has_said_everything_goes_on_at_another_point(
    city: CityEnd, seat: Seat, other_point: str
) -> None:
    held = window_settings.load(seat.folder)
    former = held.seat.window
    chosen = {"theme": "light", "scanner": str(seat.folder.parent), "keymap": {"app.help": "f9"}}
    told = json.loads((seat.folder / "window.json").read_text("utf-8")) | chosen
    (seat.folder / "window.json").write_text(json.dumps(told), "utf-8")
    (seat.folder / "program").mkdir()
    (seat.folder / "program" / "state.json").write_text("{}")
    done = seat.clerk("move", "--code", code_for(city, former, other_point), "--json").done().json
    now = window_settings.load(seat.folder)
    assert (now.seat.window, now.seat.point, done["synced"]) == (done["window"], other_point, True)
    assert (now.theme, now.scanner, now.keymap) == ("light", str(seat.folder.parent), {"app.help": "f9"})
    kept = seat.folder.with_name(f"{seat.folder.name}.{former}")
    assert str(kept) == done["kept"]
    assert window_settings.load(kept).seat.window == former
    assert (seat.folder / "program" / "state.json").exists()
    known = fleet(city)
    assert (known[former]["states"], known[former]["moved_to"]) == (["moved"], now.seat.window)
    assert "states" not in known[now.seat.window]
    old = Seat(kept, seat.passphrase)
    assert old.clerk("journal", "--json").status == 0
    assert old.clerk("sync").status != 0
    seat.clerk("status").done()


def test_unsent_work_and_papers_keep_a_window_where_it_is(city: CityEnd, seat: Seat, other_point: str) -> None:
    former = window_settings.load(seat.folder).seat.window
    code = code_for(city, former, other_point)
    seat.intake([whole(seat.json("items", "居住证")[0])]).done()
    told = seat.clerk("move", "--code", code, "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "not-in-order")
    assert "1 件的材料或结果还在这里" in told.err
    assert "没有上报" not in told.err  # it was said on the way
    assert at_point(seat) != other_point
    seat.clerk("sync").done()
    seat.clerk("move", "--code", code, "--papers-handed-over").done()
    assert at_point(seat) == other_point


def test_without_the_line_nothing_happens(own_city: CityEnd, other_point: str, tmp_path: Path) -> None:
    with own_city.served() as address:
        seat = enrol(own_city, address, tmp_path / "window")
        code = code_for(own_city, window_settings.load(seat.folder).seat.window, other_point)
        seat.intake([whole(seat.json("items", "居住证")[0])]).done()
    told = seat.clerk("move", "--code", code, "--papers-handed-over")
    assert told.status == 1
    assert "2 条还没有上报" in told.err
    assert not moving.place_of(seat.folder).exists()
    assert seat.clerk("move").status == 2


def test_a_code_is_good_for_the_window_it_names_alone(
    city: CityEnd, address: str, seat: Seat, other_point: str, tmp_path: Path
) -> None:
    other = enrol(city, address, tmp_path / "other")
    former = window_settings.load(other.folder).seat.window
    code = code_for(city, former, other_point)
    for words in (
        ("move", "--code", code),  # another window's
        ("move", "--code", city.code()),  # one for new windows
    ):
        told = seat.clerk(*words, "--json")
        assert (told.status, told.json["error"]["code"]) == (1, "code-unknown")
    stranger = Seat(tmp_path / "stranger", seat.passphrase)
    told = stranger.clerk("enrol", "--central", address, "--code", code, "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "code-unknown")
    assert "clerk move" in told.err
    assert "states" not in fleet(city)[former]
    other.clerk("move", "--code", code).done()
    assert seat.clerk("status").done().status == 0


class Killed(BaseException):
    """The power went."""


def test_an_answer_that_was_lost_is_asked_for_again(
    city: CityEnd, seat: Seat, other_point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Central has ended the window, and nobody here knows: the same command goes on."""
    former = window_settings.load(seat.folder).seat.window
    code = code_for(city, former, other_point)
    save = window_settings.save

    def killed(folder: Path, settings: window_settings.Settings) -> None:
        raise Killed

    monkeypatch.setenv("CLERK_PASSPHRASE_FILE", str(seat.passphrase))
    monkeypatch.setattr(window_settings, "save", killed)
    with pytest.raises(Killed):
        cli.main(["move", "--code", code, "--data", str(seat.folder)])
    monkeypatch.setattr(window_settings, "save", save)
    assert window_settings.load(seat.folder).seat.window == former
    assert fleet(city)[former]["states"] == ["moved"]
    seat.clerk("move", "--code", code).done()
    assert at_point(seat) == other_point


KILLED_AT = """
import os, signal, sys
left = [int(sys.argv.pop(1))]

def look(event, arguments):
    if event == "os.rename":
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(look)
from clerk_app.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""``clerk``, killed when it is about to put so many files and folders in their places."""


@pytest.mark.long
def test_killed_again_and_again_it_is_one_window_or_the_other_and_arrives(
    city: CityEnd, seat: Seat, other_point: str
) -> None:
    former = window_settings.load(seat.folder).seat.window
    code = code_for(city, former, other_point)
    kills = 0
    while True:
        words = [sys.executable, "-c", KILLED_AT, str(kills), "move", "--code", code, "--data", str(seat.folder)]
        done = subprocess.run(words, env=seat.env, capture_output=True, timeout=120, check=False)
        told = seat.json("status")
        assert told["point"] in {city.accounts[0]["point"], other_point}
        if told["window"] != former:
            assert (
                Seat(seat.folder.with_name(f"{seat.folder.name}.{former}"), seat.passphrase).clerk("journal").status
                == 0
            )
        if done.returncode != -signal.SIGKILL:
            break
        kills += 1
    assert done.returncode == 0, done.stderr.decode()
    assert kills > 3
    assert at_point(seat) == other_point
    assert fleet(city)[former]["states"] == ["moved"]


def _two(folder: Path) -> Iterator[str]:
    """Put up a window that is to be replaced, and the one that is ready."""
    for place, word in ((folder, "old"), (moving.place_of(folder), "new")):
        place.mkdir()
        (place / "window.json").write_text(word)
        yield word
    (folder / "program").mkdir()
    (folder / "program" / "state.json").write_text("kept")


@pytest.mark.parametrize("step", range(6))
def test_whatever_stops_the_change_over_both_are_whole_and_it_goes_on(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "window"
    list(_two(folder))
    moving.begin(folder, "FS0001-01")
    left = [step]
    real = {name: getattr(Path, name) for name in ("rename", "unlink")}

    def stopped(name: str) -> None:
        def until(path: Path, *more: object, **named: object) -> object:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return real[name](path, *more, **named)

        monkeypatch.setattr(Path, name, until)

    for name in real:
        stopped(name)
    cut = False
    try:
        moving.finish(folder)
    except Killed:
        cut = True
    monkeypatch.undo()
    assert cut == (step < 4)
    whole = {p.joinpath("window.json").read_text() for p in tmp_path.iterdir() if p.joinpath("window.json").exists()}
    assert whole == {"old", "new"}
    window_settings.enrolled(folder)  # whoever looks for a window finds one
    assert folder.joinpath("window.json").exists()
    moving.finish(folder)
    assert folder.joinpath("window.json").read_text() == "new"
    assert folder.joinpath("program", "state.json").read_text() == "kept"
    assert (tmp_path / "window.FS0001-01" / "window.json").read_text() == "old"
    assert moving.finish(folder) is None
