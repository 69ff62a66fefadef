"""Kills a fetch, and then a switch, before each of its steps on the disk; run by a test as a program of its own.

``python -m tests.support.killed_updates RELEASES FOLDER`` prints, as JSON, how many steps each has and what went wrong after which.
A step is whatever Python is about to ask of the file system: opening, renaming, removing, making a folder.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from clerk_app.program.fetching import Fetch
from clerk_app.program.state import place_of, program_of, read
from clerk_app.program.switching import Programs, is_program
from tests.support.releasing import PLATFORM, Served

STEPS = frozenset({"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.truncate", "os.symlink"})
KILLED = 137
OLD, NEW = "0.3.1", "0.3.2"


def programs_in(folder: Path) -> Programs:
    return Programs(folder, "0.3.0", trial=lambda _: "")


def fetch(folder: Path, releases: Path, version: str) -> None:
    Fetch(programs_in(folder), Served(releases), platform=PLATFORM).run(version)


def start(folder: Path) -> str:
    """Open the client once; return the version that ran and is healthy then."""
    programs = programs_in(folder)
    version = programs.choose(client=True).version
    programs.healthy(version)
    return version


def killed_at(step: int, work: Callable[[], Any], folder: Path) -> bool:
    """Do some work in a child that dies before a step; whether it did."""
    child = os.fork()
    if child == 0:
        _work_and_die(step, work, str(folder))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def _work_and_die(step: int, work: Callable[[], Any], folder: str) -> NoReturn:
    left = step

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in STEPS and str(arguments[0]).startswith(folder):
            left -= 1
            if left < 0:
                os._exit(KILLED)

    sys.addaudithook(count)
    try:
        work()
    finally:
        os._exit(0)


def every_step(
    prepared: Path, folder: Path, work: Callable[[], Any], sound: Callable[[], str]
) -> tuple[int, list[tuple[int, str]]]:
    """Kill some work before each step, from the same beginning; return how many there are and what was wrong after which."""
    step = 0
    wrong: list[tuple[int, str]] = []
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(prepared, folder, symlinks=True)
        if not killed_at(step, work, folder):
            return step, wrong
        try:
            told = sound()
        except Exception as error:  # noqa: BLE001 - whatever is raised here is what is wrong
            told = f"{type(error).__name__}: {error}"
        if told:
            wrong.append((step, told))
        step += 1


def main() -> None:
    """Fetch and switch, each killed everywhere."""
    releases, folder = Path(sys.argv[1]), Path(sys.argv[2])
    prepared, window = folder / "prepared", folder / "window"
    fetch(prepared, releases, OLD)
    assert start(prepared) == OLD

    def after_fetch() -> str:
        """What runs still runs, and the fetch goes on to its end."""
        if programs_in(window).choose(client=False).version != OLD or not is_program(program_of(window, OLD)):
            return "what ran before does not run"
        if read(window).staged == NEW:
            return "" if is_program(program_of(window, NEW)) else "staged, but not there"
        fetch(window, releases, NEW)
        kept = {path.name for path in place_of(window).iterdir() if path.name.startswith((".draft", "clerk-"))}
        return f"left over: {kept}" if kept else "" if start(window) == NEW else "the new one does not run"

    fetching = every_step(prepared, window, lambda: fetch(window, releases, NEW), after_fetch)
    fetch(prepared, releases, NEW)

    def after_switch() -> str:
        version = start(window)
        return "" if version == NEW and is_program(program_of(window, NEW)) else f"runs {version}"

    switching = every_step(prepared, window, lambda: start(window), after_switch)
    sys.stdout.write(json.dumps({"fetching": fetching, "switching": switching}))


if __name__ == "__main__":
    main()
