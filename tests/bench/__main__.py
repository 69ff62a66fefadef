"""Runs every ``bench_*.py`` of this folder, each in a process of its own, so that one's memory is not another's figure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

APART = frozenset({"bench_line"})
"""Minutes long, and in need of PostgreSQL: run only by name."""


def main() -> int:
    """Run those whose name holds one of the words given, or all; the status is 1 where one missed its target."""
    here = Path(__file__).parent
    words = sys.argv[1:]
    failed = []
    for path in sorted(here.glob("bench_*.py")):
        if not any(word in path.stem for word in words) if words else path.stem in APART:
            continue
        print(f"== {path.stem.removeprefix('bench_')}", flush=True)
        if subprocess.run(
            [sys.executable, "-m", f"tests.bench.{path.stem}"], cwd=here.parents[1], check=False
        ).returncode:
            failed.append(path.stem)
    if failed:
        print(f"missed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
