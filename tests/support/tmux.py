"""A real terminal to run a program in: tmux, on a server of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.parts import real_part

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


class Terminal:
    """One program in one tmux window."""

    def __init__(self, socket: str) -> None:
        self._socket = socket

    def tmux(self, *words: str) -> str:
        """Run a tmux command and return what it says."""
        done = subprocess.run(["tmux", "-L", self._socket, *words], capture_output=True, text=True, check=True)
        return done.stdout

    def send(self, text: str) -> None:
        """Type a text, all of it at once."""
        self.tmux("send-keys", "-t", "0", "-l", text)

    def keys(self, *names: str) -> None:
        """Strike named keys (tmux's names), one right behind the other."""
        self.tmux("send-keys", "-t", "0", *names)

    def burst(self, *parts: str) -> None:
        """Type texts and strike keys (``<Enter>``) by one tmux call, without a pause between any of them."""
        words: list[str] = []
        for part in parts:
            literal = not (part.startswith("<") and part.endswith(">"))
            words += [";", "send-keys", "-t", "0", *(["-l", part] if literal else [part[1:-1]])]
        self.tmux(*words[1:])

    def shown(self) -> str:
        """Return what is on the screen."""
        return self.tmux("capture-pane", "-p", "-t", "0")

    def pid(self) -> int:
        """Return the program's process."""
        return int(self.tmux("list-panes", "-F", "#{pane_pid}").split()[0])

    def wait_for(self, text: str) -> str:
        """Wait until a text is on the screen."""
        return self.wait_until(lambda shown: text in shown, repr(text))

    def wait_until(self, met: Callable[[str], bool], what: str) -> str:
        """Wait until the screen is as it should be; ``what`` says how, in case it never is."""
        end = time.monotonic() + PATIENCE
        while not met(shown := self.shown()):
            if time.monotonic() > end:
                raise AssertionError(f"{what} does not appear:\n{shown}")
            time.sleep(0.05)  # the terminal has no bell for this
        return shown

    def wait_gone(self) -> None:
        """Wait until the program has ended."""
        end = time.monotonic() + PATIENCE
        while (
            subprocess.run(["tmux", "-L", self._socket, "has-session"], capture_output=True, check=False).returncode
            == 0
        ):
            if time.monotonic() > end:
                raise AssertionError(f"the program goes on:\n{self.shown()}")
            time.sleep(0.05)  # as above


@contextmanager
def terminal(
    command: Sequence[str], size: tuple[int, int], name: str, env: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """Run a Python program (its arguments after ``python``) in a terminal of this size, with these variables besides."""
    real_part("tmux", present=shutil.which("tmux") is not None, hint="apt-get install tmux")
    one = Terminal(f"clerk-test-{os.getpid()}-{name}")
    width, height = size
    environment = ["-e", f"PYTHONPATH={ROOT}", "-e", "TEXTUAL_ANIMATIONS=none", "-e", "LANG=C.UTF-8"]
    environment += [word for name, value in (env or {}).items() for word in ("-e", f"{name}={value}")]
    one.tmux(
        "-u",
        "-f",
        os.devnull,
        "new-session",
        "-d",
        "-x",
        str(width),
        "-y",
        str(height),
        *environment,
        sys.executable,
        *command,
    )
    try:
        yield one
    finally:
        subprocess.run(["tmux", "-L", one._socket, "kill-server"], capture_output=True, check=False)
