"""The start of the frozen program: hands on to the version that is to run, before anything heavy is loaded.

Needs the standard library alone, and hardly that where there is nothing to hand on to. Whatever goes wrong here, the program that was
installed goes on.
"""

from __future__ import annotations

import os
import sys

from clerk_app.program import FILE, FOLDER

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes its time
    from collections.abc import Sequence
    from pathlib import Path

LAUNCHED = "CLERK_LAUNCHED"
_NOT_OURS = frozenset({"central", "courier"})
"""Commands of the city's end: it runs what is installed there."""


def hand_on(arguments: Sequence[str]) -> None:
    """Become the version that is to run, where that is another one; ``arguments`` are those of the process."""
    if not getattr(sys, "frozen", False) or os.environ.get(LAUNCHED) or any("multiprocessing" in a for a in arguments):
        return
    words = list(arguments[1:])
    command = command_of(words)
    if command in _NOT_OURS:
        return
    folder = folder_of(words)
    if not folder or not os.path.exists(os.path.join(folder, FOLDER, FILE)) or _inside(folder):
        return
    client = command == "" or (command == "update" and "--now" in words)
    if any(word in {"-h", "--help", "--version"} for word in words):
        client = False
    _start(folder, words, client=client)


def _inside(folder: str) -> bool:
    """Whether this program is one of those in the folder itself."""
    return os.path.realpath(sys.executable).startswith(os.path.realpath(folder) + os.sep)


def _start(folder: str, words: list[str], *, client: bool) -> None:
    from pathlib import Path

    from clerk_app.program.build_info import build_info
    from clerk_app.program.switching import Programs
    from clerk_app.program.trying import environment

    try:
        installed = build_info().version
        programs = Programs(Path(folder), installed)
        if client and (waits := programs.state().staged):
            sys.stderr.write(f"正在检查新版本 {waits}，请稍候……\n")
            sys.stderr.flush()
        chosen = programs.choose(client=client)
        for told in chosen.said:
            sys.stderr.write(told + "\n")
        if chosen.program is not None:
            sys.stderr.flush()
            become(chosen.program, words, environment(installed))
    except OSError as error:  # a full disk, a folder that is read only, a program that does not start
        sys.stderr.write(f"没有用上新版本（{error.strerror or type(error).__name__}），用安装时的版本。\n")


def become(program: Path, words: list[str], environment: dict[str, str]) -> None:
    """Be another program from here on: in its place, or, where the system knows no such thing, until it ends."""
    if os.name == "posix":
        os.execve(program, [str(program), *words], environment)  # noqa: S606 - it was proven when it was fetched
    else:
        import signal
        import subprocess

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the same console: it is for the program in front
        sys.exit(subprocess.call([program, *words], env=environment))


def command_of(words: Sequence[str]) -> str:
    """Return the first word that is no option nor the value of one; empty: the client itself is to be opened."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word == "--data":
            skip = True
        elif not word.startswith("-"):
            return word
    return ""


def folder_of(words: Sequence[str]) -> str:
    """Return the window's folder as the command line, ``CLERK_DATA`` or the platform says; empty: it says nothing."""
    given = os.environ.get("CLERK_DATA", "")
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name == "--data":
            given = value if equals else words[at + 1] if at + 1 < len(words) else given
    if given:
        return os.path.abspath(given)
    return default_folder()


def default_folder() -> str:
    """Return the platform's folder for the data of a person's programs, as ``platformdirs`` has it."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return os.path.join(local, "clerk") if local else ""
    home = os.environ.get("HOME") or os.path.expanduser("~")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "clerk")
    data = os.environ.get("XDG_DATA_HOME", "").strip()
    return os.path.join(data or os.path.join(home, ".local", "share"), "clerk")
