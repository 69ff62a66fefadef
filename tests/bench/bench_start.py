"""What starting the client costs: the time to the first usable screen, and its memory, against bare Python and Textual."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from clerk_app.seat import Seat
from clerk_app.settings import Settings, save
from clerk_app.store.access.keys import PassphraseUnlock, create_keys
from sync.central.catalogue.seeding import catalogue_rows, published_calendar
from sync.central.sample.generator import city
from tests.bench.stores import fill
from tests.support.commands import PASSPHRASE, command, environment
from tests.support.pty_run import painting
from tests.support.window_journal import WINDOW

CASES = 10_000
RUNS = 9
BARE = {
    "python -c pass": "pass",
    'python -c "import textual"': "import textual",
    "import textual.app": "import textual.app",
}
START_TARGET = 25.0
"""Times ``python -c pass``."""
MEMORY_TARGET = 40.0
"""MB the full catalogue and the cases add to the client."""
NOBODY_THERE = "http://127.0.0.1:9"


def window(folder: Path, cases: int, *, full: bool) -> dict[str, str]:
    """Make a window with this many cases, and the whole catalogue or none; return the environment that opens it."""
    folder.mkdir()
    passphrase = folder.with_name(f"{folder.name}.passphrase")
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    keys = create_keys(folder, PassphraseUnlock(PASSPHRASE))
    sample = city(full=True) if full else None
    rows = [*catalogue_rows(sample.items, sample.joint), *published_calendar()] if sample else []
    fill(folder, cases, rows, keys.vault_key)
    seat = Seat(window=WINDOW, number="01", point="FS0001", point_name="样例服务点", central=NOBODY_THERE)
    save(folder, Settings(seat=seat, unlock="passphrase"))
    return environment(CLERK_PASSPHRASE_FILE=str(passphrase))


def opened(folder: Path, env: dict[str, str]) -> tuple[float, float]:
    """Open the client; return the seconds to the painted sign-in screen, and its memory in MB a moment later."""
    start = time.monotonic()
    with painting(command("--data", folder), env) as client:
        painted = client.until("工号") - start
        time.sleep(1.0)  # the line begins after the first paint, and its memory counts
        status = Path(f"/proc/{client.process.pid}/status").read_text(encoding="utf-8")
    return painted, int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def bare(words: str) -> float:
    """Return the seconds a bare interpreter takes."""
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", words], check=True, env=environment())
    return time.monotonic() - start


def main() -> int:
    """Print the figures; the status is 1 where a target is missed."""
    with tempfile.TemporaryDirectory() as name:
        full, empty = Path(name) / "full", Path(name) / "empty"
        envs = {full: window(full, CASES, full=True), empty: window(empty, 0, full=False)}
        times: dict[str, list[float]] = {what: [] for what in (*BARE, "full", "empty")}
        memory: dict[str, list[float]] = {"full": [], "empty": []}
        for _ in range(RUNS):  # taking turns, so that whatever else the machine does falls on all alike
            for what, words in BARE.items():
                times[what].append(bare(words))
            for folder, env in envs.items():
                painted, resident = opened(folder, env)
                times[folder.name].append(painted)
                memory[folder.name].append(resident)
    half = {what: statistics.median(values) for what, values in times.items()}
    for what in BARE:
        print(f"{what}: {half[what] * 1e3:.0f} ms")
    print(f"client to its first usable screen, {CASES} cases and the whole catalogue: {half['full'] * 1e3:.0f} ms")
    for what in BARE:
        print(
            f"  = {half['full'] / half[what]:.1f}x {what}",
            f"(target {START_TARGET:.0f}x)" if what.endswith("pass") else "",
        )
    print(f"  = {half['full'] / half['empty']:.2f}x the same client with an empty store")
    added = statistics.median(memory["full"]) - statistics.median(memory["empty"])
    print(
        f"memory: {statistics.median(memory['full']):.0f} MB, of which {added:.0f} MB for what is in the store", end=""
    )
    print(f" (target {MEMORY_TARGET:.0f} MB)")
    return int(half["full"] > START_TARGET * half["python -c pass"] or added > MEMORY_TARGET)


if __name__ == "__main__":
    sys.exit(main())
