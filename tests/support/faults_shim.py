"""The shim of ``tests/faults/shim.c``: built once a machine, worked from inside the process it is preloaded into."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

SOURCES = ("shim.c", "shim_names.c", "shim.h")
FOLDER = Path(__file__).parents[1] / "faults"
_FLAGS = ("-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror")


class Does(IntEnum):
    """What happens at the chosen step."""

    NOTHING = 0
    KILL_BEFORE = 1
    KILL_HALFWAY = 2
    """Half of a write reaches the file; any other call is done in full."""
    KILL_AFTER = 3
    FAIL = 4
    SHORT = 5
    """Half of a write is done and said to be all there was room for."""


class Kind(IntEnum):
    """The calls in the log."""

    OPEN = 1
    WRITE = 2
    LENGTH = 3
    SYNC = 4
    RENAME = 5
    UNLINK = 6
    MKDIR = 7
    CLOSE = 8
    MARK = 9
    LINK = 10
    RMDIR = 11


@dataclass(frozen=True, slots=True)
class Call:
    """One call that took effect, or a mark the test made."""

    kind: Kind
    fd: int
    step: int
    offset: int
    """Of a write; the new length of a ``LENGTH``."""
    made: bool
    """Whether an ``OPEN`` made the file."""
    flags: int
    first: str
    second: str
    data: bytes


_HEAD = struct.Struct("<Iiqqqq" + "IIQ")


def compiler() -> str | None:
    """Return the C compiler of this machine."""
    return shutil.which("cc") if sys.platform == "linux" else None


def built() -> Path:
    """Compile the shim, unless these very sources were compiled before; return the library."""
    sources = [FOLDER / name for name in SOURCES]
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    library = Path(tempfile.gettempdir()) / f"clerk-faults-{os.getuid()}" / f"shim-{digest}.so"
    if not library.exists():
        library.parent.mkdir(mode=0o700, exist_ok=True)
        draft = library.with_suffix(f".{os.getpid()}")
        files = [source for source in sources if source.suffix == ".c"]
        subprocess.run([compiler() or "cc", *_FLAGS, "-o", draft, *files, "-ldl"], check=True)
        draft.replace(library)
    return library


class Shim:
    """Control over the shim this process was started with."""

    def __init__(self) -> None:
        library = ctypes.CDLL(None)
        try:
            self._watch, self._arm = library.shim_watch, library.shim_arm
            self._mark, self._steps = library.shim_mark, library.shim_steps
        except AttributeError:
            raise RuntimeError("this process was started without the shim") from None
        self._disarm, self._room = library.shim_disarm, library.shim_room
        self._clock = library.shim_clock
        self._clock.argtypes = [ctypes.c_long]
        self._steps.restype = ctypes.c_long
        self._arm.argtypes = [ctypes.c_long, *[ctypes.c_int] * 4]
        self._room.argtypes = [ctypes.c_longlong]

    def watch(self, folder: Path, log: int = -1) -> None:
        """Count what happens in ``folder`` from here on, and write it to the descriptor ``log``."""
        self._watch(os.fsencode(folder), log)

    def arm(self, step: int, what: Does, error: int = 0, *, sticky: bool = False, reads: bool = False) -> None:
        """Have ``what`` happen at ``step``; ``sticky``: at all later ones too, ``reads``: and to what is read."""
        self._arm(step, what, error, sticky, reads)

    def disarm(self) -> None:
        self._disarm()

    def room(self, size: int) -> None:
        """Let the disk have so many bytes left; -1: as many as it has."""
        self._room(size)

    def clock(self, ahead: int) -> None:
        """Have the machine's clock stand so many seconds ahead; less than 0: behind."""
        self._clock(ahead)

    def mark(self, text: str) -> None:
        """Write a mark into the log."""
        self._mark(text.encode())

    @property
    def steps(self) -> int:
        """How many steps were counted."""
        return int(self._steps())


def calls_in(log: bytes) -> Iterator[Call]:
    """Yield what a log tells."""
    at = 0
    while at < len(log):
        kind, fd, step, offset, made, flags, first, second, data = _HEAD.unpack_from(log, at)
        at += _HEAD.size
        texts = log[at : at + first + second]
        at += first + second
        yield Call(
            Kind(kind),
            fd,
            step,
            offset,
            bool(made) and kind == Kind.OPEN,
            flags,
            texts[:first].decode(),
            texts[first:].decode(),
            log[at : at + data],
        )
        at += data
