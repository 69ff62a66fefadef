"""What a key costs at the terminal: bytes written, and over a real ssh of 64 kbit/s the time until the picture stands.

``before`` is the client as Textual paints it, ``after`` the low-bandwidth mode (``clerk --low-bandwidth``).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.stores import fill
from tests.bench.terminal_keys import Stroke, strokes
from tests.support.commands import environment
from tests.support.counter import KEY

SIZES = ((80, 24), (120, 40))
TARGET = 5.0
"""Times fewer bytes, in the middle, for typing and for moving in a list."""
AIMED = ("typing in the search", "cursor in the search", "typing in a field", "checklist", "cursor in the cases")
QUIET = 0.3
CASES = 200
MODES = {"before": {"CLERK_LOW_BANDWIDTH": "0"}, "after": {"CLERK_LOW_BANDWIDTH": "1"}}


def client(folder: Path) -> list[str]:
    """Return the command of the client over this folder."""
    return [sys.executable, "-m", "tests.bench.terminal_client", str(folder)]


def middle(found: Sequence[Stroke], what: str) -> float:
    """Return the bytes of a key of this kind, in the middle."""
    return statistics.median(one.size for one in found if one.what == what)


def table(size: tuple[int, int], measured: dict[str, list[Stroke]]) -> list[str]:
    """Print the bytes of a key at this size; return what missed the target."""
    missed = []
    print(f"bytes for a key, {size[0]}x{size[1]} (median)      before    after")
    for what in dict.fromkeys(one.what for one in measured["before"]):
        before, after = middle(measured["before"], what), middle(measured["after"], what)
        print(f"  {what:32} {before:12.0f} {after:8.0f}   {before / max(after, 1):5.1f}x")
        if what in AIMED and before < TARGET * after:
            missed.append(f"{what} {size[0]}x{size[1]}")
    return missed


def main() -> int:
    """Print the figures; the status is 1 where a target is missed."""
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        for size in SIZES:
            measured = {}
            for mode, told in MODES.items():
                folder = Path(name) / f"{mode}-{size[0]}"
                fill(folder, CASES, (), KEY)
                measured[mode] = list(strokes(client(folder), environment(**told), size, QUIET))
            missed += table(size, measured)
    sys.stdout.flush()
    if os.geteuid():
        print("over ssh at 64 kbit/s: skipped, a network of its own needs root")
    else:
        subprocess.run(["unshare", "--net", sys.executable, "-m", "tests.bench.terminal_ssh"], check=True)
    for one in missed:
        print(f"missed {TARGET:.0f}x: {one}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
