"""``clerk demo``: a whole city with one command, that ends with it, and that mends itself."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import clerk, command, environment, whole
from tests.support.processes import running
from tests.support.tmux import Terminal, terminal

PATIENCE = 30.0
PROC = Path("/proc")


def prepare(folder: Path, *more: str) -> dict[str, Any]:
    told: dict[str, Any] = clerk("demo", "--prepare", "--data", folder, "--json", *more).done().json
    return told


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared sample city that the tests of this module share, one after the other."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    first = clerk("demo", "--prepare", "--data", folder).done()
    assert "正在准备样例城市" in first.err
    return folder


def centrals(folder: Path) -> list[int]:
    """Return the processes that serve this demo's city."""
    wanted = str(folder / "city" / "city.db").encode()
    found = []
    for path in PROC.glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue  # it ended while we looked
        if wanted in words and b"serve" in words:
            found.append(int(path.parent.name))
    return found


def eventually(what: Callable[[], bool]) -> None:
    """Wait for another process to get there; nothing tells of it."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.05)


@contextmanager
def client(folder: Path, name: str) -> Iterator[Terminal]:
    """The client in a terminal; when the terminal is taken away, what it began has ended too."""
    with terminal(["-m", "clerk_app.cli", "demo", "--data", str(folder)], (80, 24), name) as screen:
        process = PROC / str(pid_of(screen))
        yield screen
    eventually(lambda: not process.exists() and centrals(folder) == [])


def pid_of(screen: Terminal) -> int:
    return int(screen.tmux("display-message", "-p", "-t", "0", "#{pane_pid}"))


def test_it_has_two_clerks_and_a_supervisor_and_is_quiet_the_second_time(demo_folder: Path) -> None:
    told = clerk("demo", "--prepare", "--data", demo_folder, "--json").done()

    assert sorted(account["role"] for account in told.json["accounts"]) == ["clerk", "clerk", "supervisor"]
    assert told.err == ""
    assert centrals(demo_folder) == []
    assert clerk("items", "jzz", "--data", demo_folder, "--json").done().json[0]["name"] == "居住证"


def test_it_has_couriers_and_one_made_before_there_were_any_gets_them(demo_folder: Path) -> None:
    told = prepare(demo_folder)["couriers"]
    assert [(one["badge"], len(one["pin"])) for one in told] == [("YZ000123", 6), ("YZ000124", 6)]
    made = demo_folder / "city" / "city.json"
    kept = json.loads(made.read_text(encoding="utf-8"))
    made.write_text(json.dumps({name: value for name, value in kept.items() if name != "couriers"}), encoding="utf-8")
    again = clerk("demo", "--prepare", "--data", demo_folder).done()
    assert ("正在补齐样例城市" in again.err, all(one["pin"] in again.out for one in told)) == (True, True)
    assert json.loads(made.read_text(encoding="utf-8")) == kept


def test_the_client_opens_signs_in_and_leaves_nothing_behind(demo_folder: Path) -> None:
    account = prepare(demo_folder)["accounts"][0]
    with client(demo_folder, "leave") as screen:
        shown = screen.wait_for(account["password"])
        assert "样例" in shown
        screen.send(account["number"])
        screen.keys("Enter")
        screen.send(account["password"])
        screen.keys("Enter")
        screen.wait_for("在线")
        status = clerk("status", "--data", demo_folder, "--json").done().json
        assert (status["online"], status["signed_in"]["number"]) == (True, account["number"])
        screen.keys("C-q")
        screen.wait_gone()
        assert centrals(demo_folder) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_central_ends_with_the_client_however_that_ends(demo_folder: Path, number: signal.Signals) -> None:
    with client(demo_folder, f"end-{number}") as screen:
        screen.wait_for("口令")
        assert len(centrals(demo_folder)) == 1
        os.kill(pid_of(screen), number)
        screen.wait_gone()
        eventually(lambda: centrals(demo_folder) == [])
    assert clerk("status", "--data", demo_folder, "--json").done().json["online"] is False


def test_another_port_is_taken_where_the_old_one_is_somebody_elses(demo_folder: Path) -> None:
    settings = demo_folder / "window.json"
    before = json.loads(settings.read_text(encoding="utf-8"))["seat"]["central"]
    with closing(socket.create_server(("127.0.0.1", int(before.rpartition(":")[2])))):
        prepare(demo_folder)
        after = json.loads(settings.read_text(encoding="utf-8"))["seat"]["central"]

    assert after != before


def test_a_second_demo_in_the_same_folder_is_told_who_has_it(demo_folder: Path) -> None:
    with client(demo_folder, "two") as screen:
        screen.wait_for("口令")
        told = clerk("demo", "--prepare", "--data", demo_folder, "--json")
        assert (told.status, told.json["error"]["code"]) == (3, "store-in-use")
        assert f"进程 {pid_of(screen)}" in told.json["error"]["message"]


def test_the_department_moves_cases_on_and_central_ends_with_its_standard_input(demo_folder: Path) -> None:
    item = clerk("items", "居住证", "--data", demo_folder, "--json").done().json[0]
    account = prepare(demo_folder)["accounts"][0]
    central = json.loads((demo_folder / "window.json").read_text(encoding="utf-8"))["seat"]["central"]
    words = ("central", "serve", "--database", demo_folder / "city" / "city.db", "--port", central.rpartition(":")[2])
    with running(
        command(*words, "--simulate-departments"),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        signing = ("sign-in", "--as", account["number"], "--password-stdin", "--data", demo_folder)
        clerk(*signing, stdin=account["password"]).done()
        line = clerk("intake", "-", "--data", demo_folder, stdin=json.dumps(whole(item))).done().lines[0]

        def moved() -> bool:
            clerk("sync", "--data", demo_folder).done()
            [case] = clerk("cases", line["case"], "--data", demo_folder, "--json").done().json
            return bool(case["official"])

        eventually(moved)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def test_preparing_that_was_killed_is_begun_anew(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with running(command("demo", "--prepare", "--data", folder), env=environment(), stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        eventually((folder / "keys.json").exists)
        process.kill()
        process.wait()
    eventually(lambda: centrals(folder) == [])

    told = clerk("demo", "--prepare", "--data", folder, "--json").done()

    assert "重新准备" in told.err
    assert len(told.json["accounts"]) == 3


@pytest.mark.parametrize("broken", ["city/city.db", "city/city.json", "store.db", "window.json"])
def test_what_is_broken_or_gone_is_made_anew(demo_folder: Path, broken: str) -> None:
    path = demo_folder / broken
    if broken.endswith(".db"):
        path.write_bytes(b"nothing that was ever a database" * 200)
        for left in (f"{path}-wal", f"{path}-shm"):
            Path(left).unlink(missing_ok=True)
    else:
        path.unlink()

    told = clerk("demo", "--prepare", "--data", demo_folder, "--json").done()

    # a broken store is repaired like any window's and fetches what it lacks; settings are kept twice
    mended = broken in {"store.db", "window.json"}
    assert ("重新准备" in told.err) is not mended
    assert clerk("items", "jzz", "--data", demo_folder, "--json").done().json


def test_a_real_window_is_never_made_a_sample(demo_folder: Path, tmp_path: Path) -> None:
    settings = json.loads((demo_folder / "window.json").read_text(encoding="utf-8"))
    real = tmp_path / "real"
    real.mkdir()
    (real / "window.json").write_text(json.dumps({**settings, "unlock": "keyring"}), encoding="utf-8")

    told = clerk("demo", "--prepare", "--data", real, "--json")

    assert (told.status, told.json["error"]["code"]) == (3, "not-a-demo")
    assert [path.name for path in real.iterdir()] == ["window.json"]
