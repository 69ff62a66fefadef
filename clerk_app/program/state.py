"""Which version of the program runs here: ``program/state.json`` in the window's folder, and the folders beside it.

Read before anything heavy is loaded, so it needs the standard library alone. Changes are made under a lock, each written whole or
not at all. One that is damaged stands in nobody's way: the program that was installed runs, and says so.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from clerk_app.program import FILE, FOLDER

VERSIONS = "versions"
METADATA = "tuf"
BUNDLE = "clerk"
"""The one folder at the top of a bundle, and the program in it."""
_LOCK = ".lock"


class StateDamaged(Exception):
    """``state.json`` is there and cannot be understood; the message is Chinese."""


class Trial(NamedTuple):
    """A version that was switched to and has not shown its first screen yet."""

    version: str
    starts: int = 0
    """How often it was started since."""


class State(NamedTuple):
    """What ``state.json`` tells."""

    current: str = ""
    """The version that runs; empty: the one that was installed."""
    previous: str = ""
    """The version before, which is kept; empty: the one that was installed."""
    staged: str = ""
    """Fetched, proven and unpacked: to be tried when the client is opened next."""
    trial: Trial | None = None
    failed: tuple[tuple[str, str], ...] = ()
    """Versions that are not tried again, each with the reason in Chinese; the last one last."""
    news: tuple[str, ...] = ()
    """Sentences for whoever opens the client next, in Chinese."""
    trouble: str = ""
    """What stands in the way of the next version, in Chinese."""

    def reason(self, version: str) -> str:
        """Return why a version is not tried again; empty: it is."""
        return dict(self.failed).get(version, "")


class ProgramWord(NamedTuple):
    """What a window says of its program."""

    version: str
    staged: str = ""
    failed: str = ""
    """The version given up last."""
    reason: str = ""


def told(folder: Path) -> ProgramWord:
    """Return which version runs, which waits and which failed last in a window's folder; raises nothing."""
    from clerk_app.program.build_info import build_info

    version = build_info().version
    try:
        held = read(folder)
    except StateDamaged:
        return ProgramWord(version)
    failed, reason = held.failed[-1] if held.failed else ("", "")
    return ProgramWord(version, held.staged, failed, reason)


def place_of(folder: Path) -> Path:
    """Return where the program's things lie in a window's folder."""
    return folder / FOLDER


def bundle_of(folder: Path, version: str) -> Path:
    """Return the folder of a version's bundle."""
    return folder / FOLDER / VERSIONS / version / BUNDLE


def program_of(folder: Path, version: str) -> Path:
    """Return the program of a version that was unpacked."""
    return bundle_of(folder, version) / (f"{BUNDLE}.exe" if sys.platform == "win32" else BUNDLE)


def read(folder: Path) -> State:
    """Return the state kept in a window's folder; raises ``StateDamaged``."""
    path = place_of(folder) / FILE
    try:
        value = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return State()
    except (OSError, ValueError, RecursionError) as error:
        raise StateDamaged(f"程序版本记录 {path} 读不出来，先用安装时的版本。") from error
    try:
        return _state(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StateDamaged(f"程序版本记录 {path} 已损坏，先用安装时的版本。") from error


def change(folder: Path, changed: Callable[[State], State]) -> State:
    """Change the state under its lock and return it; one that is damaged is put aside first. Raises ``OSError``."""
    with locked(folder):
        try:
            before = read(folder)
        except StateDamaged:
            path = place_of(folder) / FILE
            path.replace(path.with_name(f"{FILE}.damaged"))
            before = State()
        after = changed(before)
        if after != before:
            _write(place_of(folder) / FILE, after)
        return after


@contextmanager
def locked(folder: Path, name: str = _LOCK, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock of a window's program.

    Whoever has it is waited for, because it is never held for long; not to ``wait`` is for work that takes its time, and
    raises ``BlockingIOError`` where somebody else does it.
    """
    from clerk_app.store.file.durable import make_private_folder

    place = place_of(folder)
    make_private_folder(place)
    handle = os.open(place / name, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _lock(handle, wait=wait)
        yield
    finally:
        os.close(handle)


def _write(path: Path, state: State) -> None:
    from clerk_app.store.file.durable import write_private_file

    trial = None if state.trial is None else state.trial._asdict()
    value = {**state._asdict(), "trial": trial, "failed": dict(state.failed)}
    write_private_file(path, json.dumps(value, ensure_ascii=False, indent=1).encode())


def _state(value: Any) -> State:
    trial = value["trial"]
    failed = tuple((_text(version), _text(reason)) for version, reason in value["failed"].items())
    return State(
        _version(value["current"]),
        _version(value["previous"]),
        _version(value["staged"]),
        None if trial is None else Trial(_version(trial["version"]), int(trial["starts"])),
        failed,
        tuple(_text(one) for one in value["news"]),
        _text(value["trouble"]),
    )


def _version(value: Any) -> str:
    """A version is the name of a folder: nothing that leads out of it."""
    text = _text(value)
    if text in {".", ".."} or any(letter in text for letter in "/\\:\0"):
        raise ValueError(text)
    return text


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, *, wait: bool) -> None:
        try:
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(error.errno, error.strerror) from error

else:
    import fcntl

    def _lock(handle: int, *, wait: bool) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
