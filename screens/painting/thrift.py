"""A terminal's file that is written no more to than the terminal has to be told (``screens.painting.delta``)."""

from __future__ import annotations

import os
import shutil
from typing import IO

from screens.painting.delta import Delta


class Thrifty:
    """Stands for the file; what is written is sent with ``flush``, so that pictures nobody would see are never sent."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._forget = False
        self._delta = Delta(file.write, *shutil.get_terminal_size(), erases=erases_with_ground())

    def write(self, text: str) -> None:
        """Take what is to be shown."""
        self._delta.feed(text)

    def flush(self) -> None:
        """Send what is not shown yet."""
        self._delta.resize(*shutil.get_terminal_size())
        if self._forget:
            self._forget = False
            self._delta.forget()
        self._delta.flush()
        self._file.flush()

    def forget(self) -> None:
        """Send everything again with the next picture; called from any thread."""
        self._forget = True

    def fileno(self) -> int:
        """Return the number of the file."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._file.isatty()


def erases_with_ground() -> bool:
    """Whether the terminal says of itself that what it erases takes the colour of the ground (terminfo ``bce``)."""
    try:
        import curses

        curses.setupterm(os.environ.get("TERM", "dumb"), 1)
        return curses.tigetflag("bce") > 0
    except (ImportError, OSError, ValueError):
        return os.name == "nt"
    except curses.error:
        return False
