"""Runs a window in a child process that tells what it does, and spoils its disk or kills it on the way.

The child is forked from a process that has imported everything and was started with the shim, so that a run costs some
hundredths of a second.
"""

from __future__ import annotations

import gc
import json
import os
import random
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from clerk_app.commands.output import file_trouble
from clerk_app.store.errors import VaultError
from tests.faults.jobs import Job
from tests.faults.wrongs import WRONGS
from tests.support.faults_shim import Does, Shim
from tests.support.faults_window import DOINGS, FileRing, Place, ids, opened
from tests.support.tree import ROOT

_TRACED = (f"{ROOT}/clerk_app/store/", f"{ROOT}/clerk_app/scribe.py")
COMMANDS = {"rotate", "back-up"}
"""Not acts at the counter but commands, for which the command line puts what the disk answers into words."""
_LONGEST = 60.0
"""Seconds after which a run hangs."""


@dataclass
class Told:
    """What a child said before it ended."""

    begun: list[int] = field(default_factory=list)
    """Parts of the script, in the order they were begun."""
    acked: dict[int, list[str]] = field(default_factory=dict)
    """Parts that were acknowledged, with the ids of their entries."""
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Parts that were refused: the exception's class and what was said."""
    steps: int = 0
    """Calls the target made."""
    lines: int = 0
    """Lines of the store and the scribe the target ran through."""
    broken: str = ""
    """A traceback, where something else than a ``VaultError`` came up."""
    ring: str = ""
    """What the system's keyring held last, if it was changed."""
    status: int = 0

    def take(self, line: str) -> None:
        """Take in one line of the child's."""
        word, value = json.loads(line)
        match word:
            case "begun":
                self.begun.append(value)
            case "acked":
                self.acked[value[0]] = value[1]
            case "refused":
                self.refused[value[0]] = (value[1], value[2])
            case "steps":
                self.steps, self.lines = value
            case "ring":
                self.ring = value
            case "broken":
                self.broken = value


def run(shim: Shim, job: Job, folder: Path, log: int = -1) -> Told:
    """Run ``job`` in ``folder``, a copy of the window it begins with; return when the child has ended."""
    out, into = os.pipe()
    gc.freeze()
    pid = os.fork()
    if pid == 0:
        os.close(out)
        _Child(shim, job, folder, into, log).run()
    os.close(into)
    told = Told()
    try:
        _listen(out, pid, job, told)
    finally:
        os.close(out)
        _, status = os.waitpid(pid, 0)
    told.status = os.waitstatus_to_exitcode(status)
    return told


def _listen(out: int, pid: int, job: Job, told: Told) -> None:
    ends = time.monotonic() + _LONGEST
    buffered = b""
    while True:
        ready = select.select([out], [], [], max(0.0, ends - time.monotonic()))[0]
        if not ready:
            os.kill(pid, signal.SIGKILL)
            if job.how != "moment":
                told.broken = "the run hangs"
                return
            ends = time.monotonic() + _LONGEST
            continue
        part = os.read(out, 1 << 16)
        if not part:
            return
        *lines, buffered = (buffered + part).split(b"\n")
        for line in lines:
            told.take(line.decode())
        if job.how == "moment" and told.begun and told.begun[-1] == job.target:
            ends = min(ends, time.monotonic() + job.step / 1e6)


class _Child:
    def __init__(self, shim: Shim, job: Job, folder: Path, out: int, log: int) -> None:
        self._shim = shim
        self._job = job
        self._folder = folder
        self._out = out
        self._log = log
        self._place: Place | None = None
        self._lines = 0

    def run(self) -> None:
        """Do the script and end the process."""
        code = 3
        try:
            os.urandom = random.Random(self._job.seed + 1).randbytes  # the same run has the same bytes
            with WRONGS[self._job.wrong]():
                self._shim.watch(self._folder, self._log)
                FileRing.kept = staticmethod(lambda held: self._tell("ring", held))
                for part, name in enumerate(self._job.script):
                    self._part(part, name)
            code = 0
        except BaseException:  # noqa: BLE001 - whatever it was, the parent is told
            self._tell("broken", traceback.format_exc())
        finally:
            os._exit(code)

    def _part(self, part: int, name: str) -> None:
        last = self._last()
        self._tell("begun", part)
        try:
            with self._fault(part):
                self._do(name)
        except VaultError as refused:
            self._tell("refused", [part, type(refused).__name__, refused.say])
            if name == "open":  # what stood in the way is gone: the same process can go on
                self._shim.room(-1)
                self._do(name)
        except OSError as error:
            if name not in COMMANDS:
                raise
            self._tell("refused", [part, type(error).__name__, file_trouble(error)])
        else:
            self._tell("acked", [part, self._written(name, last)])

    def _written(self, name: str, last: int | None) -> list[str]:
        """Return the ids of the entries the act just done wrote; before them an act may have come up that was left open."""
        kinds = DOINGS[name].entries if name in DOINGS else ()
        return [] if not kinds or self._place is None else ids(self._place.records, last or 0)[-len(kinds) :]

    def _do(self, name: str) -> None:
        if name == "open":
            self._place = opened(self._folder)
        elif name == "full":
            self._shim.room(0)
        else:
            assert self._place is not None
            DOINGS[name].do(self._place)

    def _last(self) -> int | None:
        return None if self._place is None else self._place.records.vault.last("journal")

    @contextmanager
    def _fault(self, part: int) -> Iterator[None]:
        if part != self._job.target:
            yield
            return
        before, job = self._shim.steps, self._job
        if job.does is not Does.NOTHING:
            self._shim.arm(before + job.step, job.does, job.error, sticky=job.sticky, reads=job.sticky)
        sys.settrace(self._tracer() if job.how in {"line", "lines"} else None)
        try:
            yield
        finally:
            sys.settrace(None)
            self._shim.disarm()
            self._tell("steps", [self._shim.steps - before, self._lines])

    def _tracer(self) -> Callable[[FrameType, str, Any], Any]:
        fatal = self._job.step if self._job.how == "line" else -1

        def in_line(frame: FrameType, event: str, arg: Any) -> Any:
            if event == "line":
                self._lines += 1
                if self._lines == fatal:
                    os.kill(os.getpid(), signal.SIGKILL)
            return in_line

        def tracer(frame: FrameType, event: str, arg: Any) -> Any:
            return in_line if frame.f_code.co_filename.startswith(_TRACED) else None

        return tracer

    def _tell(self, word: str, value: Any) -> None:
        line = json.dumps([word, value])
        self._shim.mark(line)
        os.write(self._out, line.encode() + b"\n")
