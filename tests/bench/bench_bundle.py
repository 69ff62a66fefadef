"""What the bundle costs against the same from source: time to the first usable screen, time of a command, and sizes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.bench_start import window
from tests.support.bundles import Bundle, built
from tests.support.commands import command
from tests.support.pty_run import painting

CASES = 1_000
RUNS = 9
TARGET = 1.25
"""Times the same from source."""
INSTALLED_TARGET = 140.0
"""MB on a window's disk: with fonts, printing and the pictures of the measures."""


def first_screen(words: list[str], env: dict[str, str]) -> float:
    """Return the seconds to the painted sign-in screen."""
    start = time.monotonic()
    with painting(words, env) as client:
        return client.until("工号") - start


def told_version(words: list[str], env: dict[str, str]) -> float:
    """Return the seconds of the shortest command."""
    start = time.monotonic()
    subprocess.run([*words, "--version"], env=env, check=True, capture_output=True)
    return time.monotonic() - start


def size(folder: Path) -> float:
    """Return the MB of what lies below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 1e6


def sizes(bundle: Bundle, program: Path) -> float:
    """Print the sizes; return the MB on the disk."""
    inside = program.parent / "_internal"
    installed = size(program.parent)
    source = size(Path(sys.prefix) / "lib")
    print(
        f"on the disk: {installed:.1f} MB (target {INSTALLED_TARGET:.0f}); an environment for source and tests {source:.0f} MB"
    )
    print(
        f"to fetch: {bundle.archive.stat().st_size / 1e6:.1f} MB .tar.zst, {bundle.package.stat().st_size / 1e6:.1f} MB .deb"
    )
    parts = {
        path.name: size(path) if path.is_dir() else path.stat().st_size / 1e6
        for path in inside.iterdir()
        if not path.is_symlink()
    }
    parts["clerk (with all modules)"] = program.stat().st_size / 1e6
    largest = sorted(parts.items(), key=lambda one: -one[1])[:8]
    print("  of which", ", ".join(f"{name} {megabytes:.1f}" for name, megabytes in largest))
    return installed


def main() -> int:
    """Print the figures; the status is 1 where a target is missed."""
    bundle = built()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = bundle.unpacked(folder / "bundle")
        env = window(folder / "window", CASES, full=True)
        ways = {"source": command(), "bundle": [str(program)]}
        envs = {"source": env, "bundle": {**env, "PYTHONPATH": ""}}
        screens: dict[str, list[float]] = {way: [] for way in ways}
        versions: dict[str, list[float]] = {way: [] for way in ways}
        for run in range(RUNS + 1):  # taking turns, so that whatever else the machine does falls on both alike
            for way, words in ways.items():
                painted = first_screen([*words, "--data", str(folder / "window")], envs[way])
                told = told_version(words, envs[way])
                if run:  # the first one reads from the disk
                    screens[way].append(painted)
                    versions[way].append(told)
        installed = sizes(bundle, program)
    half = {way: statistics.median(values) for way, values in screens.items()}
    for what, figures in (("to the first usable screen", screens), ("clerk --version", versions)):
        medians = {way: statistics.median(values) for way, values in figures.items()}
        print(
            f"{what}: source {medians['source'] * 1e3:.0f} ms, bundle {medians['bundle'] * 1e3:.0f} ms = {medians['bundle'] / medians['source']:.2f}x"
        )
    print(f"target {TARGET}x to the first usable screen, {RUNS} runs each, medians")
    return int(half["bundle"] > TARGET * half["source"] or installed > INSTALLED_TARGET)


if __name__ == "__main__":
    sys.exit(main())
