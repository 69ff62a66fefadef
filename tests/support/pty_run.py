"""A program on a terminal of its own, heard as the bytes it paints."""

from __future__ import annotations

import fcntl
import os
import pty
import selectors
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


class Painted:
    """What a program has painted so far."""

    def __init__(self, process: subprocess.Popen[bytes], handle: int) -> None:
        self.process = process
        self._handle = handle
        self.bytes = b""

    @property
    def text(self) -> str:
        """What was painted, with its control sequences."""
        return self.bytes.decode(errors="replace")

    def until(self, text: str, patience: float = 30.0) -> float:
        """Return when, on the monotonic clock, this text was painted; fails where the program ends without it."""
        while text.encode() not in self.bytes:
            assert self._more(patience), f"{text!r} was not painted: {self.text[-2000:]}"
        return time.monotonic()

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._handle, text.encode())

    def unplug(self) -> None:
        """Take the terminal away."""
        os.close(self._handle)
        self._handle = os.open(os.devnull, os.O_RDWR)  # what is closed at the end is no other file by then

    def rest(self, patience: float = 30.0) -> None:
        """Read until the program has ended."""
        while self._more(patience):
            pass
        self.process.wait(patience)

    def _more(self, patience: float) -> bool:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._handle, selectors.EVENT_READ)
            if not waiting.select(patience):
                return False
        try:
            part = os.read(self._handle, 1 << 16)
        except OSError:  # the other end has been closed
            return False
        self.bytes += part
        return bool(part)


@contextmanager
def painting(command: Sequence[str], env: Mapping[str, str], size: tuple[int, int] = (80, 24)) -> Iterator[Painted]:
    """Run a program on a terminal of this size; it is killed if it still runs at the end."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={"TERM": "xterm-256color", **env},
        start_new_session=True,
    )
    os.close(theirs)
    painted = Painted(process, ours)
    try:
        yield painted
    finally:
        process.kill()
        process.wait()
        os.close(painted._handle)
