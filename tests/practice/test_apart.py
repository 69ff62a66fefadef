"""Practice stays apart: no socket is opened, no other command takes its folder, no real window's folder is taken."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clerk_app import settings
from clerk_app.commands.output import Stop
from clerk_app.commands.practice_window import PracticeFolderHeld, default_practice_folder
from clerk_app.line import LineDown
from clerk_app.practice.lessons import JOINT, LESSONS
from clerk_app.practice.results import FILE
from clerk_app.store.copies.handover_key import central_key
from tests.support.commands import clerk
from tests.support.practising import practising

SOCKETS = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
_heard: list[list[str]] = []
_listening: list[bool] = []


@contextmanager
def sockets_opened() -> Iterator[list[str]]:
    """Note everything this process does to reach somebody over a socket; an audit hook cannot be taken away again."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if _heard and event in SOCKETS:
            _heard[-1].append(event)

    if not _listening:
        sys.addaudithook(hook)
        _listening.append(True)
    _heard.append([])
    try:
        yield _heard[-1]
    finally:
        _heard.pop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice folder as a practice left it."""
    place = PracticeFolderHeld(tmp_path_factory.mktemp("apart") / "clerk-practice")
    with place.open():
        pass
    place.release()
    return place.folder


async def test_a_whole_lesson_opens_no_socket_and_nothing_of_it_waits_to_be_sent_anywhere(tmp_path: Path) -> None:
    with sockets_opened() as opened:
        async with practising(tmp_path / "p", lesson=JOINT) as practice:
            client = practice.client
            await practice.sign_in()
            await client.press("escape")
            await client.type("YS20260001\n")  # an application made online: central would be asked
            await client.settle()
            await client.press("escape", "f6", "ctrl+r")
            await client.type("")
            await client.press("ctrl+y")
            await client.type("1")
            with pytest.raises(LineDown):
                practice.window.connect()
            assert [play.score for play in practice.place.results.plays()] == [0]
            assert central_key(practice.window.records) is None
        assert opened == []


def test_a_socket_would_be_noticed() -> None:
    import socket

    with sockets_opened() as opened, socket.create_server(("127.0.0.1", 0)):
        assert "socket.bind" in opened


def test_no_other_command_takes_the_folder(folder: Path, tmp_path: Path) -> None:
    for words in (
        ("sync",),
        ("enrol", "--central", "http://127.0.0.1:9", "--code", "x"),
        ("export-unsent", tmp_path / "out"),
        ("import-unsent", tmp_path / "in"),
        ("second-copy", tmp_path),
        ("renew-window",),
        ("rotate-keys",),
        ("backup", tmp_path / "backup"),
        ("cases",),
        ("sign-in", "--as", "C0001", "--password-stdin"),
        (),
    ):
        told = clerk(*words, "--data", folder, stdin="sample-C0001\n")
        assert (told.status, "练习用的文件夹" in told.err) == (3, True), (words, told)
    told = clerk("demo", "--prepare", "--data", folder)
    assert (told.status, "另选一个文件夹" in told.err) == (3, True)
    assert clerk("doctor", "--data", folder).status != 0
    assert list(tmp_path.iterdir()) == []


def test_a_real_windows_folder_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    real, strange = tmp_path / "real", tmp_path / "strange"
    for place, name in ((real, "window.json"), (strange, "letter.txt")):
        place.mkdir()
        (place / name).write_text(json.dumps({"seat": {"window": "FS0001-01"}}))
        before = (place / name).read_bytes()
        with pytest.raises(Stop) as stop:
            PracticeFolderHeld(place)
        assert (stop.value.code, [one.name for one in place.iterdir()]) == ("not-a-practice", [name])
        assert (place / name).read_bytes() == before


def test_looks_stay_and_what_lies_in_its_folder_and_is_not_its_own(folder: Path) -> None:
    (folder / "letter.txt").write_text("kept", encoding="utf-8")
    for muted in (True, False):
        place = PracticeFolderHeld(folder)
        with place.open() as window:
            assert window.settings.muted is not muted
            settings.change(folder, muted=muted)
        place.release()
    assert (folder / "letter.txt").read_text(encoding="utf-8") == "kept"
    (folder / "letter.txt").unlink()


def test_it_is_not_the_windows_folder_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLERK_DATA", str(tmp_path / "window"))
    assert default_practice_folder() == tmp_path / "window-practice"
    monkeypatch.delenv("CLERK_DATA")
    assert default_practice_folder().name == "clerk-practice"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed in the middle")
def test_killed_at_its_worst_it_begins_anew_and_keeps_the_results(folder: Path) -> None:
    results = json.loads((folder / FILE).read_text(encoding="utf-8"))
    child = os.fork()
    if not child:
        window = PracticeFolderHeld(folder).open()
        window.cast(LESSONS[-1], 0)
        (folder / "keys.json").unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert clerk("sync", "--data", folder).status == 3

    place = PracticeFolderHeld(folder)
    with place.open() as window:
        assert window.records.entry_count() == 0
    place.release()
    assert json.loads((folder / FILE).read_text(encoding="utf-8")) == results


def test_two_programs_do_not_share_a_folder(folder: Path) -> None:
    from clerk_app.store.errors import VaultError

    place = PracticeFolderHeld(folder)
    with pytest.raises(VaultError):
        PracticeFolderHeld(folder)
    place.release()


def test_results_are_told_to_a_trainer_and_lessons_listed(folder: Path, tmp_path: Path) -> None:
    play = {"lesson": "bag", "at": "2026-03-02T09:00:00+08:00", "score": 85, "seconds": 90, "trips": 1}
    (tmp_path / FILE).write_text(json.dumps({"version": 1, "plays": [{**play, "missed": ["apart"]}]}))
    told = clerk("practice", "--json", "--data", tmp_path).done().json
    assert [one["plays"] for one in told["lessons"]] == [0, 0, 0, 0, 1]
    assert told["lessons"][-1]["last_missed"] == ["登记和结案不是同一个人"]
    assert told["history"] == [{**play, "missed": ["apart"]}]
    listed = clerk("practice", "--list", "--data", tmp_path).done().out
    assert all(lesson.title in listed for lesson in LESSONS)
    assert "最好 85 分" in listed
    assert clerk("practice", "nonsense", "--list").status == 1
    assert clerk("practice", "bag", "--data", folder).status == 3, "without a terminal nobody practises"


def test_results_that_cannot_be_read_are_put_aside(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{", encoding="utf-8")
    assert clerk("practice", "--json", "--data", tmp_path).done().json["history"] == []
    assert (tmp_path / "practice.damaged").read_text(encoding="utf-8") == "{"
