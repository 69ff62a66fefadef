"""Runs the ``clerk`` command in a process whose machine is not as it should be: the clock, the disk, a part that breaks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.commands import NO_TRACEBACK, Seat, Told

CLOCK = """
import time, datetime
real = time.time
off = datetime.datetime.fromisoformat({said!r}).timestamp() - real()
time.time = lambda: real() + off
import clerk_app.window_clock as clocks
clocks.WindowClock.__init__.__defaults__ = (time.time, None)
"""
DISK = """
import collections, shutil
usage = collections.namedtuple("usage", "total used free")
shutil.disk_usage = lambda path: usage(1 << 40, (1 << 40) - {free}, {free})
"""
BREAKS = """
import clerk_app.checkup.machine as machine
def breaks(*_): raise ZeroDivisionError("440601190001010018")
machine.{part} = breaks
"""
HANGS = """
import threading
import clerk_app.checkup.examination as examination
examination.PATIENCE = 0.3
examination.machine.folder = lambda _: threading.Event().wait()
"""
RUN = "\nfrom clerk_app.cli import main\nimport sys\nsys.exit(main())\n"


def clerk_with(seat: Seat, trouble: str, *words: str | Path, stdin: str = "") -> Told:
    """Run a command about this window where ``trouble``, one of the programs above, was done first."""
    done = subprocess.run(
        [sys.executable, "-c", trouble + RUN, *map(str, words), "--data", str(seat.folder)],
        input=stdin.encode(),
        capture_output=True,
        env=seat.env,
        timeout=120,
        check=False,
    )
    told = Told(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert NO_TRACEBACK not in told.out + told.err, told.err
    return told
