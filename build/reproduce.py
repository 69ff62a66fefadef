"""Build the bundle of the last commit twice, in two folders that have little in common, and compare every byte.

    python build/reproduce.py

The two differ in path, user's home, time zone, language and file mask. The status is 1 where what they made differs in
anything but ``MAY_DIFFER``; which files inside differ is said.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import packing

ROOT = Path(__file__).resolve().parents[1]
MAY_DIFFER: frozenset[str] = frozenset()
"""Files of ``dist/`` that two builds need not have alike; there are none."""
PLACES = (
    ("one", {"TZ": "Asia/Shanghai", "LANG": "C.UTF-8"}, 0o022),
    ("the/other/further down", {"TZ": "America/Los_Angeles", "LANG": "C"}, 0o077),
)
INSIDE = ".bundle/made/clerk"


def main() -> int:
    """Build and compare."""
    with tempfile.TemporaryDirectory(prefix="clerk-twice-") as name:
        folders = [Path(name) / place for place, _, _ in PLACES]
        started = [start(folder, env, mask) for folder, (_, env, mask) in zip(folders, PLACES, strict=True)]
        if any(process.wait() for process in started):
            return 1
        wrong = [told for told in different(*(folder / "dist" for folder in folders)) if told not in MAY_DIFFER]
        parts = different(*(folder / INSIDE for folder in folders)) if wrong else []
    for told in wrong:
        print(f"differs: {told}")
    for told in parts:
        print(f"  inside: {told}")
    if not wrong:
        print("the same bytes twice")
    return int(bool(wrong))


def start(folder: Path, env: dict[str, str], mask: int) -> subprocess.Popen[bytes]:
    """Begin to build the last commit in a clone of its own."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)], check=True)
    home = folder.parent / f"{folder.name} home"
    home.mkdir()
    return subprocess.Popen(
        ["make", "--no-print-directory", "bundle"], cwd=folder, umask=mask, env={**os.environ, **env, "HOME": str(home)}
    )


def different(one: Path, other: Path) -> list[str]:
    """List the files of two folders that are not the same in both, or not there in one."""
    names = {path.relative_to(folder).as_posix() for folder in (one, other) for path in packing.entries(folder)}
    return [name for name in sorted(names) if looks(one / name) != looks(other / name)]


def looks(path: Path) -> tuple[str, str]:
    """Return what a file is compared by: its kind, and its content or where it points."""
    if path.is_symlink():
        return ("link", str(path.readlink()))
    if path.is_file():
        return ("file", packing.sha256(path))
    return ("folder" if path.is_dir() else "nothing", "")


if __name__ == "__main__":
    sys.exit(main())
