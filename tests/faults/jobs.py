"""What is done to a window in one run, as one line of text: the line alone makes the run again."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Self

from tests.support.faults_shim import Does

KILLS = {"before": Does.KILL_BEFORE, "halfway": Does.KILL_HALFWAY, "after": Does.KILL_AFTER}
ERRORS: dict[str, int] = {name: getattr(errno, name) for name in ("ENOSPC", "EIO", "EDQUOT", "EROFS")}


@dataclass(frozen=True, slots=True)
class Job:
    """A run: in a copy of the window ``begin``, do ``script`` one after the other, and in its part ``target`` the fault.

    ``how``: ``none``; ``before``, ``halfway``, ``after``: killed at the call ``step``; ``line``: killed at the executed line
    ``step`` of the store and the scribe; ``moment``: killed from outside ``step`` microseconds after the target began;
    ``ENOSPC`` and its like, with ``+`` for "from then on", and ``short``, ``short+``: the disk fails at the call ``step``;
    ``power``: the power is cut at some call of the target, and what the disk keeps is drawn by ``seed``.
    ``wrong`` names a way in which the program is spoiled first: the judge has to see it.
    """

    begin: str
    script: tuple[str, ...]
    target: int = 0
    how: str = "none"
    step: int = 0
    seed: int = 0
    wrong: str = "-"

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.begin} {','.join(self.script)} {self.target} {self.how} {self.step} {self.seed} {self.wrong}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Return the run a line tells of; raises ``ValueError``."""
        begin, script, target, how, step, seed, wrong = line.split()
        return cls(begin, tuple(script.split(",")), int(target), how, int(step), int(seed), wrong)

    @property
    def does(self) -> Does:
        """What the shim is to do at the step."""
        if self.how in KILLS:
            return KILLS[self.how]
        name = self.how.rstrip("+")
        return Does.SHORT if name == "short" else Does.FAIL if name in ERRORS else Does.NOTHING

    @property
    def error(self) -> int:
        """The error the disk answers with."""
        return ERRORS.get(self.how.rstrip("+"), errno.ENOSPC)

    @property
    def sticky(self) -> bool:
        return self.how.endswith("+")

    @property
    def kills(self) -> bool:
        """Whether the run ends with the process killed, if the step is ever reached."""
        return self.how in {*KILLS, "line", "moment"}
