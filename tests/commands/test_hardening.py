"""A crash writes nothing of what the program held in memory to the disk."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clerk_app.seat import Seat
from clerk_app.settings import Settings, save
from clerk_app.store.access.keys import create_keys
from clerk_app.store.records import Records
from clerk_app.unlocking import unlock_for
from tests.support.parts import real_part
from tests.support.tree import ROOT
from tests.support.window_journal import WINDOW, Journal

NAME = "区桂芳样例"
CRASH = """
import os, signal, sys
from pathlib import Path
from clerk_app import hardening, wiring
measures, number = sys.argv[2].split("+"), int(sys.argv[3])
if "limit" not in measures:
    hardening.limit_cores = lambda: None
if "prctl" not in measures:
    hardening._not_dumpable = lambda: None
window = wiring.Window(Path(sys.argv[1]), read_only=True)
[summary] = window.records.summaries()
assert summary.applicant
print("open", flush=True)
os.kill(os.getpid(), number)
"""
ORDINARY = """
import os, subprocess, sys
from clerk_app.hardening import harden
from clerk_app import tray
harden()
import ctypes
assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0, "still dumpable"
assert os.getuid() == int(sys.argv[1])
assert len(os.listdir("/proc/self/fd")) > 2
assert tray._MOUNTS.read_text()
assert subprocess.run(["echo", "1"], capture_output=True, check=True).stdout == b"1\\n"
from clerk_app.paper import fonts
print("well")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hardening") / "window"
    seat = Seat(window=WINDOW, number="01", point="FS0001", point_name="样例服务点", central="http://127.0.0.1:1")
    save(folder, Settings(seat=seat, unlock="demo"))
    keys = create_keys(folder, unlock_for("demo"))
    with Records.open(folder, keys.vault, window=WINDOW) as records:
        journal = Journal()
        journal.write(records, journal.receive(NAME))
    return folder


def crashed(folder: Path, into: Path, measures: str, number: int) -> list[Path]:
    """Run a program that opens the window and crashes; return the images the system wrote of it."""
    pattern = Path("/proc/sys/kernel/core_pattern")
    plain = sys.platform == "linux" and not pattern.read_text(encoding="utf-8").startswith(("|", "/"))
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    if not plain or most != resource.RLIM_INFINITY:  # a setting of the machine, not a part that could be installed
        pytest.skip("this machine writes no cores beside the program: kernel.core_pattern or a hard limit")

    def unlimited() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))

    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(folder), measures, str(number)],
        cwd=into,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=unlimited,
        capture_output=True,
        check=False,
    )
    assert done.stdout == b"open\n", done.stderr
    assert done.returncode == -number
    return [path for path in into.iterdir() if path.name.startswith("core")]


@pytest.mark.parametrize("number", [6, 11], ids=["SIGABRT", "SIGSEGV"])
def test_without_the_hardening_a_core_tells_the_names(folder: Path, tmp_path: Path, number: int) -> None:
    [core] = crashed(folder, tmp_path, "none", number)
    assert NAME.encode("utf-8") in core.read_bytes() or NAME.encode("utf-16-le") in core.read_bytes()


@pytest.mark.parametrize("number", [6, 11], ids=["SIGABRT", "SIGSEGV"])
@pytest.mark.parametrize("measures", ["limit+prctl", "limit", "prctl"])
def test_each_measure_alone_leaves_no_core(folder: Path, tmp_path: Path, measures: str, number: int) -> None:
    assert crashed(folder, tmp_path, measures, number) == []


def test_every_command_that_opens_a_window_takes_both_measures(folder: Path) -> None:
    code = """
import ctypes, resource, sys
from clerk_app.cli import main
assert main(["cases", "--data", sys.argv[1]]) == 0
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == b"(0, 0) 0", done.stderr


def test_an_ordinary_user_can_still_work(tmp_path: Path) -> None:
    user = os.getuid()
    command = [sys.executable, "-c", ORDINARY]
    if user == 0:
        setpriv = shutil.which("setpriv")
        real_part("setpriv", present=setpriv is not None, hint="apt-get install util-linux")
        user = 65534
        command = [str(setpriv), f"--reuid={user}", f"--regid={user}", "--clear-groups", *command]
    done = subprocess.run(
        [*command, str(user)], cwd="/", env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert done.stdout == b"well\n", done.stderr
